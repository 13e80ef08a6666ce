import type { SimTime } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
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
  /** Events of the present stretch, by their reason. */
  readonly #events = new Map<string, { readonly index: number; count: number }>();

  add(at: SimTime, { what, text, details = [], until }: MomentParts): void {
    this.#moments.push({ at, ...(until === undefined ? {} : { until }), what, text, details });
    this.#events.clear();
  }

  /** A Kubernetes event; the same reason again and again is one moment that lasts. */
  event({ at, reason, message, count }: Extract<LedgerEntry, { kind: "event" }>): void {
    const known = this.#events.get(reason);
    const first = known === undefined ? undefined : this.#moments[known.index];
    if (known === undefined || first === undefined) {
      const moment = { at, what: "event", text: `${reason}: ${message}`, details: [] };
      this.#events.set(reason, { index: this.#moments.push(moment) - 1, count });
      return;
    }
    // The Node and the NodeClaim are told the same at once.
    if (first.at === at && first.text === `${reason}: ${message}`) return;
    known.count += count;
    const text = `${reason}, ${known.count} times: ${message}`;
    this.#moments[known.index] = { ...first, until: at, text };
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

/** `1 pod`, `2 pods`, `3 launches`. */
export function countOf(number: number, noun: string): string {
  const ending = number === 1 ? "" : noun.endsWith("ch") ? "es" : "s";
  return `${number} ${noun}${ending}`;
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
