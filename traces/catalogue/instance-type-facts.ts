import type { Cell, InternedColumn } from "./columns.ts";
import { readColumn } from "./columns.ts";
import type { InstanceTypeTable } from "./tables.ts";

/**
 * What EC2 says about an instance type, with nothing derived; undefined where EC2 says nothing.
 *
 * Labels, capacity and overhead as Karpenter sees them are computed by the AWS cloud provider of
 * the simulation. The documented allocatable figures are there to prove that computation.
 *
 * @see karpenter-provider-aws v1.14.1 website/content/en/docs/reference/instance-types.md
 */
export interface Ec2InstanceTypeFacts {
  /** `m5.large` */
  readonly instanceType: string;
  /** `m5` */
  readonly family: string;
  /** `m`; the letters before the generation. */
  readonly category: string;
  /** A digit string, as the label has it: `5`. */
  readonly generation: string;
  /** `large` */
  readonly size: string;
  readonly arch: "amd64" | "arm64";
  readonly vcpus: number;
  /** As sold, before any overhead. */
  readonly memoryMib: number;
  /** Pods that the network interfaces allow with the default VPC CNI. */
  readonly eniLimitedPods: number;
  /** `intel`, `amd` or `aws`. */
  readonly cpuManufacturer: string | undefined;
  /** Sustained clock speed; 0 for the few types whose document says 0. */
  readonly cpuClockMhz: number | undefined;
  /** Baseline, not burst; undefined where AWS says "Moderate" and the like. */
  readonly networkBandwidthMbps: number | undefined;
  /** Maximum; undefined for types that are not EBS-optimized by default. */
  readonly ebsBandwidthMbps: number | undefined;
  /** All instance-store disks together, decimal gigabytes. */
  readonly localNvmeGb: number | undefined;
  readonly gpuName: string | undefined;
  readonly gpuManufacturer: string | undefined;
  /** 0 for types that are sold with a fraction of one GPU. */
  readonly gpuCount: number | undefined;
  /** Of one GPU. */
  readonly gpuMemoryMib: number | undefined;
  readonly acceleratorName: string | undefined;
  readonly acceleratorManufacturer: string | undefined;
  readonly acceleratorCount: number | undefined;
  readonly neuronDevices: number | undefined;
  /** Of all Neuron devices together. */
  readonly neuronCores: number | undefined;
  readonly efaInterfaces: number | undefined;
  readonly isBareMetal: boolean;
  /** Undefined for bare metal. */
  readonly hypervisor: "nitro" | "xen" | undefined;
  readonly isBurstable: boolean;
  readonly isFlex: boolean;
  readonly hasEncryptionInTransit: boolean;
  /** On the default network card. */
  readonly maxEnis: number | undefined;
  readonly ipv4PerEni: number | undefined;
  /** Branch interfaces for pods; undefined where the type cannot trunk. */
  readonly podEniBranchInterfaces: number | undefined;
  /** As documented for AL2023 with default kubelet settings and the default 20 GiB volume. */
  readonly documentedAllocatableCpuMillicores: number;
  readonly documentedAllocatableMemoryMib: number;
  readonly documentedAllocatableEphemeralStorageGib: number;
  /** The release of the document that the row comes from; below v1.14.1 for retired types. */
  readonly docVersion: string;
}

type FactName = keyof Ec2InstanceTypeFacts;

/** The column of the source table that each fact is read from. */
const columnByFact: Readonly<Record<FactName, string>> = {
  instanceType: "instance_type",
  family: "family",
  category: "category",
  generation: "generation",
  size: "size",
  arch: "arch",
  vcpus: "vcpu",
  memoryMib: "memory_mib",
  eniLimitedPods: "pods",
  cpuManufacturer: "cpu_manufacturer",
  cpuClockMhz: "cpu_clock_mhz",
  networkBandwidthMbps: "network_bandwidth_mbps",
  ebsBandwidthMbps: "ebs_bandwidth_mbps",
  localNvmeGb: "local_nvme_gb",
  gpuName: "gpu_name",
  gpuManufacturer: "gpu_manufacturer",
  gpuCount: "gpu_count",
  gpuMemoryMib: "gpu_memory_mib",
  acceleratorName: "accelerator_name",
  acceleratorManufacturer: "accelerator_manufacturer",
  acceleratorCount: "accelerator_count",
  neuronDevices: "neuron_devices",
  neuronCores: "neuron_cores",
  efaInterfaces: "efa_interfaces",
  isBareMetal: "bare_metal",
  hypervisor: "hypervisor",
  isBurstable: "burstable",
  isFlex: "flex",
  hasEncryptionInTransit: "encryption_in_transit",
  maxEnis: "max_enis",
  ipv4PerEni: "ipv4_per_eni",
  podEniBranchInterfaces: "pod_eni_branch",
  documentedAllocatableCpuMillicores: "allocatable_cpu_millicores",
  documentedAllocatableMemoryMib: "allocatable_memory_mib",
  documentedAllocatableEphemeralStorageGib: "allocatable_ephemeral_storage_gib",
  docVersion: "doc_version",
};

/** How the text of each source column is to be read; `?` means that it may be empty. */
export const columnKinds = {
  instance_type: "text",
  family: "text",
  category: "text",
  generation: "text",
  size: "text",
  arch: "text",
  vcpu: "number",
  memory_mib: "number",
  pods: "number",
  cpu_manufacturer: "text?",
  cpu_clock_mhz: "number?",
  network_bandwidth_mbps: "number?",
  ebs_bandwidth_mbps: "number?",
  local_nvme_gb: "number?",
  gpu_name: "text?",
  gpu_manufacturer: "text?",
  gpu_count: "number?",
  gpu_memory_mib: "number?",
  accelerator_name: "text?",
  accelerator_manufacturer: "text?",
  accelerator_count: "number?",
  neuron_devices: "number?",
  neuron_cores: "number?",
  efa_interfaces: "number?",
  bare_metal: "boolean",
  hypervisor: "text?",
  burstable: "boolean",
  flex: "boolean",
  encryption_in_transit: "boolean",
  max_enis: "number?",
  ipv4_per_eni: "number?",
  pod_eni_branch: "number?",
  allocatable_cpu_millicores: "number",
  allocatable_memory_mib: "number",
  allocatable_ephemeral_storage_gib: "number",
  doc_version: "text",
} as const satisfies Readonly<Record<string, ColumnKind>>;

/** The kinds of source columns. */
export type ColumnKind = "text" | "text?" | "number" | "number?" | "boolean";

/**
 * The facts of every type, in the order of the table.
 *
 * @throws RangeError when the table lacks a column or a column lacks rows: the embedded file and
 * this code are then of different versions.
 */
export function readInstanceTypes(table: InstanceTypeTable): readonly Ec2InstanceTypeFacts[] {
  const rows: Partial<Record<FactName, Cell | undefined>>[] = Array.from(
    { length: table.rowCount },
    () => ({}),
  );
  for (const [fact, name] of Object.entries(columnByFact)) {
    const column: InternedColumn | undefined = table.columns[name];
    if (column === undefined) {
      throw new RangeError(`the embedded table of instance types has no column ${name}`);
    }
    for (const [index, cell] of readColumn(column, table.rowCount).entries()) {
      const row = rows[index];
      if (row !== undefined) {
        row[fact as FactName] = cell ?? undefined;
      }
    }
  }
  // The script that writes the table has checked each cell against `columnKinds`.
  return rows.map((row) => Object.freeze(row) as Ec2InstanceTypeFacts);
}
