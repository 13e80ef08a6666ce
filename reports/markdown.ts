import { details, headline } from "./comparison.ts";
import type { Cell, Section } from "./comparison-row.ts";
import { centre } from "./figure.ts";
import {
  formatAmount,
  formatCount,
  formatMoney,
  formatPercent,
  formatRate,
  formatSeconds,
} from "./number-text.ts";
import type { Report } from "./report-schema.ts";
import { basisLines, noticeText, unexplained } from "./report-words.ts";

const unscheduledShown = 10;

/** The report for a pull request or a wiki: GitHub-flavoured Markdown, names escaped. */
export function formatReportMarkdown(report: Report): string {
  const { seeds, policies } = report;
  const names = policies.map(({ name }) => escaped(name));
  const seedText = `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
  const span = `${report.start} to ${report.end} (${formatSeconds(report.hours * 3600)})`;
  const blocks = [
    `# ${escaped(report.scenario.name)}`,
    `${span}, ${seedText}${seeds.length === 1 ? "" : "; means \u00b1 half of the 95 % interval"}`,
    ...unscheduled(report),
    ...(report.notModelled.length === 0
      ? []
      : [
          `> \u26a0\ufe0f **Not modelled**\n${report.notModelled.map((each) => `> - ${escaped(noticeText(each))}`).join("\n")}`,
        ]),
    viewer(report),
    ...[headline(report), ...details(report)].map((section) => table(section, names)),
    ...experiments(report),
    `## What this rests on\n\n${basisLines(report)
      .map(({ label, text }) => `- ${label}: ${escaped(text)}`)
      .join("\n")}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

function unscheduled(report: Report): readonly string[] {
  const left = report.policies.filter((each) => centre(each.availability.unschedulablePods) > 0);
  if (left.length === 0) return [];
  const lines = left.flatMap(({ name, availability }) => [
    `> - ${escaped(name)}: ${formatCount(centre(availability.unschedulablePods))} without a node at the end`,
    ...availability.unscheduled
      .slice(0, unscheduledShown)
      .map(
        ({ podKey, seed, message }) =>
          `>   - ${escaped(podKey)} (seed ${seed}): ${escaped(message ?? unexplained)}`,
      ),
  ]);
  return [`> \u274c **Pods were left without a node. This is no success.**\n${lines.join("\n")}`];
}

function viewer({ policies }: Report): string {
  const lines = policies.map(({ name, nodes, cost }) =>
    [
      escaped(name),
      formatAmount(centre(nodes.mean)),
      formatPercent(centre(nodes.cpuUtilizationPercent)),
      formatPercent(centre(nodes.memoryUtilizationPercent)),
      formatRate(centre(cost.usdPerHour)),
      formatMoney(centre(cost.usdPerMonth)),
    ].join(" | "),
  );
  return [
    "| Mean of the run | nodes | cpu requested | memory requested | $/hour | $/month |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...lines.map((line) => `| ${line} |`),
  ].join("\n");
}

function table({ title, rows }: Section, names: readonly string[]): string {
  const lines = rows.map(
    ({ label, depth, cells }) =>
      `| ${depth === 0 ? "" : "&nbsp;&nbsp;"}${escaped(label)} | ${cells.map(cellText).join(" | ")} |`,
  );
  return [
    `## ${title}`,
    "",
    `| | ${names.join(" | ")} |`,
    `| --- |${names.map(() => " ---: |").join("")}`,
    ...lines,
  ].join("\n");
}

function cellText({ text, plusMinus, change }: Cell): string {
  const parts = [text, ...(plusMinus === undefined ? [] : [plusMinus])];
  return [...parts, ...(change === undefined ? [] : [`(${change})`])].join(" ");
}

function experiments({ policies }: Report): readonly string[] {
  const lines = policies.flatMap(({ name, experiments: texts }) =>
    texts.map((text) => `- ${escaped(name)}: ${escaped(text)}`),
  );
  return lines.length === 0
    ? []
    : [`## Experiments, which upstream Karpenter does not have\n\n${lines.join("\n")}`];
}

/** Names come from users: nothing in them is markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ").replaceAll(/[\\`*_[\]<>|#~&!]/g, (mark) => `\\${mark}`);
}
