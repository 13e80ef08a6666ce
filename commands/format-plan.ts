import { formatUsdPerHour, usdPerHour } from "../core/units/index.ts";
import { hang, wrap } from "../reports/index.ts";
import type { Plan, PlannedNodeClaim } from "../scenarios/index.ts";
import { formatBuffers, numberOf, numberOfVirtual, podsCell, podsText } from "./format-buffers.ts";
import { formatDisruption } from "./format-disruption.ts";
import { formatTable } from "./print-table.ts";
import { count, grouped, list, section, type TextStyle } from "./text-lines.ts";

/** How many pods of one machine are named. */
const podsMax = 8;
/** How many instance types beside the cheapest are named. */
const typesMax = 3;

/** How a plan is shown. */
export interface PlanStyle extends TextStyle {
  /** Every node with its reason, instead of nodes by reason. */
  readonly showsNodes: boolean;
}

/**
 * A plan for a person: what would be launched, then every pod's fate, then what would be disrupted and
 * why other nodes stay, then the caveats.
 */
export function formatPlan(plan: Plan, style: PlanStyle): string {
  const lines = [
    ...headline(plan, style),
    ...launches(plan, style),
    ...existing(plan, style),
    ...refused(plan, style),
    ...formatBuffers(plan, style),
    ...section(
      `Left alone: ${count(plan.ignored.length, "pod")}`,
      grouped(
        plan.ignored.map(({ pod, message }) => [pod, message]),
        podsMax,
      ),
      style,
    ),
    ...section(
      "NodePools that launch nothing",
      plan.idleNodePools.map(({ nodePool, message }) => [nodePool, message]),
      style,
    ),
    ...formatDisruption(plan, style),
    ...caveats(plan, style),
  ];
  return `${lines.join("\n")}\n`;
}

function headline(plan: Plan, { columns, paint }: TextStyle): readonly string[] {
  const { nodeClaims, existingNodes, unschedulable, podCount, virtualPodCount, buffers } = plan;
  const onNew = podsText(numberOf(nodeClaims), numberOfVirtual(nodeClaims));
  const onExisting = numberOf(existingNodes);
  const virtualOnExisting = numberOfVirtual(existingNodes);
  const virtualUnschedulable = sum(buffers.map((it) => it.unschedulable.length));
  const price = lowestTotal(nodeClaims);
  const parts = [
    nodeClaims.length === 0
      ? "nothing to launch"
      : `${count(nodeClaims.length, "NodeClaim")} for ${onNew}` +
        (price === undefined ? "" : `, from ${price}`),
    ...(onExisting > 0 ? [`${onExisting} to existing nodes`] : []),
    ...(virtualOnExisting > 0 ? [`${virtualOnExisting} virtual on existing nodes`] : []),
    ...(unschedulable.length > 0 ? [`${unschedulable.length} cannot be scheduled`] : []),
    ...(virtualUnschedulable > 0 ? [`no room for ${virtualUnschedulable} virtual`] : []),
  ];
  const waiting = [
    ...(podCount > 0 ? [count(podCount, "pending pod")] : []),
    ...(virtualPodCount > 0
      ? [`${count(virtualPodCount, "virtual pod")} of capacity buffers`]
      : []),
  ];
  const text =
    plan.outcome === "failed"
      ? `Karpenter's run would fail: ${plan.error ?? ""}`
      : waiting.length === 0
        ? "Nothing to launch: no pod is pending."
        : `${waiting.join(" and ")}: ${parts.join("; ")}.`;
  const zones = plan.zones.map((zone) => shortZone(zone, plan)).join(", ");
  const place = `Karpenter ${plan.karpenter} at ${plan.now}, ${plan.region} (${zones}; ${plan.zonesSource})`;
  return [...wrap(text, columns).map((line) => paint.bold(line)), ...wrap(place, columns)];
}

function launches(plan: Plan, style: TextStyle): readonly string[] {
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
        podsCell(nodeClaim),
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
  { pods, virtualPods, launch, refusal, isMinValuesRelaxed }: PlannedNodeClaim,
  name: string,
  { columns, paint }: TextStyle,
): readonly string[] {
  const [, ...others] = launch?.instanceTypes ?? [];
  const named = others
    .slice(0, typesMax)
    .map((it) => `${it.instanceType} ${it.usdPerHour.toFixed(4)}`);
  const more = others.length > typesMax ? `, ${others.length - typesMax} more` : "";
  return [
    ...(pods.length === 0 && virtualPods !== undefined
      ? []
      : hang(`${name} pods: `, list(pods, podsMax), columns)),
    ...(virtualPods === undefined
      ? []
      : hang(
          pods.length === 0 ? `${name} virtual pods: ` : "   virtual pods: ",
          list(virtualPods, podsMax),
          columns,
        )),
    ...(named.length === 0 ? [] : hang("   or: ", named.join(", ") + more, columns)),
    ...(refusal === undefined ? [] : hang("   refused: ", refusal, columns).map(paint.red)),
    ...(isMinValuesRelaxed ? ["   minValues are relaxed"] : []),
  ];
}

function existing({ existingNodes }: Plan, style: TextStyle): readonly string[] {
  return section(
    "Would go to existing nodes",
    existingNodes.map(({ node, nodePool, pods, virtualPods }) => [
      nodePool === undefined ? node : `${node} (${nodePool})`,
      [
        ...(pods.length === 0 ? [] : [list(pods, podsMax)]),
        ...(virtualPods === undefined ? [] : [`virtual pods: ${list(virtualPods, podsMax)}`]),
      ].join("; "),
    ]),
    style,
  );
}

/** Pods with the same reasons stand together, since a Deployment's pods mostly have the same. */
function refused({ unschedulable }: Plan, { columns, paint }: TextStyle): readonly string[] {
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
    ...grouped(reasons, podsMax).flatMap(([pods, text]) => [
      ...hang("  ", pods, columns).map(paint.red),
      ...text.split("\n"),
    ]),
  ];
}

function caveats(plan: Plan, { columns, paint }: TextStyle): readonly string[] {
  const { prices, disruption } = plan;
  const notes = [...plan.notes, ...disruption.notes];
  const spot = prices.isSpotModelled
    ? `Spot prices are ${prices.spot}. They are nobody's quote; give a history with --prices.`
    : `Spot prices: ${prices.spot}.`;
  const isSpotShown =
    plan.nodeClaims.some(({ launch }) => launch?.capacityType === "spot") ||
    disruption.nodes.some(({ capacityType }) => capacityType === "spot") ||
    disruption.commands.some(({ replacements }) =>
      replacements.some((it) => it.kind === "scheduled" && it.launch?.capacityType === "spot"),
    );
  const isPriced = plan.nodeClaims.length > 0 || disruption.nodes.length > 0;
  const all = [
    ...(isPriced ? [`On-Demand prices: ${prices.onDemand}.`] : []),
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
