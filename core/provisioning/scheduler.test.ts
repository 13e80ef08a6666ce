import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instanceType, instanceTypes, offering } from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { type PodOverrides, pod, pods } from "../../test/support/pods.ts";
import { strictPodRequirements } from "../scheduling/index.ts";
import { fits } from "../units/index.ts";
import {
  describeResults,
  schedule,
  type SchedulingOverrides,
} from "../../test/support/scheduling.ts";

function decide(overrides: SchedulingOverrides): readonly string[] {
  return describeResults(schedule(overrides));
}

const zone = "topology.kubernetes.io/zone";
const arch = "kubernetes.io/arch";

describe("Scheduler", () => {
  it("opens a NodeClaim for a pending pod and leaves every type that fits", () => {
    expect(decide({ podsToSchedule: [pod()] })).toEqual([
      "new default [pod] on default-instance-type small-instance-type gpu-vendor-instance-type " +
        "gpu-vendor-b-instance-type arm-instance-type single-pod-instance-type",
    ]);
  });

  it("packs big pods first and drops types as they get too small", () => {
    const podsToSchedule = [
      pod({ name: "small", requests: { cpu: "1" } }),
      pod({ name: "big", requests: { cpu: "3" } }),
    ];
    expect(decide({ instanceTypes: instanceTypes(5), podsToSchedule })).toEqual([
      "new default [big small] on fake-it-4",
    ]);
  });

  it("prefers an existing node to an open NodeClaim, and initialized nodes to others", () => {
    const stateNodes = [
      stateNode({ name: "a", isInitialized: false }),
      stateNode({ name: "b" }),
      stateNode({ name: "c", isManaged: false }),
    ];
    const podsToSchedule = pods(12, { requests: { cpu: "1" } });
    expect(decide({ stateNodes, podsToSchedule })).toEqual([
      "b [pod-1 pod-10 pod-11 pod-12]",
      "c [pod-2 pod-3 pod-4 pod-5]",
      "a [pod-6 pod-7 pod-8 pod-9]",
    ]);
  });

  it.each<[string, PodOverrides, string]>([
    ["node selector", { spec: { nodeSelector: { [arch]: "arm64" } } }, "arm-instance-type"],
    ["requests", { requests: { cpu: "8" } }, "arm-instance-type"],
    ["extended resource", { requests: { "fake.com/vendor-a": 1 } }, "gpu-vendor-instance-type"],
  ])("chooses types by %s", (_what, overrides, names) => {
    expect(decide({ podsToSchedule: [pod(overrides)] })).toEqual([`new default [pod] on ${names}`]);
  });

  it("tries NodePools in the order given and reports one error each", () => {
    const taints = [{ key: "team", value: "a", effect: "NoSchedule" }] as const;
    const nodePools = [
      nodePool({ name: "tainted", taints }),
      nodePool({ name: "arm", requirements: [{ key: arch, operator: "In", values: ["arm64"] }] }),
    ];
    const amd = pod({ spec: { nodeSelector: { [arch]: "amd64" } } });
    expect(decide({ nodePools, podsToSchedule: [amd] })).toEqual([
      "pod: did not tolerate taint (taint=team=a:NoSchedule); " +
        "incompatible requirements, key kubernetes.io/arch, kubernetes.io/arch In [amd64] not in " +
        "kubernetes.io/arch In [arm64]",
    ]);
    expect(decide({ nodePools, podsToSchedule: [pod()] })).toEqual([
      "new arm [pod] on arm-instance-type",
    ]);
  });

  it("fills the NodeClaim with the fewest pods first; of equals the one that was first before", () => {
    const types = [instanceType({ resources: { cpu: "10", memory: "100Gi", pods: "100" } })];
    const podsToSchedule = [
      ...pods(2, { name: "big", requests: { cpu: "6" } }),
      ...pods(3, { name: "small", requests: { cpu: "1" } }),
    ];
    expect(decide({ instanceTypes: types, podsToSchedule })).toEqual([
      "new default [big-2 small-2 small-3] on default-instance-type",
      "new default [big-1 small-1] on default-instance-type",
    ]);
  });

  it("keeps pods with the same host port apart", () => {
    const ports = [{ containerPort: 80, hostPort: 80 }];
    const types = [instanceType()];
    expect(decide({ instanceTypes: types, podsToSchedule: pods(2, { ports }) })).toEqual([
      "new default [pod-1] on default-instance-type",
      "new default [pod-2] on default-instance-type",
    ]);
  });

  it("does not launch what has no available offering", () => {
    const types = [instanceType({ offerings: [offering({ available: false })] })];
    const results = schedule({ instanceTypes: types, podsToSchedule: [pod()] });
    expect(results.nodePoolsWithoutInstanceTypes).toEqual([
      { nodePoolName: "default", isMinValuesIncompatible: false },
    ]);
    expect(describeResults(results)).toEqual([
      "pod: nodepool requirements filtered out all available instance types",
    ]);
  });

  it("refuses pods with resource claims without relaxing them", () => {
    expect(decide({ podsToSchedule: [pod({ spec: { hasResourceClaims: true } })] })).toEqual([
      "pod: pod has Dynamic Resource Allocation requirements that are not yet supported by Karpenter",
    ]);
  });

  it("keeps pods of running nodes off nodes under consolidateAfter, but not pending ones", () => {
    const nodePools = [nodePool({ disruption: { consolidateAfter: 1 as never } })];
    const stateNodes = [stateNode()];
    const options = { enforceConsolidateAfter: true };
    const running = pod({ name: "running", nodeName: "other" });
    const podsToSchedule = [running, pod({ name: "waiting" })];
    const lines = decide({ nodePools, stateNodes, podsToSchedule, options });
    expect(lines.map((line) => line.replace(/ on .*/, ""))).toEqual([
      "new default [running]",
      "node [waiting]",
    ]);
    expect(decide({ nodePools, stateNodes, podsToSchedule })).toEqual(["node [running waiting]"]);
  });

  it("stops after the given number of attempts and says so", () => {
    const results = schedule({ podsToSchedule: pods(3), options: { attemptsMax: 2 } });
    expect(results.isTruncatedByLimit).toBe(true);
    expect(results.newNodeClaims.flatMap((it) => it.pods)).toHaveLength(2);
    expect(schedule({ podsToSchedule: pods(3) }).isTruncatedByLimit).toBe(false);
  });

  it("takes volume alternatives in order, the first that works", () => {
    const alternatives = ["test-zone-9", "test-zone-3", "test-zone-1"].map((name) =>
      pod({ spec: { nodeSelector: { [zone]: name } } }),
    );
    const volumes = new Map([["pod", alternatives.map((it) => strictPodRequirements(it))]]);
    const results = schedule({ podsToSchedule: [pod()] }, volumes);
    expect(results.newNodeClaims[0]?.requirements.get(zone).only).toBe("test-zone-3");
  });
});

describe("determinism", () => {
  const podOverrides = fc.record({
    cpu: fc.integer({ min: 0, max: 6 }),
    zone: fc.option(fc.constantFrom("test-zone-1", "test-zone-2", "test-zone-9")),
    arm: fc.boolean(),
  });
  const describePod = (it: { cpu: number; zone: string | null; arm: boolean }): PodOverrides => ({
    requests: { cpu: it.cpu },
    spec: {
      nodeSelector: {
        ...(it.zone === null ? {} : { [zone]: it.zone }),
        ...(it.arm ? { [arch]: "arm64" } : {}),
      },
    },
  });

  it("decides the same on the same frozen input, whatever the order of pods", () => {
    fc.assert(
      fc.property(fc.array(podOverrides, { maxLength: 30 }), (list) => {
        const podsToSchedule = list.map((it, index) =>
          pod({ name: `pod-${index}`, ...describePod(it) }),
        );
        const stateNodes = [
          stateNode({ name: "a" }),
          stateNode({ name: "b", zone: "test-zone-2" }),
        ];
        const once = decide({ stateNodes, podsToSchedule });
        expect(decide({ stateNodes, podsToSchedule })).toEqual(once);
        expect(decide({ stateNodes, podsToSchedule: podsToSchedule.toReversed() })).toEqual(once);
      }),
      { numRuns: 60 },
    );
  });

  it("never exceeds what any remaining type or node can hold", () => {
    fc.assert(
      fc.property(fc.array(podOverrides, { maxLength: 30 }), (list) => {
        const podsToSchedule = list.map((it, index) =>
          pod({ name: `pod-${index}`, ...describePod(it) }),
        );
        const results = schedule({ stateNodes: [stateNode()], podsToSchedule });
        const places = [...results.newNodeClaims, ...results.existingNodes];
        expect(places.flatMap((it) => it.pods).length + results.podErrors.size).toBe(
          podsToSchedule.length,
        );
        for (const { requests, instanceTypeOptions } of results.newNodeClaims) {
          expect(instanceTypeOptions.length).toBeGreaterThan(0);
          for (const { allocatable } of instanceTypeOptions) {
            expect(fits(requests, allocatable)).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
