import { type Place, converted } from "../place.ts";
import { normalizedLabels } from "../label-rules.ts";
import type { NodeSelectorRequirement } from "../selectors.ts";

const linux: NodeSelectorRequirement = {
  key: "kubernetes.io/os",
  operator: "In",
  values: ["linux"],
};
const amd64: NodeSelectorRequirement = {
  key: "kubernetes.io/arch",
  operator: "In",
  values: ["amd64"],
};
const onDemand: NodeSelectorRequirement = {
  key: "karpenter.sh/capacity-type",
  operator: "In",
  values: ["on-demand"],
};
const generalPurpose: readonly NodeSelectorRequirement[] = [
  { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
  { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["2"] },
];
const typeKeys = [
  "node.kubernetes.io/instance-type",
  "karpenter.k8s.aws/instance-family",
  "karpenter.k8s.aws/instance-category",
  "karpenter.k8s.aws/instance-generation",
] as const;

/**
 * The requirements of a Provisioner and those that its webhook added: Linux, amd64, on-demand, and
 * c, m or r types from the third generation on, each unless the Provisioner says otherwise.
 *
 * @see karpenter-provider-aws v0.31.0 pkg/apis/v1alpha5/provisioner.go Provisioner.SetDefaults
 */
export function withProvisionerDefaults(
  written: readonly NodeSelectorRequirement[],
  place: Place,
): readonly NodeSelectorRequirement[] {
  const keys = new Set(written.map(({ key }) => normalizedLabels.get(key) ?? key));
  const isAnyType = typeKeys.every((key) => !keys.has(key));
  const added = [
    ...[linux, amd64, onDemand].filter(({ key }) => !keys.has(key)),
    ...(isAnyType ? generalPurpose : []),
  ];
  for (const { key, operator, values } of added) {
    const requirement = `${key} ${operator} [${values.join(", ")}]`;
    converted(
      place,
      undefined,
      `the requirement ${requirement}`,
      "a Provisioner had it by default",
    );
  }
  return [...written, ...added];
}
