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
export { findObject, tellStory, type ToldStory } from "./explain/explain.ts";
export {
  type Finding,
  formatObject,
  type FoundObject,
  type ObjectQuery,
  parseObjectQuery,
} from "./explain/object-query.ts";
export { listJournals, type RunJournal } from "./explain/run-journals.ts";
export type { Moment, PriceRange, Stay, Story, Tenancy } from "./explain/story.ts";
export { storyJson } from "./explain/story-json.ts";
export { journalName } from "./journal-name.ts";
export { type Journal, openJournal } from "./journal.ts";
export { baselineJsonSchema, reportJsonSchema } from "./json-schemas.ts";
export { countOf } from "./number-text.ts";
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
export { hang, printable, wrap } from "./text-layout.ts";
export {
  type JournalFile,
  type ReportFormat,
  checkOutputFolder,
  reportFormats,
  writeReport,
} from "./write-report.ts";
