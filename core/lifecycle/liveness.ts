import type { NodeClaim } from "../apis/index.ts";
import { conditionOf } from "../state/index.ts";
import { after, type DurationMs, minutes, type SimTime } from "../units/index.ts";

/** How long a launch may take unless the provider says otherwise. */
export const defaultLaunchTimeout: DurationMs = minutes(5);
/** How long a Node may take to show up. */
export const registrationTimeout: DurationMs = minutes(15);

/** What liveness finds. */
export interface LivenessDecision {
  /** Time limits that have passed, in the order in which they are checked. */
  readonly timeouts: readonly ("launch_timeout" | "registration_timeout")[];
  /** When the next limit passes. */
  readonly requeueAt?: SimTime;
}

const alive: LivenessDecision = Object.freeze({ timeouts: [] });

/**
 * Which limits a NodeClaim on its way to registration has passed. They run from the transition of
 * their own condition, so one that flips starts anew.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/liveness.go Liveness.Reconcile
 */
export function decideLiveness(
  nodeClaim: NodeClaim,
  launchTimeout: DurationMs,
  now: SimTime,
): LivenessDecision {
  const registered = conditionOf(nodeClaim, "Registered");
  const launched = conditionOf(nodeClaim, "Launched");
  if (registered === undefined || launched === undefined || registered.status === "True") {
    return alive;
  }
  const timeouts: LivenessDecision["timeouts"][number][] = [];
  if (launched.status !== "True") {
    const launchLimit = after(launched.lastTransitionTime, launchTimeout);
    if (now < launchLimit) return { timeouts, requeueAt: launchLimit };
    timeouts.push("launch_timeout");
  }
  const registrationLimit = after(registered.lastTransitionTime, registrationTimeout);
  if (now < registrationLimit) return { timeouts, requeueAt: registrationLimit };
  timeouts.push("registration_timeout");
  return { timeouts };
}
