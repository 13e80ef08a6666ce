import type { BlockDeviceMapping, Ec2NodeClass } from "../../core/apis/index.ts";

/**
 * EBS list prices of us-east-1, USD a month of 30 days; used for every region.
 *
 * @see Amazon EBS pricing
 */
const usdPerGibMonth: Readonly<Record<string, number>> = {
  gp3: 0.08,
  gp2: 0.1,
  io1: 0.125,
  io2: 0.125,
  st1: 0.045,
  sc1: 0.015,
  standard: 0.05,
};
const gp3UsdPerIopsMonth = 0.005;
const gp3UsdPerMibPerSecondMonth = 0.04;
const provisionedUsdPerIopsMonth = 0.065;
const gp3IncludedIops = 3000;
const gp3IncludedMibPerSecond = 125;
const hoursPerMonth = 720;
const gib = 2 ** 30;

const rootDevice = { deviceName: "/dev/xvda", rootVolume: true } as const;
const defaultVolumes: Readonly<Record<string, readonly BlockDeviceMapping[]>> = {
  Bottlerocket: [
    { ...rootDevice, ebs: volume(4) },
    { ...rootDevice, deviceName: "/dev/xvdb", rootVolume: false, ebs: volume(20) },
  ],
  Windows: [{ ...rootDevice, deviceName: "/dev/sda1", ebs: volume(50) }],
  other: [{ ...rootDevice, ebs: volume(20) }],
};

function volume(sizeGib: number): NonNullable<BlockDeviceMapping["ebs"]> {
  return { volumeSizeBytes: sizeGib * gib, volumeType: "gp3", deleteOnTermination: true };
}

/** What the volumes that a machine of the NodeClass starts with cost, USD per hour. */
export function volumesUsdPerHour(nodeClass: Ec2NodeClass): number {
  const { amiFamily, blockDeviceMappings } = nodeClass.spec;
  const family = amiFamily.startsWith("Windows") ? "Windows" : amiFamily;
  const mappings =
    blockDeviceMappings.length > 0
      ? blockDeviceMappings
      : (defaultVolumes[family] ?? defaultVolumes["other"] ?? []);
  return mappings.reduce((sum, mapping) => sum + volumeUsdPerHour(mapping), 0);
}

function volumeUsdPerHour({ ebs }: BlockDeviceMapping): number {
  if (ebs === undefined) return 0;
  const sizeGib = (ebs.volumeSizeBytes ?? 20 * gib) / gib;
  let usdPerMonth = sizeGib * (usdPerGibMonth[ebs.volumeType] ?? usdPerGibMonth["gp3"] ?? 0);
  if (ebs.volumeType === "gp3") {
    usdPerMonth += Math.max(0, (ebs.iops ?? 0) - gp3IncludedIops) * gp3UsdPerIopsMonth;
    const throughput = Math.max(0, (ebs.throughputMibPerSecond ?? 0) - gp3IncludedMibPerSecond);
    usdPerMonth += throughput * gp3UsdPerMibPerSecondMonth;
  } else if (ebs.volumeType === "io1" || ebs.volumeType === "io2") {
    usdPerMonth += (ebs.iops ?? 0) * provisionedUsdPerIopsMonth;
  }
  return usdPerMonth / hoursPerMonth;
}
