/** Candidates, budgets, emptiness, drift, consolidation, validation, and the command queue. */
export {
  balancedK,
  bestScore,
  computeNodePoolTotals,
  evaluateBalancedMove,
  type MoveEvaluation,
  type MoveScore,
  type NodePoolTotals,
  scoreMove,
} from "./balanced.ts";
export { BudgetMapping, buildBudgetMapping, type NodePoolBudget } from "./budget-mapping.ts";
export {
  type AllowedDisruptions,
  allowedByBudget,
  allowedDisruptions,
  type BudgetAllowance,
  budgetEdgeAfter,
  isBudgetActive,
  unlimitedDisruptions,
} from "./budget.ts";
export {
  type Candidate,
  type CandidateListing,
  type DisruptionClass,
  isEmpty,
  listCandidates,
  savingsRatio,
} from "./candidate.ts";
export {
  type Command,
  type CommandDecision,
  decisionOf,
  commandText,
  estimatedSavings,
  type Replacement,
  sumPrices,
} from "./command.ts";
export { type DisruptionContext, DisruptionController } from "./controller.ts";
export {
  type ConsideredMove,
  type NodePoolScore,
} from "./considered-move.ts";
export type {
  CreatedReplacement,
  DisruptionRecorder,
  EndedCommand,
  RecordedMove,
  RecordedRefusal,
  RejectedCommand,
  StartedCommand,
} from "./decision-recorder.ts";
export { doNotDisruptEvents } from "./do-not-disrupt-events.ts";
export { liveView, type ViewSources } from "./live-view.ts";
export {
  type DisruptionMethod,
  approvedCommands,
  type MethodDecision,
  type MethodName,
  methodNames,
  type MethodView,
} from "./method.ts";
export {
  decideMethod,
  disruptionMethods,
  enabledMethods,
  ListedView,
} from "./methods.ts";
export {
  defaultDisruptionOptions,
  type DisruptionExperiments,
  type DisruptionOptions,
} from "./options.ts";
export { PdbLimits } from "./pdb-limits.ts";
export {
  type BlockedBy,
  type Refusal,
  type RefusalCode,
  refusalCodes,
  type RefusalEvent,
  routineRefusals,
  sentences,
} from "./reasons.ts";
export {
  nonPendingPodErrors,
  type Simulation,
  Simulator,
} from "./simulate-scheduling.ts";
export {
  validateCommand,
  type ValidationFailure,
  validationFailures,
  type ValidationResult,
} from "./validation.ts";
export type { DisruptionView } from "./view.ts";
