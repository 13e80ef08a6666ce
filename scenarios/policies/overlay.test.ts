import { describe, expect, it } from "vitest";
import { expandPolicies } from "./expand-policies.ts";
import { mergePatch } from "./merge-patch.ts";
import { overlayManifest } from "./overlay.ts";

/** A value that throws when somebody changes it. */
function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}

describe("a merge patch", () => {
  // The test cases of RFC 7386, appendix A.
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("turns %j under %j into %j", (target, patch, expected) => {
    expect(mergePatch(frozen(target), frozen(patch))).toEqual(expected);
  });
});

const nodePool = frozen({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default" },
  spec: { disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "30s" }, weight: 1 },
});

describe("the overlay of a policy", () => {
  const policy = frozen({
    name: "a",
    nodePools: {
      "*": { spec: { weight: 5, disruption: { consolidateAfter: "1m" } } },
      default: { spec: { weight: 9 } },
    },
    ec2NodeClasses: { default: { spec: { detailedMonitoring: true } } },
  });

  it("lays the patch for all NodePools first and the one for a name over it", () => {
    expect(overlayManifest(policy, nodePool)).toMatchObject({
      metadata: { name: "default" },
      spec: {
        weight: 9,
        disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "1m" },
      },
    });
  });

  it("does not touch other kinds, nor its input", () => {
    const pod = frozen({ apiVersion: "v1", kind: "Pod", metadata: { name: "default" } });
    expect(overlayManifest(policy, pod)).toBe(pod);
    expect(nodePool.spec.weight).toBe(1);
  });

  it("reaches NodePools in lists, typed or not, and older kinds", () => {
    const { apiVersion: _version, kind: _kind, ...bare } = nodePool;
    const weights = [
      { kind: "List", items: [nodePool] },
      { kind: "NodePoolList", items: [bare] },
      { kind: "List", items: [{ ...nodePool, kind: "Provisioner" }] },
    ].map((list) => JSON.stringify(overlayManifest(policy, list)));
    expect(weights.map((text) => /"weight":(\d+)/.exec(text)?.[1])).toEqual(["9", "9", "9"]);
  });

  it("changes EC2NodeClasses by their own group", () => {
    const nodeClass = { kind: "EC2NodeClass", metadata: { name: "default" }, spec: {} };
    expect(overlayManifest(policy, nodeClass)).toMatchObject({
      spec: { detailedMonitoring: true },
    });
  });
});

describe("the policies of a scenario", () => {
  type Spec = Parameters<typeof expandPolicies>[0];
  const spec = (policies: Spec["policies"]): Spec =>
    ({
      karpenter: { featureGates: { nodeRepair: true }, reservedEnis: 2 },
      scheduler: {},
      controller: {},
      policies,
    }) as unknown as Spec;

  it("are one, as-is, where none is written", () => {
    expect(expandPolicies(spec(undefined)).map(({ name }) => name)).toEqual(["as-is"]);
  });

  it("lay their options over the scenario's, key by key", () => {
    const [policy] = expandPolicies(
      spec([
        {
          name: "a",
          karpenter: { featureGates: { spotToSpotConsolidation: true } },
          experiments: { consolidation: { singleNode: false, minSavingsPercent: 10 } },
        },
      ]),
    );
    expect(policy?.karpenter).toEqual({
      featureGates: { nodeRepair: true, spotToSpotConsolidation: true },
      reservedEnis: 2,
    });
    expect(policy?.experiments).toEqual({ singleNodeConsolidation: false, minSavingsPercent: 10 });
  });
});
