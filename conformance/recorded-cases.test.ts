import { describe, expect, it } from "vitest";
import { readRecordedCases } from "./cases.ts";
import { recordedFiles } from "./recorded-file.ts";
import { differences } from "./compare.ts";
import { TextComparison } from "./compared-texts.ts";
import { addBuffers } from "./generate-buffers.ts";
import { generateCases, generateInstanceTypeSets } from "./generate.ts";
import { intern, unintern } from "./interning.ts";
import { replay } from "./replay.ts";
import { bufferTitleCases } from "./titles/capacity-buffers.ts";

const titles = "titles.json.gz";
/** Enough for every change; `npm run conformance` compares all files. */
const files = recordedFiles().filter((file) =>
  ["seed-1.json.gz", titles, "buffers.json.gz"].includes(file),
);

describe.each(files)("on %s", (file) => {
  const { cases, decisions, upstream } = readRecordedCases(file);

  it("the core decides as upstream Karpenter did", () => {
    const differing = replay(file).filter((it) => it.differences.length > 0);
    expect(differing).toEqual([]);
  });

  it("upstream decided, and not always the same way", () => {
    expect(upstream).toBe("karpenter v1.14.1");
    expect(decisions.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
    expect(decisions.filter(({ error }) => error !== undefined)).toEqual([]);
    const count = (size: (decision: (typeof decisions)[number]) => number) =>
      decisions.filter((decision) => size(decision) > 0).length;
    expect(count((it) => it.newNodeClaims.length)).toBeGreaterThan(cases.length / 2);
    expect(count((it) => it.existingNodes.length)).toBeGreaterThan(cases.length / 20);
    expect(count((it) => Object.keys(it.podErrors).length)).toBeGreaterThan(cases.length / 10);
  });
});

describe("recorded cases", () => {
  it("about capacity buffers are those that are made", () => {
    const { cases } = readRecordedCases("buffers.json.gz");
    const made = [
      ...bufferTitleCases(),
      ...addBuffers(21, generateCases(21, 4, generateInstanceTypeSets(21))),
    ];
    expect(cases).toEqual(JSON.parse(JSON.stringify(made)));
  });

  it("are kept small by writing what repeats once", () => {
    const group = { labels: { app: "web" }, requests: { cpu: "1", memory: "1Gi" } };
    const value = { pods: [group, { ...group }, [group, null, 1]], one: "x" };
    const interned = intern(value);
    expect(interned.parts).toHaveLength(1);
    expect(unintern(JSON.parse(JSON.stringify(interned)) as typeof interned)).toEqual(value);
  });

  it("cannot hold what would read as a reference", () => {
    expect(() => intern({ list: [{ $part: 0 }] })).toThrow(RangeError);
  });
});

describe("comparing decisions", () => {
  const nodeClaim = {
    nodePool: "pool-a",
    pods: ["default/a"],
    instanceTypes: ["m5.large", "m5.xlarge"],
    requirements: [{ text: "team In [red]", values: ["red"] }],
    requests: { cpu: 1000, memory: 1 },
  };
  const decision = {
    name: "case",
    newNodeClaims: [nodeClaim],
    existingNodes: [{ name: "node", pods: ["default/b"] }],
    podErrors: {
      "default/c": "no instance type has enough resources",
    },
    consequences: {
      created: [{ nodePool: "pool-a", labels: { team: "red" }, requests: { cpu: 1000 } }],
      ignoredPods: { "default/d": "persistentvolumeclaim is being deleted" },
      nodeOverlays: {},
    },
  };
  const { consequences } = decision;

  it.each([
    ["another NodePool", { newNodeClaims: [{ ...nodeClaim, nodePool: "pool-b" }] }],
    ["another pod", { newNodeClaims: [{ ...nodeClaim, pods: ["default/d"] }] }],
    [
      "another order of types",
      { newNodeClaims: [{ ...nodeClaim, instanceTypes: ["m5.xlarge", "m5.large"] }] },
    ],
    ["another requirement", { newNodeClaims: [{ ...nodeClaim, requirements: [] }] }],
    ["other requests", { newNodeClaims: [{ ...nodeClaim, requests: { cpu: 1001, memory: 1 } }] }],
    ["a NodeClaim less", { newNodeClaims: [] }],
    ["another node", { existingNodes: [{ name: "other", pods: ["default/b"] }] }],
    ["another error", { podErrors: { "default/c": "did not tolerate taint" } }],
    ["an error less", { podErrors: {} }],
    ["a failed run", { error: "listing pods" }],
    ["virtual pods on a node", { bufferPods: { node: 1 } }],
    ["a buffer", { buffers: [{ key: "default/b", isTriggering: true, conditions: [] }] }],
    [
      "another NodeClaim created",
      { consequences: { ...consequences, created: [{ nodePool: "pool-b" }] } },
    ],
    [
      "a label less on what is created",
      {
        consequences: {
          ...consequences,
          created: [{ nodePool: "pool-a", requests: { cpu: 1000 } }],
        },
      },
    ],
    ["another pod ignored", { consequences: { ...consequences, ignoredPods: {} } }],
    [
      "a NodeOverlay turned down",
      { consequences: { ...consequences, nodeOverlays: { one: "Conflict: conflict" } } },
    ],
    [
      "something of static NodePools",
      { consequences: { ...consequences, static: { created: [], requeueAfterSeconds: 60 } } },
    ],
  ])("notices %s", (_, change) => {
    expect(differences(decision, { ...decision, ...change }, new TextComparison([]))).not.toEqual(
      [],
    );
  });

  it("overlooks the order of requests", () => {
    const newNodeClaims = [{ ...nodeClaim, requests: { memory: 1, cpu: 1000 } }];
    const same = { ...decision, newNodeClaims };
    expect(differences(decision, same, new TextComparison([]))).toEqual([]);
  });
});
