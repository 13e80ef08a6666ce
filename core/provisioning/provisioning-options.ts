import { type BatchOptions, defaultBatchOptions } from "./batcher.ts";
import type { DecisionLatency } from "./decision-latency.ts";
import { defaultSchedulingOptions, type SchedulingOptions } from "./scheduling-input.ts";

/**
 * Settings of the provisioner.
 *
 * @see karpenter v1.14.1 pkg/operator/options/options.go Options
 */
export interface ProvisioningOptions
  extends BatchOptions,
    Pick<SchedulingOptions, "preferencePolicy" | "minValuesPolicy" | "ignoreDraRequests"> {
  /** How long runs take; absent: no time, and they are never cut short. */
  readonly decisionLatency?: DecisionLatency;
  readonly featureGates: { readonly reservedCapacity: boolean };
}

/** Karpenter's defaults. */
export const defaultProvisioningOptions: ProvisioningOptions = Object.freeze({
  ...defaultBatchOptions,
  preferencePolicy: "Respect",
  minValuesPolicy: "Strict",
  ignoreDraRequests: true,
  featureGates: Object.freeze({ reservedCapacity: true }),
});

/** What the options ask for and the provisioner cannot do, one sentence each; empty if nothing. */
export function unsupportedProvisioningOptions(options: ProvisioningOptions): readonly string[] {
  return options.ignoreDraRequests
    ? []
    : ["dynamic resource allocation (ignore-dra-requests=false) is not supported"];
}

/** The options of a provisioning run: it waits for reservations rather than fall back. */
export function schedulingOptionsOf(options: ProvisioningOptions): SchedulingOptions {
  const { preferencePolicy, minValuesPolicy, ignoreDraRequests } = options;
  return {
    ...defaultSchedulingOptions,
    preferencePolicy,
    minValuesPolicy,
    ignoreDraRequests,
    reservedCapacity: options.featureGates.reservedCapacity,
  };
}
