import type { ClusterObject } from "../core/state/index.ts";
import type { KubeApiServer } from "./kube/index.ts";
import type { ChangeableObject, ObjectChange } from "./world-plan.ts";

/**
 * Applies what somebody has changed of NodePools and EC2NodeClasses, as `kubectl apply` does: what the
 * user took out of labels and annotations goes, what the user wrote stands, and what controllers have
 * added stays. A spec that is the same object as before leaves the generation as it is.
 *
 * @see kubernetes staging/src/k8s.io/kubectl/pkg/cmd/apply, three-way merge
 */
export function applyChange(api: KubeApiServer, { objects }: ObjectChange): void {
  for (const { before, after } of objects) {
    const { kind, metadata } = after;
    const current = api.get(kind, metadata.name);
    if (current === undefined) continue;
    const labels = threeWay(current, before, after, "labels");
    const annotations = threeWay(current, before, after, "annotations");
    const spec = before.spec === after.spec ? current.spec : after.spec;
    const changed = { ...current, metadata: { ...current.metadata, labels, annotations }, spec };
    api.update(changed as ClusterObject);
  }
}

function threeWay(
  current: ChangeableObject,
  before: ChangeableObject,
  after: ChangeableObject,
  map: "labels" | "annotations",
): Readonly<Record<string, string>> {
  const wanted = after.metadata[map];
  const kept = Object.entries(current.metadata[map]).filter(
    ([key]) => Object.hasOwn(wanted, key) || !Object.hasOwn(before.metadata[map], key),
  );
  return { ...Object.fromEntries(kept), ...wanted };
}
