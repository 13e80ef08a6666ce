import { formatUsdPerHour, usdPerHour } from "../core/units/index.ts";
import type { Plan, PlannedNodeClaim } from "../scenarios/index.ts";
import type { Paint } from "./paint.ts";
import { formatTable } from "./print-table.ts";

/** How wide, and in which colours. */
export interface PlanStyle {
  readonly columns: number;
  readonly paint: Paint;
}

/** How many pods of one machine are named. */
const podsMax = 8;
/** How many instance types beside the cheapest are named. */
const typesMax = 3;

/** A plan for a person: what would be launched first, then every pod's fate, then the caveats. */
export function formatPlan(plan: Plan, style: PlanStyle): string {
  const lines = [
    ...headline(plan, style),
    ...launches(plan, style),
    ...existing(plan, style),
    ...refused(plan, style),
    ...section(
      `Left alone: ${count(plan.ignored.length, "pod")}`,
      grouped(plan.ignored.map(({ pod, message }) => [pod, message])),
      style,
    ),
    ...section(
      "NodePools that launch nothing",
      plan.idleNodePools.map(({ nodePool, message }) => [nodePool, message]),
      style,
    ),
    ...caveats(plan, style),
  ];
  return `${lines.join("\n")}\n`;
}

function headline(plan: Plan, { columns, paint }: PlanStyle): readonly string[] {
  const { nodeClaims, existingNodes, unschedulable, podCount } = plan;
  const onNew = sum(nodeClaims.map(({ pods }) => pods.length));
  const onExisting = sum(existingNodes.map(({ pods }) => pods.length));
  const price = lowestTotal(nodeClaims);
  const parts = [
    nodeClaims.length === 0
      ? "nothing to launch"
      : `${count(nodeClaims.length, "NodeClaim")} for ${count(onNew, "pod")}` +
        (price === undefined ? "" : `, from ${price}`),
    ...(onExisting > 0 ? [`${onExisting} to existing nodes`] : []),
    ...(unschedulable.length > 0 ? [`${unschedulable.length} cannot be scheduled`] : []),
  ];
  const text =
    plan.outcome === "failed"
      ? `Karpenter's run would fail: ${plan.error ?? ""}`
      : podCount === 0
        ? "Nothing to launch: no pod is pending."
        : `${count(podCount, "pending pod")}: ${parts.join("; ")}.`;
  const zones = plan.zones.map((zone) => shortZone(zone, plan)).join(", ");
  const place = `Karpenter ${plan.karpenter} at ${plan.now}, ${plan.region} (${zones}; ${plan.zonesSource})`;
  return [...wrap(text, columns).map((line) => paint.bold(line)), ...wrap(place, columns)];
}

function launches(plan: Plan, style: PlanStyle): readonly string[] {
  const { nodeClaims } = plan;
  if (nodeClaims.length === 0) return [];
  const hasOther = nodeClaims.some(({ requests }) => otherRequests(requests) !== "");
  const table = formatTable(
    [
      { title: "#", isNumber: true },
      { title: "NODEPOOL" },
      { title: "PODS", isNumber: true },
      { title: "CPU", isNumber: true },
      { title: "MEMORY", isNumber: true },
      ...(hasOther ? [{ title: "OTHER" }] : []),
      { title: "CAPACITY" },
      { title: "CHEAPEST" },
      { title: "$/H", isNumber: true },
      { title: "ZONES" },
      { title: "TYPES", isNumber: true },
    ],
    nodeClaims.map((nodeClaim, index) => {
      const { requests, launch } = nodeClaim;
      const [cheapest] = launch?.instanceTypes ?? [];
      return [
        String(index + 1),
        nodeClaim.nodePool,
        String(nodeClaim.pods.length),
        requests["cpu"] ?? "0",
        requests["memory"] ?? "0",
        ...(hasOther ? [otherRequests(requests)] : []),
        launch?.capacityType ?? "refused",
        cheapest?.instanceType ?? "-",
        cheapest === undefined ? "-" : cheapest.usdPerHour.toFixed(4),
        (launch?.zones ?? []).map((zone) => shortZone(zone, plan)).join(" "),
        String(launch?.instanceTypes.length ?? 0),
      ];
    }),
  );
  const [head = "", ...rows] = table.trimEnd().split("\n");
  return [
    "",
    style.paint.bold("Would be launched"),
    style.paint.dim(head),
    ...rows,
    "",
    ...nodeClaims.flatMap((nodeClaim, index) => details(nodeClaim, `#${index + 1}`, style)),
  ];
}

function details(
  { pods, launch, refusal, isMinValuesRelaxed }: PlannedNodeClaim,
  name: string,
  { columns, paint }: PlanStyle,
): readonly string[] {
  const [, ...others] = launch?.instanceTypes ?? [];
  const named = others
    .slice(0, typesMax)
    .map((it) => `${it.instanceType} ${it.usdPerHour.toFixed(4)}`);
  const more = others.length > typesMax ? `, ${others.length - typesMax} more` : "";
  return [
    ...hang(`${name} pods: `, list(pods, podsMax), columns),
    ...(named.length === 0 ? [] : hang("   or: ", named.join(", ") + more, columns)),
    ...(refusal === undefined ? [] : hang("   refused: ", refusal, columns).map(paint.red)),
    ...(isMinValuesRelaxed ? ["   minValues are relaxed"] : []),
  ];
}

function existing({ existingNodes }: Plan, style: PlanStyle): readonly string[] {
  return section(
    "Would go to existing nodes",
    existingNodes.map(({ node, nodePool, pods }) => [
      nodePool === undefined ? node : `${node} (${nodePool})`,
      list(pods, podsMax),
    ]),
    style,
  );
}

/** Pods with the same reasons stand together, since a Deployment's pods mostly have the same. */
function refused({ unschedulable }: Plan, { columns, paint }: PlanStyle): readonly string[] {
  if (unschedulable.length === 0) return [];
  const reasons = unschedulable.map(({ pod, message, nodePools }) => {
    const each = nodePools.length > 0 ? nodePools : [{ nodePool: "", message }];
    const text = each.flatMap((it) =>
      hang(it.nodePool === "" ? "    " : `    ${it.nodePool}: `, it.message, columns),
    );
    return [pod, text.join("\n")] as const;
  });
  return [
    "",
    paint.bold(`Cannot be scheduled: ${count(unschedulable.length, "pod")}`),
    ...grouped(reasons).flatMap(([pods, text]) => [
      ...hang("  ", pods, columns).map(paint.red),
      ...text.split("\n"),
    ]),
  ];
}

function caveats(plan: Plan, { columns, paint }: PlanStyle): readonly string[] {
  const { prices, notes } = plan;
  const spot = prices.isSpotModelled
    ? `Spot prices are ${prices.spot}. They are nobody's quote; give a history with --prices.`
    : `Spot prices: ${prices.spot}.`;
  const isSpotShown = plan.nodeClaims.some(({ launch }) => launch?.capacityType === "spot");
  const all = [
    ...(plan.nodeClaims.length === 0 ? [] : [`On-Demand prices: ${prices.onDemand}.`]),
    ...notes.map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`),
  ];
  const lines = [
    ...(isSpotShown
      ? hang("! ", spot, columns).map(prices.isSpotModelled ? paint.yellow : paint.dim)
      : []),
    ...all.flatMap((note) => hang("- ", note, columns)),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

/** A title and rows of a name with a text behind or below it; nothing for no rows. */
function section(
  title: string,
  rows: readonly (readonly [string, string])[],
  { columns, paint }: PlanStyle,
): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.flatMap(([name, text]) =>
    name.length + text.length + 4 <= columns
      ? [`  ${name}: ${text}`]
      : [...hang("  ", `${name}:`, columns), ...hang("    ", text, columns)],
  );
  return ["", paint.bold(title), ...lines];
}

/** Names with the same text as one, in the order of the first. */
function grouped(
  rows: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const namesByText = new Map<string, string[]>();
  for (const [name, text] of rows) {
    const names = namesByText.get(text);
    if (names === undefined) namesByText.set(text, [name]);
    else names.push(name);
  }
  return [...namesByText].map(([text, names]) => [list(names, podsMax), text]);
}

function list(names: readonly string[], max: number): string {
  const more = names.length > max ? `, and ${names.length - max} more (--json has all)` : "";
  return names.slice(0, max).join(", ") + more;
}

function otherRequests(requests: Readonly<Record<string, string>>): string {
  return Object.entries(requests)
    .filter(([name, amount]) => !["cpu", "memory", "pods"].includes(name) && amount !== "0")
    .map(([name, amount]) => `${amount} ${name}`)
    .join(", ");
}

function lowestTotal(nodeClaims: readonly PlannedNodeClaim[]): string | undefined {
  const prices = nodeClaims.flatMap(({ launch }) => launch?.instanceTypes[0]?.usdPerHour ?? []);
  return prices.length === 0 ? undefined : formatUsdPerHour(usdPerHour(sum(prices)));
}

function shortZone(zone: string, { region }: Plan): string {
  return zone.startsWith(region) ? zone.slice(region.length) : zone;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Text behind a prefix, further lines indented by as much. */
function hang(prefix: string, text: string, columns: number): readonly string[] {
  const indent = " ".repeat(prefix.length);
  return wrap(text, columns - prefix.length).map(
    (line, index) => (index === 0 ? prefix : indent) + line,
  );
}

/** Breaks text at spaces into lines of at most `width`; a longer word stands alone. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
