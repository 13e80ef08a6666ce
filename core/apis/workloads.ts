import type { SimTime } from "../units/index.ts";
import type { KubernetesObject } from "./object-meta.ts";
import type { PodTemplate } from "./pod.ts";
import type { LabelSelector } from "./selectors.ts";

/** A count, or a percentage of something, as in rollouts and PodDisruptionBudgets. */
export type IntOrPercent = number | `${number}%`;

export interface Deployment extends KubernetesObject {
  readonly kind: "Deployment";
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly strategy:
      | { readonly kind: "Recreate" }
      | {
          readonly kind: "RollingUpdate";
          readonly maxSurge: IntOrPercent;
          readonly maxUnavailable: IntOrPercent;
        };
    readonly minReadySeconds: number;
  };
}

/** A ReplicaSet, made for a Deployment or given on its own. */
export interface ReplicaSet extends KubernetesObject {
  readonly kind: "ReplicaSet";
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds: number;
  };
}

export interface VolumeClaimTemplate {
  readonly name: string;
  readonly storageClassName?: string;
}

export interface StatefulSet extends KubernetesObject {
  readonly kind: "StatefulSet";
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly podManagementPolicy: "OrderedReady" | "Parallel";
    readonly volumeClaimTemplates: readonly VolumeClaimTemplate[];
  };
}

export interface DaemonSet extends KubernetesObject {
  readonly kind: "DaemonSet";
  readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplate };
}

export interface JobSpec {
  readonly parallelism: number;
  /** Absent: a work-queue Job. */
  readonly completions?: number;
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend: boolean;
  readonly template: PodTemplate;
}

/** What became of a Job's pods; `outcome` is absent while it runs. */
export interface JobStatus {
  readonly succeeded: number;
  readonly failed: number;
  readonly outcome?: "Complete" | "Failed";
}

export interface Job extends KubernetesObject {
  readonly kind: "Job";
  readonly spec: JobSpec;
  readonly status?: JobStatus;
}

export interface CronJob extends KubernetesObject {
  readonly kind: "CronJob";
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly concurrencyPolicy: "Allow" | "Forbid" | "Replace";
    readonly suspend: boolean;
    readonly startingDeadlineSeconds?: number;
    readonly jobLabels: Readonly<Record<string, string>>;
    readonly job: JobSpec;
  };
}

/** autoscaling/v2 HorizontalPodAutoscaler, resource metrics only. */
export interface HorizontalPodAutoscaler extends KubernetesObject {
  readonly kind: "HorizontalPodAutoscaler";
  readonly spec: {
    readonly targetKind: string;
    readonly targetName: string;
    readonly minReplicas: number;
    readonly maxReplicas: number;
    /** Target average CPU utilization in percent of the request, where given. */
    readonly targetCpuUtilizationPercent?: number;
  };
}

/** policy/v1 PodDisruptionBudget. No selector matches no pod; an empty one matches all. */
export interface PodDisruptionBudget extends KubernetesObject {
  readonly kind: "PodDisruptionBudget";
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: IntOrPercent;
    readonly maxUnavailable?: IntOrPercent;
    readonly unhealthyPodEvictionPolicy: "IfHealthyBudget" | "AlwaysAllow";
  };
  readonly status: {
    readonly disruptionsAllowed: number;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly expectedPods: number;
    /** Pods whose eviction was granted and not yet seen: key to time of the eviction. */
    readonly disruptedPods: Readonly<Record<string, SimTime>>;
  };
}

export interface PriorityClass extends KubernetesObject {
  readonly kind: "PriorityClass";
  readonly value: number;
  readonly globalDefault: boolean;
  readonly preemptionPolicy: "PreemptLowerPriority" | "Never";
}
