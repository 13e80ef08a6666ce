import type { NodeClaim, Pod } from "../apis/index.ts";
import type { StateNode } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import type { PodSchedulingError, SchedulingNodeClaim } from "./scheduling-results.ts";

/** One outcome of a provisioning run for one pod. */
export type PodDecision =
  | { readonly kind: "new-node-claim"; readonly pod: Pod; readonly nodeClaim: NodeClaim }
  | { readonly kind: "existing-node"; readonly pod: Pod; readonly stateNode: StateNode }
  | { readonly kind: "unschedulable"; readonly pod: Pod; readonly error: PodSchedulingError }
  | { readonly kind: "ignored"; readonly pod: Pod; readonly message: string };

/** A NodeClaim that provisioning wanted and did not create. */
export interface NodeClaimRefusal {
  readonly nodeClaim: SchedulingNodeClaim;
  readonly message: string;
}

/** A NodeClaim, and what was wanted when it was created. */
export interface NodeClaimCreation {
  readonly nodeClaim: NodeClaim;
  readonly wanted: SchedulingNodeClaim;
}

/** Whoever wants to know why: told after each run, in the order of the decisions. */
export interface DecisionRecorder {
  podDecided(decision: PodDecision, now: SimTime): void;
  /** Before its pods are told. */
  nodeClaimCreated(creation: NodeClaimCreation, now: SimTime): void;
  nodeClaimRefused(refusal: NodeClaimRefusal, now: SimTime): void;
}
