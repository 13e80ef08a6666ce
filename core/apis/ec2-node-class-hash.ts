// The structural hash by which drift notices that an EC2NodeClass has changed, out of its spec as
// written. It equals upstream's: the shapes below name upstream's types and fields, in their order,
// because all of that is part of the hash. Selector terms, ipPrefixCount and the written AMI family
// are left out; the family that results is hashed beside the spec.
import { formatQuantity, tryParseDuration, tryParseQuantity } from "../units/index.ts";
import type { Ec2NodeClass } from "./ec2-node-class.ts";
import {
  hashOfFlag,
  hashOfInteger,
  hashOfMap,
  hashOfSet,
  hashOfStruct,
  hashOfText,
  type StructuralHash,
} from "./structural-hash.ts";

/**
 * Version of the hash; goes up when the hashed fields or their defaults change.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go EC2NodeClassHashVersion
 */
export const ec2NodeClassHashVersion = "v5";

/**
 * Hash of what machines of the NodeClass are made with, as a decimal number. `caBundle` is the
 * cluster's certificate authority, which is part of the machines' user data.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go EC2NodeClass.Hash
 */
export function ec2NodeClassHash({ spec }: Ec2NodeClass, caBundle = ""): string {
  const hashes = [hashOfSpec(spec.raw) ?? 0n, hashOfText(spec.amiFamily), hashOfText(caBundle)];
  return hashOfSet(hashes).toString();
}

/** The hash of a field as written; `undefined` for one that isn't, or that holds its type's zero. */
type Shape = (written: unknown) => StructuralHash | undefined;

/** A field behind a pointer: whatever is written counts, zero too. */
const text: Shape = (written) => (typeof written === "string" ? hashOfText(written) : undefined);
const flag: Shape = (written) => (typeof written === "boolean" ? hashOfFlag(written) : undefined);
const int32: Shape = (written) => integer(written, 4);
const int64: Shape = (written) => integer(written, 8);

function integer(written: unknown, byteCount: number): StructuralHash | undefined {
  if (typeof written !== "number" || !Number.isSafeInteger(written)) return undefined;
  return hashOfInteger(BigInt(written), byteCount);
}

/** A field without a pointer: its type's zero is as good as nothing written. */
function unlessZero(shape: Shape): Shape {
  return (written) =>
    written === "" || written === 0 || written === false ? undefined : shape(written);
}

/** An amount in the one form that stands for it. */
const quantity: Shape = (written) => {
  const parsed = typeof written === "string" ? tryParseQuantity(written) : undefined;
  return parsed === undefined ? undefined : hashOfText(formatQuantity(parsed));
};

const nanosecondsPerMillisecond = 1_000_000n;

const duration: Shape = (written) => {
  const parsed = typeof written === "string" ? tryParseDuration(written) : undefined;
  if (parsed === undefined) return undefined;
  const nanoseconds = BigInt(parsed) * nanosecondsPerMillisecond;
  const inside = nanoseconds === 0n ? undefined : hashOfInteger(nanoseconds);
  return hashOfStruct("Duration", [["Duration", inside]]);
};

function isMapping(written: unknown): written is Readonly<Record<string, unknown>> {
  return typeof written === "object" && written !== null && !Array.isArray(written);
}

function mapOf(shape: Shape): Shape {
  return (written) =>
    isMapping(written) ? hashOfMap(written, (value) => shape(value) ?? 0n) : undefined;
}

function listOf(shape: Shape): Shape {
  return (written) => {
    if (!Array.isArray(written)) return undefined;
    return hashOfSet((written as readonly unknown[]).map((element) => shape(element) ?? 0n));
  };
}

/** Upstream's name of the field, the one that is written, and its shape. */
type Field = readonly [string, string, Shape];

function struct(name: string, fields: readonly Field[]): Shape {
  return (written) => {
    if (!isMapping(written)) return undefined;
    return hashOfStruct(
      name,
      fields.map(([field, key, shape]) => [field, shape(written[key])]),
    );
  };
}

const textMap = mapOf(text);

const kubelet = struct("KubeletConfiguration", [
  ["ClusterDNS", "clusterDNS", listOf(text)],
  ["MaxPods", "maxPods", int32],
  ["PodsPerCore", "podsPerCore", int32],
  ["SystemReserved", "systemReserved", textMap],
  ["KubeReserved", "kubeReserved", textMap],
  ["EvictionHard", "evictionHard", textMap],
  ["EvictionSoft", "evictionSoft", textMap],
  ["EvictionSoftGracePeriod", "evictionSoftGracePeriod", mapOf(duration)],
  ["EvictionMaxPodGracePeriod", "evictionMaxPodGracePeriod", int32],
  ["ImageGCHighThresholdPercent", "imageGCHighThresholdPercent", int32],
  ["ImageGCLowThresholdPercent", "imageGCLowThresholdPercent", int32],
  ["CPUCFSQuota", "cpuCFSQuota", flag],
]);

const blockDevice = struct("BlockDevice", [
  ["DeleteOnTermination", "deleteOnTermination", flag],
  ["Encrypted", "encrypted", flag],
  ["IOPS", "iops", int64],
  ["KMSKeyID", "kmsKeyID", text],
  ["SnapshotID", "snapshotID", text],
  ["Throughput", "throughput", int64],
  ["VolumeInitializationRate", "volumeInitializationRate", int32],
  ["VolumeSize", "volumeSize", quantity],
  ["VolumeType", "volumeType", text],
]);

const blockDeviceMapping = struct("BlockDeviceMapping", [
  ["DeviceName", "deviceName", text],
  ["EBS", "ebs", blockDevice],
  ["RootVolume", "rootVolume", unlessZero(flag)],
]);

const networkInterface = struct("NetworkInterface", [
  ["NetworkCardIndex", "networkCardIndex", unlessZero(int32)],
  ["DeviceIndex", "deviceIndex", unlessZero(int32)],
  ["InterfaceType", "interfaceType", unlessZero(text)],
]);

const metadataOptions = struct("MetadataOptions", [
  ["HTTPEndpoint", "httpEndpoint", text],
  ["HTTPProtocolIPv6", "httpProtocolIPv6", text],
  ["HTTPPutResponseHopLimit", "httpPutResponseHopLimit", int64],
  ["HTTPTokens", "httpTokens", text],
]);

const connectionTracking = struct("ConnectionTracking", [
  ["TCPEstablishedTimeout", "tcpEstablishedTimeout", int32],
  ["UDPStreamTimeout", "udpStreamTimeout", int32],
  ["UDPTimeout", "udpTimeout", int32],
]);

/** @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go EC2NodeClassSpec */
const hashOfSpec = struct("EC2NodeClassSpec", [
  [
    "PlacementGroupSelector",
    "placementGroupSelector",
    struct("PlacementGroupSelector", [
      ["Name", "name", text],
      ["ID", "id", text],
    ]),
  ],
  ["AssociatePublicIPAddress", "associatePublicIPAddress", flag],
  ["UserData", "userData", text],
  ["Role", "role", unlessZero(text)],
  ["InstanceProfile", "instanceProfile", text],
  ["Tags", "tags", textMap],
  ["Kubelet", "kubelet", kubelet],
  ["BlockDeviceMappings", "blockDeviceMappings", listOf(blockDeviceMapping)],
  ["InstanceStorePolicy", "instanceStorePolicy", text],
  ["NetworkInterfaces", "networkInterfaces", listOf(networkInterface)],
  ["DetailedMonitoring", "detailedMonitoring", flag],
  ["MetadataOptions", "metadataOptions", metadataOptions],
  ["ConnectionTracking", "connectionTracking", connectionTracking],
  ["Context", "context", text],
  [
    "CPUOptions",
    "cpuOptions",
    struct("CPUOptions", [["NestedVirtualization", "nestedVirtualization", text]]),
  ],
]);
