import type { ResourceList } from "../units/index.ts";
import type { Condition, KubernetesObject } from "./object-meta.ts";
import type { PodTemplate } from "./pod.ts";

/** A workload whose pods a buffer imitates, as it is written: kind and group may be unsupported. */
export interface ScalableRef {
  /** Empty: `apps`. */
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * Keeps room for so many pods of one shape (gate CapacityBuffer).
 *
 * @see karpenter v1.14.1 pkg/apis/autoscaling/v1beta1/capacitybuffer.go CapacityBuffer
 */
export interface CapacityBuffer extends KubernetesObject {
  readonly kind: "CapacityBuffer";
  readonly spec: {
    /** Karpenter acts on every strategy alike. */
    readonly provisioningStrategy: string;
    /** A PodTemplate of the same namespace. */
    readonly podTemplateRef?: { readonly name: string };
    readonly scalableRef?: ScalableRef;
    readonly replicas?: number;
    /** Of the workload's replicas, in percent. */
    readonly percentage?: number;
    /** What all pods of the buffer may ask for at most. */
    readonly limits?: ResourceList;
  };
  readonly status: {
    readonly podTemplateRef?: { readonly name: string };
    /** How many pods the buffer is to have room for. */
    readonly replicas?: number;
    readonly podTemplateGeneration?: number;
    readonly provisioningStrategy?: string;
    /** ReadyForProvisioning and Provisioning; there is no root condition. */
    readonly conditions: readonly Condition[];
  };
}

/** The Kubernetes kind PodTemplate: a template with a name of its own. */
export interface PodTemplateObject extends KubernetesObject {
  readonly kind: "PodTemplate";
  readonly template: PodTemplate;
}
