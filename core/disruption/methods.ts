import type { SimTime } from "../units/index.ts";
import { computeNodePoolTotals, type NodePoolTotals } from "./balanced.ts";
import { buildBudgetMapping } from "./budget-mapping.ts";
import {
  type Candidate,
  type CandidateListing,
  type DisruptionClass,
  listCandidates,
} from "./candidate.ts";
import { drift } from "./drift.ts";
import { emptiness } from "./emptiness.ts";
import { type DisruptionMethod, type MethodDecision, nothing } from "./method.ts";
import { multiNodeConsolidation } from "./multi-node-consolidation.ts";
import type { DisruptionOptions } from "./options.ts";
import type { Refusal } from "./reasons.ts";
import { singleNodeConsolidation } from "./single-node-consolidation.ts";
import { staticDrift } from "./static-drift.ts";
import type { DisruptionView } from "./view.ts";

/**
 * The methods in the order in which a pass tries them; the first that starts a command ends it.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/controller.go NewMethods
 */
export const disruptionMethods: readonly DisruptionMethod[] = Object.freeze([
  emptiness,
  staticDrift,
  drift,
  multiNodeConsolidation,
  singleNodeConsolidation,
]);

/** The methods that the options leave: an experiment may switch single-node consolidation off. */
export function enabledMethods({ experiments }: DisruptionOptions): readonly DisruptionMethod[] {
  if (experiments.singleNodeConsolidation !== false) return disruptionMethods;
  return disruptionMethods.filter((it) => it !== singleNodeConsolidation);
}

/** Listings of one view, made when they are asked for. */
interface Listings {
  readonly ofClass: Map<DisruptionClass, CandidateListing>;
  readonly ofMethod: Map<DisruptionMethod, CandidateListing>;
}

/** A view at one instant, whose candidates are listed at most once. */
export class ListedView {
  readonly view: DisruptionView;
  readonly now: SimTime;
  readonly #listings: Listings;

  constructor(view: DisruptionView, now: SimTime, listings?: Listings) {
    this.view = view;
    this.now = now;
    this.#listings = listings ?? { ofClass: new Map(), ofMethod: new Map() };
  }

  /** The same at a later instant, when no condition of time has come due in between. */
  at(now: SimTime): ListedView {
    return new ListedView(this.view, now, this.#listings);
  }

  listing(disruptionClass: DisruptionClass): CandidateListing {
    const { ofClass } = this.#listings;
    let listing = ofClass.get(disruptionClass);
    if (listing === undefined) {
      listing = listCandidates(this.view, disruptionClass, this.now);
      ofClass.set(disruptionClass, listing);
    }
    return listing;
  }

  /** The candidates that a method considers, and why it leaves out the others of its class. */
  candidatesOf(method: DisruptionMethod): CandidateListing {
    const { ofMethod } = this.#listings;
    let listing = ofMethod.get(method);
    if (listing === undefined) {
      listing = filterCandidates(this.listing(method.disruptionClass), method, this.view);
      ofMethod.set(method, listing);
    }
    return listing;
  }
}

function filterCandidates(
  { candidates: all }: CandidateListing,
  method: DisruptionMethod,
  view: DisruptionView,
): CandidateListing {
  const candidates: Candidate[] = [];
  const refusals: Refusal[] = [];
  for (const candidate of all) {
    const refusal = method.refuse(candidate, view);
    if (refusal === undefined) candidates.push(candidate);
    else refusals.push(refusal);
  }
  return { candidates, refusals };
}

const noTotals: ReadonlyMap<string, NodePoolTotals> = new Map();

/**
 * What a method decides on its candidates.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/controller.go disrupt
 */
export function decideMethod(
  method: DisruptionMethod,
  listed: ListedView,
  candidates: readonly Candidate[],
  unseenNodePools: readonly string[],
): MethodDecision {
  if (candidates.length === 0) return nothing;
  const { view, now } = listed;
  const all = listed.listing(method.disruptionClass).candidates;
  const isScored = method.reason === "Underutilized";
  return method.decide(
    {
      ...view,
      candidates,
      budgets: buildBudgetMapping(view, method.reason, now),
      totals: isScored ? computeNodePoolTotals(view, all) : noTotals,
      unseenNodePools,
    },
    now,
  );
}
