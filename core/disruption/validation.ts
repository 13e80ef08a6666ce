// The second look: a command of emptiness or consolidation waits 15 seconds, and is started only if
// the cluster as it is then would have led to it too.
import { isNominated } from "../state/index.ts";
import { type DurationMs, seconds, type SimTime } from "../units/index.ts";
import { type BudgetMapping, buildBudgetMapping } from "./budget-mapping.ts";
import type { Candidate } from "./candidate.ts";
import type { Command } from "./command.ts";
import type { DisruptionMethod } from "./method.ts";
import { ListedView, methodCandidates } from "./methods.ts";
import type { RefusalCode } from "./reasons.ts";
import { nonPendingPodErrors, Simulator } from "./simulate-scheduling.ts";
import type { DisruptionView } from "./view.ts";

/**
 * How long a command waits for its second look.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/consolidation.go commandValidationDelay
 */
export const validationDelay: DurationMs = seconds(15);

/** What kind of change made a command invalid. */
export const validationFailures = ["churn", "budget", "scheduling"] as const;
export type ValidationFailure = (typeof validationFailures)[number];

/** What the second look has shown. */
export type ValidationResult =
  | { readonly kind: "valid"; readonly command: Command; readonly failedCandidates: number }
  | {
      readonly kind: "invalid";
      readonly failure: ValidationFailure;
      readonly code: RefusalCode;
      readonly sentence: string;
      /** By how much upstream's counter of failed validations grows. */
      readonly failedCandidates: number;
    }
  /** No answer: ends the pass. */
  | { readonly kind: "failed"; readonly error: string };

type Invalid = Extract<ValidationResult, { readonly kind: "invalid" }>;

function invalid(failure: ValidationFailure, sentence: string, failedCandidates: number): Invalid {
  const code = `disruption/validation-${failure}` as const;
  return { kind: "invalid", failure, code, sentence, failedCandidates };
}

/**
 * Looks again at a command of the method, with the view of now.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/validation.go Validator
 */
export function validateCommand(
  method: DisruptionMethod,
  command: Command,
  view: DisruptionView,
  now: SimTime,
): ValidationResult {
  return method.name === "emptiness"
    ? validateEmptiness(method, command, view, now)
    : validateConsolidation(method, command, view, now);
}

/** The candidates of the command that the method would still consider, sorted by name. */
function stillListed(
  method: DisruptionMethod,
  candidates: readonly Candidate[],
  view: DisruptionView,
  now: SimTime,
): readonly Candidate[] {
  const names = new Set(candidates.map(({ name }) => name));
  const listing = new ListedView(view, now).listing("graceful");
  return methodCandidates({ view, listing }, method).candidates.filter(({ name }) =>
    names.has(name),
  );
}

function takeBudget(budgets: BudgetMapping, { nodePool }: Candidate): boolean {
  return budgets.take(nodePool.metadata.name);
}

/** Nodes that are still empty go, whatever has become of the others. */
function validateEmptiness(
  method: DisruptionMethod,
  command: Command,
  view: DisruptionView,
  now: SimTime,
): ValidationResult {
  const { candidates } = command;
  const listed = stillListed(method, candidates, view, now);
  if (listed.length === 0) {
    const sentence = `${candidates.length} candidates are no longer valid`;
    return invalid("churn", sentence, candidates.length);
  }
  const budgets = buildBudgetMapping(view, method.reason, now);
  const valid = listed.filter(
    (candidate) => !isNominated(candidate.stateNode, now) && takeBudget(budgets, candidate),
  );
  const failedCandidates = listed.length - valid.length;
  if (valid.length > 0) {
    return { kind: "valid", command: { ...command, candidates: valid }, failedCandidates };
  }
  const sentence =
    `${candidates.length} candidates failed validation because it they were nominated for a pod ` +
    "or would violate disruption budgets";
  return invalid("budget", sentence, failedCandidates);
}

/**
 * All or nothing. Prices are not compared again, and what is started is the command as it was first
 * found. Upstream looks at the candidates once more after the simulation; here no time has passed.
 */
function validateConsolidation(
  method: DisruptionMethod,
  command: Command,
  view: DisruptionView,
  now: SimTime,
): ValidationResult {
  const { candidates } = command;
  const { length } = candidates;
  const listed = stillListed(method, candidates, view, now);
  if (listed.length !== length) {
    const sentence = `${length - listed.length} candidates are no longer valid`;
    return invalid("churn", sentence, length);
  }
  const budgets = buildBudgetMapping(view, method.reason, now);
  for (const candidate of listed) {
    if (isNominated(candidate.stateNode, now)) {
      return invalid("budget", "a candidate was nominated during validation", length);
    }
    if (!takeBudget(budgets, candidate)) {
      const sentence = "a candidate can no longer be disrupted without violating budgets";
      return invalid("budget", sentence, length);
    }
  }
  return validateSimulation(command, listed, view, now);
}

const newResults = "scheduling simulation produced new results";

/** @see karpenter v1.14.1 pkg/controllers/disruption/validation.go validateCommand */
function validateSimulation(
  command: Command,
  listed: readonly Candidate[],
  view: DisruptionView,
  now: SimTime,
): ValidationResult {
  const simulation = new Simulator(view, now).simulate(listed, { isConsolidation: true });
  const failed = "validating consolidation, simulating scheduling";
  if (simulation.kind === "failed") {
    return { kind: "failed", error: `${failed}, ${simulation.error}` };
  }
  if (simulation.kind === "candidate-deleting") {
    return { kind: "failed", error: `${failed}, candidate is deleting` };
  }
  const errors = nonPendingPodErrors(simulation.results);
  if (errors !== undefined) return invalid("scheduling", errors, 0);
  const [found, ...others] = simulation.results.newNodeClaims;
  const [wanted] = command.replacements;
  if (found === undefined && wanted === undefined) {
    return { kind: "valid", command, failedCandidates: 0 };
  }
  if (found === undefined || others.length > 0 || wanted?.kind !== "scheduled") {
    return invalid("scheduling", newResults, 0);
  }
  const names = new Set(found.instanceTypeOptions.map(({ name }) => name));
  // The new simulation isn't filtered by price, so it has to offer all that the old one was left with.
  return wanted.nodeClaim.instanceTypeOptions.every(({ name }) => names.has(name))
    ? { kind: "valid", command, failedCandidates: 0 }
    : invalid("scheduling", newResults, 0);
}
