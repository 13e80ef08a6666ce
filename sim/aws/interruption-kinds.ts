import type { ClusterEvent } from "../../core/state/index.ts";

/**
 * What Karpenter hears of its instances: from the interruption queue, and the last three from EC2's
 * status checks.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/messages/types.go Kind
 */
export const interruptionKinds = [
  "spot-interrupted",
  "rebalance-recommendation",
  "scheduled-change",
  "instance-stopped",
  "instance-terminated",
  "instance-status",
  "system-status",
  "event-status",
] as const;
export type InterruptionKind = (typeof interruptionKinds)[number];

/** What is done about a message. */
export type InterruptionAction = "CordonAndDrain" | "ForcefulTermination" | "NoAction";

/** @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/utils.go actionForMessage */
export function actionFor(kind: InterruptionKind): InterruptionAction {
  switch (kind) {
    case "instance-status":
    case "system-status":
      return "ForcefulTermination";
    case "rebalance-recommendation":
      return "NoAction";
    case "spot-interrupted":
    case "scheduled-change":
    case "instance-stopped":
    case "instance-terminated":
    case "event-status":
      return "CordonAndDrain";
  }
}

/** The event that NodeClaim and node get, in the same words. */
export type InterruptionNotice = Pick<ClusterEvent, "type" | "reason" | "message">;

/** @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/events/events.go */
export function noticeFor(kind: InterruptionKind): InterruptionNotice {
  switch (kind) {
    case "spot-interrupted":
      return warning("SpotInterrupted", "Spot interruption warning was triggered");
    case "rebalance-recommendation":
      return {
        type: "Normal",
        reason: "SpotRebalanceRecommendation",
        message: "Spot rebalance recommendation was triggered",
      };
    case "instance-stopped":
      return warning("InstanceStopping", "Instance is stopping");
    case "instance-terminated":
      return warning("InstanceTerminating", "Instance is terminating");
    case "scheduled-change":
    case "instance-status":
    case "system-status":
    case "event-status":
      return warning("InstanceUnhealthy", "An unhealthy warning was triggered for the instance");
  }
}

function warning(reason: string, message: string): InterruptionNotice {
  return { type: "Warning", reason, message };
}
