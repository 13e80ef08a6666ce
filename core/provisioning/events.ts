import { objectKey, type NodeClaim, type Pod } from "../apis/index.ts";
import type { ClusterEvent, StateNode } from "../state/index.ts";
import { after, type DurationMs, minutes, type SimTime } from "../units/index.ts";
import type { NodePoolWithoutInstanceTypes } from "./scheduling-results.ts";

/** An event with what makes it a repeat: same reason and about, within `dedupeFor`. */
export interface DedupedEvent {
  readonly event: ClusterEvent;
  readonly about: string;
  readonly dedupeFor: DurationMs;
}

/** @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/events.go PodFailedToScheduleEvent */
export function podFailedToSchedule(pod: Pod, message: string): DedupedEvent {
  return {
    event: podEvent(pod, "Warning", "FailedScheduling", `Failed to schedule pod, ${message}`),
    about: pod.metadata.uid,
    dedupeFor: minutes(5),
  };
}

/**
 * Where the pod should go. Differs: upstream drops such events beyond five a second.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/events.go NominatePodEvent
 */
export function podNominated(
  pod: Pod,
  place: Pick<StateNode, "node"> & { readonly nodeClaim?: NodeClaim },
): DedupedEvent {
  const { node, nodeClaim } = place;
  const names = [
    ...(nodeClaim === undefined ? [] : [`nodeclaim/${nodeClaim.metadata.name}`]),
    ...(node === undefined ? [] : [`node/${node.metadata.name}`]),
  ];
  const message = `Pod should schedule on: ${names.join(", ")}`;
  return {
    event: podEvent(pod, "Normal", "Nominated", message),
    about: pod.metadata.uid,
    dedupeFor: minutes(2),
  };
}

/** @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/events.go NoCompatibleInstanceTypes */
export function noCompatibleInstanceTypes({
  nodePoolName,
  isMinValuesIncompatible,
}: NodePoolWithoutInstanceTypes): DedupedEvent {
  const message = "NodePool requirements filtered out all compatible available instance types";
  return {
    event: {
      type: "Warning",
      reason: "NoCompatibleInstanceTypes",
      message: isMinValuesIncompatible ? `${message} due to minValues incompatibility` : message,
      objectKind: "NodePool",
      objectKey: nodePoolName,
    },
    about: nodePoolName,
    dedupeFor: minutes(1),
  };
}

function podEvent(
  pod: Pod,
  type: ClusterEvent["type"],
  reason: string,
  message: string,
): ClusterEvent {
  return { type, reason, message, objectKind: "Pod", objectKey: objectKey(pod) };
}

/**
 * Lets each event through once in its time, whatever its text says by then.
 *
 * @see karpenter v1.14.1 pkg/events/recorder.go shouldCreateEvent
 */
export class EventFilter {
  readonly #silentUntil = new Map<string, SimTime>();
  #sweepAt: SimTime | undefined;

  /** Whether the event is to be recorded; remembers that it was. */
  admit({ event, about, dedupeFor }: DedupedEvent, now: SimTime): boolean {
    this.#sweep(now);
    const key = `${event.reason} ${about}`;
    const silentUntil = this.#silentUntil.get(key);
    if (silentUntil !== undefined && now < silentUntil) return false;
    this.#silentUntil.set(key, after(now, dedupeFor));
    return true;
  }

  /** Forgets what has run out, now and then. */
  #sweep(now: SimTime): void {
    if (this.#sweepAt !== undefined && now < this.#sweepAt) return;
    this.#sweepAt = after(now, minutes(10));
    for (const [key, until] of this.#silentUntil) {
      if (until <= now) this.#silentUntil.delete(key);
    }
  }
}
