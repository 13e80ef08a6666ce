import { labelHostname, type NodePool, type Pod } from "../apis/index.ts";
import {
  type HostPortUsage,
  hostPorts,
  Requirement,
  Requirements,
  toleratesAll,
  type Volumes,
  type VolumeUsage,
} from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import {
  elapsed,
  fits,
  type ResourceList,
  type SimTime,
  subtractResources,
} from "../units/index.ts";
import type { Refusal } from "./refusals.ts";
import type { SchedulingPod } from "./scheduling-pod.ts";
import type { CompatibilityOptions, TopologyTracker } from "./topology-tracker.ts";

const strictly: CompatibilityOptions = Object.freeze({ allowUndefinedWellKnownLabels: false });

/**
 * A node of the cluster as it is before any run, with room kept for daemon pods that will come.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/existingnode.go NewExistingNode
 */
export class UntouchedNode {
  readonly stateNode: StateNode;
  /** Whether only pending pods and pods of deleting nodes may come. */
  readonly isUnderConsolidateAfter: boolean;
  readonly remaining: ResourceList;
  readonly requirements: Requirements;

  /** `reserve` is kept free for daemon pods; see `daemonReserve`. */
  constructor(stateNode: StateNode, reserve: ResourceList, isUnderConsolidateAfter: boolean) {
    this.stateNode = stateNode;
    this.isUnderConsolidateAfter = isUnderConsolidateAfter;
    this.remaining = subtractResources(stateNode.available, reserve);
    this.requirements = requirementsOf(stateNode);
  }

  /** See `ExistingNode.refuses`. */
  refuses(candidate: SchedulingPod, volumes: Volumes): Refusal {
    const { hostPortUsage, volumeUsage } = this.stateNode;
    return refusalOf(candidate, volumes, { ...this, hostPortUsage, volumeUsage });
  }
}

/** What a node turns pods away by. */
interface Room {
  readonly stateNode: StateNode;
  readonly remaining: ResourceList;
  readonly requirements: Requirements;
  readonly hostPortUsage: HostPortUsage;
  readonly volumeUsage: VolumeUsage;
}

function refusalOf(candidate: SchedulingPod, volumes: Volumes, room: Room): Refusal {
  const { pod } = candidate;
  if (!fits(candidate.requests, room.remaining)) return "for-good";
  if (!toleratesAll(room.stateNode.taints, pod.spec.tolerations)) return "for-good";
  return room.volumeUsage.exceedsLimits(volumes) !== undefined ||
    room.hostPortUsage.conflicts(pod, hostPorts(pod)) !== undefined ||
    !room.requirements.isCompatible(candidate.requirements)
    ? "for-now"
    : "none";
}

/**
 * A node of the cluster during a run: what is left of it as pods are placed there.
 *
 * The StateNode isn't changed; the run's additions are kept here.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/existingnode.go ExistingNode
 */
export class ExistingNode implements Room {
  readonly stateNode: StateNode;
  readonly pods: Pod[] = [];
  /** Goes up with each pod, so that refusals can be remembered until something changes. */
  version = 0;
  remaining: ResourceList;
  requirements: Requirements;
  hostPortUsage: HostPortUsage;
  volumeUsage: VolumeUsage;

  constructor({ stateNode, remaining, requirements }: UntouchedNode) {
    this.stateNode = stateNode;
    this.remaining = remaining;
    this.requirements = requirements;
    this.hostPortUsage = stateNode.hostPortUsage;
    this.volumeUsage = stateNode.volumeUsage;
  }

  /**
   * Whether the pod is turned away whatever the topology is: by taints, volume limits, host ports,
   * resources or requirements. What taints and resources refuse, they refuse for the whole run;
   * requirements may change with the next pod.
   */
  refuses(candidate: SchedulingPod, volumes: Volumes): Refusal {
    return refusalOf(candidate, volumes, this);
  }

  /**
   * The node's requirements with the pod on it, by the first volume alternative that works;
   * `undefined` when none does. Expects that the node doesn't refuse the pod.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/existingnode.go ExistingNode.CanAdd
   */
  canAdd(candidate: SchedulingPod, topology: TopologyTracker): Requirements | undefined {
    const base = this.requirements.addAll(candidate.requirements);
    if (candidate.volumeAlternatives.length === 0) return this.#tighten(candidate, base, topology);
    for (const alternative of candidate.volumeAlternatives) {
      if (!base.isCompatible(alternative)) continue;
      const tightened = this.#tighten(candidate, base.addAll(alternative), topology);
      if (tightened !== undefined) return tightened;
    }
    return undefined;
  }

  #tighten(
    { pod, strictRequirements }: SchedulingPod,
    requirements: Requirements,
    topology: TopologyTracker,
  ): Requirements | undefined {
    const { taints } = this.stateNode;
    const outcome = topology.addRequirements(
      pod,
      taints,
      strictRequirements,
      requirements,
      strictly,
    );
    if (!outcome.ok) return undefined;
    if (outcome.requirements === requirements) return requirements;
    return requirements.isCompatible(outcome.requirements)
      ? requirements.addAll(outcome.requirements)
      : undefined;
  }

  /** Places the pod; `requirements` are what `canAdd` answered. */
  add(
    candidate: SchedulingPod,
    requirements: Requirements,
    volumes: Volumes,
    topology: TopologyTracker,
  ): void {
    const { pod } = candidate;
    this.pods.push(candidate.original);
    this.version++;
    this.remaining = subtractResources(this.remaining, candidate.requests);
    this.requirements = requirements;
    topology.record(pod, this.stateNode.taints, requirements, strictly);
    this.hostPortUsage = this.hostPortUsage.add(pod, hostPorts(pod));
    this.volumeUsage = this.volumeUsage.add(pod, volumes);
  }
}

const requirementsByStateNode = new WeakMap<StateNode, Requirements>();

/** The node's labels and host name; remembered by the identity of the view. */
function requirementsOf(stateNode: StateNode): Requirements {
  let requirements = requirementsByStateNode.get(stateNode);
  if (requirements === undefined) {
    requirements = Requirements.fromLabels(stateNode.labels).add(
      Requirement.of(labelHostname, "In", [stateNode.hostName]),
    );
    requirementsByStateNode.set(stateNode, requirements);
  }
  return requirements;
}

/**
 * Whether the node has seen pods come or go more recently than its NodePool's consolidateAfter. A
 * node without such an event counts from its initialization.
 *
 * @see karpenter v1.14.1 pkg/utils/disruption/disruption.go IsUnderConsolidateAfter
 */
export function isUnderConsolidateAfter(
  stateNode: StateNode,
  nodePool: NodePool | undefined,
  now: SimTime,
): boolean {
  const consolidateAfter = nodePool?.spec.disruption.consolidateAfter;
  if (consolidateAfter === undefined || consolidateAfter === "Never") return false;
  if (consolidateAfter === 0) return false;
  const status = stateNode.nodeClaim?.status;
  const initialized = status?.conditions.find(({ type }) => type === "Initialized");
  if (status === undefined || initialized?.status !== "True") return false;
  const since = status.lastPodEventTime ?? initialized.lastTransitionTime;
  return elapsed(since, now) < consolidateAfter;
}
