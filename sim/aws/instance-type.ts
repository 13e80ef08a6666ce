/**
 * Karpenter InstanceTypes out of EC2's facts, without offerings yet: labels, capacity, overhead.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instancetype/types.go NewInstanceType
 */
import type { Ec2NodeClass } from "../../core/apis/index.ts";
import {
  labelArch,
  labelCapacityType,
  labelInstanceType,
  labelOs,
  labelRegion,
  labelWindowsBuild,
  labelZone,
  labelZoneId,
} from "../../core/apis/index.ts";
import {
  computeAllocatable,
  totalOverhead,
  type InstanceType,
} from "../../core/cloudprovider/index.ts";
import { Requirement, Requirements } from "../../core/scheduling/index.ts";
import type { Ec2InstanceTypeFacts } from "../../traces/index.ts";
import { windowsBuilds } from "./eks-optimized-amis.ts";
import { nodeClassZones, zoneIdOf } from "./node-class-zones.ts";
import { instanceTypeCapacity, instanceTypeOverhead, type CapacitySettings } from "./capacity.ts";

/** Where the type may be launched, and how its capacity is estimated. */
export interface InstanceTypeContext extends CapacitySettings {
  readonly region: string;
  readonly zones: readonly string[];
}

/** The type as Karpenter sees it under a NodeClass, with no offerings. */
export function buildInstanceType(
  facts: Ec2InstanceTypeFacts,
  nodeClass: Ec2NodeClass,
  context: InstanceTypeContext,
): InstanceType {
  const capacity = instanceTypeCapacity(facts, nodeClass, context);
  const overhead = instanceTypeOverhead(facts, nodeClass, capacity);
  return {
    name: facts.instanceType,
    requirements: instanceTypeRequirements(facts, nodeClass, context),
    offerings: [],
    capacity,
    overhead,
    allocatable: computeAllocatable(capacity, totalOverhead(overhead)),
  };
}

type LabelValue = string | number | boolean | undefined;

function instanceTypeRequirements(
  facts: Ec2InstanceTypeFacts,
  nodeClass: Ec2NodeClass,
  context: InstanceTypeContext,
): Requirements {
  const windowsBuild = windowsBuilds[nodeClass.spec.amiFamily];
  // Windows runs on amd64 only: an empty value set makes the type unusable.
  const os = windowsBuild === undefined ? ["linux"] : facts.arch === "amd64" ? ["windows"] : [];
  const single: Readonly<Record<string, LabelValue>> = {
    [labelInstanceType]: facts.instanceType,
    [labelArch]: facts.arch,
    [labelWindowsBuild]: windowsBuild,
    [labelRegion]: context.region,
    ...awsLabels(facts),
  };
  return Requirements.of(
    ...Object.entries(single).map(([key, value]) =>
      value === undefined
        ? Requirement.of(key, "DoesNotExist")
        : Requirement.of(key, "In", [String(value)]),
    ),
    Requirement.of(labelOs, "In", os),
    ...zoneRequirements(nodeClass, context.zones),
    Requirement.of(labelCapacityType, "In", ["on-demand", "spot"]),
    Requirement.of("karpenter.k8s.aws/instance-tenancy", "In", ["dedicated", "default"]),
  );
}

function zoneRequirements(
  nodeClass: Ec2NodeClass,
  clusterZones: readonly string[],
): readonly Requirement[] {
  const zones = nodeClassZones(nodeClass, clusterZones);
  const ids = zones.flatMap((zone) => zoneIdOf(nodeClass, zone) ?? []);
  const byName = Requirement.of(labelZone, "In", zones);
  return ids.length === 0 ? [byName] : [byName, Requirement.of(labelZoneId, "In", ids)];
}

function awsLabels(facts: Ec2InstanceTypeFacts): Readonly<Record<string, LabelValue>> {
  // EC2 lists one kind of GPU a type; types with a fraction of one are listed with count 0.
  const hasGpu = facts.gpuName !== undefined;
  const labels: Readonly<Record<string, LabelValue>> = {
    "instance-category": facts.category,
    "instance-generation": facts.generation,
    "instance-family": facts.family,
    "instance-size": facts.size,
    "instance-capability-flex": facts.isFlex,
    "instance-hypervisor": facts.hypervisor ?? "",
    "instance-encryption-in-transit-supported": facts.hasEncryptionInTransit,
    "instance-cpu": facts.vcpus,
    "instance-cpu-manufacturer": facts.cpuManufacturer,
    "instance-cpu-sustained-clock-speed-mhz": facts.cpuClockMhz,
    "instance-memory": facts.memoryMib,
    "instance-ebs-bandwidth": facts.ebsBandwidthMbps,
    "instance-network-bandwidth": facts.networkBandwidthMbps,
    "instance-local-nvme": facts.localNvmeGb,
    "instance-gpu-name": facts.gpuName,
    "instance-gpu-manufacturer": facts.gpuManufacturer,
    "instance-gpu-count": hasGpu ? facts.gpuCount : undefined,
    "instance-gpu-memory": hasGpu ? facts.gpuMemoryMib : undefined,
    "instance-accelerator-name": facts.acceleratorName,
    "instance-accelerator-manufacturer": facts.acceleratorManufacturer,
    "instance-accelerator-count": facts.acceleratorCount,
    "capacity-reservation-id": undefined,
    "capacity-reservation-type": undefined,
    "capacity-reservation-interruptible": undefined,
  };
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [`karpenter.k8s.aws/${name}`, value]),
  );
}
