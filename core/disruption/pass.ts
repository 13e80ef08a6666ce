// What a pass through the methods remembers, waits for and comes to.
import type { SimTime } from "../units/index.ts";
import type { Inputs } from "./inputs.ts";
import type { ApprovedCommand, MethodDecision } from "./method.ts";
import type { Refusal } from "./reasons.ts";
import type { AnsweredValidation } from "./validation.ts";

/** What a method remembers from one pass to the next. */
export interface Memory {
  /** Consolidation timestamp of the last search that found nothing. */
  consolidatedAt: SimTime | undefined;
  /** What that search rested on. */
  inputs: Inputs | undefined;
  /** The timestamp when it was last read: it moves by itself once it is too old for a reader. */
  timestamp: SimTime | undefined;
  unseenNodePools: readonly string[];
  /** The last search, if it took time to find nothing. */
  fruitless: FruitlessSearch | undefined;
}

/** A search without a command, which would end the same way, after the same time, on the same inputs. */
export interface FruitlessSearch {
  readonly inputs: Inputs;
  readonly unseenNodePools: readonly string[];
  readonly decision: MethodDecision;
}

/** A method that has not searched yet. */
export function freshMemory(): Memory {
  return {
    consolidatedAt: undefined,
    inputs: undefined,
    timestamp: undefined,
    unseenNodePools: [],
    fruitless: undefined,
  };
}

/**
 * What a pass waits for: the end of a search that takes time, the second look at a command, or the
 * end of the simulation that is part of that.
 */
export type Pending = { readonly methodIndex: number; readonly at: SimTime } & (
  | { readonly kind: "search"; readonly decision: MethodDecision }
  | (ApprovedCommand & { readonly kind: "validation" })
  | (ApprovedCommand & { readonly kind: "simulation"; readonly result: AnsweredValidation })
);

/** A pass that did nothing, and would do nothing again on the same inputs. */
export interface IdlePass {
  readonly at: SimTime;
  readonly inputs: Inputs;
  /** It rests on prices and offerings, whose changes nobody tells of. */
  readonly restsOnOfferings: boolean;
  /** When the consolidation timestamp moves by itself; absent: no method has read it. */
  readonly refreshAt?: SimTime;
}

/** How a pass through the methods has ended. */
export type PassEnd =
  | { readonly kind: "nothing"; readonly idle: IdlePass | undefined }
  | { readonly kind: "waiting" }
  | { readonly kind: "started" }
  | { readonly kind: "failed"; readonly error: string };

/** How a method's turn in a pass has ended. */
export type MethodEnd =
  | Exclude<PassEnd, { readonly kind: "nothing" }>
  | { readonly kind: "nothing"; readonly why: Idleness };

/**
 * Why a method has done nothing: it has no candidates; nothing has changed since it found nothing; it
 * found nothing but has to look again at every poll; it would go on elsewhere the next time.
 */
type Idleness = "no-candidates" | "consolidated" | "looking" | "unfinished";

/** Without candidates there is nothing to do, unless types of a NodePool turn up again. */
export function idleness(refusals: readonly Refusal[]): Idleness {
  const isWaiting = refusals.some(({ code }) => code === "disruption/node-pool-not-found");
  return isWaiting ? "looking" : "no-candidates";
}
