import type { NodeOverlay } from "../../core/apis/index.ts";
import { deepFreeze } from "./freeze.ts";
import { objectMeta } from "./pods.ts";

/** A NodeOverlay that selects everything, or one zone. */
export function nodeOverlay(
  name: string,
  { zone, ...spec }: Partial<NodeOverlay["spec"]> & { readonly zone?: string },
): NodeOverlay {
  const requirements =
    zone === undefined
      ? []
      : [{ key: "topology.kubernetes.io/zone", operator: "In" as const, values: [zone] }];
  return deepFreeze<NodeOverlay>({
    kind: "NodeOverlay",
    metadata: objectMeta({ name, namespace: "", uid: name }),
    spec: { requirements, capacity: {}, weight: 0, ...spec },
    status: { conditions: [] },
  });
}
