import { runHarness, upstreamVersion, withHarness } from "../ask-upstream.ts";
import type { LifecycleCase, Outcome, RecordedLifecycle } from "./cases.ts";
import { lifecycleDifferences } from "./compare.ts";

/**
 * The cases with upstream's outcomes, each asked for so many times: its controllers work side by
 * side, and which of two is first at the same moment is chance.
 *
 * @throws Error when Go, its modules or the program fail.
 */
export function askUpstreamAboutLifecycle(
  cases: readonly LifecycleCase[],
  times: number,
): RecordedLifecycle {
  if (cases.length === 0) return { upstream: upstreamVersion(), cases, outcomes: [] };
  return withHarness((program) => {
    const rounds = Array.from({ length: times }, () =>
      runHarness<Outcome>(program, ["lifecycle"], cases),
    );
    return {
      upstream: upstreamVersion(),
      cases,
      outcomes: cases.map((testCase, index) =>
        distinct(
          testCase,
          rounds.flatMap((round) => round[index] ?? []),
        ),
      ),
    };
  });
}

function distinct(testCase: LifecycleCase, outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(
    (outcome, index) =>
      !outcomes
        .slice(0, index)
        .some((before) => lifecycleDifferences(testCase, before, outcome).length === 0),
  );
}
