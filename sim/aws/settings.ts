import type { DurationMs } from "../../core/units/index.ts";
import { hours, minutes, seconds } from "../../core/units/index.ts";
import type { Distribution } from "../engine/index.ts";

/**
 * Options of the AWS provider that change what it decides.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/operator/options/options.go
 */
export interface AwsSettings {
  readonly clusterName: string;
  readonly vmMemoryOverheadPercent: number;
  readonly reservedEnis: number;
  /** Whether interruption messages reach Karpenter at all. */
  readonly hasInterruptionQueue: boolean;
  readonly minValuesPolicy: "Strict" | "BestEffort";
  /** How often prices are read; decisions rest on prices up to this old. */
  readonly pricingRefreshPeriod: DurationMs;
  /** From an EC2 event to the action on it, seconds. */
  readonly interruptionDelaySeconds: Distribution;
  readonly boot: BootLatency;
}

/**
 * How long a machine takes from `running` to a Ready node, seconds. The defaults are choices
 * within what is published.
 *
 * @see AWS node-latency-for-k8s; awslabs/amazon-eks-ami issue 1099; AWS Containers Blog, "Speeding up
 * Windows container launch times"
 */
export interface BootLatency {
  /** From `running` to the kubelet's registration, by AMI family. */
  readonly registrationSeconds: Distribution;
  readonly bottlerocketRegistrationSeconds: Distribution;
  readonly windowsRegistrationSeconds: Distribution;
  /** From registration to Ready. */
  readonly readinessSeconds: Distribution;
  readonly bareMetalExtraSeconds: number;
  readonly acceleratedExtraSeconds: number;
  readonly instanceStoreRaidExtraSeconds: number;
  /** Share of machines that never join, 0 to 1. */
  readonly joinFailureShare: number;
}

export const defaultAwsSettings: AwsSettings = {
  clusterName: "dryfit",
  vmMemoryOverheadPercent: 0.075,
  reservedEnis: 0,
  hasInterruptionQueue: true,
  minValuesPolicy: "Strict",
  pricingRefreshPeriod: hours(12),
  interruptionDelaySeconds: { kind: "uniform", min: 1, max: 3 },
  boot: {
    registrationSeconds: { kind: "lognormal", p50: 28, p95: 45 },
    bottlerocketRegistrationSeconds: { kind: "lognormal", p50: 22, p95: 38 },
    windowsRegistrationSeconds: { kind: "lognormal", p50: 280, p95: 420 },
    readinessSeconds: { kind: "lognormal", p50: 6, p95: 12 },
    bareMetalExtraSeconds: 420,
    acceleratedExtraSeconds: 45,
    instanceStoreRaidExtraSeconds: 8,
    joinFailureShare: 0.001,
  },
};

/** How long an offering that EC2 refused stays out of decisions. */
export const unavailableOfferingPeriod: DurationMs = minutes(3);
/** How often expired marks are swept out. */
export const unavailableSweepPeriod: DurationMs = seconds(10);
/** Instance types in one fleet request at most. */
export const fleetInstanceTypesMax = 60;
