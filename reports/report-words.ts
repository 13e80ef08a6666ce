/** Sentences that several forms of a report share. */
import type { Report } from "./report-schema.ts";

/** A line of what a report rests on. */
export interface BasisLine {
  readonly label: string;
  readonly text: string;
}

const digestShown = 16;

/** Stands for Karpenter's word about a pod where it had none. */
export const unexplained = "Karpenter said nothing about it";

/** What a report rests on, most important first. */
export function basisLines(report: Report): readonly BasisLine[] {
  const { basis, scenario } = report;
  const source = ({ source: name, date }: { source: string; date?: string | undefined }): string =>
    date === undefined ? name : `${name}, ${date}`;
  return [
    {
      label: "Karpenter",
      text: `${report.karpenterVersion}, modelled by dryfit ${report.dryfitVersion}`,
    },
    { label: "Decision time", text: decisionTimes(report) },
    { label: "Seeds", text: report.seeds.join(", ") },
    { label: "Place", text: `${basis.region} (${basis.zones.join(", ")})` },
    { label: "Instance types", text: source(basis.catalogue) },
    { label: "On-Demand prices", text: source(basis.onDemandPrices) },
    { label: "Spot prices", text: source(basis.spotPrices) },
    { label: "Interruptions", text: source(basis.interruptions) },
    { label: "Digest", text: shortDigest(scenario.digest) },
    ...basis.inputs.map(({ name, sha256 }) => ({
      label: "Input",
      text: `${name} ${shortDigest(`sha256:${sha256}`)}`,
    })),
  ];
}

/** One sentence where all policies have the same, else one for each. */
function decisionTimes({ policies }: Report): string {
  const texts = new Set(policies.map(({ decisionLatency }) => decisionLatency));
  const [only = ""] = texts;
  if (texts.size < 2) return only;
  return policies.map(({ name, decisionLatency }) => `${name}: ${decisionLatency}`).join("; ");
}

/** The first sixteen digits tell inputs apart; report.json has them all. */
function shortDigest(digest: string): string {
  const start = digest.indexOf(":") + 1;
  return digest.slice(0, start + digestShown);
}

/** A notice with the policies it is about. */
export function noticeText({ message, policies }: Report["notModelled"][number]): string {
  return policies === undefined ? message : `${message} (${policies.join(", ")})`;
}
