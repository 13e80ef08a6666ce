// Which labels the scheduler knows, which nobody may set, and which are other names for them. The
// sets hold Karpenter's own labels and those that its AWS provider registers at start.
import {
  labelArch,
  labelCapacityReservationId,
  labelCapacityType,
  labelHostname,
  labelInstanceType,
  labelNodePool,
  labelOs,
  labelRegion,
  labelWindowsBuild,
  labelZone,
  labelZoneId,
} from "../apis/index.ts";
import { compareStrings } from "../units/index.ts";

/** Labels that only the AWS provider knows, under its own domain. */
const awsLabelNames = [
  "capacity-reservation-type",
  "capacity-reservation-interruptible",
  "instance-hypervisor",
  "instance-encryption-in-transit-supported",
  "instance-category",
  "instance-capability-flex",
  "instance-family",
  "instance-generation",
  "instance-size",
  "instance-local-nvme",
  "instance-cpu",
  "instance-cpu-manufacturer",
  "instance-cpu-sustained-clock-speed-mhz",
  "instance-memory",
  "instance-ebs-bandwidth",
  "instance-network-bandwidth",
  "instance-gpu-name",
  "instance-gpu-manufacturer",
  "instance-gpu-count",
  "instance-gpu-memory",
  "instance-accelerator-name",
  "instance-accelerator-manufacturer",
  "instance-accelerator-count",
  "instance-tenancy",
  "placement-group-id",
  "placement-group-partition",
] as const;

/**
 * Labels that instance types and offerings define, in code-unit order. A requirement on one of
 * them may be undefined on the other side in lenient comparisons.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go WellKnownLabels
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/labels.go init
 */
export const wellKnownLabels: ReadonlySet<string> = new Set(
  [
    labelNodePool,
    labelZone,
    labelRegion,
    labelInstanceType,
    labelArch,
    labelOs,
    labelCapacityType,
    labelWindowsBuild,
    labelCapacityReservationId,
    labelZoneId,
    ...awsLabelNames.map((name) => `karpenter.k8s.aws/${name}`),
  ].sort(compareStrings),
);

/**
 * The only values that make sense for some well-known labels.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go WellKnownValuesForRequirements
 */
export const wellKnownValues: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [labelCapacityType, new Set(["on-demand", "reserved", "spot"])],
  ["karpenter.k8s.aws/instance-tenancy", new Set(["dedicated", "default"])],
]);

/**
 * Label domains that users may not use, each with its subdomains.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go RestrictedLabelDomains
 */
export const restrictedLabelDomains: readonly string[] = ["karpenter.k8s.aws", "karpenter.sh"];

/**
 * Labels that users may not use, because the scheduler gives them their meaning.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go RestrictedLabels
 */
export const restrictedLabels: ReadonlySet<string> = new Set([labelHostname]);

const aliases: ReadonlyMap<string, string> = new Map([
  ["failure-domain.beta.kubernetes.io/zone", labelZone],
  ["failure-domain.beta.kubernetes.io/region", labelRegion],
  ["beta.kubernetes.io/arch", labelArch],
  ["beta.kubernetes.io/os", labelOs],
  ["beta.kubernetes.io/instance-type", labelInstanceType],
  ["topology.ebs.csi.aws.com/zone", labelZone],
]);

/**
 * The current name of a label: old names of zone, region, arch, os and instance type, and the EBS
 * driver's zone, are other names for the same thing. Any other label is itself.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go NormalizedLabels
 * @see karpenter-provider-aws v1.14.1 pkg/operator/operator.go NewOperator
 */
export function normalizeLabel(key: string): string {
  return aliases.get(key) ?? key;
}

/**
 * The part of a label before its first slash; empty without one.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go GetLabelDomain
 */
export function labelDomain(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}

/**
 * Whether users are barred from a label: it isn't well known, and belongs to Karpenter's domains
 * or is the host name.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go IsRestrictedLabel
 */
export function isRestrictedLabel(key: string): boolean {
  if (wellKnownLabels.has(key)) return false;
  const domain = labelDomain(key);
  return (
    restrictedLabels.has(key) ||
    restrictedLabelDomains.some((it) => domain === it || domain.endsWith(`.${it}`))
  );
}

/**
 * Why a restricted label may not be used, in upstream's words.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go IsRestrictedLabel
 */
export function restrictedLabelMessage(key: string): string {
  const known = [...wellKnownLabels].join(" ");
  return (
    `using label ${key} is not allowed as it might interfere with the internal provisioning ` +
    `logic; specify a well known label: [${known}], or a custom label that does not use a ` +
    `restricted domain: [${restrictedLabelDomains.join(" ")}]`
  );
}

/**
 * The label that carries the NodeClass name: `karpenter.k8s.aws/ec2nodeclass`.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go NodeClassLabelKey
 */
export function nodeClassLabel(group: string, kind: string): string {
  return `${group}/${kind.toLowerCase()}`;
}
