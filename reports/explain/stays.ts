import type { SimTime } from "../../core/units/index.ts";
import type { BlockedBy, LedgerEntry } from "../../sim/ledger/index.ts";
import type { PriceRange, Stay } from "./story.ts";

type Refused = Extract<LedgerEntry, { kind: "disruption-refused" }>;
type Considered = Extract<LedgerEntry, { kind: "disruption-considered" }>;

const namesMax = 5;

interface OpenStay {
  readonly from: SimTime;
  until: SimTime | undefined;
  looks: number;
  readonly reason: string;
  readonly method: string | undefined;
  message: string;
  readonly pods: Set<string>;
  readonly podDisruptionBudgets: Set<string>;
  readonly blockedBy: Set<string>;
  others: number;
  before: PriceRange | undefined;
  after: PriceRange | undefined;
}

/**
 * Why one node stays, spell by spell.
 *
 * A refusal holds from when it is told until its end is told. What a method's search says of a node
 * holds until the search says something else, or the node is no candidate any more.
 */
export class Stays {
  readonly #stays: OpenStay[] = [];
  /** Refusals that hold, by code and sentence. */
  readonly #refusals = new Map<string, OpenStay>();
  /** The last word of each method's search. */
  readonly #searches = new Map<string, OpenStay>();

  refused(entry: Refused): void {
    const { at, method, reason, message, blockedBy, isRepeat } = entry;
    const key = `${reason} ${message}`;
    const open = this.#refusals.get(key);
    if (isRepeat && open !== undefined) {
      open.looks += 1;
      addBlockers(open, blockedBy);
      return;
    }
    // A node that is no candidate is not looked at: what a search has said of it is void.
    if (method === undefined) this.#closeSearches(at);
    const stay = this.#open(at, reason, method, message);
    addBlockers(stay, blockedBy);
    this.#refusals.set(key, stay);
  }

  ended({ at, reason, message }: Pick<Refused, "at" | "reason" | "message">): void {
    const key = `${reason} ${message}`;
    const open = this.#refusals.get(key);
    if (open !== undefined) open.until ??= at;
    this.#refusals.delete(key);
  }

  /** A move that the node was part of, and that was refused. */
  considered(entry: Considered): void {
    const { at, method, reason, message, candidates, blockedBy } = entry;
    const others = candidates.length - 1;
    const scope = others === 0 ? method : `${method} of several`;
    const last = this.#searches.get(scope);
    if (entry.verdict !== "refused" || reason === undefined || message === undefined) {
      this.#close(scope, at);
      return;
    }
    let stay = last;
    if (stay?.reason !== reason || stay.until !== undefined) {
      this.#close(scope, at);
      stay = this.#open(at, reason, method, message);
      stay.looks = 0;
      this.#searches.set(scope, stay);
    }
    stay.looks += 1;
    stay.message = message;
    stay.others = others;
    stay.before = range(stay.before, entry.usdPerHourBefore);
    stay.after = range(stay.after, entry.usdPerHourAfter);
    addBlockers(stay, blockedBy);
  }

  /** The node is going: nothing keeps it any more. */
  closeAll(at: SimTime): void {
    for (const stay of this.#stays) stay.until ??= at;
    this.#refusals.clear();
    this.#searches.clear();
  }

  /** In the order of their begin. */
  list(): readonly Stay[] {
    return this.#stays.map(({ pods, podDisruptionBudgets, blockedBy, before, after, ...stay }) => ({
      from: stay.from,
      ...(stay.until === undefined ? {} : { until: stay.until }),
      looks: stay.looks,
      reason: stay.reason,
      ...(stay.method === undefined ? {} : { method: stay.method }),
      message: stay.message,
      pods: [...pods],
      podDisruptionBudgets: [...podDisruptionBudgets],
      blockedBy: [...blockedBy],
      others: stay.others,
      ...(before === undefined ? {} : { usdPerHourBefore: before }),
      ...(after === undefined ? {} : { usdPerHourAfter: after }),
    }));
  }

  #open(from: SimTime, reason: string, method: string | undefined, message: string): OpenStay {
    const stay: OpenStay = {
      ...{ from, until: undefined, looks: 1, reason, method, message, others: 0 },
      ...{ pods: new Set(), podDisruptionBudgets: new Set(), blockedBy: new Set() },
      ...{ before: undefined, after: undefined },
    };
    this.#stays.push(stay);
    return stay;
  }

  #close(scope: string, at: SimTime): void {
    const open = this.#searches.get(scope);
    if (open !== undefined) open.until ??= at;
    this.#searches.delete(scope);
  }

  #closeSearches(at: SimTime): void {
    for (const scope of [...this.#searches.keys()]) this.#close(scope, at);
  }
}

function addBlockers(stay: OpenStay, blockedBy: BlockedBy | undefined): void {
  if (blockedBy === undefined) return;
  const { pods = [], podDisruptionBudgets = [], annotation, nodePool, budget } = blockedBy;
  for (const pod of pods) remember(stay.pods, pod);
  for (const pdb of podDisruptionBudgets) remember(stay.podDisruptionBudgets, pdb);
  if (annotation !== undefined) remember(stay.blockedBy, `annotation ${annotation}`);
  if (budget !== undefined) {
    remember(stay.blockedBy, `NodePool ${nodePool ?? ""}'s ${budgetWords(budget)}`);
  }
}

/** `budget (nodes: "10%") allows 1 of 9 nodes, 1 disrupting or not ready`. */
export function budgetWords(budget: NonNullable<BlockedBy["budget"]>): string {
  const { allowed, disrupting, nodes, budgetNodes, schedule } = budget;
  const text = budgetNodes === undefined ? "" : ` (nodes: "${budgetNodes}"${when(schedule)})`;
  const left = allowed - disrupting > 0 ? ", taken by a node before it" : "";
  const used = `${disrupting} disrupting or not ready${left}`;
  return `budget${text} allows ${allowed} of ${nodes} nodes, ${used}`;
}

/** The last few that were named, each once. */
function remember(names: Set<string>, name: string): void {
  names.delete(name);
  names.add(name);
  const [oldest = ""] = names;
  if (names.size > namesMax) names.delete(oldest);
}

function when(schedule: string | undefined): string {
  return schedule === undefined ? "" : `, schedule: "${schedule}"`;
}

function range(known: PriceRange | undefined, value: number | undefined): PriceRange | undefined {
  if (value === undefined) return known;
  return { first: known?.first ?? value, last: value };
}
