import type { ResourceList, SimTime } from "../units/index.ts";
import type { KubernetesObject } from "./object-meta.ts";
import type { LabelSelector, NodeSelectorTerm } from "./selectors.ts";
import type { Toleration } from "./taint.ts";

/** A container's port on the host. `hostPort` 0 or absent means none. */
export interface ContainerPort {
  readonly containerPort: number;
  readonly hostPort?: number;
  /** The host port follows from the host's network; templates lack it. */
  readonly isHostPortDefaulted?: true;
  readonly hostIP?: string;
  readonly protocol?: "TCP" | "UDP" | "SCTP";
}

/** Requests and limits; a limit without a request has already become a request (admission). */
export interface ResourceRequirements {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
  /** Names of requests that are limits, for want of a request; absent: none. Templates lack them. */
  readonly requestsFromLimits?: readonly string[];
}

/** One container, cut down to what scheduling and timing read. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly resources: ResourceRequirements;
  readonly ports: readonly ContainerPort[];
  /** "Always" marks an init container as a sidecar. */
  readonly restartPolicy?: "Always";
  /** Seconds from container start to the first readiness probe; 0 without a probe. */
  readonly readinessInitialDelaySeconds: number;
}

/** A pod affinity or anti-affinity term. */
export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector;
  readonly namespaces: readonly string[];
  /** Absent: only `namespaces` (or the pod's own); empty selector: every namespace. */
  readonly namespaceSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly matchLabelKeys: readonly string[];
  readonly mismatchLabelKeys: readonly string[];
}

export interface WeightedPodAffinityTerm {
  readonly weight: number;
  readonly podAffinityTerm: PodAffinityTerm;
}

export interface PreferredSchedulingTerm {
  readonly weight: number;
  readonly preference: NodeSelectorTerm;
}

/** Node, pod and anti-affinity; absent lists are empty. */
export interface Affinity {
  /** Required terms are ORed; absent means no requirement (an empty list matches nothing). */
  readonly requiredNodeTerms?: readonly NodeSelectorTerm[];
  readonly preferredNodeTerms: readonly PreferredSchedulingTerm[];
  readonly requiredPodAffinity: readonly PodAffinityTerm[];
  readonly preferredPodAffinity: readonly WeightedPodAffinityTerm[];
  readonly requiredPodAntiAffinity: readonly PodAffinityTerm[];
  readonly preferredPodAntiAffinity: readonly WeightedPodAffinityTerm[];
}

/** How evenly pods must lie over the domains of a label. */
export interface TopologySpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy: "Honor" | "Ignore";
  readonly nodeTaintsPolicy: "Honor" | "Ignore";
  readonly matchLabelKeys: readonly string[];
}

/** A volume that matters to placement: by claim name, or a generic ephemeral claim template. */
export interface PodVolume {
  readonly name: string;
  readonly persistentVolumeClaimName?: string;
  readonly ephemeral?: { readonly storageClassName?: string };
  /** Driver of an inline CSI volume. */
  readonly csiDriver?: string;
}

/** A pod's specification, defaulted as the API server would. */
export interface PodSpec {
  readonly nodeName?: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly affinity?: Affinity;
  readonly tolerations: readonly Toleration[];
  readonly topologySpreadConstraints: readonly TopologySpreadConstraint[];
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly overhead: ResourceList;
  /** Pod-level resources; they replace the sum over containers where set. */
  readonly resources?: ResourceRequirements;
  readonly volumes: readonly PodVolume[];
  readonly hasResourceClaims: boolean;
  readonly priorityClassName?: string;
  readonly priority: number;
  readonly preemptionPolicy: "PreemptLowerPriority" | "Never";
  readonly schedulerName: string;
  readonly schedulingGates: readonly string[];
  readonly terminationGracePeriodSeconds: number;
  readonly restartPolicy: "Always" | "OnFailure" | "Never";
  readonly hostNetwork: boolean;
}

export interface PodCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: SimTime;
}

/**
 * What a node has set aside for a container: it differs from the container's requests while the pod
 * is resized in place.
 *
 * @see k8s.io/api core/v1/types.go ContainerStatus
 */
export interface ContainerStatus {
  readonly name: string;
  /** Requests in force. */
  readonly resources: { readonly requests: ResourceList };
  /** Requests that the node has granted. */
  readonly allocatedResources: ResourceList;
}

export interface PodStatus {
  /** Empty for a virtual pod, which no API server has seen. */
  readonly phase: "" | "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly reason?: string;
  readonly conditions: readonly PodCondition[];
  readonly nominatedNodeName?: string;
  readonly startTime?: SimTime;
  /**
   * Of containers and init containers, the latter last, and of one name the last counts. Those that
   * do not tell the requests in force are left out; absent: none.
   */
  readonly containerStatuses?: readonly ContainerStatus[];
}

/**
 * A pod. Frozen data: an update replaces the object, so identity tells whether it changed.
 *
 * @see k8s.io/api core/v1/types.go Pod
 */
export interface Pod extends KubernetesObject {
  readonly kind: "Pod";
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

/** What a workload creates pods from. */
export interface PodTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}
