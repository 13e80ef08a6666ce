import { compareStrings } from "../units/index.ts";

/**
 * Old names of labels, and the EBS driver's name of the zone, by the name that they stand for. Applied
 * to requirements wherever they come from.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go NormalizedLabels
 * @see karpenter-provider-aws v1.14.1 pkg/operator/operator.go NewOperator
 */
export const normalizedLabels: ReadonlyMap<string, string> = new Map([
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
  ["beta.kubernetes.io/arch", "kubernetes.io/arch"],
  ["beta.kubernetes.io/os", "kubernetes.io/os"],
  ["beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"],
  ["topology.ebs.csi.aws.com/zone", "topology.kubernetes.io/zone"],
]);

const instanceLabelNames = [
  "capacity-reservation-id",
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
 * Labels that Karpenter with the AWS provider knows, sorted.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go WellKnownLabels
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/labels.go init
 */
export const wellKnownLabelNames: readonly string[] = [
  "karpenter.sh/nodepool",
  "karpenter.sh/capacity-type",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "topology.k8s.aws/zone-id",
  "node.kubernetes.io/instance-type",
  "node.kubernetes.io/windows-build",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  ...instanceLabelNames.map((name) => `karpenter.k8s.aws/${name}`),
].sort(compareStrings);
const wellKnown: ReadonlySet<string> = new Set(wellKnownLabelNames);

/**
 * Label domains that users may not use, each with its subdomains.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go RestrictedLabelDomains
 */
export const restrictedLabelDomains: readonly string[] = ["karpenter.k8s.aws", "karpenter.sh"];

const tenancies: readonly string[] = ["dedicated", "default"];

/**
 * Values that a label can have, for labels with a fixed set of them.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go WellKnownValuesForRequirements
 */
export const wellKnownValues: ReadonlyMap<string, readonly string[]> = new Map([
  ["karpenter.sh/capacity-type", ["on-demand", "reserved", "spot"]],
  ["karpenter.k8s.aws/instance-tenancy", tenancies],
]);

/**
 * Why a label must not be used in requirements and templates; undefined for one that may.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go IsRestrictedLabel
 */
export function restrictedLabelReason(key: string): string | undefined {
  if (wellKnown.has(key)) return undefined;
  const domain = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
  const isRestricted = restrictedLabelDomains.some(
    (restricted) => domain === restricted || domain.endsWith(`.${restricted}`),
  );
  if (!isRestricted && key !== "kubernetes.io/hostname") return undefined;
  return (
    `using label ${key} is not allowed as it might interfere with the internal provisioning ` +
    `logic; specify a well known label: [${wellKnownLabelNames.join(" ")}], or a custom label ` +
    `that does not use a restricted domain: [${restrictedLabelDomains.join(" ")}]`
  );
}

const name = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const prefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const consistOf =
  "must consist of alphanumeric characters, '-', '_' or '.', " +
  "and must start and end with an alphanumeric character";

/**
 * What is wrong with a qualified name such as `example.com/team`; none for a good one.
 *
 * @see k8s.io/apimachinery pkg/util/validation/validation.go IsQualifiedName
 */
export function qualifiedNameFaults(text: string): readonly string[] {
  const parts = text.split("/");
  if (parts.length > 2) {
    return [
      `a qualified name ${consistOf} (e.g. 'MyName', or 'my.name', or '123-abc', regex used for ` +
        "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS " +
        "subdomain prefix and '/' (e.g. 'example.com/MyName')",
    ];
  }
  const faults: string[] = [];
  const [first = "", second] = parts;
  if (second !== undefined) {
    if (first === "") faults.push("prefix part must be non-empty");
    else if (first.length > 253) faults.push("prefix part must be no more than 253 bytes");
    else if (!prefix.test(first)) {
      faults.push(
        "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      );
    }
  }
  const local = second ?? first;
  if (local === "") faults.push("name part must be non-empty");
  else if (local.length > 63) faults.push("name part must be no more than 63 bytes");
  if (!name.test(local)) faults.push(`name part ${consistOf}`);
  return faults;
}

/**
 * What is wrong with the value of a label; none for a good one, and the empty value is good.
 *
 * @see k8s.io/apimachinery pkg/util/validation/validation.go IsValidLabelValue
 */
export function labelValueFaults(value: string): readonly string[] {
  const faults: string[] = [];
  if (value.length > 63) faults.push("must be no more than 63 bytes");
  if (value !== "" && !name.test(value)) {
    faults.push(`a valid label must be an empty string or ${consistOf.replace("must ", "")}`);
  }
  return faults;
}
