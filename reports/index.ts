/** From the facts of runs to reports: text, JSON, Markdown, HTML, CSV, and the check of a baseline. */
export { type Baseline, baselineSchema } from "./baseline-schema.ts";
export {
  type BaselineComparison,
  type CostMove,
  type FigureChange,
  compareWithBaseline,
  makeBaseline,
} from "./baseline.ts";
export { formatBaseline, parseBaseline } from "./baseline-file.ts";
export { type ReportedRun, buildReport } from "./build-report.ts";
export { formatComparison } from "./comparison-text.ts";
export { type Journal, openJournal } from "./journal.ts";
export { baselineJsonSchema, reportJsonSchema } from "./json-schemas.ts";
export type {
  DataSource,
  InputDigest,
  Notice,
  PolicyProvenance,
  Provenance,
} from "./provenance.ts";
export { type Figure, type PolicyReport, type Report, reportSchema } from "./report-schema.ts";
export { formatReportJson } from "./report-json.ts";
export { type TextOptions, formatReportText } from "./text.ts";
export {
  type JournalFile,
  type ReportFormat,
  checkOutputFolder,
  reportFormats,
  writeReport,
} from "./write-report.ts";
