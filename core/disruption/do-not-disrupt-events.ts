import type { Pod } from "../apis/index.ts";
import {
  type ClusterEvent,
  doNotDisruptEvent,
  isActive,
  isDoNotDisruptActive,
  isMirror,
  isReschedulable,
  type StateNode,
  toleratesDisruptedTaint,
} from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { type Candidate, type CandidateListing, podFacts } from "./candidate.ts";
import type { RefusalCode } from "./reasons.ts";
import type { DisruptionView } from "./view.ts";

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
  { view, now }: { readonly view: DisruptionView; readonly now: SimTime },
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

/**
 * Events about the pods that simulations have looked at: those of the candidates, and all on nodes
 * that are being deleted.
 *
 * @see karpenter v1.14.1 pkg/utils/pdb/pdb.go IsCurrentlyReschedulable
 */
export function simulationPodEvents(
  candidates: Iterable<Candidate>,
  deleting: readonly StateNode[],
  view: DisruptionView,
  now: SimTime,
): readonly ClusterEvent[] {
  const moving = [...candidates].flatMap(({ name }) =>
    annotatedPods(name, view).filter(isReschedulable),
  );
  const leaving = deleting.flatMap(({ node }) =>
    node === undefined
      ? []
      : annotatedPods(node.metadata.name, view).filter(
          (pod) => isReschedulable(pod) || !(toleratesDisruptedTaint(pod) || isMirror(pod)),
        ),
  );
  return eventsOf([...moving, ...leaving].filter(isActive), now);
}

function annotatedPods(nodeName: string, view: DisruptionView): readonly Pod[] {
  return podFacts(view.podsOnNode(nodeName)).annotatedPods;
}

function eventsOf(pods: readonly Pod[], now: SimTime): readonly ClusterEvent[] {
  return pods.flatMap((pod) => doNotDisruptEvent(pod, now) ?? []);
}
