import { describe, expect, it } from "vitest";
import { readRecordedCases } from "../cases.ts";
import { titleCases, titleInstanceTypeSets } from "./index.ts";

const cases = titleCases();

describe("hand-made cases", () => {
  it("have names of their own", () => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("are recorded as they stand, with the instance types that they use", () => {
    const recorded = readRecordedCases("titles.json.gz");
    expect(recorded.cases).toEqual(cases);
    const { instanceTypeSets } = JSON.parse(
      JSON.stringify({ instanceTypeSets: titleInstanceTypeSets() }),
    ) as Pick<typeof recorded, "instanceTypeSets">;
    expect(recorded.instanceTypeSets).toEqual(instanceTypeSets);
  });

  it("cover every topic of upstream's tests of provisioning", () => {
    const counts = new Map<string, number>();
    for (const { topic } of cases) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    const table = [...counts].map(([topic, count]) => `${topic.slice("titles: ".length)} ${count}`);
    expect(table.join("\n")).toMatchInlineSnapshot(`
      "requirements 35
      resources 23
      resized-pods 13
      scheduling 54
      packing 17
      fallback 16
      nodes 41
      volumes 27
      volume-topology 23
      spread 48
      affinity 31
      instance-selection 36
      reservations 14
      offering-overrides 7
      resource-claims 5
      node-overlays 71
      static-node-pools 21
      limits 12
      daemon-sets 21
      node-claims 32
      node-pools 20
      quirks 40"
    `);
  });
});
