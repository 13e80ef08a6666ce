import { describe, expect, it } from "vitest";
import {
  instanceType,
  instanceTypes,
  labelInstanceCpu,
  labelInstanceFamily,
  offering,
} from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { type PodOverrides, pod, pods } from "../../test/support/pods.ts";
import {
  describeResults,
  schedule,
  type SchedulingOverrides,
} from "../../test/support/scheduling.ts";
import { Requirement } from "../scheduling/index.ts";
import { toNodeClaimDraft, truncateResults } from "./node-claim-draft.ts";

const type = "node.kubernetes.io/instance-type";
const zone = "topology.kubernetes.io/zone";
const capacityType = "karpenter.sh/capacity-type";

function errorOf(overrides: PodOverrides, rest: SchedulingOverrides = {}): string {
  const results = schedule({ ...rest, podsToSchedule: [pod(overrides)] });
  return [...results.podErrors.values()].map(({ message }) => message).join();
}

describe("why no instance type is left", () => {
  const small = instanceType({ name: "small", resources: { cpu: 2 } });
  const arm = instanceType({
    name: "arm",
    architecture: "arm64",
    resources: { cpu: 8 },
    offerings: [offering({ zone: "test-zone-2" })],
  });
  const twoTypes = { instanceTypes: [small, arm] };
  const select = (nodeSelector: Record<string, string>, cpu: number): PodOverrides => ({
    requests: { cpu },
    spec: { nodeSelector },
  });

  // Upstream's sentences that can occur: what is big enough but not offered counts as too small.
  it.each<[string, PodOverrides]>([
    [
      "met the scheduling requirements or had enough resources or had a required offering",
      select({ [labelInstanceCpu]: "64", [zone]: "test-zone-9" }, 99),
    ],
    [
      "met the scheduling requirements or had enough resources",
      select({ [labelInstanceCpu]: "64" }, 99),
    ],
    [
      "had enough resources or had a required offering",
      select({ "karpenter.k8s.aws/capacity-reservation-id": "cr-1" }, 1),
    ],
    ["met all requirements", select({ [labelInstanceCpu]: "64" }, 1)],
    ["has enough resources", select({}, 99)],
    [
      "which had enough resources and the required offering met the scheduling requirements",
      select({ [type]: "small" }, 6),
    ],
  ])("no instance type %s", (sentence, overrides) => {
    const message = errorOf(overrides, twoTypes);
    expect(message.replace(/, requirements=.*/, "")).toBe(`no instance type ${sentence}`);
  });

  it("adds requirements and resources, and suspects a typo from a million cores on", () => {
    expect(errorOf(select({}, 1_000_000))).toBe(
      "no instance type has enough resources, requirements=karpenter.k8s.aws/ec2nodeclass In " +
        "[default], karpenter.sh/initialized In [true], karpenter.sh/nodepool In [default], " +
        'karpenter.sh/registered In [true], resources={"cpu":"1M","pods":"1"} ' +
        "(CPU request >= 1 Million, m vs M typo?)",
    );
  });

  it("shows the range of resources where daemons differ by type", () => {
    const daemon = (name: string, cpu: string, nodeSelector: Record<string, string>) =>
      pod({ name, requests: { cpu }, spec: { nodeSelector } });
    const daemonSetPods = [
      daemon("everywhere", "100m", {}),
      daemon("arm-only", "200m", { "kubernetes.io/arch": "arm64" }),
    ];
    expect(errorOf(select({}, 99), { ...twoTypes, daemonSetPods })).toMatch(
      /resources=min=\{"cpu":"99100m","pods":"2"\}, max=\{"cpu":"99300m","pods":"3"\}$/,
    );
  });
});

describe("minValues", () => {
  const familyTypes = ["a", "a", "b"].map((family, index) =>
    instanceType({
      name: `type-${index}`,
      resources: { cpu: index + 1 },
      requirements: [Requirement.of(labelInstanceFamily, "In", [family])],
    }),
  );
  const flexible = (minValues: number) => [
    nodePool({
      requirements: [{ key: labelInstanceFamily, operator: "Exists", values: [], minValues }],
    }),
  ];

  it("opens a NodeClaim only while enough different values are left", () => {
    const nodePools = flexible(2);
    const base = { nodePools, instanceTypes: familyTypes };
    expect(describeResults(schedule({ ...base, podsToSchedule: [pod()] }))).toEqual([
      "new default [pod] on type-0 type-1 type-2",
    ]);
    expect(errorOf({ requests: { cpu: "2.5" } }, base)).toContain(
      "minValues requirement is not met for label(s) (label(s)=[karpenter.k8s.aws/instance-family])",
    );
  });

  it("gives way under BestEffort, and the NodeClaim says so", () => {
    const results = schedule({
      nodePools: flexible(2),
      instanceTypes: familyTypes,
      podsToSchedule: [pod({ requests: { cpu: "2.5" } })],
      options: { minValuesPolicy: "BestEffort" },
    });
    const [nodeClaim] = results.newNodeClaims;
    expect(nodeClaim?.requirements.get(labelInstanceFamily).minValues).toBe(1);
    expect(nodeClaim?.isMinValuesRelaxed).toBe(true);
  });

  it("drops the NodePool when its own types don't have enough values, except under BestEffort", () => {
    const base = { nodePools: flexible(3), instanceTypes: familyTypes, podsToSchedule: [pod()] };
    expect(schedule(base).nodePoolsWithoutInstanceTypes).toEqual([
      { nodePoolName: "default", isMinValuesIncompatible: true },
    ]);
    const options = { minValuesPolicy: "BestEffort" } as const;
    expect(schedule({ ...base, options }).newNodeClaims).toHaveLength(1);
  });

  it("keeps truncation from cutting values off: the pods get an error instead", () => {
    const results = schedule({
      nodePools: flexible(2),
      instanceTypes: familyTypes,
      podsToSchedule: [pod()],
    });
    expect(describeResults(truncateResults(results, "Strict", 2))).toEqual([
      "pod: pod didn’t schedule because NodePool couldn’t meet minValues requirements, validating " +
        "minValues, minValues requirement is not met for label(s) " +
        "(label(s)=[karpenter.k8s.aws/instance-family]) (NodePool=default)",
    ]);
    expect(truncateResults(results, "BestEffort", 2).newNodeClaims).toHaveLength(1);
  });
});

describe("the NodeClaim for the API server", () => {
  it("names the cheapest types, the capacity types they come in, and custom labels", () => {
    const nodePools = [
      nodePool({
        labels: { tier: "web" },
        requirements: [
          { key: "team", operator: "In", values: ["b", "a"] },
          { key: capacityType, operator: "In", values: ["spot", "on-demand"] },
        ],
        limits: { cpu: 100 },
      }),
    ];
    const podsToSchedule = pods(2, {
      requests: { cpu: "500m" },
      spec: { nodeSelector: { [zone]: "test-zone-3" } },
    });
    const results = schedule({ nodePools, instanceTypes: instanceTypes(5), podsToSchedule });
    const [nodeClaim] = truncateResults(results, "Strict", 2).newNodeClaims;
    expect(nodeClaim && toNodeClaimDraft(nodeClaim)).toMatchInlineSnapshot(`
      {
        "generateName": "default-",
        "metadata": {
          "annotations": {
            "karpenter.sh/nodeclaim-min-values-relaxed": "false",
            "karpenter.sh/nodepool-hash": "15317448004337812369",
            "karpenter.sh/nodepool-hash-version": "v3",
          },
          "finalizers": [],
          "labels": {
            "karpenter.k8s.aws/ec2nodeclass": "default",
            "karpenter.sh/nodepool": "default",
            "team": "a",
            "tier": "web",
          },
          "ownerReferences": [
            {
              "apiVersion": "karpenter.sh/v1",
              "blockOwnerDeletion": true,
              "kind": "NodePool",
              "name": "default",
              "uid": "default",
            },
          ],
        },
        "spec": {
          "expireAfter": 2592000000,
          "nodeClassRef": {
            "group": "karpenter.k8s.aws",
            "kind": "EC2NodeClass",
            "name": "default",
          },
          "requests": {
            "cpu": 1000,
            "pods": 2,
          },
          "requirements": [
            {
              "key": "karpenter.k8s.aws/ec2nodeclass",
              "operator": "In",
              "values": [
                "default",
              ],
            },
            {
              "key": "karpenter.sh/capacity-type",
              "operator": "In",
              "values": [
                "on-demand",
              ],
            },
            {
              "key": "karpenter.sh/nodepool",
              "operator": "In",
              "values": [
                "default",
              ],
            },
            {
              "key": "node.kubernetes.io/instance-type",
              "operator": "In",
              "values": [
                "fake-it-1",
                "fake-it-2",
              ],
            },
            {
              "key": "team",
              "operator": "In",
              "values": [
                "a",
                "b",
              ],
            },
            {
              "key": "tier",
              "operator": "In",
              "values": [
                "web",
              ],
            },
            {
              "key": "topology.kubernetes.io/zone",
              "operator": "In",
              "values": [
                "test-zone-3",
              ],
            },
          ],
          "startupTaints": [],
          "taints": [],
        },
      }
    `);
  });
});
