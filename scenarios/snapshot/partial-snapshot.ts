import { labelNodePool } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";

/**
 * What a snapshot lacks without any reference that leads nowhere: pods. Without them, or with those of
 * one namespace alone, every node looks empty, and the plan would take it away.
 */
export function partialSnapshot(
  objects: readonly ClusterObject[],
  file: string,
): readonly Diagnostic[] {
  const nodes = objects.filter(
    ({ kind, metadata }) => kind === "Node" && metadata.labels[labelNodePool] !== undefined,
  );
  if (nodes.length === 0) return [];
  const pods = objects.filter(({ kind }) => kind === "Pod");
  const namespaces = new Set(pods.map(({ metadata }) => metadata.namespace));
  const hasDaemonSets = objects.some(({ kind }) => kind === "DaemonSet");
  if (pods.length === 0) {
    return [
      {
        file,
        code: "plan/no-pods",
        found: "Nodes without Pods",
        allowed: "the Pods of all namespaces",
        hint: "add pods to kubectl get",
        message: "there is no Pod in the snapshot: every node counts as empty, and goes as such",
      },
    ];
  }
  if (hasDaemonSets || namespaces.size > 1 || !namespaces.has("default")) return [];
  return [
    {
      file,
      code: "plan/one-namespace",
      found: "Pods of namespace default",
      allowed: "the Pods of all namespaces",
      hint: "kubectl get -A",
      message:
        "every Pod is of namespace default, and there is no DaemonSet: without kubectl get -A those " +
        "of other namespaces are missing, and nodes look emptier than they are",
    },
  ];
}
