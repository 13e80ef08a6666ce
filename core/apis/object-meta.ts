import type { SimTime } from "../units/index.ts";

/** A back reference from an object to the one that owns it. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/**
 * Kubernetes object metadata, parsed: timestamps are virtual instants, absent maps are empty.
 *
 * `namespace` is the empty string for cluster-scoped objects.
 *
 * @see k8s.io/apimachinery pkg/apis/meta/v1/types.go ObjectMeta
 */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly creationTimestamp: SimTime;
  readonly deletionTimestamp?: SimTime;
  readonly finalizers: readonly string[];
  readonly ownerReferences: readonly OwnerReference[];
  readonly generation: number;
}

/** The part every Kubernetes object shares. */
export interface KubernetesObject {
  readonly metadata: ObjectMeta;
}

/** `namespace/name`, the key of a namespaced object; the bare name for a cluster-scoped one. */
export function objectKey(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** The owner reference that is marked as the controller, if there is one. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences.find((owner) => owner.controller === true);
}

/**
 * A status condition. `lastTransitionTime` moves only when `status` does.
 *
 * @see github.com/awslabs/operatorpkg status/condition.go
 */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: SimTime;
  readonly observedGeneration?: number;
}
