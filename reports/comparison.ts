/** The tables that every form of a report shows, as data: sections of rows. */
import { compareStrings } from "../core/units/index.ts";
import type { PickFigure, RowStyle, Section } from "./comparison-row.ts";
import { namesOf, row, unlessZero } from "./comparison-row.ts";
import { computeRows, costSection } from "./cost-rows.ts";
import { centre } from "./figure.ts";
import {
  formatAmount,
  formatCount,
  formatMoney,
  formatPercent,
  formatSeconds,
} from "./number-text.ts";
import type { Figure, PolicyReport, Report } from "./report-schema.ts";

const workloadsShown = 12;
const count: RowStyle = { format: formatCount };
const fewer: RowStyle = { format: formatCount, better: "less" };
const time: RowStyle = { format: formatSeconds, better: "less" };
const whole = (value: number): string => formatCount(Math.round(value));

/** The three currencies: dollars, waiting, disruption. Never one score. */
export function headline({ policies }: Report): Section {
  return {
    title: "Three currencies",
    rows: [
      row(policies, "Dollars", ({ cost }) => cost.totalUsd, {
        format: formatMoney,
        better: "less",
      }),
      row(policies, "Pending pod-seconds", (each) => each.availability.pendingPodSeconds, {
        format: whole,
        better: "less",
      }),
      row(policies, "Pods disrupted", (each) => each.disruption.podsDisrupted, fewer),
      row(policies, "again within the hour", (each) => each.disruption.podsDisruptedAgain, {
        ...fewer,
        depth: 1,
      }),
    ],
  };
}

/** Everything else, section by section; sections without rows are left out. */
export function details({ policies }: Report): readonly Section[] {
  const sections = [
    costSection(policies),
    availabilitySection(policies),
    workloadSection(policies),
    disruptionSection(policies),
    nodeSection(policies),
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

/** Finer splits: compute money by place, machines by type, decisions by reason. */
export function splits({ policies }: Report): readonly Section[] {
  const counts = (
    title: string,
    record: (policy: PolicyReport) => Readonly<Record<string, Figure>>,
  ): Section => ({
    title,
    rows: namesOf(policies, record).map((name) =>
      row(policies, name, (policy) => record(policy)[name] ?? 0, count),
    ),
  });
  return [
    { title: "Compute by NodePool", rows: computeRows(policies, ({ cost }) => cost.byNodePool) },
    {
      title: "Compute by instance family",
      rows: computeRows(policies, ({ cost }) => cost.byInstanceFamily),
    },
    { title: "Compute by zone", rows: computeRows(policies, ({ cost }) => cost.byZone) },
    counts("Launched by instance type", ({ nodes }) => nodes.launchedByInstanceType),
    counts("Failed launches by code", ({ nodes }) => nodes.failedLaunchesByCode),
    counts("Disruption commands", ({ disruption }) => disruption.commands),
    counts("Decisions", ({ decisions }) => decisions),
  ].filter(({ rows }) => rows.length > 0);
}

function availabilitySection(policies: readonly PolicyReport[]): Section {
  const startup =
    (name: "p50" | "p95" | "p99" | "max"): PickFigure =>
    (each) =>
      each.availability.podStartupSeconds[name];
  return {
    title: "Availability",
    rows: [
      row(policies, "Pods ready", (each) => each.availability.podReadyPercent, {
        format: formatPercent,
      }),
      row(policies, "Pod start-up, median", startup("p50"), time),
      row(policies, "95th percentile", startup("p95"), { ...time, depth: 1 }),
      row(policies, "99th percentile", startup("p99"), { ...time, depth: 1 }),
      row(policies, "longest", startup("max"), { ...time, depth: 1 }),
      row(policies, "Pods ever unschedulable", (each) => each.availability.everUnschedulablePods, {
        ...fewer,
      }),
      row(policies, "without a node at the end", (each) => each.availability.unschedulablePods, {
        ...fewer,
        depth: 1,
      }),
    ],
  };
}

/** The workloads that fared worst under any policy; none where all were ready all the time. */
function workloadSection(policies: readonly PolicyReport[]): Section {
  const below = (policy: PolicyReport, name: string): Figure | null =>
    policy.availability.workloads.find((each) => each.name === name)?.minutesBelowDesired ?? null;
  const names = new Set(
    policies.flatMap(({ availability }) => availability.workloads.map(({ name }) => name)),
  );
  const worst = [...names]
    .map((name) => ({
      name,
      minutes: Math.max(...policies.map((each) => centre(below(each, name) ?? 0))),
    }))
    .filter(({ minutes }) => minutes > 0)
    .sort((left, right) => right.minutes - left.minutes || compareStrings(left.name, right.name));
  const isCut = worst.length > workloadsShown;
  return {
    title: `Below wanted replicas${isCut ? `, worst ${workloadsShown} of ${worst.length}` : ""}`,
    rows: worst.slice(0, workloadsShown).map(({ name }) =>
      row(policies, name, (policy) => below(policy, name), {
        format: (minutes) => formatSeconds(minutes * 60),
        better: "less",
      }),
    ),
  };
}

function disruptionSection(policies: readonly PolicyReport[]): Section {
  const part = { format: formatCount, depth: 1 } as const;
  const each = (
    label: string,
    pick: (facts: PolicyReport["disruption"]) => Figure,
    style = count,
  ) => row(policies, label, ({ disruption }) => pick(disruption), style);
  return {
    title: "Disruption",
    rows: [
      each("Pods evicted", ({ podsEvicted }) => podsEvicted, fewer),
      each("Pods killed", ({ podsKilled }) => podsKilled, fewer),
      each("Nodes consolidated", ({ consolidations }) => consolidations),
      each("emptied", ({ emptied }) => emptied, part),
      each("drifted", ({ drifted }) => drifted, part),
      each("expired", ({ expired }) => expired, part),
      ...unlessZero(each("repaired", ({ repaired }) => repaired, part)),
      each("Spot interruptions", ({ interruptions }) => interruptions),
      each("rebalance recommendations", (facts) => facts.rebalanceRecommendations, part),
      ...unlessZero(each("Commands rolled back", ({ commandsFailed }) => commandsFailed)),
      each("Work lost", ({ lostWorkSeconds }) => lostWorkSeconds, time),
      each("Evictions held up by PDBs", ({ pdbBlockedSeconds }) => pdbBlockedSeconds, time),
    ],
  };
}

function nodeSection(policies: readonly PolicyReport[]): Section {
  const each = (label: string, pick: (facts: PolicyReport["nodes"]) => Figure, style = count) =>
    row(policies, label, ({ nodes }) => pick(nodes), style);
  const percent = { format: formatPercent } as const;
  return {
    title: "Nodes",
    rows: [
      each("Nodes, mean", ({ mean }) => mean, { format: formatAmount }),
      each("peak", ({ peak }) => peak, { format: formatCount, depth: 1 }),
      each("Node-hours", ({ hours }) => hours, { format: whole }),
      each("Launched", ({ launched }) => launched),
      each("Terminated", ({ terminated }) => terminated),
      each("Launches that failed", ({ failedLaunches }) => failedLaunches, fewer),
      each("cpu requested", ({ cpuUtilizationPercent }) => cpuUtilizationPercent, percent),
      each("memory requested", (facts) => facts.memoryUtilizationPercent, percent),
    ],
  };
}
