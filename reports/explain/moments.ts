import type { SimTime } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import { countOf } from "../number-text.ts";
import type { Moment } from "./story.ts";

/** What a moment is made of. */
export interface MomentParts {
  readonly what: string;
  readonly text: string;
  readonly details?: readonly string[];
  readonly until?: SimTime | undefined;
}

/** Moments as they are found; those that began earlier may be found later. */
export class Moments {
  readonly #moments: Moment[] = [];
  /** Where events stand that may come again, by what they say and since when. */
  readonly #events = new Map<string, number>();

  add(at: SimTime, { what, text, details = [], until }: MomentParts): void {
    this.#moments.push({ at, ...(until === undefined ? {} : { until }), what, text, details });
  }

  /**
   * A Kubernetes event; the same again and again is one moment that lasts. Of a Node and a NodeClaim
   * that are told the same at once, it is told once.
   */
  event({
    reason,
    message,
    firstAt,
    lastAt,
    count,
  }: Extract<LedgerEntry, { kind: "event" }>): void {
    const key = JSON.stringify([reason, message, firstAt]);
    const index = this.#events.get(key) ?? this.#moments.length;
    this.#events.set(key, index);
    const isRepeated = lastAt > firstAt;
    this.#moments[index] = {
      ...{ at: firstAt, ...(isRepeated ? { until: lastAt } : {}), what: "event", details: [] },
      text: `${reason}${count > 1 ? `, ${countOf(count, "time")}` : ""}: ${message}`,
    };
  }

  /** By time; those of one instant in the order in which they were found. */
  list(more: readonly Moment[] = []): readonly Moment[] {
    return [...this.#moments, ...more].toSorted(
      (left, right) => left.at - right.at || rank(left) - rank(right),
    );
  }
}

/** Of one pass: the instance is ended once its node is drained. */
function rank({ what }: Moment): number {
  return what === "shutting-down" ? 1 : 0;
}

/** Names with commas between; of many the first, and how many more there are. */
export function listNames(names: readonly string[], count: number, max = 5): string {
  const shown = names.slice(0, max);
  return count > shown.length
    ? `${shown.join(", ")} and ${count - shown.length} more`
    : shown.join(", ");
}

/** How often each name occurs. */
export function countNames(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** `Deployment/shop/web 30, Job/batch/reports 7`; most first. */
export function tallyText(counts: ReadonlyMap<string, number>, max = 5): string {
  const sorted = [...counts].sort(
    ([left, many], [right, more]) => more - many || compareStrings(left, right),
  );
  const texts = sorted.map(([name, count]) => `${name} ${count}`);
  return listNames(texts, texts.length, max);
}
