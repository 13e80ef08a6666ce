import type { Pod } from "../apis/index.ts";
import { formatTime, type SimTime } from "../units/index.ts";

/**
 * What the event about a pod says that is deleted for its node's sake. The time is printed as Go
 * prints times.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/termination/terminator/events/events.go DisruptPodDelete
 */
export function forcedDeleteMessage(
  pod: Pod,
  gracePeriodSeconds: number,
  terminationTime: SimTime,
): string {
  const time = formatTime(terminationTime).replace("T", " ").replace("Z", " +0000 UTC");
  return (
    `Deleting the pod to accommodate the terminationTime ${time} of the node. ` +
    `The pod was granted ${gracePeriodSeconds} seconds of grace-period of its ` +
    `${pod.spec.terminationGracePeriodSeconds} terminationGracePeriodSeconds. ` +
    "This bypasses the PDB of the pod and the do-not-disrupt annotation."
  );
}
