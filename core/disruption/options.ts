import type { DecisionLatency, MinValuesPolicy, PreferencePolicy } from "../provisioning/index.ts";

/**
 * Proposals that upstream discussed and never shipped. Absent means as upstream decides.
 *
 * They change consolidation (multi-node and single-node) only; emptiness and drift are untouched.
 */
export interface DisruptionExperiments {
  /** k of Balanced, positive; upstream has 2. */
  readonly balancedK?: number;
  /** Least saving of a move, in percent of what its candidates cost. */
  readonly minSavingsPercent?: number;
  /** Least saving of a move in US dollars per hour. */
  readonly minSavingsUsdPerHour?: number;
  /** Nodes whose requested CPU or memory is above this share of allocatable stay, in percent. */
  readonly utilizationCutoffPercent?: number;
  /** False: single-node consolidation never runs. */
  readonly singleNodeConsolidation?: boolean;
  /** How many cheaper types a spot node's spot replacement needs, 1 or more; upstream has 15. */
  readonly spotToSpotInstanceTypesMin?: number;
}

/**
 * Settings of disruption.
 *
 * @see karpenter v1.14.1 pkg/operator/options/options.go Options
 */
export interface DisruptionOptions {
  readonly preferencePolicy: PreferencePolicy;
  readonly minValuesPolicy: MinValuesPolicy;
  /** Feature gate ReservedCapacity. */
  readonly reservedCapacity: boolean;
  /** Feature gate SpotToSpotConsolidation. */
  readonly spotToSpotConsolidation: boolean;
  readonly experiments: DisruptionExperiments;
  /** Leaves out polls that provably do nothing; the outcome is the same either way. */
  readonly skipIdlePolls: boolean;
  /**
   * How long searches take. With a latency, upstream's limits of one minute for multi-node and three
   * minutes for single-node consolidation cut a search short; absent, a search takes no time.
   */
  readonly decisionLatency?: DecisionLatency;
}

/** Karpenter's defaults. */
export const defaultDisruptionOptions: DisruptionOptions = Object.freeze({
  preferencePolicy: "Respect",
  minValuesPolicy: "Strict",
  reservedCapacity: true,
  spotToSpotConsolidation: false,
  experiments: Object.freeze({}),
  skipIdlePolls: true,
});
