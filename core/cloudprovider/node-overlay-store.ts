import type { InstanceType } from "./instance-type.ts";
import { type ApplyOverlaysResult, InstanceTypeUpdates } from "./node-overlay.ts";

/**
 * What the last evaluation of NodeOverlays came to; before the first, no NodePool is evaluated.
 * Whoever evaluates writes it, whoever decides on instance types or launches them reads it.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeoverlay/store.go InstanceTypeStore
 */
export class NodeOverlayStore {
  #updates = new InstanceTypeUpdates([]);

  /** Puts another evaluation in the place of the last. */
  replace(updates: InstanceTypeUpdates): void {
    this.#updates = updates;
  }

  /** The types as the NodePool sees them; the same array while types and evaluation are the same. */
  apply(nodePoolName: string, instanceTypes: readonly InstanceType[]): ApplyOverlaysResult {
    return this.#updates.apply(nodePoolName, instanceTypes);
  }
}
