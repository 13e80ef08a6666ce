import picocolors from "picocolors";
import { details, headline } from "./comparison.ts";
import { centre } from "./figure.ts";
import {
  formatAmount,
  formatCount,
  formatMoney,
  formatRate,
  formatSeconds,
} from "./number-text.ts";
import type { Figure, PolicyReport, Report } from "./report-schema.ts";
import { basisLines, noticeText, unexplained } from "./report-words.ts";
import type { Colours } from "./text-layout.ts";
import { bar, cutEnd, formatSections, hang, printable } from "./text-layout.ts";

/** How wide the text may be, and whether it may hold ANSI colours. */
export interface TextOptions {
  /** Less than 80 counts as 80, more than 160 as 160. */
  readonly columns: number;
  readonly colour: boolean;
}

const columnsMin = 80;
const columnsMax = 160;
const unscheduledShown = 10;
const barMax = 40;

/**
 * The report for a terminal, ending in a line feed: pods without a node first, then each policy as
 * eks-node-viewer would show it, the comparison, and what it all rests on.
 *
 * @see https://github.com/awslabs/eks-node-viewer
 */
export function formatReportText(report: Report, options: TextOptions): string {
  const columns = Math.min(Math.max(options.columns, columnsMin), columnsMax);
  const colours = picocolors.createColors(options.colour);
  const policyNames = report.policies.map(({ name }) => name);
  const sections = [headline(report), ...details(report)];
  const lines = [
    ...title(report, columns, colours),
    ...unscheduledLines(report, columns, colours),
    ...noticeSummary(report, colours),
    "",
    ...viewers(report.policies, columns, colours),
    ...formatSections({ columns, policyNames, sections, colours }),
    "",
    ...experimentLines(report, columns, colours),
    ...noticeLines(report, columns, colours),
    ...restsOn(report, columns, colours),
  ];
  return `${lines.join("\n")}\n`;
}

function title(report: Report, columns: number, colours: Colours): readonly string[] {
  const seeds = `${report.seeds.length === 1 ? "seed" : "seeds"} ${report.seeds.join(", ")}`;
  const span = `${report.start} to ${report.end} (${formatSeconds(report.hours * 3600)})`;
  const note = report.seeds.length === 1 ? "" : "; means \u00b1 half of the 95 % interval";
  return [
    colours.bold(cutEnd(report.scenario.name, columns)),
    ...hang("", `${span}, ${seeds}${note}`, columns).map(colours.dim),
  ];
}

/** Never called a success: first thing that is read. */
function unscheduledLines(report: Report, columns: number, colours: Colours): readonly string[] {
  const left = report.policies.filter((each) => centre(each.availability.unschedulablePods) > 0);
  if (left.length === 0) return [];
  const lines = [
    "",
    colours.bold(colours.red("! Pods were left without a node. This is no success.")),
  ];
  for (const { name, availability } of left) {
    const { unscheduled, unschedulablePods } = availability;
    const many = formatCount(centre(unschedulablePods));
    const mean = report.seeds.length > 1 ? " (mean of the seeds)" : "";
    lines.push(colours.red(`  ${printable(name)}: ${many} without a node at the end${mean}`));
    for (const { podKey, seed, pendingSeconds, message } of unscheduled.slice(
      0,
      unscheduledShown,
    )) {
      const which = report.seeds.length > 1 ? ` (seed ${seed})` : "";
      const why = message ?? unexplained;
      const text = `${podKey}${which}, pending for ${formatSeconds(pendingSeconds)}: ${why}`;
      lines.push(...hang("    ", text, columns));
    }
    const more = unscheduled.length - unscheduledShown;
    if (more > 0) lines.push(`    and ${more} more, listed in report.json`);
  }
  return lines;
}

function noticeSummary({ notModelled }: Report, colours: Colours): readonly string[] {
  const many = notModelled.length;
  if (many === 0) return [];
  const things = many === 1 ? "1 thing in the input is" : `${many} things in the input are`;
  return ["", colours.yellow(`! ${things} not modelled, or not as asked; see the list below.`)];
}

/** Each policy in two lines with a bar each, means over the run, and one line about its end. */
function viewers(
  policies: readonly PolicyReport[],
  columns: number,
  colours: Colours,
): readonly string[] {
  const meters = policies.map(metersOf);
  const widest = (text: (meter: Meter) => string): number =>
    Math.max(...meters.flat().map((meter) => text(meter).length));
  const [leadWidth, ofWidth] = [widest(({ lead }) => lead), widest(({ of }) => of)];
  const rest = leadWidth + ofWidth + widest(({ price }) => price) + "  100.0% memory  ".length;
  const barWidth = Math.min(barMax, columns - rest);
  return policies.flatMap((policy, index) => [
    `${colours.bold(printable(policy.name))}${colours.dim(", mean of the run")}`,
    ...(meters[index] ?? []).map(({ lead, of, percent, name, price }) =>
      [
        lead.padEnd(leadWidth),
        of.padStart(ofWidth),
        `${percent.toFixed(1)}%`.padStart(6),
        name.padEnd(6),
        colours.cyan(bar(percent, barWidth)),
        price,
      ].join(" "),
    ),
    ...hang("", endText(policy), columns).map(colours.dim),
    "",
  ]);
}

interface Meter {
  readonly lead: string;
  readonly of: string;
  readonly percent: number;
  readonly name: string;
  readonly price: string;
}

function metersOf({ nodes, cost }: PolicyReport): readonly Meter[] {
  const amount = (figure: Figure | null): string =>
    figure === null ? "?" : formatAmount(centre(figure));
  return [
    {
      lead: `${amount(nodes.mean)} nodes`,
      of: `${amount(nodes.meanRequestedVcpus)}/${amount(nodes.meanAllocatableVcpus)} vCPU`,
      percent: centre(nodes.cpuUtilizationPercent),
      name: "cpu",
      price: `${formatRate(centre(cost.usdPerHour))}/hour`,
    },
    {
      lead: "",
      of: `${amount(nodes.meanRequestedGib)}/${amount(nodes.meanAllocatableGib)} GiB`,
      percent: centre(nodes.memoryUtilizationPercent),
      name: "memory",
      price: `${formatMoney(centre(cost.usdPerMonth))}/month`,
    },
  ];
}

function endText({ atEnd }: PolicyReport): string {
  const nodes = Object.entries(atEnd.nodesByCapacityType)
    .map(([name, count]) => `${formatCount(centre(count))} ${name}`)
    .join(", ");
  const bound = formatCount(centre(atEnd.boundPods));
  const pending = formatCount(centre(atEnd.pendingPods));
  return `at the end: ${nodes === "" ? "no nodes" : nodes}; ${bound} pods bound, ${pending} pending`;
}

function experimentLines(report: Report, columns: number, colours: Colours): readonly string[] {
  const lines = report.policies.flatMap(({ name, experiments }) =>
    experiments.flatMap((text) => hang("  - ", `${name}: ${text}`, columns)),
  );
  if (lines.length === 0) return [];
  return [colours.bold("Experiments, which upstream Karpenter does not have"), ...lines, ""];
}

function noticeLines(report: Report, columns: number, colours: Colours): readonly string[] {
  if (report.notModelled.length === 0) return [];
  return [
    colours.bold(colours.yellow("NOT MODELLED")),
    ...report.notModelled.flatMap((notice) => hang("  ! ", noticeText(notice), columns)),
    "",
  ];
}

function restsOn(report: Report, columns: number, colours: Colours): readonly string[] {
  const lines = basisLines(report);
  const width = Math.max(...lines.map(({ label }) => label.length));
  return [
    colours.bold("What this rests on"),
    ...lines.flatMap(({ label, text }) => hang(`  ${label.padEnd(width)}  `, text, columns)),
  ];
}
