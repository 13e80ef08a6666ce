import { describe, expect, it } from "vitest";
import { parseObject, type Ec2NodeClass } from "../../core/apis/index.ts";
import { formatResource } from "../../core/units/index.ts";
import { loadCatalogue } from "../../traces/index.ts";
import { buildInstanceType } from "./instance-type.ts";

const parsed = parseObject({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    role: "nodes",
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    subnetSelectorTerms: [{ tags: { discovery: "x" } }],
    securityGroupSelectorTerms: [{ tags: { discovery: "x" } }],
  },
});
const nodeClass = parsed.object as Ec2NodeClass;
const context = {
  region: "us-east-1",
  zones: ["us-east-1a", "us-east-1b"],
  vmMemoryOverheadPercent: 0.075,
  reservedEnis: 0,
};
const mib = 2 ** 20;

describe("instance types as Karpenter sees them", () => {
  it("have the allocatable that the AWS provider documents, for every type of the catalogue", () => {
    const wrong: string[] = [];
    for (const facts of loadCatalogue().instanceTypes) {
      const { allocatable } = buildInstanceType(facts, nodeClass, context);
      const matches =
        allocatable["cpu"] === facts.documentedAllocatableCpuMillicores &&
        allocatable["memory"] === facts.documentedAllocatableMemoryMib * mib &&
        allocatable["ephemeral-storage"] ===
          facts.documentedAllocatableEphemeralStorageGib * 1024 * mib;
      if (!matches) wrong.push(facts.instanceType);
    }
    expect(loadCatalogue().instanceTypes.length).toBe(1356);
    expect(wrong).toEqual([]);
  });

  it.each([
    ["m5.large", "7577Mi", 29, "1930m"],
    ["r6g.2xlarge", "60561Mi", 58, "7910m"],
    ["m5.24xlarge", "363724Mi", 737, "95690m"],
  ])("%s has %s of memory, %d pods and %s of allocatable CPU", (name, memory, pods, cpu) => {
    const type = buildInstanceType(loadCatalogue().instanceType(name), nodeClass, context);
    expect(formatResource("memory", type.capacity["memory"] ?? 0)).toBe(memory);
    expect(type.capacity["pods"]).toBe(pods);
    expect(formatResource("cpu", type.allocatable["cpu"] ?? 0)).toBe(cpu);
  });

  it("take pods per core as a lid on the pods that interfaces allow", () => {
    const kubelet = { ...nodeClass.spec.kubelet, podsPerCore: 4 };
    const dense = { ...nodeClass, spec: { ...nodeClass.spec, kubelet } };
    const type = buildInstanceType(loadCatalogue().instanceType("m5.large"), dense, context);
    expect(type.capacity["pods"]).toBe(8);
    // The kubelet's own share still follows the interfaces.
    expect(type.overhead.kubeReserved["memory"]).toBe(574 * mib);
  });

  it("lack the labels of what they don't have", () => {
    const type = buildInstanceType(loadCatalogue().instanceType("m5.large"), nodeClass, context);
    const gpu = type.requirements.get("karpenter.k8s.aws/instance-gpu-name");
    expect(gpu.operator).toBe("DoesNotExist");
    expect(type.requirements.get("karpenter.k8s.aws/instance-cpu").only).toBe("2");
  });
});
