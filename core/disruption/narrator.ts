import type { ClusterEvent, StateNode } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { buildBudgetMapping } from "./budget-mapping.ts";
import type { CandidateListing } from "./candidate.ts";
import type { ConsideredMove } from "./considered-move.ts";
import type { DisruptionRecorder } from "./decision-recorder.ts";
import { doNotDisruptEvents, simulationPodEvents } from "./do-not-disrupt-events.ts";
import { nodePoolBlockedEvent, refusalEvents } from "./events.ts";
import type { DisruptionMethod, MethodDecision, MethodName } from "./method.ts";
import type { ListedView } from "./methods.ts";
import { Novelty } from "./novelty.ts";
import { type Refusal, routineRefusals } from "./reasons.ts";
import type { ValidationResult } from "./validation.ts";

/** Whom the narrator tells. */
export interface NarratorParts {
  readonly recorder?: DisruptionRecorder;
  publish(event: ClusterEvent): void;
  /** By the name in refusals. */
  stateNode(name: string): StateNode | undefined;
}

/**
 * Tells recorder and cluster what is new.
 *
 * Differs: upstream publishes an event again whenever two minutes (for some, one or fifteen) have
 * passed since it last did; here it is told again only after it has not held for a while.
 *
 * @see karpenter v1.14.1 pkg/events/recorder.go
 */
export class Narrator {
  readonly #parts: NarratorParts;
  readonly #refusals = new Novelty<Refusal>(refusalText);
  /** Of refusals, with the objects that stand in the way. */
  readonly #blockers = new Novelty<Refusal>(blockerText);
  /** The same "no" of two methods may be two events: drift is blocked, consolidation impossible. */
  readonly #refusalEvents = new Novelty<Refusal>(refusalEventText);
  readonly #events = new Novelty<ClusterEvent>(eventText);
  /** Of moves, without and with their numbers. */
  readonly #verdicts = new Novelty<ConsideredMove>(verdictText);
  readonly #moves = new Novelty<ConsideredMove>(moveText);
  /** What each method's last search has found, unless that was ended since. */
  readonly #decisions = new Map<MethodName, MethodDecision>();
  /** The listing whose pods' annotations were told last. */
  #annotationsOf: CandidateListing | undefined;

  constructor(parts: NarratorParts) {
    this.#parts = parts;
  }

  /** Why nodes are no candidates, or not a method's: one round of the scope. */
  refusals(scope: string, refusals: readonly Refusal[], now: SimTime, method?: MethodName): void {
    const told = toldOf(refusals);
    const { news, ended } = this.#refusals.round(scope, told);
    const { recorder } = this.#parts;
    if (recorder !== undefined) {
      const named = method === undefined ? {} : { method };
      this.#tellEnds(ended, now, method);
      const isNews = new Set(news);
      for (const refusal of this.#blockers.round(scope, told).news) {
        recorder.refused({ ...refusal, ...named, isRepeat: !isNews.has(refusal) }, now);
      }
    }
    this.#publishRefusals(scope, told);
  }

  #tellEnds(ended: readonly Refusal[], now: SimTime, method: MethodName | undefined): void {
    const named = method === undefined ? {} : { method };
    for (const refusal of ended) {
      // A node that is gone has its own end.
      if (this.#parts.stateNode(refusal.nodeName) === undefined) continue;
      this.#parts.recorder?.refusalEnded({ ...refusal, ...named, isRepeat: false }, now);
    }
  }

  #publishRefusals(scope: string, refusals: readonly Refusal[]): void {
    for (const refusal of this.#refusalEvents.round(scope, withEvents(refusals)).news) {
      this.#publishRefusal(refusal);
    }
  }

  #publishRefusal({ nodeName, event, sentence }: Refusal): void {
    if (event === undefined) return;
    const { node, nodeClaim } = this.#parts.stateNode(nodeName) ?? {};
    const names = {
      ...(node === undefined ? {} : { nodeName: node.metadata.name }),
      ...(nodeClaim === undefined ? {} : { nodeClaimName: nodeClaim.metadata.name }),
    };
    for (const each of refusalEvents(names, event, sentence)) this.#parts.publish(each);
  }

  /** Tells why nodes are no candidates of the method. */
  listing(method: DisruptionMethod, listed: ListedView): void {
    const { now } = listed;
    const listing = listed.listing(method.disruptionClass);
    const { candidates, refusals } = listed.candidatesOf(method);
    this.refusals(method.disruptionClass, listing.refusals, now);
    this.refusals(`filter ${method.name}`, refusals, now, method.name);
    if (candidates.length === 0) this.#endSearch(method.name, now);
    this.#tellAnnotations(method, listed, listing);
  }

  /**
   * Without candidates a method makes no search: what its last one has said does not hold any more,
   * and is news when a search says it again. Events keep to their own time.
   */
  #endSearch(method: MethodName, now: SimTime): void {
    this.#decisions.delete(method);
    const { ended } = this.#refusals.round(`search ${method}`, []);
    this.#tellEnds(ended, now, method);
    this.#blockers.round(`search ${method}`, []);
    this.#refusals.round(`moves ${method}`, []);
    this.#verdicts.round(method, []);
    this.#moves.round(method, []);
  }

  /** Both classes look at the same pods, and graceful methods are tried in every pass. */
  #tellAnnotations(
    { disruptionClass }: DisruptionMethod,
    listed: ListedView,
    listing: CandidateListing,
  ): void {
    if (disruptionClass !== "graceful" || listing === this.#annotationsOf) return;
    this.#annotationsOf = listing;
    this.events("do-not-disrupt", doNotDisruptEvents(listed, listing));
  }

  /**
   * Tells what a second look has looked at: budgets unless candidates are gone, and pods that are
   * leaving, if it got as far as a simulation.
   */
  validation(method: DisruptionMethod, listed: ListedView, result: ValidationResult): void {
    const failure = result.kind === "invalid" ? result.failure : undefined;
    if (failure !== "churn") this.budgets(method, listed);
    if (method.name === "emptiness" || failure === "churn" || failure === "budget") return;
    const { view, now } = listed;
    const deleting = view.stateNodes.filter((it) => it.isMarkedForDeletion);
    this.events(`simulation ${method.name}`, simulationPodEvents([], deleting, view, now));
  }

  /** Tells which NodePools' budgets allow nothing for a method's reason. */
  budgets({ name, reason }: DisruptionMethod, { view, now }: ListedView): void {
    const blocked = buildBudgetMapping(view, reason, now).blocked();
    const events = blocked.map((nodePoolName) => nodePoolBlockedEvent(nodePoolName, reason));
    this.events(`budget ${name}`, events);
  }

  events(scope: string, events: readonly ClusterEvent[]): void {
    for (const event of this.#events.round(scope, events).news) this.#parts.publish(event);
  }

  /** All that a method has found in a search. */
  decision(method: MethodName, decision: MethodDecision, now: SimTime): void {
    this.#parts.recorder?.searched?.(decision.considered.length);
    if (this.#decisions.get(method) === decision) return;
    this.#decisions.set(method, decision);
    const judged = new Set(
      decision.considered.flatMap(({ candidates, refusal }) =>
        candidates.length === 1 && refusal !== undefined ? candidates : [],
      ),
    );
    const isOfMove = ({ nodeName }: Refusal): boolean => judged.has(nodeName);
    const others = decision.refusals.filter((it) => !isOfMove(it));
    this.refusals(`search ${method}`, others, now, method);
    const ofMoves = decision.refusals.filter(isOfMove);
    // Told with the moves; held here, so that another method's same "no" isn't told as new.
    this.#refusals.round(`moves ${method}`, ofMoves);
    this.#publishRefusals(`moves ${method}`, ofMoves);
    this.#tellMoves(method, decision.considered, now);
    this.events(`search ${method}`, decision.events);
  }

  #tellMoves(method: MethodName, considered: readonly ConsideredMove[], now: SimTime): void {
    const { recorder } = this.#parts;
    if (recorder === undefined) return;
    const verdicts = new Set(this.#verdicts.round(method, considered).news);
    for (const move of this.#moves.round(method, considered).news) {
      recorder.considered({ method, ...move, isRepeat: !verdicts.has(move) }, now);
    }
  }
}

/** A list's selection, made once per list, so that the same list again is seen to be the same. */
function selectionOf<T>(isSelected: (item: T) => boolean): (items: readonly T[]) => readonly T[] {
  const selections = new WeakMap<readonly T[], readonly T[]>();
  return (items) => {
    const known = selections.get(items);
    if (known !== undefined) return known;
    const selection = items.filter(isSelected);
    selections.set(items, selection);
    return selection;
  };
}

const toldOf = selectionOf<Refusal>(({ code }) => !routineRefusals.has(code));
const withEvents = selectionOf<Refusal>(({ event }) => event !== undefined);

function refusalText({ nodeName, code, sentence }: Refusal): string {
  return `${nodeName} ${code} ${sentence}`;
}

function refusalEventText({ nodeName, event, sentence }: Refusal): string {
  return `${nodeName} ${event} ${sentence}`;
}

function blockerText(refusal: Refusal): string {
  return `${refusalText(refusal)} ${refusal.blockedBy?.pods?.join(" ") ?? ""}`;
}

function eventText({ objectKind, objectKey, reason, message }: ClusterEvent): string {
  return `${objectKind} ${objectKey} ${reason} ${message}`;
}

function verdictText({ verdict, decision, candidates, refusal }: ConsideredMove): string {
  const why = refusal === undefined ? "" : `${refusal.code} ${refusal.sentence}`;
  return `${verdict} ${decision} ${candidates.join(" ")} ${why}`;
}

function moveText(move: ConsideredMove): string {
  const { usdPerHourBefore, usdPerHourAfter, replacements, scores } = move;
  const prices = `${usdPerHourBefore} ${usdPerHourAfter ?? ""}`;
  const types = replacements.map((it) => `${it.instanceTypeCount} ${it.instanceTypes.join(" ")}`);
  const marks = scores.map((it) => `${it.score} ${it.savingsFraction} ${it.disruptionFraction}`);
  return `${verdictText(move)} ${prices} ${types.join(" ")} ${marks.join(" ")}`;
}
