// CapacityBuffers of a snapshot: resolved as Karpenter's next look at them would, and where the run
// then finds room for them.
import { type CapacityBuffer, type Condition, objectKey, type Pod } from "../../core/apis/index.ts";
import {
  bufferCondition,
  bufferKeyOf,
  conditionProvisioning,
  conditionReadyForProvisioning,
  resolveCapacityBuffer,
  setBufferCondition,
  VirtualPodCache,
  type VirtualPods,
  withResolution,
} from "../../core/capacitybuffer/index.ts";
import {
  type ProvisioningDecision,
  provisioningConditions,
} from "../../core/provisioning/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import type { SnapshotCluster } from "./snapshot-cluster.ts";
import { type UnschedulablePod, unschedulablePods } from "./unschedulable-pods.ts";

/** A CapacityBuffer, and where there is room for it. */
export interface PlannedBuffer {
  /** `namespace/name`. */
  readonly buffer: string;
  /** How many pods it keeps room for. */
  readonly replicas: number;
  /** Condition ReadyForProvisioning; one that isn't True has no pods in the plan. */
  readonly ready: PlannedCondition;
  /** Virtual pods by where there is room for them. */
  readonly onExistingNodes: number;
  readonly onNewNodes: number;
  /** Virtual pods that find no room. */
  readonly unschedulable: readonly UnschedulablePod[];
  /** Condition Provisioning after the run; absent: unknown. */
  readonly provisioning?: PlannedCondition;
}

export type PlannedCondition = Pick<Condition, "status" | "reason" | "message">;

/** The buffers after a look at each. */
export interface ResolvedBuffers {
  readonly buffers: readonly CapacityBuffer[];
  readonly virtualPods: VirtualPods;
}

/** Looks at every buffer of the cluster, whatever its status says. */
export function resolveBuffers(cluster: SnapshotCluster, now: SimTime): ResolvedBuffers {
  const virtualPods = new VirtualPodCache({
    capacityBuffers: () => [],
    podTemplate: (key) => cluster.podTemplate(key),
    scalable: (kind, key) => cluster.scalable(kind, key),
  });
  virtualPods.getAll(now);
  const buffers = cluster.capacityBuffers().map((buffer) => {
    const resolution = resolveCapacityBuffer(buffer, cluster);
    const resolved = withResolution(buffer, resolution, now);
    if ("template" in resolution) virtualPods.update(resolved, resolution.template, now);
    return resolved;
  });
  return { buffers, virtualPods };
}

const nothingPlaced = { newNodeClaims: [], existingNodes: [], podErrors: new Map() };

/** What the run means for each buffer, by key. */
export function plannedBuffers(
  { buffers }: ResolvedBuffers,
  decision: ProvisioningDecision,
  now: SimTime,
): readonly PlannedBuffer[] {
  const results = decision.kind === "scheduled" ? decision.results : nothingPlaced;
  const conditions = provisioningConditions(buffers, results);
  const countOf = (key: string, places: readonly { readonly pods: readonly Pod[] }[]): number =>
    places.reduce(
      (sum, { pods }) => sum + pods.filter((pod) => bufferKeyOf(pod) === key).length,
      0,
    );
  return buffers.map((buffer) => {
    const key = objectKey(buffer);
    const change = conditions.get(key);
    const judged = change === undefined ? buffer : setBufferCondition(buffer, change, now);
    const provisioning = bufferCondition(judged, conditionProvisioning);
    const failed = [...results.podErrors].filter(([pod]) => bufferKeyOf(pod) === key);
    return {
      buffer: key,
      replicas: Math.max(buffer.status.replicas ?? 0, 0),
      ready: brief(bufferCondition(judged, conditionReadyForProvisioning)),
      onExistingNodes: countOf(key, results.existingNodes),
      onNewNodes: countOf(key, results.newNodeClaims),
      unschedulable: unschedulablePods(failed),
      ...(provisioning === undefined ? {} : { provisioning: brief(provisioning) }),
    };
  });
}

function brief(condition: Condition | undefined): PlannedCondition {
  const { status, reason, message } = condition ?? unknown;
  return { status, reason, message };
}

const unknown: PlannedCondition = { status: "Unknown", reason: "", message: "" };
