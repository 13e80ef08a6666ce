/**
 * What a machine of a type offers and what it keeps for itself: capacity and overhead of a Karpenter
 * InstanceType, from EC2's facts and the EC2NodeClass.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instancetype/types.go computeCapacity
 */
import type { Ec2NodeClass } from "../../core/apis/index.ts";
import type { InstanceTypeOverhead } from "../../core/cloudprovider/index.ts";
import type { ResourceList } from "../../core/units/index.ts";
import {
  invariant,
  parseQuantity,
  parseResourceList,
  quantityToUnits,
} from "../../core/units/index.ts";
import type { Ec2InstanceTypeFacts } from "../../traces/index.ts";

const mib = 2 ** 20;
const gib = 2 ** 30;
const arm64HiddenMib = 64;

/** What the capacity of a type depends on besides the type. */
export interface CapacitySettings {
  readonly vmMemoryOverheadPercent: number;
  readonly reservedEnis: number;
}

/** Capacity in base units; resources that the type lacks are left out. */
export function instanceTypeCapacity(
  facts: Ec2InstanceTypeFacts,
  nodeClass: Ec2NodeClass,
  settings: CapacitySettings,
): ResourceList {
  const amounts: Record<string, number> = {
    cpu: facts.vcpus * 1000,
    memory: memoryCapacityMib(facts, settings.vmMemoryOverheadPercent) * mib,
    "ephemeral-storage": ephemeralStorageBytes(facts, nodeClass),
    pods: podCapacity(facts, nodeClass, settings),
    "vpc.amazonaws.com/pod-eni": facts.podEniBranchInterfaces ?? 0,
    "vpc.amazonaws.com/efa": facts.efaInterfaces ?? 0,
    "aws.amazon.com/neuron": facts.neuronDevices ?? 0,
    "aws.amazon.com/neuroncore": facts.neuronCores ?? 0,
    ...gpuCapacity(facts),
    ...windowsCapacity(facts, nodeClass),
  };
  const present = Object.entries(amounts).filter(([, amount]) => amount > 0);
  return Object.fromEntries(present);
}

const gpuResources: Readonly<Record<string, string>> = {
  nvidia: "nvidia.com/gpu",
  amd: "amd.com/gpu",
  habana: "habana.ai/gaudi",
};

function gpuCapacity(facts: Ec2InstanceTypeFacts): Readonly<Record<string, number>> {
  const name = gpuResources[facts.gpuManufacturer ?? ""];
  return name === undefined ? {} : { [name]: facts.gpuCount ?? 0 };
}

/** Windows pods get secondary addresses of the one interface. */
function windowsCapacity(
  facts: Ec2InstanceTypeFacts,
  { spec }: Ec2NodeClass,
): Readonly<Record<string, number>> {
  const isWindows = spec.amiFamily.startsWith("Windows") && facts.arch === "amd64";
  if (!isWindows || facts.ipv4PerEni === undefined) return {};
  return { "vpc.amazonaws.com/PrivateIPv4Address": facts.ipv4PerEni - 1 };
}

/** Memory that a node reports: what is sold, less the estimated overhead of virtualization. */
function memoryCapacityMib(facts: Ec2InstanceTypeFacts, overheadPercent: number): number {
  const sold = facts.memoryMib - (facts.arch === "arm64" ? arm64HiddenMib : 0);
  return sold - Math.ceil(sold * overheadPercent);
}

/**
 * Pods by network interfaces: all but one address of each.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instancetype/types.go ENILimitedPods
 */
function eniLimitedPods(facts: Ec2InstanceTypeFacts, reservedEnis: number): number {
  if (facts.maxEnis === undefined || facts.ipv4PerEni === undefined) return facts.eniLimitedPods;
  const usable = facts.maxEnis - reservedEnis;
  return usable <= 0 ? 0 : usable * (facts.ipv4PerEni - 1) + 2;
}

const windowsPods = 110;

function podCapacity(
  facts: Ec2InstanceTypeFacts,
  nodeClass: Ec2NodeClass,
  settings: CapacitySettings,
): number {
  const { kubelet, amiFamily } = nodeClass.spec;
  const isWindows = amiFamily.startsWith("Windows");
  const byFamily = isWindows ? windowsPods : eniLimitedPods(facts, settings.reservedEnis);
  const pods = kubelet.maxPods ?? byFamily;
  const perCore = kubelet.podsPerCore ?? 0;
  if (perCore <= 0 || amiFamily === "Bottlerocket") return pods;
  return Math.min(pods, perCore * facts.vcpus);
}

/** The device that holds images and pods' scratch space, and its default size, by AMI family. */
function defaultVolume(family: Ec2NodeClass["spec"]["amiFamily"]): [string | undefined, number] {
  if (family === "Bottlerocket") return ["/dev/xvdb", 20 * gib];
  if (family.startsWith("Windows")) return ["/dev/sda1", 50 * gib];
  return family === "Custom" ? [undefined, 20 * gib] : ["/dev/xvda", 20 * gib];
}

function ephemeralStorageBytes(facts: Ec2InstanceTypeFacts, nodeClass: Ec2NodeClass): number {
  const { blockDeviceMappings, instanceStorePolicy, amiFamily } = nodeClass.spec;
  if (instanceStorePolicy === "RAID0" && (facts.localNvmeGb ?? 0) > 0) {
    return (facts.localNvmeGb ?? 0) * 1e9;
  }
  const root = blockDeviceMappings.find((mapping) => mapping.rootVolume);
  if (root?.ebs?.volumeSizeBytes !== undefined) return root.ebs.volumeSizeBytes;
  const [device, defaultBytes] = defaultVolume(amiFamily);
  const mapping =
    amiFamily === "Custom"
      ? blockDeviceMappings.at(-1)
      : blockDeviceMappings.find(({ deviceName }) => deviceName === device);
  return mapping?.ebs?.volumeSizeBytes ?? defaultBytes;
}

/** Kube-reserved, system-reserved and eviction threshold for a type with this capacity. */
export function instanceTypeOverhead(
  facts: Ec2InstanceTypeFacts,
  nodeClass: Ec2NodeClass,
  capacity: ResourceList,
): InstanceTypeOverhead {
  const { kubelet, amiFamily } = nodeClass.spec;
  const countsRealPods = amiFamily === "Bottlerocket" || amiFamily.startsWith("Windows");
  const pods = countsRealPods ? (capacity["pods"] ?? 0) : eniLimitedPods(facts, 0);
  return {
    kubeReserved: {
      cpu: kubeReservedCpuMillicores(facts.vcpus),
      memory: (11 * pods + 255) * mib,
      "ephemeral-storage": gib,
      ...parseResourceList(kubelet.kubeReserved),
    },
    systemReserved: parseResourceList(kubelet.systemReserved),
    evictionThreshold: evictionThreshold(kubelet.evictionHard, capacity),
  };
}

/** Share of each stretch of cores that the kubelet keeps; each stretch is cut to whole millicores. */
const cpuTiers = [
  { fromMillicores: 0, untilMillicores: 1000, share: 0.06 },
  { fromMillicores: 1000, untilMillicores: 2000, share: 0.01 },
  { fromMillicores: 2000, untilMillicores: 4000, share: 0.005 },
  { fromMillicores: 4000, untilMillicores: Number.MAX_SAFE_INTEGER, share: 0.0025 },
] as const;

function kubeReservedCpuMillicores(vcpus: number): number {
  let reserved = 0;
  for (const { fromMillicores, untilMillicores, share } of cpuTiers) {
    const width = Math.min(vcpus * 1000, untilMillicores) - fromMillicores;
    if (width > 0) reserved += Math.trunc(width * share);
  }
  return reserved;
}

function evictionThreshold(
  evictionHard: Readonly<Record<string, string>>,
  capacity: ResourceList,
): ResourceList {
  const storage = capacity["ephemeral-storage"] ?? 0;
  const memory = evictionHard["memory.available"];
  const nodefs = evictionHard["nodefs.available"];
  return {
    memory: memory === undefined ? 100 * mib : signalBytes(memory, capacity["memory"] ?? 0),
    "ephemeral-storage":
      nodefs === undefined ? Math.ceil(storage / 10) : signalBytes(nodefs, storage),
  };
}

/** An eviction signal is a quantity or a percentage of the capacity; 100 % switches it off. */
function signalBytes(signal: string, capacityBytes: number): number {
  if (!signal.endsWith("%")) return quantityToUnits(parseQuantity(signal));
  const percent = Number(signal.slice(0, -1));
  invariant(Number.isFinite(percent), "an eviction signal passed validation", { signal });
  return percent === 100 ? 0 : Math.ceil((capacityBytes / 100) * percent);
}
