import type { ClusterEvent } from "../state/index.ts";
import { doNotDisruptEvent, isActive, isDoNotDisruptActive } from "../state/index.ts";
import { type CandidateListing, podFacts } from "./candidate.ts";
import type { ListedView } from "./methods.ts";
import type { RefusalCode } from "./reasons.ts";

/** Nodes refused for these have had their pods looked at. */
const podCodes: ReadonlySet<RefusalCode> = new Set([
  "disruption/pod-do-not-disrupt",
  "disruption/pdb-blocks",
  "disruption/multiple-pdbs",
]);

/**
 * What the listing of candidates says about do-not-disrupt annotations of pods: that a value is no
 * duration, when it will elapse, that it has elapsed.
 *
 * By node, in the order of the view; of each node the pods up to the first that blocks, since nobody
 * looks at the others. Nodes that are no candidates for a reason of their own have nothing said.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenode.go ValidatePodsDisruptable
 */
export function doNotDisruptEvents(
  { view, now }: ListedView,
  { refusals }: CandidateListing,
): readonly ClusterEvent[] {
  const refused = new Set(
    refusals.filter(({ code }) => !podCodes.has(code)).map(({ nodeName }) => nodeName),
  );
  const events: ClusterEvent[] = [];
  for (const { name, node } of view.stateNodes) {
    if (node === undefined || refused.has(name)) continue;
    const { annotatedPods } = podFacts(view.podsOnNode(node.metadata.name));
    for (const pod of annotatedPods) {
      if (!isActive(pod)) continue;
      const event = doNotDisruptEvent(pod, now);
      if (event !== undefined) events.push(event);
      if (isDoNotDisruptActive(pod, now)) break;
    }
  }
  return events;
}
