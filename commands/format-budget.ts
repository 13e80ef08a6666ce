// A budget report for a person: for each NodePool a grid of days by hours where something changes, the
// exact windows, and what is odd; then PodDisruptionBudgets and the pods that never move.
import { hang, wrap } from "../reports/index.ts";
import type { BudgetReport, NodePoolCalendar, PdbAllowance } from "../scenarios/index.ts";
import { formatGrid } from "./format-budget-grid.ts";
import { formatBudgetWindows, formatInstant } from "./format-budget-windows.ts";
import { formatTable } from "./print-table.ts";
import { count, list, type TextStyle } from "./text-lines.ts";

const workloadsMax = 4;
const heldMax = 12;
const podsMax = 4;

/** The report as text; times are UTC. */
export function formatBudget(report: BudgetReport, style: TextStyle): string {
  const { columns, paint } = style;
  const title = `Allowed disruptions from ${formatInstant(report.from)} to ${formatInstant(report.to)} UTC`;
  const lines = [
    ...wrap(title, columns).map((line) => paint.bold(line)),
    ...wrap(`Karpenter ${report.karpenter}; how many nodes may be disrupted at once`, columns),
    ...report.nodePools.flatMap((it) => nodePool(it, style)),
    ...pdbs(report.podDisruptionBudgets, style),
    ...held(report, style),
    ...heldNow(report, style),
    ...(report.notes.length === 0 ? [] : [""]),
    ...report.notes.flatMap((note) =>
      hang("- ", `${note.charAt(0).toUpperCase()}${note.slice(1)}.`, columns),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

const sources = {
  given: "as given",
  counted: "counted",
  replicas: "its replicas",
  assumed: "assumed",
} as const;

function nodePool(calendar: NodePoolCalendar, style: TextStyle): readonly string[] {
  const { columns, paint } = style;
  const { nodePool: name, nodes, nodesSource, disruptingNow = 0, budgets, findings } = calendar;
  const head = `NodePool ${name}: ${count(nodes, "node")} (${sources[nodesSource]})`;
  return [
    "",
    ...wrap(head, columns).map((line) => paint.bold(line)),
    ...(disruptingNow === 0
      ? []
      : wrap(
          `${disruptingNow} of them, not ready or being deleted, use up what is allowed`,
          columns,
        ).map(paint.yellow)),
    ...budgets.flatMap((text) => hang("  ", text, columns)),
    ...findings.flatMap(({ message }) => hang("! ", message, columns).map(paint.yellow)),
    ...sameReasons(calendar).flatMap((reasons) => reasonLines(reasons, style)),
  ];
}

type Reasons = NodePoolCalendar["reasons"];

/** Reasons with the same windows together, in their order. */
function sameReasons({ reasons }: NodePoolCalendar): readonly Reasons[] {
  const groups = new Map<string, Reasons>();
  for (const reason of reasons) {
    const key = JSON.stringify(reason.windows);
    groups.set(key, [...(groups.get(key) ?? []), reason]);
  }
  return [...groups.values()];
}

function reasonLines(reasons: Reasons, style: TextStyle): readonly string[] {
  const [first] = reasons;
  const [window, ...others] = first?.windows ?? [];
  if (first === undefined || window === undefined) return [];
  const { columns, paint } = style;
  const title = reasons.map(({ reason }) => reason).join(", ");
  if (others.length === 0) {
    const by = window.budgets.map((index) => `budgets[${index}]`).join(", ");
    const allowed = window.allowed ?? "no limit";
    const text = `${allowed} at all times${by === "" ? "" : `, by ${by}`}`;
    const lines = hang(`${title}: `, text, columns);
    return ["", ...(window.allowed === 0 ? lines.map(paint.red) : lines)];
  }
  const blocked =
    first.blockedMinutes === 0
      ? "never blocked"
      : `nothing allowed in ${hoursText(first.blockedMinutes)} of ${hoursText(totalMinutes(first.windows))}`;
  return [
    "",
    ...hang(`${title}: `, blocked, columns).map((line) => paint.bold(line)),
    ...formatGrid(first.windows, style),
    ...formatBudgetWindows(first.windows, style),
  ];
}

function totalMinutes(windows: Reasons[number]["windows"]): number {
  const [first] = windows;
  const last = windows.at(-1);
  if (first === undefined || last === undefined) return 0;
  return (Date.parse(last.to) - Date.parse(first.from)) / 60_000;
}

function hoursText(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = Math.round((minutes - hours * 60) * 1000) / 1000;
  return rest === 0 ? `${hours}h` : `${hours}h${rest}m`;
}

function pdbs(budgets: readonly PdbAllowance[], { columns, paint }: TextStyle): readonly string[] {
  if (budgets.length === 0) return [];
  const hasNow = budgets.some(({ allowedNow }) => allowedNow !== undefined);
  const table = formatTable(
    [
      { title: "NAME" },
      { title: "RULE" },
      { title: "PODS", isNumber: true },
      { title: "ALLOWED", isNumber: true },
      ...(hasNow ? [{ title: "NOW", isNumber: true }] : []),
    ],
    budgets.map(({ name, maxUnavailable, minAvailable, ...it }) => [
      name,
      maxUnavailable === undefined
        ? `minAvailable ${minAvailable ?? "-"}`
        : `maxUnavailable ${maxUnavailable}`,
      String(it.expectedPods ?? "?"),
      String(it.allowedAtFullHealth ?? "?"),
      ...(hasNow ? [String(it.allowedNow ?? "-")] : []),
    ]),
  );
  const [head = "", ...rows] = table.trimEnd().split("\n");
  return [
    "",
    paint.bold("PodDisruptionBudgets: evictions allowed while every pod is healthy"),
    paint.dim(head),
    ...rows.flatMap((row, index) => {
      const budget = budgets[index];
      if (budget === undefined) return [row];
      const { workloads, message = whyNothingNow(budget) } = budget;
      return [
        budget.allowedAtFullHealth === 0 ? paint.red(row) : row,
        ...(workloads.length === 0 ? [] : hang("  of ", list(workloads, workloadsMax), columns)),
        ...(message === undefined ? [] : hang("  ! ", message, columns).map(paint.yellow)),
      ];
    }),
  ];
}

/** A budget that lets something go on other days. */
function whyNothingNow({ allowedNow, healthyNow, desiredNow }: PdbAllowance): string | undefined {
  if (allowedNow !== 0 || healthyNow === undefined || desiredNow === undefined) return undefined;
  return `nothing at present: ${healthyNow} pods are healthy, ${desiredNow} have to be`;
}

function held({ heldWorkloads }: BudgetReport, { columns, paint }: TextStyle): readonly string[] {
  if (heldWorkloads.length === 0) return [];
  const rest = heldWorkloads.length - heldMax;
  return [
    "",
    ...wrap("Pods that hold their node, whatever the calendar allows", columns).map((line) =>
      paint.bold(line),
    ),
    ...heldWorkloads
      .slice(0, heldMax)
      .flatMap(({ workload, message }) => hang("  ", `${workload}: ${message}`, columns)),
    ...(rest > 0 ? [`  and ${rest} more (--json has all)`] : []),
  ];
}

function heldNow({ heldNodes }: BudgetReport, { columns, paint }: TextStyle): readonly string[] {
  if (heldNodes === undefined || heldNodes.nodes.length === 0) return [];
  const { at, nodes } = heldNodes;
  const rest = nodes.length - heldMax;
  return [
    "",
    ...wrap(`Nodes that their pods hold at ${at}`, columns).map((line) => paint.bold(line)),
    ...nodes
      .slice(0, heldMax)
      .flatMap(({ node, nodePool: name, details }) => [
        ...hang("  ", `${node} (${name})`, columns),
        ...details.slice(0, podsMax).flatMap((detail) => hang("    ", detail, columns)),
        ...(details.length > podsMax
          ? [`    and ${details.length - podsMax} more pods (--json has all)`]
          : []),
      ]),
    ...(rest > 0 ? [`  and ${count(rest, "node")} more (--json has all)`] : []),
  ];
}
