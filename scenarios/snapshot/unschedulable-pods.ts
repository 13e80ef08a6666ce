import { objectKey, type Pod } from "../../core/apis/index.ts";
import type { PodSchedulingError } from "../../core/provisioning/index.ts";
import { compareStrings } from "../../core/units/index.ts";

/** A pod that finds no place. */
export interface UnschedulablePod {
  readonly pod: string;
  /** Karpenter's whole sentence. */
  readonly message: string;
  /** Its parts by NodePool, in the order in which these were tried; empty where none was. */
  readonly nodePools: readonly { readonly nodePool: string; readonly message: string }[];
}

/** Pods with their errors as plain data, by name. */
export function unschedulablePods(
  podErrors: Iterable<readonly [Pod, PodSchedulingError]>,
): readonly UnschedulablePod[] {
  return [...podErrors]
    .map(([pod, { message, byNodePool }]) => ({
      pod: objectKey(pod),
      message,
      nodePools: (byNodePool ?? []).map((it) => ({
        nodePool: it.nodePoolName,
        message: it.message,
      })),
    }))
    .sort((a, b) => compareStrings(a.pod, b.pod));
}
