import type { NodeClaim } from "../apis/index.ts";
import type { SimTime } from "../units/index.ts";
import type { CommandDecision, Replacement } from "./command.ts";
import type { ConsideredMove, NodePoolScore } from "./considered-move.ts";
import type { MethodName } from "./method.ts";
import type { Refusal } from "./reasons.ts";
import type { ValidationFailure } from "./validation.ts";

/** A command that has been started. Prices in USD per hour. */
export interface StartedCommand {
  readonly id: string;
  readonly method: MethodName;
  readonly reason: string;
  readonly decision: CommandDecision;
  /** Node names, in the order of the decision. */
  readonly candidates: readonly string[];
  readonly nodePools: readonly string[];
  /** Names of the NodeClaims that were created. */
  readonly replacements: readonly string[];
  readonly usdPerHourBefore: number;
  readonly usdPerHourAfter: number;
  /** Of each Balanced NodePool in the command, in the order of the candidates. */
  readonly scores: readonly NodePoolScore[];
  readonly message: string;
}

/** A refusal, told once while it stays the same. */
export interface RecordedRefusal extends Refusal {
  /** The first method that refused so; absent when no method may disrupt the node. */
  readonly method?: MethodName;
  /** Told before, and it is other objects now that stand in the way. */
  readonly isRepeat: boolean;
}

/** A move that was judged, told once while the verdict and its numbers stay the same. */
export interface RecordedMove extends ConsideredMove {
  readonly method: MethodName;
  /** The same verdict as before; only numbers have changed. */
  readonly isRepeat: boolean;
}

/** A NodeClaim that was created in the place of a command's candidates. */
export interface CreatedReplacement {
  readonly commandId: string;
  /** Of the command. */
  readonly reason: string;
  readonly nodeClaim: NodeClaim;
  readonly replacement: Replacement;
}

/** A command that has ended. */
export interface EndedCommand {
  readonly id: string;
  readonly outcome: "succeeded" | "failed";
  readonly message: string;
}

/** A command that has not stood the second look. */
export interface RejectedCommand {
  readonly method: MethodName;
  /** As it was found; its refusal is what the second look has shown. */
  readonly move: ConsideredMove;
  readonly failure: ValidationFailure;
  readonly message: string;
}

/**
 * Whoever wants to know why: told at the time of each decision, in the order of the decisions.
 *
 * Differs: there are no metrics. What most of upstream's count is among the facts told here; how long
 * evaluations take on a clock is not.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/metrics.go
 */
export interface DisruptionRecorder {
  /** Before the command is told; also of one that then cannot be started. */
  replacementCreated(created: CreatedReplacement, now: SimTime): void;
  commandStarted(command: StartedCommand, now: SimTime): void;
  commandEnded(command: EndedCommand, now: SimTime): void;
  commandRejected(command: RejectedCommand, now: SimTime): void;
  /** Why a node is no candidate of a method, or not looked at by it. */
  refused(refusal: RecordedRefusal, now: SimTime): void;
  /** A refusal that was told does not hold any more. */
  refusalEnded(refusal: RecordedRefusal, now: SimTime): void;
  /** What a method would do with some of its candidates, and whether it does. */
  considered(move: RecordedMove, now: SimTime): void;
  /** A search has looked at so many moves, be they told or not. */
  searched?(moves: number): void;
  /** A pass or a start of a command went wrong; the pass is tried again after a while. */
  passFailed(error: string, now: SimTime): void;
}
