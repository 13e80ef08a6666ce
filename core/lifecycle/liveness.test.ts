import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";

function reasons(world: LifecycleWorld): readonly string[] {
  return world.facts.flatMap((fact) => (fact.kind === "node-claim-disrupted" ? [fact.reason] : []));
}

describe("liveness", () => {
  it("deletes a NodeClaim whose Node hasn't shown up after 15 minutes", () => {
    const world = new LifecycleWorld();
    world.addNodeClaim();
    world.pass(seconds(899));
    expect(reasons(world)).toEqual([]);
    world.pass(seconds(1));
    expect(reasons(world)).toEqual(["registration_timeout"]);
  });

  it("leaves a registered NodeClaim alone", () => {
    const world = new LifecycleWorld();
    world.addMachine();
    world.pass(minutes(60));
    expect(reasons(world)).toEqual([]);
  });

  it("deletes a NodeClaim that hasn't launched after 5 minutes, or after what the provider sets", () => {
    for (const [launchTimeout, expected] of [
      [undefined, 300],
      [minutes(2), 120],
    ] as const) {
      const gates = { featureGates: { nodeRepair: false, staticCapacity: false } };
      const options = launchTimeout === undefined ? gates : { ...gates, launchTimeout };
      const world = new LifecycleWorld({ options });
      world.cloudProvider.createAnswer = { kind: "error", message: "down" };
      world.addNodeClaim();
      world.pass(seconds(expected - 1));
      expect(reasons(world)).toEqual([]);
      world.pass(seconds(61));
      expect(reasons(world)).toEqual(["launch_timeout"]);
      expect(world.cluster.nodeClaim("claim")).toBeUndefined();
    }
  });

  it("counts from the condition's transition, not from creation", () => {
    const world = new LifecycleWorld();
    const at = world.now;
    world.addNodeClaim();
    world.settle();
    world.pass(minutes(10));
    const claim = world.claim();
    const conditions = claim.status.conditions.map((condition) =>
      condition.type === "Registered" ? { ...condition, lastTransitionTime: world.now } : condition,
    );
    world.cluster.put({ ...claim, status: { ...claim.status, conditions } });
    world.pass(minutes(14));
    expect(reasons(world)).toEqual([]);
    world.pass(minutes(1));
    expect(reasons(world)).toEqual(["registration_timeout"]);
    expect(world.now - at).toBe(minutes(25));
  });
});
