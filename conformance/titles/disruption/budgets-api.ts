import type { Manifest } from "../../cases.ts";
import {
  type DisruptionTitle,
  doNotDisrupt,
  machine,
  machines,
  pdb,
  pool,
  titled,
  webPod,
} from "./build.ts";

const base = pool("default");
const drifted = { conditions: { Drifted: "True" } } as const;

/** Drifted nodes, of which one has a pod, so that every reason has a candidate. */
const nodes = [...machines(12, "n", drifted), webPod("pod", "n-11")];

function budgeted(...budgets: readonly Manifest[]) {
  return [pool("default", { budgets }), nodes];
}

/** Contains the start of every case, midnight of the first of March, a Sunday. */
const active = { schedule: "0 0 * * *", duration: "1h0m0s" };
const inactive = { schedule: "0 12 * * *", duration: "1h0m0s" };

const reasonTitles: readonly DisruptionTitle[] = [
  titled(
    "should return 0 for all reasons if a budget is active for all reasons",
    budgeted({ nodes: "0", ...active }, { nodes: "10" }),
  ),
  titled(
    "should return MaxInt32 for all reasons when there are no active budgets",
    budgeted({ nodes: "1", ...inactive }, { nodes: "2", ...inactive }),
  ),
  titled(
    "should get the minimum budget for each reason",
    budgeted(
      { nodes: "10", reasons: ["Underutilized"] },
      { nodes: "5", reasons: ["Empty", "Drifted"], ...active },
      { nodes: "7" },
      { nodes: "100%", reasons: ["Drifted"] },
    ),
  ),
  titled(
    "should ignore reason-defined budgets when inactive",
    budgeted(
      { nodes: "4", reasons: ["Empty"], ...inactive },
      { nodes: "5", reasons: ["Drifted"], ...inactive },
      { nodes: "6" },
    ),
  ),
  titled("should give percentages of the nodes that count", budgeted({ nodes: "12%" })),
  titled(
    "should take the least of a number and a percentage",
    budgeted({ nodes: "3" }, { nodes: "20%" }),
  ),
];

/** What the API server lets pass, and 64 bits do not hold. */
const tooLarge = "99999999999999999999";

const errorTitles: readonly DisruptionTitle[] = [
  titled("should return zero values if a nodes value is invalid", budgeted({ nodes: tooLarge })),
  titled(
    "should return zero values if a nodes value for another reason is invalid",
    budgeted({ nodes: "5" }, { nodes: tooLarge, reasons: ["Underutilized"] }),
  ),
  titled(
    "should not read a nodes value while its budget is inactive",
    budgeted({ nodes: tooLarge, ...inactive }),
  ),
];

function window(title: string, schedule: string, duration: string): DisruptionTitle {
  return titled(title, budgeted({ nodes: "2", schedule, duration }));
}

const scheduleTitles: readonly DisruptionTitle[] = [
  window("should always consider a schedule and time in UTC", "@daily", "30m0s"),
  window(
    "should be active when the schedule hit is in the middle of the duration",
    "30 23 * * *",
    "1h0m0s",
  ),
  window("should be active when the duration is longer than the recurrence", "0 * * * *", "3h0m0s"),
  window("should be inactive when the schedule hit is after the duration", "0 22 * * *", "1h30m0s"),
  window("should be active by the name of the day", "0 0 * * sun", "10m0s"),
  window("should be inactive by the name of another day", "0 0 * * MON-FRI", "10m0s"),
  window("should be active when one of two restricted day fields matches", "0 0 15 * 0", "10m0s"),
  window("should be inactive when the day of the month must match, too", "0 0 15 * *", "10m0s"),
  window("should be active by steps from a number on", "0 0/12 1/2 3-4 ?", "10m0s"),
  window("should be active in a window of yesterday that lasts", "0 9 28 feb *", "24h0m0s"),
  window("should be inactive in a month other than that of its name", "0 0 1 FEB *", "10m0s"),
  ...["@hourly", "@weekly", "@monthly", "@yearly", "@midnight", "@annually"].map((macro) =>
    window(`should know ${macro}`, macro, "10m0s"),
  ),
];

const sick = { conditions: [{ type: "Ready", status: "False" }] };

function unready(name: string, on: string): Manifest {
  const made = webPod(name, on);
  return { ...made, status: { ...(made["status"] as object), ...sick } };
}

const pdbTitles: readonly DisruptionTitle[] = [
  titled("can evict unhealthy pods when UnhealthyPodEvictionPolicy is set to always allow", [
    base,
    machine("a", drifted),
    unready("pod", "a"),
    pdb("budget", { spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } }),
  ]),
  titled("can't evict unhealthy pods when UnhealthyPodEvictionPolicy is if healthy budget", [
    base,
    machine("a", drifted),
    unready("pod", "a"),
    pdb("budget", { spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "IfHealthyBudget" } }),
  ]),
  ...(
    [
      ["100% min available", { minAvailable: "100%" }],
      ["0% max unavailable", { maxUnavailable: "0%" }],
      ["0 max unavailable", { maxUnavailable: 0 }],
      ["1 min available", { minAvailable: 1 }],
    ] as const
  ).flatMap(([what, spec]) => [
    titled(`can't evict pods when disruptions are not allowed (${what})`, [
      base,
      machine("a", drifted),
      webPod("pod", "a"),
      pdb("budget", { spec }),
    ]),
    // What the status says counts for candidates, what the specification says for replacements.
    titled(`makes room for pods by the specification, not by the status (${what})`, [
      base,
      machine("a", { ...drifted, spec: { terminationGracePeriod: "5m0s" } }),
      webPod("pod", "a", { requests: { cpu: "3" } }),
      pdb("budget", { spec, allowed: 1 }),
    ]),
  ]),
  titled("can't evict pods when several PDBs select them, whatever these allow", [
    base,
    machine("a", drifted),
    webPod("pod", "a"),
    ...["one", "two", "three"].map((name) =>
      pdb(name, { spec: { maxUnavailable: 5 }, allowed: 5 }),
    ),
  ]),
];

/** On `a`; started so many seconds before. */
function annotated(value: string, startTime?: string): readonly (Manifest | readonly Manifest[])[] {
  const made = webPod("pod", "a", { metadata: { annotations: { [doNotDisrupt]: value } } });
  const status = { ...(made["status"] as object), ...(startTime ? { startTime } : {}) };
  return [base, machine("a", drifted), { ...made, status }];
}

const annotationTitles: readonly DisruptionTitle[] = [
  ...["invalid", "", "True", "5", "1d", "0s", "-5m", "0", "1h-5m", ".5", "1.5.5h"].map((value) =>
    titled(
      `should return false and emit event for invalid, zero or negative duration "${value}"`,
      annotated(value, "2026-02-28T23:59:00Z"),
    ),
  ),
  ...["1h30m", "1.5h", "90000ms", "1h0.5s", "+2h", "5400000000µs", ".5h"].map((value) =>
    titled(
      `should return true and emit disruptable-at event when duration ${value} has not expired`,
      annotated(value, "2026-02-28T23:59:00Z"),
    ),
  ),
  titled(
    "should return false and emit an event when the duration has expired",
    annotated("1m", "2026-02-28T23:59:00Z"),
  ),
  titled("should fail safe when start time is nil", annotated("1m")),
];

export const budgetApiTitles: readonly DisruptionTitle[] = [
  ...reasonTitles,
  ...errorTitles,
  ...scheduleTitles,
  ...pdbTitles,
  ...annotationTitles,
];
