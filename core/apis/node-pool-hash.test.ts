import { describe, expect, it } from "vitest";
import { hours, Never, simTime } from "../units/index.ts";
import { nodePoolHash } from "./node-pool-hash.ts";
import type { NodeClaimTemplate, NodePool } from "./node-pool.ts";

interface Parts {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: Partial<NodeClaimTemplate["spec"]>;
}

function nodePool({ labels = {}, annotations = {}, spec = {} }: Parts): NodePool {
  return {
    kind: "NodePool",
    metadata: {
      name: "default",
      namespace: "",
      uid: "1",
      labels: {},
      annotations: {},
      creationTimestamp: simTime(0),
      finalizers: [],
      ownerReferences: [],
      generation: 1,
    },
    spec: {
      template: {
        labels,
        annotations,
        spec: {
          taints: [],
          startupTaints: [],
          requirements: [],
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          expireAfter: hours(720),
          ...spec,
        },
      },
      disruption: {
        consolidateAfter: hours(0),
        consolidationPolicy: "WhenEmptyOrUnderutilized",
        budgets: [],
      },
      limits: {},
    },
    status: { conditions: [] },
  };
}

const gpuTaint = { key: "dedicated", value: "gpu", effect: "NoSchedule" } as const;
const bigTaint = { key: "size", value: "größe 大 🚀", effect: "NoExecute" } as const;

describe("nodePoolHash", () => {
  // Expected numbers were printed by upstream's NodePool.Hash.
  it.each<[string, string, Parts]>([
    ["the defaults", "6821555240594823858", {}],
    ["no expiry", "17369979337536258260", { spec: { expireAfter: Never } }],
    ["expiry at once", "15640125381500602090", { spec: { expireAfter: hours(0) } }],
    [
      "a label, a taint and a grace period",
      "18194234173739464395",
      { labels: { team: "a" }, spec: { taints: [gpuTaint], terminationGracePeriod: hours(48) } },
    ],
    [
      "a grace period of zero",
      "10356118934572431967",
      { spec: { terminationGracePeriod: hours(0) } },
    ],
    [
      "annotations and startup taints beyond ASCII",
      "1628602127284005280",
      { annotations: { a: "1", b: "" }, spec: { startupTaints: [gpuTaint, bigTaint] } },
    ],
  ])("equals upstream's for %s", (_name, hash, parts) => {
    expect(nodePoolHash(nodePool(parts))).toBe(hash);
  });

  it("does not see requirements", () => {
    const requirements = [{ key: "a", operator: "Exists", values: [] }] as const;
    expect(nodePoolHash(nodePool({ spec: { requirements } }))).toBe(nodePoolHash(nodePool({})));
  });

  it("does not see the order of taints and labels", () => {
    const one = nodePool({ labels: { a: "1", b: "2" }, spec: { taints: [gpuTaint, bigTaint] } });
    const other = nodePool({ labels: { b: "2", a: "1" }, spec: { taints: [bigTaint, gpuTaint] } });
    expect(nodePoolHash(one)).toBe(nodePoolHash(other));
  });
});
