import { objectKey, type Pod } from "../apis/index.ts";
import {
  done,
  isOwnedByDaemonSet,
  isScheduled,
  isTerminal,
  isTerminating,
  KeyedController,
  type Outcome,
  truncateToSecond,
} from "../state/index.ts";
import { elapsed, milliseconds, seconds, type SimTime } from "../units/index.ts";
import { type LifecycleContext, writeNodeClaim } from "./lifecycle-context.ts";

const backoff = { base: milliseconds(5), max: seconds(1000) };
const dedupePeriod = seconds(10);

/**
 * Whether the change is one that restarts `consolidateAfter`: a pod was bound, became terminal or
 * started to terminate, or shows up bound already. DaemonSets' pods don't count.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/podevents/controller.go Controller.Register
 */
export function isPodEvent(pod: Pod, before: Pod | undefined): boolean {
  if (!isScheduled(pod) || isOwnedByDaemonSet(pod)) return false;
  if (before === undefined) return true;
  return (
    !isScheduled(before) ||
    (!isTerminal(before) && isTerminal(pod)) ||
    (!isTerminating(before) && isTerminating(pod))
  );
}

/**
 * Notes on NodeClaims when pods last came or went, at most every ten seconds. A pod that is gone
 * already when its event is looked at leaves no trace.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/podevents/controller.go Controller
 */
export class PodEventsController extends KeyedController {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    super({
      name: "nodeclaim.podevents",
      backoff,
      keysOf: ({ type, object, before }) => {
        if (object.kind !== "Pod" || type === "deleted") return [];
        const previous = before?.kind === "Pod" ? before : undefined;
        return isPodEvent(object, previous) ? [objectKey(object)] : [];
      },
      reconcileKey: (key, now) => this.#noteEvent(key, now),
    });
    this.#context = context;
  }

  #noteEvent(podKey: string, now: SimTime): Outcome {
    const { cluster, machines } = this.#context;
    const pod = cluster.pod(podKey);
    if (pod === undefined || isOwnedByDaemonSet(pod)) return done;
    const node = cluster.node(pod.spec.nodeName ?? "");
    const nodeClaim = node === undefined ? undefined : machines.nodeClaimOf(node);
    if (nodeClaim === undefined) return done;
    const { lastPodEventTime } = nodeClaim.status;
    if (lastPodEventTime !== undefined && elapsed(lastPodEventTime, now) < dedupePeriod)
      return done;
    const status = { ...nodeClaim.status, lastPodEventTime: truncateToSecond(now) };
    writeNodeClaim(cluster, { ...nodeClaim, status });
    return done;
  }
}
