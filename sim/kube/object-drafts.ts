import type { ObjectMeta, OwnerReference, Pod, PodTemplate } from "../../core/apis/index.ts";
import { simTime } from "../../core/units/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";

/** The parts of metadata that a writer chooses; the server fills in the rest. */
export interface DraftMeta {
  /** The name, or the prefix of it where the object is created with `generateName`. */
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

/** Metadata of an object that the server has not seen yet: no uid, time zero. */
export function draftMeta(draft: DraftMeta): ObjectMeta {
  return {
    name: draft.name,
    namespace: draft.namespace ?? "",
    uid: "",
    labels: draft.labels ?? {},
    annotations: draft.annotations ?? {},
    creationTimestamp: simTime(0),
    finalizers: draft.finalizers ?? [],
    ownerReferences: draft.ownerReferences ?? [],
    generation: 1,
  };
}

/** API group and version of the kinds that own others. */
function apiVersionOf(kind: ClusterObject["kind"]): string {
  switch (kind) {
    case "Job":
    case "CronJob":
      return "batch/v1";
    case "NodeClaim":
    case "NodePool":
      return "karpenter.sh/v1";
    case "Node":
    case "Pod":
      return "v1";
    default:
      return "apps/v1";
  }
}

/** The reference by which a controller marks an object as its own. */
export function controllerReference(owner: ClusterObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(owner.kind),
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A pod of a workload, Pending, as its controller would post it. */
export function podOfTemplate(
  owner: ClusterObject,
  template: PodTemplate,
  draft: Omit<DraftMeta, "ownerReferences" | "finalizers">,
): Pod {
  return {
    kind: "Pod",
    metadata: draftMeta({
      namespace: owner.metadata.namespace,
      labels: template.labels,
      annotations: template.annotations,
      ...draft,
      ownerReferences: [controllerReference(owner)],
    }),
    spec: template.spec,
    status: { phase: "Pending", conditions: [] },
  };
}
