/** How two decisions on one disruption case differ. */
import { differences } from "../compare.ts";
import type { TextComparison } from "../compared-texts.ts";
import { withRelativeNumbers } from "../compared-texts.ts";
import type {
  DecidedFact,
  DecidedMethod,
  DecidedRun,
  DecidedScores,
  DisruptionDecision,
} from "./cases.ts";
import { allEvents, eventDifferences } from "./compare-events.ts";

/** What our core decided. */
export interface OurDecision {
  readonly methods: readonly DecidedMethod[];
  readonly run: DecidedRun;
}

/** Lines that say what differs, upstream's side first; none when the decisions are the same. */
export function disruptionDifferences(
  upstream: DisruptionDecision,
  ours: OurDecision,
  texts: TextComparison,
): readonly string[] {
  if (upstream.error !== undefined) return [`upstream failed: ${upstream.error}`];
  return [
    ...upstream.methods.flatMap((it, index) => methodDifferences(it, ours.methods[index], texts)),
    ...listDifferences("run", upstream.run.facts.map(plainFact), ours.run.facts.map(plainFact)),
    ...eventDifferences("run: event", allEvents(upstream.run), allEvents(ours.run), texts),
    ...listDifferences("end", upstream.run.end, ours.run.end),
    ...differences({ name: "", ...upstream.run.then }, { name: "", ...ours.run.then }, texts).map(
      (it) => `provisioning then: ${it}`,
    ),
  ];
}

function methodDifferences(
  upstream: DecidedMethod,
  ours: DecidedMethod | undefined,
  texts: TextComparison,
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
    ...eventDifferences(`${method}: event`, allEvents(upstream), allEvents(ours), texts),
  ];
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
  return withRelativeNumbers(text)
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

function sorted<Value>(record: Readonly<Record<string, Value>>): readonly [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function differs(what: string, upstream: unknown, ours: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(upstream), JSON.stringify(ours)];
  return left === right ? [] : [`${what}: upstream ${left}, ours ${right}`];
}
