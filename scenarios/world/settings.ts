import type { AwsSettings } from "../../sim/aws/index.ts";
import { defaultAwsSettings } from "../../sim/aws/index.ts";
import type { BillingSettings, Ec2Latency } from "../../sim/ec2/index.ts";
import { defaultBillingSettings, defaultEc2Latency } from "../../sim/ec2/index.ts";
import type { KubeSettings } from "../../sim/kube/index.ts";
import { kubeSettings } from "../../sim/kube/index.ts";
import type { KarpenterOptions } from "../../sim/world-plan.ts";
import { defaultDecisionLatency, defaultKarpenterOptions } from "../../sim/world-plan.ts";
import type { Policy } from "../policies/expand-policies.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";

/** The entries of an object that have a value: what is absent keeps its default. */
export function withoutUndefined<T extends object>(
  fields: T,
): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Karpenter's options under a policy. */
export function karpenterOptions({ karpenter, controller }: Policy): KarpenterOptions {
  const { featureGates, batchIdleDuration, batchMaxDuration, preferencePolicy, minValuesPolicy } =
    karpenter;
  return {
    ...defaultKarpenterOptions,
    ...withoutUndefined({ batchIdleDuration, batchMaxDuration, preferencePolicy, minValuesPolicy }),
    ...(controller.decisionLatency === "proportional"
      ? {
          decisionLatency: {
            ...defaultDecisionLatency,
            ...withoutUndefined(controller.proportional ?? {}),
          },
        }
      : {}),
    featureGates: {
      ...defaultKarpenterOptions.featureGates,
      ...withoutUndefined(featureGates ?? {}),
    },
  };
}

/** The AWS provider's settings under a policy. */
export function awsSettings(
  spec: ScenarioSpec,
  { karpenter }: Policy,
  clusterName: string,
): AwsSettings {
  const { latency, prices } = spec;
  const { vmMemoryOverheadPercent, reservedEnis, minValuesPolicy } = karpenter;
  return {
    ...defaultAwsSettings,
    clusterName,
    ...withoutUndefined({
      vmMemoryOverheadPercent,
      reservedEnis,
      minValuesPolicy,
      hasInterruptionQueue: karpenter.interruptionQueue,
      interruptionDelaySeconds: latency.interruptionMessage,
    }),
    pricingRefreshPeriod: prices.refreshPeriod,
    boot: {
      ...defaultAwsSettings.boot,
      ...withoutUndefined({
        registrationSeconds: latency.registration,
        bottlerocketRegistrationSeconds: latency.bottlerocketRegistration,
        readinessSeconds: latency.readiness,
        bareMetalExtraSeconds: inSeconds(latency.bareMetalExtra),
        acceleratedExtraSeconds: inSeconds(latency.acceleratedExtra),
        instanceStoreRaidExtraSeconds: inSeconds(latency.instanceStoreRaidExtra),
        joinFailureShare: latency.joinFailureShare,
      }),
    },
  };
}

/** kube-scheduler and the cluster's latencies under a policy. */
export function clusterSettings({ latency }: ScenarioSpec, { scheduler }: Policy): KubeSettings {
  const gracePeriod = inSeconds(latency.nodeMonitorGracePeriod);
  return kubeSettings({
    scheduler: withoutUndefined({
      scoringStrategy: scheduler.scoringStrategy,
      percentageOfNodesToScore: scheduler.percentageOfNodesToScore,
      hasSystemDefaultSpread: scheduler.systemDefaultSpread,
      popsFromBackoff: scheduler.popFromBackoff,
    }),
    latencySeconds: withoutUndefined({
      podStart: latency.podStart,
      imagePull: latency.imagePull,
      podReady: latency.podReady,
      appShutdown: latency.appShutdown,
      nodeReady: latency.readiness,
      cloudInitialization: latency.cloudInitialization,
    }),
    ...(gracePeriod === undefined ? {} : { nodeMonitorGracePeriodSeconds: gracePeriod }),
  });
}

/** EC2's latencies. */
export function ec2Latency({ latency }: ScenarioSpec): Ec2Latency {
  return {
    ...defaultEc2Latency,
    ...withoutUndefined({
      createFleetSeconds: latency.createFleet,
      pendingToRunningSeconds: latency.pendingToRunning,
      shutdownSeconds: latency.instanceShutdown,
    }),
  };
}

/** How the account is billed. */
export function billingSettings({ billing, spot }: ScenarioSpec): BillingSettings {
  return {
    ...defaultBillingSettings,
    spotPricing: spot.billing.pricing,
    waivesFirstHourOnInterruption: spot.billing.waiveFirstHour,
    ...withoutUndefined({
      controlPlaneUsdPerHour: billing.controlPlaneUsdPerHour,
      publicIpv4UsdPerHour: billing.publicIpv4UsdPerHour,
    }),
  };
}

function inSeconds(duration: number | undefined): number | undefined {
  return duration === undefined ? undefined : duration / 1000;
}
