// Asks every method of disruption about the same view. A pass ends with the first command; to say
// of every node why it stays, methods that take one node at a time are asked again without the nodes
// that they have spoken about already.
import {
  approvedCommands,
  type Candidate,
  type CandidateListing,
  type Command,
  type ConsideredMove,
  decideMethod,
  decisionOf,
  type DisruptionMethod,
  enabledMethods,
  type ListedView,
  type NodePoolScore,
  type Refusal,
} from "../../core/disruption/index.ts";

/** A command with the scores that let it pass. */
export interface FoundCommand {
  readonly method: DisruptionMethod;
  readonly command: Command;
  readonly scores: readonly NodePoolScore[];
}

/** What a method has to say. */
export interface MethodFindings {
  readonly method: DisruptionMethod;
  readonly listing: CandidateListing;
  readonly candidates: readonly Candidate[];
  /** In the order in which they would come, each without the nodes of those before. */
  readonly commands: readonly FoundCommand[];
  /** Of the filter and of the search. */
  readonly refusals: readonly Refusal[];
  /** Every set of nodes that it has looked at, in that order. */
  readonly considered: readonly ConsideredMove[];
  readonly error?: string;
}

/**
 * What each method says of the view, in the order of a pass, as if the methods before it had come to
 * nothing. Without limits on evaluations.
 */
export function askMethods(listed: ListedView): readonly MethodFindings[] {
  return enabledMethods(listed.view.options).map((method) => askMethod(method, listed));
}

function askMethod(method: DisruptionMethod, listed: ListedView): MethodFindings {
  const listing = listed.listing(method.disruptionClass);
  const filtered = listed.candidatesOf(method);
  const commands: FoundCommand[] = [];
  const refusals: Refusal[] = [...filtered.refusals];
  const considered: ConsideredMove[] = [];
  let left = filtered.candidates;
  for (;;) {
    const decision = decideMethod(method, listed, left, []);
    refusals.push(...decision.refusals);
    considered.push(...decision.considered);
    const base = {
      method,
      listing,
      candidates: filtered.candidates,
      commands,
      refusals,
      considered,
    };
    if (decision.error !== undefined) return { ...base, error: decision.error };
    const found = approvedCommands(decision).filter((it) => decisionOf(it.command) !== "no-op");
    commands.push(...found.map(({ command, move: { scores } }) => ({ method, command, scores })));
    if (found.length === 0 || !takesOneNodeAtATime(method)) return base;
    const spoken = new Set([
      ...found.flatMap(({ command }) => command.candidates.map(({ name }) => name)),
      ...decision.refusals.map(({ nodeName }) => nodeName),
    ]);
    left = left.filter(({ name }) => !spoken.has(name));
  }
}

function takesOneNodeAtATime({ name }: DisruptionMethod): boolean {
  return name === "drift" || name === "single-node-consolidation";
}
