import type { NodePool, Pod } from "../../core/apis/index.ts";
import { objectKey } from "../../core/apis/index.ts";
import { formatTime, type SimTime } from "../../core/units/index.ts";
import type { Snapshot } from "./load-snapshot.ts";
import type { Plan } from "./plan.ts";
import type { SnapshotCluster } from "./snapshot-cluster.ts";

/** What notes are made of. */
export interface NoteFacts {
  readonly snapshot: Snapshot;
  readonly cluster: SnapshotCluster;
  readonly assumedPods: readonly Pod[];
  readonly assumedNodePools: readonly NodePool[];
  readonly overlayRefusals: readonly string[];
  readonly deletingPodCount: number;
  /** NodeClaims without a machine yet. */
  readonly unlaunched: readonly string[];
  /** The present, where nothing tells the time of the snapshot. */
  readonly presentTime: SimTime | undefined;
  readonly isStaticCapacityOn: boolean;
  readonly isNodeOverlayOn: boolean;
  readonly isCapacityBufferOn: boolean;
}

/** What the plan rests on beside the snapshot, one sentence each. */
export function planNotes(facts: NoteFacts): readonly string[] {
  const { snapshot, cluster, assumedPods, assumedNodePools, unlaunched } = facts;
  const notes: string[] = [];
  if (facts.presentTime !== undefined) {
    notes.push(
      `no object of the snapshot tells a time: taken as of the present, ${formatTime(facts.presentTime)}; ` +
        "give --now for the same plan every time",
    );
  }
  if (snapshot.leftOutCount > 0) {
    const leftOut = snapshot.leftOutCount === 1 ? "object that" : "objects that";
    notes.push(
      `${snapshot.leftOutCount} ${leftOut} could not be read: left out, see the warnings on stderr`,
    );
  }
  if (assumedPods.length > 0) {
    notes.push(
      `${some(assumedPods.map(objectKey), "pod")} in phase Pending without a PodScheduled ` +
        "condition: taken as unschedulable on the present nodes",
    );
  }
  if (facts.deletingPodCount > 0) {
    notes.push(
      `${facts.deletingPodCount} of the pods run on nodes that are being deleted and need new ones`,
    );
  }
  if (assumedNodePools.length > 0) {
    const names = assumedNodePools.map(({ metadata }) => metadata.name);
    notes.push(`${some(names, "NodePool")} without a Ready condition: taken as ready`);
  }
  if (unlaunched.length > 0) {
    notes.push(
      `${some(unlaunched, "NodeClaim")} not launched yet: Karpenter waits for them before it ` +
        "decides, so it may need fewer new nodes than shown",
    );
  }
  if (snapshot.absentKinds.length > 0) {
    notes.push(`not in the snapshot, taken as none: ${snapshot.absentKinds.join(", ")}`);
  }
  notes.push(...staticNodePools(facts));
  if (!facts.isNodeOverlayOn && cluster.nodeOverlays().length > 0) {
    notes.push("NodeOverlays are not applied: they need --feature-gates NodeOverlay=true");
  }
  if (!facts.isCapacityBufferOn && cluster.capacityBuffers().length > 0) {
    notes.push("CapacityBuffers are not acted on: they need --feature-gates CapacityBuffer=true");
  }
  return [...notes, ...facts.overlayRefusals];
}

/** Static NodePools are Karpenter's only with their gate, and the plan launches nothing for them. */
function staticNodePools({ cluster, isStaticCapacityOn }: NoteFacts): readonly string[] {
  const names = cluster
    .nodePools()
    .filter(({ spec }) => spec.replicas !== undefined)
    .map(({ metadata }) => metadata.name);
  if (names.length === 0) return [];
  const subject = `${some(names, "NodePool")} with replicas`;
  return [
    isStaticCapacityOn
      ? `${subject}: nodes that are missing or too many are not planned, only what drifts`
      : `${subject}: nothing keeps that number, which needs --feature-gates StaticCapacity=true`,
  ];
}

/** `3 pods (a, b, c)`; of many the first three. */
export function some(names: readonly string[], noun: string): string {
  const shown = names.slice(0, 3).join(", ");
  const more = names.length > 3 ? `, and ${names.length - 3} more` : "";
  return `${names.length} ${noun}${names.length === 1 ? "" : "s"} (${shown}${more})`;
}

/** NodePools that Karpenter does not try for pods, and why. */
export function idleNodePools(
  nodePools: readonly NodePool[],
  isStaticCapacityOn: boolean,
): Plan["idleNodePools"] {
  return nodePools.flatMap((nodePool) => {
    const message = whyIdle(nodePool, isStaticCapacityOn);
    return message === undefined ? [] : [{ nodePool: nodePool.metadata.name, message }];
  });
}

function whyIdle(
  { metadata, spec, status }: NodePool,
  isStaticCapacityOn: boolean,
): string | undefined {
  if (spec.replicas !== undefined) {
    return isStaticCapacityOn
      ? "static: it keeps its replicas and takes no pods' demand"
      : "static: it takes no pods' demand";
  }
  if (metadata.deletionTimestamp !== undefined) return "it is being deleted";
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return undefined;
  const text = [ready?.reason ?? "", ready?.message ?? ""].filter((part) => part !== "").join(": ");
  return `not ready${text === "" ? "" : `: ${text}`}`;
}
