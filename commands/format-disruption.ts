// What a pass would disrupt, for a person: the command with its money first, then what could follow,
// then the nodes that stay, those with the same reason together.
import { formatFixed, formatUsd, formatUsdPerHour, usd, usdPerHour } from "../core/units/index.ts";
import { hang, wrap } from "../reports/index.ts";
import type {
  Plan,
  PlannedCommand,
  PlannedReplacement,
  PlannedVerdict,
} from "../scenarios/index.ts";
import { podsText } from "./format-buffers.ts";
import { formatNodeTable } from "./format-node-table.ts";
import { count, list, type TextStyle } from "./text-lines.ts";

/** How many nodes of one reason are named. */
const nodesMax = 8;
/** How many different sentences of one code are told. */
const sentencesMax = 4;
const commandsMax = 5;
/** How many nodes of a command have a row, and how many destinations are named. */
const rowsMax = 15;
const destinationsMax = 6;
const typesMax = 3;
const messageMax = 320;
/** Of AWS's price pages. */
const hoursPerMonth = 730;
/** Reasons of money: the price belongs to the name. */
const priceCodes: ReadonlySet<string> = new Set([
  "disruption/no-cheaper-replacement",
  "disruption/min-values-unmet",
  "disruption/spot-to-spot-disabled",
  "disruption/spot-to-spot-flexibility",
  "disruption/best-score-too-low",
  "disruption/score-too-low",
]);

/** Disruption of a plan; with `showsNodes` a table of all nodes instead of groups of them. */
export function formatDisruption(
  plan: Plan,
  style: TextStyle & { readonly showsNodes: boolean },
): readonly string[] {
  const { commands, nodes } = plan.disruption;
  return [
    "",
    ...headline(plan, style),
    ...unknownPrices(nodes, style),
    ...commands.slice(0, commandsMax).flatMap((command) => told(command, plan, style)),
    ...(commands.length > commandsMax
      ? [`and ${count(commands.length - commandsMax, "command")} more (--json has all)`]
      : []),
    ...following(plan, style),
    ...(style.showsNodes ? nodeTable(plan, style) : groups(nodes, style)),
  ];
}

function headline({ disruption }: Plan, { columns, paint }: TextStyle): readonly string[] {
  const { outcome, commands, nodes, error, waitingFor, usdPerHour: total } = disruption;
  const managed = nodes.length - unmanagedAmong(nodes);
  const noun = managed === nodes.length ? "node" : "managed node";
  const of = `of ${count(managed, noun)} at ${formatUsdPerHour(usdPerHour(total))}`;
  const going = new Set(commands.flatMap(({ candidates }) => candidates.map(({ node }) => node)));
  const saved = sum(commands.map(({ savingsUsdPerHour }) => savingsUsdPerHour));
  const what =
    outcome === "failed"
      ? `Disruption: Karpenter's pass would fail: ${error ?? ""}`
      : commands.length === 0
        ? `Disruption: nothing to do, ${of}.`
        : `Disruption: ${going.size} ${of} would go, ${savingsText(saved)}.`;
  const [first = ""] = waitingFor;
  const more = waitingFor.length > 1 ? ` and ${waitingFor.length - 1} more` : "";
  const waiting =
    outcome === "waiting"
      ? wrap(
          `Karpenter disrupts nothing before ${first}${more} is launched or gone; then:`,
          columns,
        ).map(paint.yellow)
      : [];
  return [...waiting, ...wrap(what, columns).map((line) => paint.bold(line))];
}

/** Nodes that Karpenter has nothing to do with, which the headline does not count. */
function unmanagedAmong(nodes: readonly PlannedVerdict[]): number {
  return nodes.filter(({ nodeClaim }) => nodeClaim === undefined).length;
}

/** `15 nodes, 1 of them not managed by Karpenter`. */
function nodesText(nodes: readonly PlannedVerdict[]): string {
  const unmanaged = unmanagedAmong(nodes);
  const all = count(nodes.length, "node");
  if (unmanaged === 0) return all;
  const which = unmanaged === nodes.length ? "" : `${unmanaged} of them `;
  return `${all}, ${which}not managed by Karpenter`;
}

function savingsText(savings: number): string {
  const perHour = formatUsdPerHour(usdPerHour(Math.abs(savings)));
  const perMonth = formatUsd(usd(Math.abs(savings) * hoursPerMonth));
  return `${savings < 0 ? "costing" : "saving"} ${perHour} (${perMonth}/month)`;
}

function unknownPrices(
  nodes: readonly PlannedVerdict[],
  { columns, paint }: TextStyle,
): readonly string[] {
  const unknown = nodes.filter(
    ({ nodeClaim, usdPerHour: price }) => nodeClaim !== undefined && price === undefined,
  );
  if (unknown.length === 0) return [];
  const names = unknown.map(({ node, instanceType, capacityType, zone }) => {
    const offering = [instanceType, capacityType, zone].map((part) => part ?? "?").join(" ");
    return `${node} (${offering})`;
  });
  const text =
    `price unknown, counted as 0 here and by Karpenter: ${list(names, nodesMax)}. ` +
    "The instance type is not among those of its NodePool, or not offered so.";
  return hang("! ", text, columns).map(paint.red);
}

/** One command: its nodes, its replacements, where pods go, its money. */
function told(command: PlannedCommand, plan: Plan, style: TextStyle): readonly string[] {
  const { columns, paint } = style;
  const { decision, method, reason, candidates, replacements, existingNodes } = command;
  const title = decision === "delete" ? "Would be deleted" : "Would be replaced";
  const table = formatNodeTable(
    candidates
      .slice(0, rowsMax)
      .map((it) => ({ ...withShortZone(it, plan), podCount: it.pods.length })),
    style,
  );
  return [
    "",
    ...wrap(`${title} (${reason}, ${method})`, columns).map((line) => paint.bold(line)),
    ...table.head,
    ...table.rows.flat(),
    ...moreOf("", candidates.length - rowsMax),
    ...replacements.flatMap((it) => hang("by: ", replacementText(it, plan), columns)),
    ...existingNodes
      .slice(0, destinationsMax)
      .flatMap(({ node, pods }) => hang("to: ", `${node}: ${list(pods, nodesMax)}`, columns)),
    ...moreOf("to: ", existingNodes.length - destinationsMax),
    ...money(command, columns),
    ...command.scores.flatMap((it) => {
      const sign = it.isApproved ? ">=" : "<";
      const text =
        `${it.nodePool}: score ${formatFixed(it.score, 2)} ${sign} threshold ` +
        `${formatFixed(it.threshold, 2)} (k: ${it.k}, savings ` +
        `${formatFixed(it.savingsPercent, 1)}%, disruption ${formatFixed(it.disruptionPercent, 1)}%)`;
      return hang("Balanced ", text, columns);
    }),
    ...(command.isValidated
      ? wrap("Karpenter looks again after 15 s, and goes on only if nothing has changed.", columns)
      : []),
  ];
}

function moreOf(prefix: string, rest: number): readonly string[] {
  return rest > 0 ? [`${prefix}and ${count(rest, "node")} more (--json has all)`] : [];
}

function replacementText(replacement: PlannedReplacement, plan: Plan): string {
  if (replacement.kind === "static") {
    return `one more NodeClaim of the static NodePool ${replacement.nodePool}`;
  }
  const { nodePool, launch, refusal, pods, virtualPods = [] } = replacement;
  const head = `1 NodeClaim of ${nodePool} for ${podsText(pods.length, virtualPods.length)}`;
  if (launch === undefined) return `${head}, refused: ${refusal ?? ""}`;
  const { instanceTypes, capacityType, zones } = launch;
  const named = instanceTypes
    .slice(0, 1 + typesMax)
    .map(({ instanceType, usdPerHour: price }) => `${instanceType} ${price.toFixed(4)}`);
  const more = instanceTypes.length - named.length;
  const places = zones.map((zone) => shortZone(zone, plan)).join(" ");
  return (
    `${head}, ${capacityType} in ${places}: ${named.join(", ")}` +
    (more > 0 ? `, ${more} more types` : "")
  );
}

function money(command: PlannedCommand, columns: number): readonly string[] {
  const { usdPerHourBefore, usdPerHourAfter, savingsUsdPerHour } = command;
  const percent =
    usdPerHourBefore > 0
      ? ` (${formatFixed((100 * savingsUsdPerHour) / usdPerHourBefore, 1)}%)`
      : "";
  const text =
    `${formatUsdPerHour(usdPerHour(usdPerHourBefore))} before, ` +
    `${formatUsdPerHour(usdPerHour(usdPerHourAfter))} after: ` +
    `${savingsText(savingsUsdPerHour)}${percent}`;
  return hang("$: ", text, columns);
}

/** What else methods would do with nodes that do not go now. */
function following({ disruption }: Plan, { columns, paint }: TextStyle): readonly string[] {
  const going = new Set(
    disruption.commands.flatMap(({ candidates }) => candidates.map(({ node }) => node)),
  );
  const next = disruption.methods
    .flatMap(({ commands }) => commands)
    .filter(({ candidates }) => candidates.some(({ node }) => !going.has(node)));
  if (next.length === 0) return [];
  return [
    "",
    paint.bold("Next in line, on the cluster as it is"),
    ...next.slice(0, commandsMax).flatMap(({ method, message, savingsUsdPerHour }) => {
      const price = formatUsdPerHour(usdPerHour(savingsUsdPerHour));
      return hang("  ", `${method}: ${shorten(message)} (savings: ${price})`, columns);
    }),
    ...(next.length > commandsMax
      ? [`  and ${next.length - commandsMax} more (--json has all)`]
      : []),
    ...disruption.nodes
      .filter(({ verdict, details }) => verdict === "next" && details.length > 0)
      .slice(0, nodesMax)
      .flatMap(({ node, details }) => hang("  ", `${node}: ${details.join("; ")}`, columns)),
  ];
}

function groups(nodes: readonly PlannedVerdict[], style: TextStyle): readonly string[] {
  const { columns, paint } = style;
  const staying = nodes.filter(({ verdict }) => verdict === "stays");
  if (staying.length === 0) return [];
  const lines = [...groupBy(staying, ({ code }) => code).values()].flatMap((ofCode) => {
    const sentences = [...groupBy(ofCode, ({ message }) => stem(message)).values()];
    const rest = sentences.slice(sentencesMax).flat().length;
    return [
      ...sentences.slice(0, sentencesMax).flatMap((group) => groupLines(group, style)),
      ...(rest > 0
        ? hang(
            "  ",
            `${count(rest, "node")} more with ${codeText(ofCode)} (--nodes has all)`,
            columns,
          )
        : []),
    ];
  });
  return [
    "",
    ...wrap(`Stay: ${nodesText(staying)}`, columns).map((line) => paint.bold(line)),
    ...lines,
  ];
}

function codeText([first]: readonly PlannedVerdict[]): string {
  return first?.code ?? "";
}

/** A sentence without the names in parentheses at its end. */
function stem(message: string): string {
  const [head = message] = message.split(" (", 1);
  return head;
}

/** Nodes with the same sentence, but for names at its end: those with the same details together. */
function groupLines(group: readonly PlannedVerdict[], style: TextStyle): readonly string[] {
  const { columns, paint } = style;
  const [first] = group;
  if (first === undefined) return [];
  const heading = `  ${count(group.length, "node")}: `;
  const isSame = group.every(({ message }) => message === first.message);
  const partOf = ({ message, details }: PlannedVerdict): string => [message, ...details].join("\n");
  const parts = [...groupBy(group, partOf).values()];
  const rest = parts.slice(sentencesMax).flat().length;
  return [
    ...hang(heading, capital(isSame ? first.message : stem(first.message)), columns).map(
      paint.yellow,
    ),
    ...parts
      .slice(0, sentencesMax)
      .flatMap((part) => [
        ...hang("    ", list(part.map(nameOf), nodesMax), columns),
        ...detailsOf(part, isSame).flatMap((detail) => hang("      ", detail, columns)),
      ]),
    ...(rest > 0 ? [`    and ${count(rest, "node")} more (--nodes has all)`] : []),
  ];
}

/** Without details, and under a heading without names, the whole sentence has to tell them. */
function detailsOf([first]: readonly PlannedVerdict[], isSame: boolean): readonly string[] {
  if (first === undefined) return [];
  return first.details.length > 0 || isSame ? first.details : [shorten(first.message)];
}

function nameOf({ node, code, usdPerHour: price }: PlannedVerdict): string {
  return priceCodes.has(code) && price !== undefined ? `${node} ($${price.toFixed(4)}/hour)` : node;
}

/** A sentence as events have them, with a capital. */
function capital(message: string): string {
  return shorten(message.slice(0, 1).toUpperCase() + message.slice(1));
}

/** A very long sentence is cut. */
function shorten(message: string): string {
  const text = message.trimEnd();
  if (text.length <= messageMax) return text;
  return `${text.slice(0, messageMax).trimEnd()} ... (--json has it whole)`;
}

/** Every node on a line of its own, with its reason below. */
function nodeTable({ disruption, ...plan }: Plan, style: TextStyle): readonly string[] {
  const { columns, paint } = style;
  const { nodes } = disruption;
  const table = formatNodeTable(
    nodes.map((it) => withShortZone(it, plan)),
    style,
  );
  return [
    "",
    paint.bold(`Nodes: ${nodes.length}`),
    ...table.head,
    ...nodes.flatMap(({ verdict, message, details }, index) => [
      ...(table.rows[index] ?? []),
      ...hang(`    ${verdict}: `, capital(message), columns).map(paint.yellow),
      ...details.flatMap((detail) => hang("      ", detail, columns)),
    ]),
  ];
}

/** In the order of the first of each group. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function withShortZone<Row extends { readonly zone?: string }>(
  row: Row,
  plan: Pick<Plan, "region">,
): Row {
  return row.zone === undefined ? row : { ...row, zone: shortZone(row.zone, plan) };
}

function shortZone(zone: string, { region }: Pick<Plan, "region">): string {
  return zone.startsWith(region) ? zone.slice(region.length) : zone;
}
