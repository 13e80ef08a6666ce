import { type TextRule, textRules } from "./compared-texts.ts";
import type { CaseResult } from "./replay.ts";

/**
 * Prints how cases differ, at most some lines for each, and then counts by topic.
 *
 * @returns the exit code: 1 when any case differs.
 */
export function report(results: readonly CaseResult[], linesPerCase: number): 0 | 1 {
  for (const { name, differences } of results) {
    for (const line of differences.slice(0, linesPerCase)) console.log(`${name}: ${line}`);
  }
  const topics = [...new Set(results.map(({ topic }) => topic))].sort();
  for (const topic of topics) {
    const counted = results.filter((it) => it.topic === topic);
    console.log(tally(topic, counted));
  }
  console.log(tally("all", results));
  for (const line of textLines(results)) console.log(line);
  return results.some(({ differences }) => differences.length > 0) ? 1 : 0;
}

/** By which rules texts were compared, where any were. */
function textLines(results: readonly CaseResult[]): readonly string[] {
  const countOf = (rule: TextRule) =>
    results.reduce((sum, { texts }) => sum + (texts?.get(rule) ?? 0), 0);
  const counts = textRules.map((rule) => [rule, countOf(rule)] as const);
  if (counts.every(([, count]) => count === 0)) return [];
  const lines = counts.map(([rule, count]) => `  ${rule.padEnd(60)} ${String(count).padStart(8)}`);
  return ["texts that are the same", ...lines];
}

function tally(title: string, counted: readonly CaseResult[]): string {
  const differing = counted.filter(({ differences }) => differences.length > 0).length;
  const agreeing = counted.length - differing;
  return `${title.padEnd(24)} ${String(agreeing).padStart(5)} agree ${String(differing).padStart(4)} differ`;
}
