import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";

describe("expiration", () => {
  it("deletes one NodeClaim a second, as upstream's only worker sleeps after each", () => {
    const world = new LifecycleWorld();
    const names = ["a", "b", "c"];
    for (const name of names) world.addNodeClaim({ name, spec: { expireAfter: minutes(10) } });
    const expired = (): readonly string[] =>
      world.facts.flatMap((fact) =>
        fact.kind === "node-claim-disrupted" && fact.reason === "expired"
          ? [fact.nodeClaim.metadata.name]
          : [],
      );
    world.pass(minutes(10));
    expect(expired()).toEqual(["a"]);
    world.pass(seconds(1));
    expect(expired()).toEqual(["a", "b"]);
    world.pass(seconds(1));
    expect(expired()).toEqual(names);
  });
});
