import type { ResourceList } from "../units/index.ts";
import type { Condition, KubernetesObject } from "./object-meta.ts";
import type { NodeSelectorRequirement } from "./selectors.ts";

/**
 * Changes price or capacity of instance types before decisions (gate NodeOverlay).
 *
 * @see karpenter v1.14.1 pkg/apis/v1alpha1/nodeoverlay.go NodeOverlay
 */
export interface NodeOverlay extends KubernetesObject {
  readonly kind: "NodeOverlay";
  readonly spec: {
    readonly requirements: readonly NodeSelectorRequirement[];
    /** "+5%", "-0.01" …, relative to the price. */
    readonly priceAdjustment?: string;
    /** An absolute price in USD per hour, as written. */
    readonly price?: string;
    readonly capacity: ResourceList;
    readonly weight: number;
  };
  /** Condition ValidationSucceeded and, following from it, Ready. */
  readonly status: { readonly conditions: readonly Condition[] };
}
