// Capacity buffers of a case: their virtual pods before the decision, their status after it.
import { type CapacityBuffer, objectKey } from "../core/apis/index.ts";
import {
  CapacityBufferController,
  setBufferCondition,
  VirtualPodCache,
} from "../core/capacitybuffer/index.ts";
import {
  bufferPodCounts,
  type ProvisioningDecision,
  provisioningConditions,
} from "../core/provisioning/index.ts";
import type { FakeCluster } from "../test/support/fake-cluster.ts";
import { compareStrings, type SimTime } from "../core/units/index.ts";
import type { DecidedBuffer, Decision } from "./cases.ts";

/** The virtual pods of a cluster's buffers, and on whose behalf a run was asked for. */
export interface CaseBuffers {
  readonly virtualPods: VirtualPodCache;
  readonly triggered: ReadonlySet<string>;
}

/** Looks at each buffer once, by key. */
export function reconcileBuffers(cluster: FakeCluster, now: SimTime): CaseBuffers {
  const virtualPods = new VirtualPodCache(cluster);
  const triggered = new Set<string>();
  const trigger = (uid: string): unknown => triggered.add(uid);
  const controller = new CapacityBufferController({
    cluster: {
      capacityBuffers: () => cluster.capacityBuffers(),
      podTemplate: (key) => cluster.podTemplate(key),
      scalable: (kind, key) => cluster.scalable(kind, key),
      updateCapacityBufferStatus: (buffer) => cluster.updateCapacityBufferStatus(buffer),
      // Upstream has a controller of its own for events about conditions, which isn't asked here.
      recordEvent: () => undefined,
    },
    virtualPods,
    trigger,
  });
  for (const object of cluster.capacityBuffers())
    controller.observe({ type: "added", object }, now);
  controller.reconcile(now);
  return { virtualPods, triggered };
}

const nothingPlaced = { newNodeClaims: [], existingNodes: [], podErrors: new Map() };

/** What follows from a decision: conditions, and counts by node. To be called once. */
export function settleBuffers(
  cluster: FakeCluster,
  { triggered }: CaseBuffers,
  decision: ProvisioningDecision,
  now: SimTime,
): Required<Pick<Decision, "buffers" | "bufferPods">> {
  const results = decision.kind === "scheduled" ? decision.results : nothingPlaced;
  const conditions = provisioningConditions(cluster.capacityBuffers(), results);
  for (const buffer of cluster.capacityBuffers()) {
    const change = conditions.get(objectKey(buffer));
    if (change !== undefined) {
      cluster.updateCapacityBufferStatus(setBufferCondition(buffer, change, now));
    }
  }
  const counts = bufferPodCounts(results);
  const bufferPods = results.existingNodes.flatMap(({ stateNode }) => {
    const count = counts.get(stateNode.providerId);
    return count === undefined ? [] : [[stateNode.name, count] as const];
  });
  return {
    buffers: cluster
      .capacityBuffers()
      .map((buffer) => describeBuffer(buffer, triggered.has(buffer.metadata.uid))),
    bufferPods: Object.fromEntries(bufferPods),
  };
}

function describeBuffer(buffer: CapacityBuffer, isTriggering: boolean): DecidedBuffer {
  const { replicas, podTemplateRef, podTemplateGeneration, provisioningStrategy, conditions } =
    buffer.status;
  return {
    key: objectKey(buffer),
    ...(replicas === undefined ? {} : { replicas }),
    ...(podTemplateRef === undefined ? {} : { podTemplate: podTemplateRef.name }),
    ...(podTemplateGeneration === undefined ? {} : { podTemplateGeneration }),
    ...(provisioningStrategy === undefined ? {} : { strategy: provisioningStrategy }),
    isTriggering,
    conditions: conditions
      .map(
        ({ type, status, reason, message, observedGeneration = 0 }) =>
          `${type}=${status} ${reason} (generation ${observedGeneration}): ${message}`,
      )
      .sort(compareStrings),
  };
}
