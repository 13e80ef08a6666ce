import { labelNodePool, type NodeSelectorTerm, type Pod, type PodSpec } from "../apis/index.ts";
import { podRequirements, requirementViolations } from "../scheduling/index.ts";
import { sortedEntries } from "../units/index.ts";
import type { VolumeTopologyReader } from "./topology-tracker.ts";

/** Why a pod is left alone. */
export interface PodRefusal {
  readonly message: string;
  /** The pod says itself that it wants no node of Karpenter's: nothing to complain about. */
  readonly isByChoice: boolean;
}

const byChoice =
  "configured to not run on a Karpenter provisioned node " +
  `(requirement=${labelNodePool} DoesNotExist)`;

/**
 * Why a pending pod isn't considered; `undefined` for a pod that is. All reasons are told.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Validate
 */
export function validatePod(
  pod: Pod,
  volumeTopology: VolumeTopologyReader,
): PodRefusal | undefined {
  const { isByChoice, messages } = refusalOfSpec(pod);
  const volumes =
    pod.spec.volumes.length === 0 ? undefined : volumeTopology.validatePersistentVolumeClaims(pod);
  if (messages.length === 0 && volumes === undefined) return undefined;
  const all = volumes === undefined ? messages : [...messages, volumes];
  return { message: all.join("; "), isByChoice };
}

interface SpecRefusal {
  readonly isByChoice: boolean;
  readonly messages: readonly string[];
}

const refusalBySpec = new WeakMap<PodSpec, SpecRefusal>();

function refusalOfSpec(pod: Pod): SpecRefusal {
  let refusal = refusalBySpec.get(pod.spec);
  if (refusal === undefined) {
    const isByChoice = podRequirements(pod).find(labelNodePool)?.operator === "DoesNotExist";
    const messages = [...(isByChoice ? [byChoice] : []), ...violations(pod.spec)];
    refusal = { isByChoice, messages };
    refusalBySpec.set(pod.spec, refusal);
  }
  return refusal;
}

function violations({ nodeSelector, affinity }: PodSpec): readonly string[] {
  const selector = sortedEntries(nodeSelector).flatMap(([key, value]) =>
    requirementViolations({ key, operator: "In", values: [value] }),
  );
  return [...selector, ...(affinity?.requiredNodeTerms ?? []).flatMap(termViolations)];
}

function termViolations({ matchFields, matchExpressions }: NodeSelectorTerm): readonly string[] {
  const fields =
    matchFields.length > 0 ? ["node selector term with matchFields is not supported"] : [];
  return [...fields, ...matchExpressions.flatMap(requirementViolations)];
}
