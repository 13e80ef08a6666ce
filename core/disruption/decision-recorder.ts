import type { SimTime } from "../units/index.ts";
import type { CommandDecision } from "./command.ts";
import type { ConsolidationMove, MethodName } from "./method.ts";
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
  readonly scores: readonly ConsolidationMove[];
  readonly message: string;
}

/** A refusal, told once while it stays the same. */
export interface RecordedRefusal extends Refusal {
  /** The first method that refused so; absent when no method may disrupt the node. */
  readonly method?: MethodName;
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
  readonly candidates: readonly string[];
  readonly failure: ValidationFailure;
  readonly message: string;
}

/** Whoever wants to know why: told at the time of each decision, in the order of the decisions. */
export interface DisruptionRecorder {
  commandStarted(command: StartedCommand, now: SimTime): void;
  commandEnded(command: EndedCommand, now: SimTime): void;
  commandRejected(command: RejectedCommand, now: SimTime): void;
  refused(refusal: RecordedRefusal, now: SimTime): void;
  /** A move was scored; each once while the method finds the same. */
  moveScored(move: ConsolidationMove, now: SimTime): void;
  /** A pass or a start of a command went wrong; the pass is tried again after a while. */
  passFailed(error: string, now: SimTime): void;
}
