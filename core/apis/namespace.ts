import type { KubernetesObject } from "./object-meta.ts";

/** A namespace; only its labels matter, to the namespace selectors of pod affinity. */
export interface Namespace extends KubernetesObject {
  readonly kind: "Namespace";
}
