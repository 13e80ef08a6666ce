import { labelHostname, type Pod } from "../apis/index.ts";
import {
  type HostPortUsage,
  hostPorts,
  labelRequirements,
  noVolumes,
  Requirement,
  type Requirements,
  toleratesAll,
  type Volumes,
  type VolumeUsage,
} from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import { emptyResources, fits, type ResourceList, subtractResources } from "../units/index.ts";
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
  readonly remaining: ResourceList;
  readonly requirements: Requirements;
  readonly #isOverfull: boolean;

  /** `reserve` is kept free for daemon pods; see `daemonReserve`. */
  constructor(stateNode: StateNode, reserve: ResourceList) {
    this.stateNode = stateNode;
    this.remaining = subtractResources(stateNode.available, reserve);
    this.requirements = requirementsOf(stateNode);
    this.#isOverfull = !fits(emptyResources, this.remaining);
  }

  /** Whether a pod without host ports and volumes is turned away; see `ExistingNode.refuses`. */
  refuses({ requests, requirements, pod }: SchedulingPod): boolean {
    if (this.#isOverfull) return true;
    const { remaining } = this;
    for (const name in requests) {
      if ((requests[name] ?? 0) > (remaining[name] ?? 0)) return true;
    }
    const { taints, volumeUsage } = this.stateNode;
    return (
      !toleratesAll(taints, pod.spec.tolerations) ||
      volumeUsage.exceedsLimits(noVolumes) !== undefined ||
      !this.requirements.isCompatible(requirements)
    );
  }
}

const untouchedByStateNode = new WeakMap<
  StateNode,
  { readonly reserve: ResourceList; readonly node: UntouchedNode }
>();

/** The node with so much kept free; the same object as long as both are. */
export function untouchedNode(stateNode: StateNode, reserve: ResourceList): UntouchedNode {
  const known = untouchedByStateNode.get(stateNode);
  if (known?.reserve === reserve) return known.node;
  const node = new UntouchedNode(stateNode, reserve);
  untouchedByStateNode.set(stateNode, { reserve, node });
  return node;
}

/**
 * A node of the cluster during a run: what is left of it as pods are placed there.
 *
 * The StateNode isn't changed; the run's additions are kept here.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/existingnode.go ExistingNode
 */
export class ExistingNode {
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
    const { pod } = candidate;
    if (!fits(candidate.requests, this.remaining)) return "for-good";
    if (!toleratesAll(this.stateNode.taints, pod.spec.tolerations)) return "for-good";
    return this.volumeUsage.exceedsLimits(volumes) !== undefined ||
      this.hostPortUsage.conflicts(pod, hostPorts(pod)) !== undefined ||
      !this.requirements.isCompatible(candidate.requirements)
      ? "for-now"
      : "none";
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

const requirementsByLabels = new WeakMap<
  StateNode["labels"],
  { readonly hostName: string; readonly requirements: Requirements }
>();

/** The node's labels and host name; remembered by the identity of the labels. */
function requirementsOf({ labels, hostName }: StateNode): Requirements {
  const known = requirementsByLabels.get(labels);
  if (known?.hostName === hostName) return known.requirements;
  const hostname = Requirement.of(labelHostname, "In", [hostName]);
  const requirements = labelRequirements(labels).add(hostname);
  requirementsByLabels.set(labels, { hostName, requirements });
  return requirements;
}
