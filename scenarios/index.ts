/** Scenarios: the file, its overlays, and what one run of it needs. */
export type {
  AllowedWindow,
  BudgetReport,
  NodePoolCalendar,
  PdbAllowance,
  ReasonCalendar,
} from "./calendar/budget-report.ts";
export { describeBudgets } from "./calendar/describe-budgets.ts";
export { karpenterVersion } from "./karpenter-version.ts";
export { type InputDigest } from "./loading/input-digest.ts";
export { type PolicyCluster } from "./loading/load-clusters.ts";
export { type LoadScenarioOptions, type Scenario, loadScenario } from "./loading/load-scenario.ts";
export { type ScenarioNotice } from "./loading/scenario-notices.ts";
export {
  type KeptPlaceholder,
  type LoadedManifests,
  type ManifestFile,
  type NeutralField,
  type Origin,
  loadManifests,
} from "./manifests/index.ts";
export { type Policy } from "./policies/expand-policies.ts";
export { scenarioJsonSchema } from "./scenario-schema.ts";
export { type DecidedPlan, decidePlan, type PlanRequest } from "./snapshot/decide-plan.ts";
export type {
  PlannedCommand,
  PlannedDisruption,
  PlannedReplacement,
  PlannedVerdict,
} from "./snapshot/disruption-plan.ts";
export {
  kindsOfDecisions,
  loadSnapshot,
  newestTime,
  type Snapshot,
} from "./snapshot/load-snapshot.ts";
export { findPlace, type SnapshotPlace } from "./snapshot/place.ts";
export type { Plan, PlanChoices } from "./snapshot/plan.ts";
export type { PlannedBuffer } from "./snapshot/planned-buffers.ts";
export type { PlannedNodeClaim } from "./snapshot/planned-launch.ts";
export { RecordedSpotMarket } from "./world/spot-market.ts";
export { allowedDuration, parseScenarioDuration } from "./schema/value-fields.ts";
export { type RunChoice, planRun, policyNames } from "./world/plan-run.ts";
export { karpenterOptions } from "./world/settings.ts";
