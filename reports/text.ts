import { Defect } from "../core/units/index.ts";
import type { Report } from "./report-schema.ts";

/** How wide the text may be, and whether it may hold ANSI colours. */
export interface TextOptions {
  readonly columns: number;
  readonly colour: boolean;
}

/** The report for a terminal, ending in a line feed. Narrow below 80 columns counts as 80. */
export function formatReportText(report: Report, options: TextOptions): string {
  throw new Defect("formatReportText is not written yet", { report, options });
}
