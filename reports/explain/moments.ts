import type { SimTime } from "../../core/units/index.ts";
import { compareStrings, elapsed, invariant, minutes, simTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import { countOf } from "../number-text.ts";
import type { Moment } from "./story.ts";

/** What a moment is made of. */
export interface MomentParts {
  readonly what: string;
  readonly text: string;
  readonly details?: readonly string[];
  readonly until?: SimTime | undefined;
  /** `until` is the end of the run, and it still holds. */
  readonly isOpen?: boolean;
}

type Entry<Kind extends LedgerEntry["kind"]> = Extract<LedgerEntry, { kind: Kind }>;

interface Ordered {
  readonly moment: Moment;
  /** In which they were found. */
  readonly order: number;
}

/** An event that came again and again. */
interface Series {
  readonly reason: string;
  readonly message: string;
  readonly firstAt: SimTime;
  readonly lastAt: SimTime;
  readonly count: number;
  readonly order: number;
}

/** What comes within that time goes on; so the ledger tells of events, too. */
const eventGoesOnFor = minutes(10);
/** As in `2 pods are waiting`; never part of a name. */
const standaloneCount = /(?<=^|\s)\d+(?=\s)/g;

/** Moments as they are found; those that began earlier may be found later. */
export class Moments {
  readonly #moments: Ordered[] = [];
  /** By what they say and since when. */
  readonly #series = new Map<string, Series>();
  #found = 0;

  add(at: SimTime, { what, text, details = [], until, isOpen = false }: MomentParts): void {
    const end = until === undefined ? {} : { until, ...(isOpen ? { isOpen } : {}) };
    this.#moments.push({ moment: { at, ...end, what, text, details }, order: this.#found++ });
  }

  /**
   * A Kubernetes event; the same again and again is one moment that lasts, and so is one whose counts
   * change, as pods go. Of a Node and a NodeClaim that are told the same at once, it is told once.
   */
  event({ reason, message, firstAt, lastAt, count }: Entry<"event">): void {
    const key = JSON.stringify([reason, message, firstAt]);
    const order = this.#series.get(key)?.order ?? this.#found++;
    this.#series.set(key, { reason, message, firstAt, lastAt, count, order });
  }

  /** By time; those of one instant in the order in which they were found. */
  list(more: readonly Moment[] = []): readonly Moment[] {
    const found = [...this.#moments, ...this.#events()].toSorted((a, b) => a.order - b.order);
    return [...found.map(({ moment }) => moment), ...more].toSorted(
      (left, right) => left.at - right.at || rank(left) - rank(right),
    );
  }

  #events(): readonly Ordered[] {
    const runs: Series[][] = [];
    const lastRuns = new Map<string, Series[]>();
    const series = [...this.#series.values()];
    for (const each of series.toSorted((a, b) => a.firstAt - b.firstAt || a.order - b.order)) {
      const kind = `${each.reason} ${each.message.replace(standaloneCount, "#")}`;
      const last = lastRuns.get(kind);
      if (last !== undefined && elapsed(endOf(last), each.firstAt) < eventGoesOnFor) {
        last.push(each);
        continue;
      }
      const run = [each];
      runs.push(run);
      lastRuns.set(kind, run);
    }
    return runs.map(eventMoment);
  }
}

/** When a run of events has ended so far. */
function endOf(run: readonly Series[]): SimTime {
  return run.reduce((end, { lastAt }) => (lastAt > end ? lastAt : end), simTime(0));
}

function eventMoment(run: readonly Series[]): Ordered {
  const [first] = run;
  invariant(first !== undefined, "a run of events has one");
  const { reason, firstAt: at, order } = first;
  const count = run.reduce((sum, each) => sum + each.count, 0);
  const until = endOf(run);
  const last = run.findLast(({ lastAt }) => lastAt === until) ?? first;
  const text = `${reason}${count > 1 ? `, ${countOf(count, "time")}` : ""}: ${last.message}`;
  const lasting = until > at ? { until } : {};
  return { moment: { at, ...lasting, what: "event", text, details: [] }, order };
}

/** Somebody has changed an object, or the account that EC2NodeClasses select from. */
export function changedWords({ what }: Entry<"changed">): string {
  return what === "account"
    ? "the AWS account is changed: EC2NodeClasses may select other images, subnets, security groups"
    : `${what} is changed`;
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
