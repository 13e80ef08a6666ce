/** How two decisions on one disruption case differ. */
import { differences, withoutChance } from "../compare.ts";
import type {
  DecidedEvent,
  DecidedFact,
  DecidedMethod,
  DecidedRun,
  DecidedScores,
  TimedEvent,
  DisruptionDecision,
} from "./cases.ts";
import { eventText } from "./inspect-methods.ts";

/** What our core decided. */
export interface OurDecision {
  readonly methods: readonly DecidedMethod[];
  readonly run: DecidedRun;
}

/** Lines that say what differs, upstream's side first; none when the decisions are the same. */
export function disruptionDifferences(
  upstream: DisruptionDecision,
  ours: OurDecision,
): readonly string[] {
  if (upstream.error !== undefined) return [`upstream failed: ${upstream.error}`];
  return [
    ...upstream.methods.flatMap((it, index) => methodDifferences(it, ours.methods[index])),
    ...listDifferences("run", upstream.run.facts.map(plainFact), ours.run.facts.map(plainFact)),
    ...eventDifferences("run: event", timed(upstream.run.events), timed(ours.run.events)),
    ...podEventDifferences("run: event", upstream.run, ours.run, timed),
    ...listDifferences("end", upstream.run.end, ours.run.end),
    ...differences({ name: "", ...upstream.run.then }, { name: "", ...ours.run.then }).map(
      (it) => `provisioning then: ${it}`,
    ),
  ];
}

function methodDifferences(
  upstream: DecidedMethod,
  ours: DecidedMethod | undefined,
): readonly string[] {
  const { method } = upstream;
  if (ours?.method !== method) return [`${method}: not asked`];
  return [
    ...differs(`${method}: error`, upstream.error, ours.error),
    ...listDifferences(`${method}: candidate`, upstream.candidates, ours.candidates),
    ...differs(`${method}: budgets`, sorted(upstream.budgets), sorted(ours.budgets)),
    ...differs(`${method}: totals`, sorted(upstream.totals), sorted(ours.totals)),
    ...listDifferences(
      `${method}: command`,
      upstream.commands.map(plain),
      ours.commands.map(plain),
    ),
    ...listDifferences(`${method}: scored`, plainEvaluations(upstream), plainEvaluations(ours)),
    ...eventDifferences(
      `${method}: event`,
      upstream.events.map(comparable),
      ours.events.map(comparable),
    ),
    ...podEventDifferences(`${method}: event`, upstream, ours, (it) => it.map(comparable)),
  ];
}

function podEventDifferences<Event>(
  what: string,
  upstream: { readonly podEvents: readonly Event[] },
  ours: { readonly podEvents: readonly Event[] },
  textsOf: (events: readonly Event[]) => readonly string[],
): readonly string[] {
  return eventDifferences(what, textsOf(upstream.podEvents), textsOf(ours.podEvents));
}

function plainEvaluations({ scored }: DecidedMethod): readonly unknown[] {
  return scored
    .filter(({ scores }) => Object.keys(scores).length > 0)
    .map(({ scores, candidates, isApproved }) => ({
      ...{ candidates, isApproved },
      scores: plainScores(scores),
    }));
}

function plainScores(scores: DecidedScores): unknown {
  return sorted(scores).map(([nodePool, { score, ...rest }]) => ({
    nodePool,
    score: String(Number(score.replace("+Inf", "Infinity"))),
    ...rest,
  }));
}

/** Where upstream's program leaves out what is empty, so does this. */
function plainFact({ scores, savings, created, text, ...fact }: DecidedFact): unknown {
  return sorted({
    ...fact,
    savings: savings ?? 0,
    created: created ?? [],
    scores: plainScores(scores ?? {}),
    text: fact.kind === "failed" ? plainError(text ?? "") : (text ?? ""),
  });
}

/** Without ids, and without the frame that upstream's controller puts around what went wrong. */
function plainError(text: string): string {
  return withoutChance(text)
    .replace(/^disrupting, /, "")
    .replace(/ \(\w+=reason\)$/, "")
    .replaceAll(/ \(command-id=[^)]*\)/g, "");
}

function plain(value: object): unknown {
  return sorted(value as Readonly<Record<string, unknown>>).map(([key, it]) => [
    key,
    key === "replacements"
      ? (it as readonly object[]).map(plain)
      : key === "requests"
        ? plain(it as object)
        : it,
  ]);
}

/** Each when it was told first: a text that chance varies is told anew. */
function timed(events: readonly TimedEvent[]): readonly string[] {
  const firstByText = new Map<string, number>();
  for (const event of events) {
    const text = comparable(event);
    if (!firstByText.has(text)) firstByText.set(text, event.atMs);
  }
  return [...firstByText].map(([text, atMs]) => `${atMs} ms ${text}`);
}

function comparable(event: DecidedEvent): string {
  return withoutChance(eventText(event));
}

/** Entry by entry, so that a long list differs in short lines. */
function listDifferences(
  what: string,
  upstream: readonly unknown[],
  ours: readonly unknown[],
): readonly string[] {
  const length = Math.max(upstream.length, ours.length);
  return Array.from({ length }, (_, index) =>
    differs(`${what} ${index + 1}`, upstream[index], ours[index]),
  ).flat();
}

function eventDifferences(
  what: string,
  upstream: readonly string[],
  ours: readonly string[],
): readonly string[] {
  return [
    ...upstream.filter((it) => !ours.includes(it)).map((it) => `${what}: only upstream ${it}`),
    ...ours.filter((it) => !upstream.includes(it)).map((it) => `${what}: only ours ${it}`),
  ];
}

function sorted<Value>(record: Readonly<Record<string, Value>>): readonly [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function differs(what: string, upstream: unknown, ours: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(upstream), JSON.stringify(ours)];
  return left === right ? [] : [`${what}: upstream ${left}, ours ${right}`];
}
