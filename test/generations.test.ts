import { describe, expect, it } from "vitest";
import { assembleObjects, parseObject } from "../core/apis/index.ts";
import type { ClusterObject } from "../core/state/index.ts";
import { hours } from "../core/units/index.ts";
import { deploymentManifest, runWithJournal, worldPlan } from "./support/worlds.ts";

type Manifest = Readonly<Record<string, unknown>>;

const requirements = [
  { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
  { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
  { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
  { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
  { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
];
const limits = { cpu: "1000", memory: "2000Gi" };
const terms = [{ tags: { "karpenter.sh/discovery": "shop" } }];

/** The same NodePool and node class, in the words of three API generations. */
const generations: Readonly<Record<string, readonly Manifest[]>> = {
  v1: [
    {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name: "general" },
      spec: {
        template: {
          spec: {
            requirements,
            nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" },
            expireAfter: "720h",
          },
        },
        limits,
        disruption: { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: "0s" },
      },
    },
    {
      apiVersion: "karpenter.k8s.aws/v1",
      kind: "EC2NodeClass",
      metadata: { name: "general" },
      spec: {
        role: "KarpenterNodeRole-shop",
        amiFamily: "AL2",
        amiSelectorTerms: [{ alias: "al2@latest" }],
        subnetSelectorTerms: terms,
        securityGroupSelectorTerms: terms,
      },
    },
  ],
  v1beta1: [
    {
      apiVersion: "karpenter.sh/v1beta1",
      kind: "NodePool",
      metadata: { name: "general" },
      spec: {
        template: { spec: { requirements, nodeClassRef: { name: "general" } } },
        limits,
        disruption: { consolidationPolicy: "WhenUnderutilized", expireAfter: "720h" },
      },
    },
    {
      apiVersion: "karpenter.k8s.aws/v1beta1",
      kind: "EC2NodeClass",
      metadata: { name: "general" },
      spec: {
        role: "KarpenterNodeRole-shop",
        amiFamily: "AL2",
        subnetSelectorTerms: terms,
        securityGroupSelectorTerms: terms,
      },
    },
  ],
  v1alpha5: [
    {
      apiVersion: "karpenter.sh/v1alpha5",
      kind: "Provisioner",
      metadata: { name: "general" },
      spec: {
        requirements,
        limits: { resources: limits },
        providerRef: { name: "general" },
        consolidation: { enabled: true },
        ttlSecondsUntilExpired: 2_592_000,
      },
    },
    {
      apiVersion: "karpenter.k8s.aws/v1alpha1",
      kind: "AWSNodeTemplate",
      metadata: { name: "general" },
      spec: {
        amiFamily: "AL2",
        instanceProfile: "KarpenterNodeInstanceProfile-shop",
        subnetSelector: { "karpenter.sh/discovery": "shop" },
        securityGroupSelector: { "karpenter.sh/discovery": "shop" },
      },
    },
  ],
};

function load(manifests: readonly Manifest[]): readonly ClusterObject[] {
  const { objects, issues } = assembleObjects(manifests.map((manifest) => parseObject(manifest)));
  expect(issues.filter(({ issue }) => issue.severity === "error")).toEqual([]);
  return objects as readonly ClusterObject[];
}

describe("three generations of one NodePool", () => {
  it("give the same simulation", () => {
    const runs = Object.entries(generations).map(([generation, manifests]) => {
      const plan = worldPlan({ manifests: [deploymentManifest("web", 15)], lasts: hours(12) });
      // The plan's own node class is replaced by the generation's.
      const workloads = plan.objects.filter(({ kind }) => kind === "Deployment");
      const run = runWithJournal({ ...plan, objects: [...load(manifests), ...workloads] });
      expect(run.facts.pods.runningAtEnd, generation).toBe(15);
      return JSON.stringify(run.facts);
    });
    expect(new Set(runs).size).toBe(1);
  });
});
