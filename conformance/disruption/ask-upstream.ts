import { runHarness, upstreamVersion, withHarness } from "../ask-upstream.ts";
import type { DisruptionCase, DisruptionDecision, RecordedDisruptionCases } from "./cases.ts";

/** So many cases are sent at once, to bound what is held in memory. */
const casesAtOnce = 64;

/** The cases with upstream's decisions. @throws Error when Go, its modules or the program fail. */
export function askUpstreamAboutDisruption(
  cases: readonly DisruptionCase[],
  instanceTypeSets: RecordedDisruptionCases["instanceTypeSets"],
): RecordedDisruptionCases {
  return withHarness((program) => {
    const decisions: DisruptionDecision[] = [];
    for (let first = 0; first < cases.length; first += casesAtOnce) {
      const lines = [instanceTypeSets, ...cases.slice(first, first + casesAtOnce)];
      decisions.push(...runHarness<DisruptionDecision>(program, ["disrupt"], lines));
    }
    return { upstream: upstreamVersion(), instanceTypeSets, cases, decisions };
  });
}
