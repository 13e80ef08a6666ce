import type { ResourceList } from "../units/index.ts";
import type { Condition, KubernetesObject } from "./object-meta.ts";
import type { Taint } from "./taint.ts";

/**
 * A Kubernetes node.
 *
 * @see k8s.io/api core/v1/types.go Node
 */
export interface Node extends KubernetesObject {
  readonly kind: "Node";
  readonly spec: {
    readonly providerId: string;
    readonly taints: readonly Taint[];
    readonly unschedulable: boolean;
  };
  readonly status: {
    readonly capacity: ResourceList;
    readonly allocatable: ResourceList;
    readonly conditions: readonly Condition[];
  };
}
