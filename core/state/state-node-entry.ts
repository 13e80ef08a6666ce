// One machine in cluster state: the mutable record behind the StateNode views. Its pods are kept
// up to date one by one; what follows from them is computed when somebody looks, and kept until
// they change.
import {
  labelHostname,
  labelNodeInitialized,
  labelNodePool,
  labelNodeRegistered,
  type Node,
  type NodeClaim,
  objectKey,
  type Pod,
  type Taint,
} from "../apis/index.ts";
import { heldPodSpec, isKnownEphemeralTaint, matchTaint } from "../scheduling/index.ts";
import {
  compareStrings,
  invariant,
  type ResourceList,
  type SimTime,
  subtractResources,
} from "../units/index.ts";
import { isConditionTrue } from "./conditions.ts";
import { type NodeUsage, nodeUsage, type VolumeReads } from "./node-usage.ts";
import { isTerminal } from "./pod-predicates.ts";
import type { StateNode } from "./state-node.ts";

/**
 * A machine known by its provider id.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenode.go StateNode
 */
export class StateNodeEntry {
  readonly providerId: string;
  readonly #reads: VolumeReads;
  readonly #podsByKey = new Map<string, Pod>();
  #node: Node | undefined;
  #nodeClaim: NodeClaim | undefined;
  #isMarked = false;
  #nominatedUntil: SimTime | undefined;
  #pods: readonly Pod[] | undefined;
  #usage: NodeUsage | undefined;
  #view: StateNode | undefined;

  constructor(providerId: string, reads: VolumeReads) {
    this.providerId = providerId;
    this.#reads = reads;
  }

  get node(): Node | undefined {
    return this.#node;
  }

  get nodeClaim(): NodeClaim | undefined {
    return this.#nodeClaim;
  }

  get isManaged(): boolean {
    return this.#nodeClaim !== undefined;
  }

  /** By the Node's label; an unmanaged node always is. */
  get isRegistered(): boolean {
    return !this.isManaged || this.#node?.metadata.labels[labelNodeRegistered] === "true";
  }

  get isInitialized(): boolean {
    return !this.isManaged || this.#node?.metadata.labels[labelNodeInitialized] === "true";
  }

  /** By the mark in memory, or because it is being deleted. */
  get isMarkedForDeletion(): boolean {
    if (this.#isMarked) return true;
    if (this.#nodeClaim === undefined) {
      return this.#node?.metadata.deletionTimestamp !== undefined;
    }
    return (
      this.#nodeClaim.metadata.deletionTimestamp !== undefined ||
      isConditionTrue(this.#nodeClaim, "InstanceTerminating")
    );
  }

  /** The half that tells name, labels and annotations: the Node once it is registered. */
  get #speaker(): Node | NodeClaim {
    const speaker = this.isRegistered ? (this.#node ?? this.#nodeClaim) : this.#nodeClaim;
    invariant(speaker !== undefined, "a state node has a Node or a NodeClaim", {
      providerId: this.providerId,
    });
    return speaker;
  }

  get name(): string {
    return this.#speaker.metadata.name;
  }

  get nodePoolName(): string | undefined {
    return this.#speaker.metadata.labels[labelNodePool];
  }

  /** Always with one of `nodes`. */
  get capacity(): ResourceList {
    return { ...this.#resources("capacity"), nodes: 1 };
  }

  get disruptionCost(): number {
    return this.#currentUsage().disruptionCost;
  }

  setNode(node: Node | undefined): void {
    // Pods and attach limits belong to the Node of that name.
    if (this.#node?.metadata.name !== node?.metadata.name) this.#usage = undefined;
    this.#node = node;
    this.#view = undefined;
  }

  setNodeClaim(nodeClaim: NodeClaim | undefined): void {
    this.#nodeClaim = nodeClaim;
    this.#view = undefined;
  }

  setMarked(isMarked: boolean): void {
    this.#isMarked = isMarked;
    this.#view = undefined;
  }

  nominate(until: SimTime): void {
    this.#nominatedUntil = until;
    this.#view = undefined;
  }

  setPod(pod: Pod): void {
    const key = objectKey(pod);
    const before = this.#podsByKey.get(key);
    this.#podsByKey.set(key, pod);
    this.#pods = undefined;
    this.#view = undefined;
    // A change of status alone takes up nothing more, unless containers come to hold more. The rest of
    // the metadata may change costs.
    const isSame =
      before?.spec === pod.spec &&
      heldPodSpec(before) === heldPodSpec(pod) &&
      before.metadata === pod.metadata &&
      isTerminal(before) === isTerminal(pod);
    if (!isSame) this.#usage = undefined;
  }

  removePod(key: string): void {
    if (!this.#podsByKey.delete(key)) return;
    this.forgetUsage();
  }

  clearPods(): void {
    this.#podsByKey.clear();
    this.forgetUsage();
  }

  /** Something that usage rests on (volumes, attach limits) has changed. */
  forgetUsage(): void {
    this.#pods = undefined;
    this.#usage = undefined;
    this.#view = undefined;
  }

  hasVolumes(): boolean {
    for (const pod of this.#podsByKey.values()) {
      if (pod.spec.volumes.length > 0) return true;
    }
    return false;
  }

  /** The same object until something about the machine changes. */
  view(): StateNode {
    this.#view ??= this.#build();
    return this.#view;
  }

  #build(): StateNode {
    const { metadata } = this.#speaker;
    const usage = this.#currentUsage();
    const allocatable = this.#resources("allocatable");
    const hostName = metadata.labels[labelHostname];
    return {
      providerId: this.providerId,
      ...(this.#node === undefined ? {} : { node: this.#node }),
      ...(this.#nodeClaim === undefined ? {} : { nodeClaim: this.#nodeClaim }),
      name: metadata.name,
      hostName: hostName === undefined || hostName === "" ? metadata.name : hostName,
      labels: metadata.labels,
      annotations: metadata.annotations,
      taints: this.#taints(),
      capacity: this.capacity,
      allocatable,
      podRequests: usage.podRequests,
      daemonSetRequests: usage.daemonSetRequests,
      available: subtractResources(allocatable, usage.podRequests),
      pods: this.#currentPods(),
      hostPortUsage: usage.hostPortUsage,
      volumeUsage: usage.volumeUsage,
      isManaged: this.isManaged,
      isRegistered: this.isRegistered,
      isInitialized: this.isInitialized,
      isMarkedForDeletion: this.isMarkedForDeletion,
      ...(this.#nominatedUntil === undefined ? {} : { nominatedUntil: this.#nominatedUntil }),
    };
  }

  #currentPods(): readonly Pod[] {
    this.#pods ??= [...this.#podsByKey.entries()]
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([, pod]) => pod);
    return this.#pods;
  }

  #currentUsage(): NodeUsage {
    this.#usage ??= nodeUsage(
      this.#node?.metadata.name,
      this.#currentPods().filter((pod) => !isTerminal(pod)),
      this.#reads,
    );
    return this.#usage;
  }

  /**
   * Until initialization the NodeClaim fills in what the Node doesn't report or reports as zero.
   *
   * @see karpenter v1.14.1 pkg/controllers/state/statenode.go StateNode.Capacity
   */
  #resources(which: "capacity" | "allocatable"): ResourceList {
    const ofNode = this.#node?.status[which];
    const expected = this.#nodeClaim?.status[which];
    if (this.isInitialized || expected === undefined) return ofNode ?? {};
    if (ofNode === undefined) return expected;
    const filled: Record<string, number> = { ...ofNode };
    for (const name in expected) {
      if ((filled[name] ?? 0) === 0) filled[name] = expected[name] ?? 0;
    }
    return filled;
  }

  /**
   * Taints that a starting node loses by itself don't count; on an initialized node the same taint
   * has another cause and does.
   *
   * @see karpenter v1.14.1 pkg/controllers/state/statenode.go StateNode.Taints
   */
  #taints(): readonly Taint[] {
    const { spec } = this.#speaker;
    const startupTaints = this.#nodeClaim?.spec.startupTaints ?? [];
    if (this.isInitialized) return spec.taints;
    return spec.taints.filter(
      (taint) =>
        !isKnownEphemeralTaint(taint) &&
        !startupTaints.some((startupTaint) => matchTaint(startupTaint, taint)),
    );
  }
}
