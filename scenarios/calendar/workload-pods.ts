import {
  controllerOf,
  type ManifestObject,
  objectKey,
  type PodTemplate,
} from "../../core/apis/index.ts";
import { isMirror, isTerminal } from "../../core/state/index.ts";

/** Pods that a manifest asks for: of one controller, or a pod of its own. */
export interface WorkloadPods {
  /** `Deployment shop/web`. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** How many; of a DaemonSet nobody can say without the nodes. */
  readonly pods: number | undefined;
  /**
   * Whether its controller has a scale, which a PodDisruptionBudget needs unless it counts pods;
   * a pod of its own has no controller and counts as none.
   */
  readonly scale: "scaled" | "unscaled" | "no-controller";
  /** The least and the most that a HorizontalPodAutoscaler may set. */
  readonly autoscaled?: { readonly min: number; readonly max: number };
}

/**
 * The pods of all workloads of the manifests at rest, in their order. What a controller of the
 * manifests makes (the ReplicaSets and pods of a snapshot) is not counted again. Autoscaled workloads
 * count with the least that the autoscaler keeps.
 */
export function workloadPods(objects: readonly ManifestObject[]): readonly WorkloadPods[] {
  const names = new Set(objects.map((object) => `${object.kind} ${objectKey(object)}`));
  const bounds = new Map<string, { readonly min: number; readonly max: number }>();
  for (const object of objects) {
    if (object.kind !== "HorizontalPodAutoscaler") continue;
    const { targetKind, targetName, minReplicas, maxReplicas } = object.spec;
    const target = `${targetKind} ${object.metadata.namespace}/${targetName}`;
    bounds.set(target, { min: minReplicas, max: maxReplicas });
  }
  const all = objects.flatMap((object): readonly WorkloadPods[] => {
    const owner = controllerOf(object);
    const { namespace } = object.metadata;
    const ownerName = owner && `${owner.kind} ${namespace}/${owner.name}`;
    if (ownerName !== undefined && names.has(ownerName)) return [];
    const name = `${object.kind} ${objectKey(object)}`;
    const of = (
      { labels, annotations }: Pick<PodTemplate, "labels" | "annotations">,
      pods: number | undefined,
      scale: WorkloadPods["scale"],
    ): readonly WorkloadPods[] => [{ name, namespace, labels, annotations, pods, scale }];
    switch (object.kind) {
      case "Deployment":
      case "ReplicaSet":
      case "StatefulSet": {
        const autoscaled = bounds.get(name);
        const { replicas, template } = object.spec;
        if (autoscaled === undefined) return of(template, replicas, "scaled");
        return of(template, autoscaled.min, "scaled").map((it) => ({ ...it, autoscaled }));
      }
      case "DaemonSet":
        return of(object.spec.template, undefined, "unscaled");
      case "Job":
        if (object.status?.outcome !== undefined) return [];
        return of(object.spec.template, object.spec.parallelism, "unscaled");
      case "CronJob":
        return of(object.spec.job.template, object.spec.job.parallelism, "unscaled");
      case "Pod":
        if (isTerminal(object) || isMirror(object)) return [];
        if (ownerName === undefined) return of(object.metadata, 1, "no-controller");
        return of(object.metadata, 1, hasScale(owner?.kind) ? "scaled" : "unscaled").map((it) => ({
          ...it,
          name: ownerName,
        }));
      default:
        return [];
    }
  });
  return added(all);
}

function hasScale(kind: string | undefined): boolean {
  return kind === "ReplicaSet" || kind === "StatefulSet" || kind === "Deployment";
}

/** Pods of a controller that is not there tell of it one by one. */
function added(all: readonly WorkloadPods[]): readonly WorkloadPods[] {
  const byName = new Map<string, WorkloadPods>();
  for (const each of all) {
    const known = byName.get(each.name);
    const pods = known === undefined ? each.pods : (known.pods ?? 0) + (each.pods ?? 0);
    byName.set(each.name, known === undefined ? each : { ...known, pods });
  }
  return [...byName.values()];
}
