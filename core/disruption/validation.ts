// The second look: a command of emptiness or consolidation waits 15 seconds, and is started only if
// the cluster as it is then would have led to it too.
import { wholeLatency } from "../provisioning/index.ts";
import { isNominated } from "../state/index.ts";
import { type DurationMs, durationMs, seconds } from "../units/index.ts";
import { type BudgetMapping, buildBudgetMapping } from "./budget-mapping.ts";
import type { Candidate } from "./candidate.ts";
import type { Command } from "./command.ts";
import type { DisruptionMethod } from "./method.ts";
import type { ListedView } from "./methods.ts";
import type { RefusalCode } from "./reasons.ts";
import { nonPendingPodErrors, Simulator } from "./simulate-scheduling.ts";

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
  | {
      readonly kind: "valid";
      readonly command: Command;
      /** How long its simulation takes. */
      readonly took: DurationMs;
    }
  | {
      readonly kind: "invalid";
      readonly failure: ValidationFailure;
      readonly code: RefusalCode;
      readonly sentence: string;
      readonly took: DurationMs;
    }
  /** No answer: ends the pass. */
  | { readonly kind: "failed"; readonly error: string };

/** A second look that has come to an answer. */
export type AnsweredValidation = Exclude<ValidationResult, { readonly kind: "failed" }>;

type Invalid = Extract<ValidationResult, { readonly kind: "invalid" }>;

const noTime = durationMs(0);

function invalid(failure: ValidationFailure, sentence: string, took = noTime): Invalid {
  const code = `disruption/validation-${failure}` as const;
  return { kind: "invalid", failure, code, sentence, took };
}

/**
 * Looks again at a command of the method, on the cluster as it is listed now.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/validation.go Validator
 */
export function validateCommand(
  method: DisruptionMethod,
  command: Command,
  cluster: ListedView,
): ValidationResult {
  if (method.name === "emptiness") return validateEmptiness(method, command, cluster);
  const candidates = recheckCandidates(method, command, cluster);
  return "kind" in candidates ? candidates : validateSimulation(command, candidates, cluster);
}

/** The candidates of the command that the method would still consider, sorted by name. */
function stillListed(
  method: DisruptionMethod,
  candidates: readonly Candidate[],
  cluster: ListedView,
): readonly Candidate[] {
  const names = new Set(candidates.map(({ name }) => name));
  return cluster.candidatesOf(method).candidates.filter(({ name }) => names.has(name));
}

function takeBudget(budgets: BudgetMapping, { nodePool }: Candidate): boolean {
  return budgets.take(nodePool.metadata.name);
}

/** Nodes that are still empty go, whatever has become of the others. */
function validateEmptiness(
  method: DisruptionMethod,
  command: Command,
  cluster: ListedView,
): ValidationResult {
  const { candidates } = command;
  const { view, now } = cluster;
  const listed = stillListed(method, candidates, cluster);
  if (listed.length === 0) {
    const sentence = `${candidates.length} candidates are no longer valid`;
    return invalid("churn", sentence);
  }
  const budgets = buildBudgetMapping(view, method.reason, now);
  const valid = listed.filter(
    (candidate) => !isNominated(candidate.stateNode, now) && takeBudget(budgets, candidate),
  );
  if (valid.length > 0) {
    const left = { ...command, candidates: valid };
    return { kind: "valid", command: left, took: noTime };
  }
  const sentence =
    `${candidates.length} candidates failed validation because it they were nominated for a pod ` +
    "or would violate disruption budgets";
  return invalid("budget", sentence);
}

/**
 * The candidates of a command of consolidation as they are now, or why it doesn't stand any more: all
 * or nothing.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/validation.go validateCandidates
 */
function recheckCandidates(
  method: DisruptionMethod,
  command: Command,
  cluster: ListedView,
): readonly Candidate[] | Invalid {
  const { candidates } = command;
  const { length } = candidates;
  const { view, now } = cluster;
  const listed = stillListed(method, candidates, cluster);
  if (listed.length !== length) {
    const sentence = `${length - listed.length} candidates are no longer valid`;
    return invalid("churn", sentence);
  }
  const budgets = buildBudgetMapping(view, method.reason, now);
  for (const candidate of listed) {
    if (isNominated(candidate.stateNode, now)) {
      return invalid("budget", "a candidate was nominated during validation");
    }
    if (!takeBudget(budgets, candidate)) {
      const sentence = "a candidate can no longer be disrupted without violating budgets";
      return invalid("budget", sentence);
    }
  }
  return listed;
}

/** What has become of a second look's answer while its simulation took time. */
export function recheck(
  method: DisruptionMethod,
  answer: AnsweredValidation,
  cluster: ListedView,
): AnsweredValidation {
  if (answer.kind === "invalid" || answer.took === 0) return answer;
  const listed = recheckCandidates(method, answer.command, cluster);
  return "kind" in listed ? listed : answer;
}

const newResults = "scheduling simulation produced new results";

/**
 * Prices are not compared again, and what is started is the command as it was first found.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/validation.go validateCommand
 */
function validateSimulation(
  command: Command,
  listed: readonly Candidate[],
  { view, now }: ListedView,
): ValidationResult {
  const simulator = new Simulator(view, now);
  const simulation = simulator.simulate(listed, { isConsolidation: true });
  const took = wholeLatency(simulator.latencyMs);
  const failed = "validating consolidation, simulating scheduling";
  if (simulation.kind === "failed") {
    return { kind: "failed", error: `${failed}, ${simulation.error}` };
  }
  if (simulation.kind === "candidate-deleting") {
    return { kind: "failed", error: `${failed}, candidate is deleting` };
  }
  const errors = nonPendingPodErrors(simulation.results);
  if (errors !== undefined) return invalid("scheduling", errors.sentence, took);
  const [found, ...others] = simulation.results.newNodeClaims;
  const [wanted] = command.replacements;
  if (found === undefined && wanted === undefined) {
    return { kind: "valid", command, took };
  }
  if (found === undefined || others.length > 0 || wanted?.kind !== "scheduled") {
    return invalid("scheduling", newResults, took);
  }
  const names = new Set(found.instanceTypeOptions.map(({ name }) => name));
  // The new simulation isn't filtered by price, so it has to offer all that the old one was left with.
  return wanted.nodeClaim.instanceTypeOptions.every(({ name }) => names.has(name))
    ? { kind: "valid", command, took }
    : invalid("scheduling", newResults, took);
}
