import type { Node, NodeClaim, Pod } from "../apis/index.ts";
import type { DurationMs, SimTime } from "../units/index.ts";

/**
 * Why a NodeClaim is deleted outside of voluntary disruption: the reason label of
 * `nodeclaims_disrupted_total`.
 *
 * @see karpenter v1.14.1 pkg/metrics/metrics.go NodeClaimsDisruptedTotal
 */
export const involuntaryReasons = [
  "insufficient_capacity",
  "nodeclass_not_ready",
  "launch_timeout",
  "registration_timeout",
  "expired",
  "garbage_collected",
  "unhealthy",
] as const;
export type InvoluntaryReason = (typeof involuntaryReasons)[number];

/** Something that happened in the life of a NodeClaim, a Node or a drained pod. */
export type LifecycleFact =
  | { readonly kind: "launched"; readonly nodeClaim: NodeClaim }
  /** `code` is the outcome of the launch: a refusal, or an error that is tried again. */
  | {
      readonly kind: "launch-failed";
      readonly nodeClaim: NodeClaim;
      readonly code: "insufficient-capacity" | "node-class-not-ready" | "create-error" | "error";
      readonly message: string;
    }
  | { readonly kind: "registered"; readonly nodeClaim: NodeClaim; readonly node: Node }
  | { readonly kind: "initialized"; readonly nodeClaim: NodeClaim; readonly node: Node }
  | {
      readonly kind: "node-claim-disrupted";
      readonly nodeClaim: NodeClaim;
      readonly reason: InvoluntaryReason;
      /** Of a repair: the node condition that made it necessary. */
      readonly conditionType?: string;
    }
  /** A static NodePool has too few, or too many. */
  | { readonly kind: "scaled-up"; readonly nodeClaim: NodeClaim }
  | { readonly kind: "scaled-down"; readonly nodeClaim: NodeClaim }
  /** A drain waits for pods that may not be evicted, and for others than before. */
  | {
      readonly kind: "drain-blocked";
      readonly node: Node;
      readonly protectedPods: readonly Pod[];
    }
  | { readonly kind: "node-drained"; readonly node: Node; readonly nodeClaim: NodeClaim }
  | {
      readonly kind: "node-terminated";
      readonly node: Node;
      readonly terminationDuration: DurationMs;
    }
  | {
      readonly kind: "node-claim-terminated";
      readonly nodeClaim: NodeClaim;
      readonly terminationDuration: DurationMs;
    }
  /** `reason` is the NodeClaim's disruption reason, `Forceful Termination`, or empty. */
  | { readonly kind: "pod-evicted"; readonly pod: Pod; readonly reason: string }
  | {
      readonly kind: "eviction-blocked";
      readonly pod: Pod;
      readonly podDisruptionBudgets: readonly string[];
    }
  | {
      readonly kind: "pod-force-deleted";
      readonly pod: Pod;
      readonly gracePeriodSeconds: number;
    };

/** Is told what happens, for metrics and the like; decisions never depend on it. */
export interface LifecycleRecorder {
  record(fact: LifecycleFact, now: SimTime): void;
}

/** A recorder that keeps nothing. */
export const noRecorder: LifecycleRecorder = Object.freeze({
  record(): void {
    // Nobody has asked.
  },
});
