/**
 * The cluster as a journal tells it, rebuilt entry by entry and by nothing else, so that laws can be
 * checked against it at every instant.
 */
import type { PodTemplate } from "../../core/apis/index.ts";
import { invariant, type SimTime } from "../../core/units/index.ts";
import type { LedgerEntry, TerminatedBy } from "../../sim/ledger/index.ts";
import type { WorldPlan } from "../../sim/world-plan.ts";

/** A NodeClaim and its machine. */
export interface ReplayedMachine {
  readonly nodeClaimName: string;
  readonly nodePoolName: string;
  readonly createdAt: SimTime;
  /** Every type that it may be, and the capacity types in which they could be had; none: any. */
  readonly instanceTypes: readonly string[];
  readonly capacityTypes: readonly string[];
  instanceId?: string;
  launch?: Entry<"instance-launched">;
  cpuMillicores: number;
  noticedAt?: SimTime;
  endsAt?: SimTime;
  terminatedBy?: TerminatedBy;
  nodeName?: string;
  /** Since when it is being disrupted: by a command, or because its NodeClaim was deleted. */
  markedAt?: SimTime;
  /** Its NodeClaim was deleted outright: why. */
  deletion?: string;
  /** A command about it failed: it may be above its NodePool's limit since. */
  wasRolledBack: boolean;
}

/** A Node. */
export interface ReplayedNode {
  readonly name: string;
  readonly podUids: Set<string>;
  machine?: ReplayedMachine;
  allocatable?: { readonly cpuMillicores: number; readonly memoryBytes: number };
  initializedAt?: SimTime;
  /** When a pod last came or went, DaemonSets' left out. */
  podEventAt?: SimTime;
  /** Faults that have befallen it and are not over. */
  readonly faults: Set<string>;
  isRemoved: boolean;
}

/** A pod. */
export interface ReplayedPod {
  readonly uid: string;
  readonly key: string;
  readonly workload: string;
  readonly isDaemon: boolean;
  readonly template: PodTemplate | undefined;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  nodeName?: string;
  /** When it was ready first: a pod of these worlds is ready as soon as its containers start. */
  readySince?: SimTime;
  /** Serves, as far as its kubelet says. */
  isServing: boolean;
  /** Its host is gone; the cluster takes a while to find out. */
  lostAt?: SimTime;
  /** Is being deleted, as far as the journal can tell. */
  isTerminating: boolean;
  hasEnded: boolean;
}

/** How long after a scale-down its pods may still be told about. */
const scaleDownMax = 60_000;

type Entry<Kind extends LedgerEntry["kind"]> = Extract<LedgerEntry, { kind: Kind }>;

/** See the head of this file. */
export class ReplayedCluster {
  readonly machines = new Map<string, ReplayedMachine>();
  readonly nodes = new Map<string, ReplayedNode>();
  readonly pods = new Map<string, ReplayedPod>();
  readonly desired = new Map<string, number>();
  /** Commands under way. */
  readonly commands = new Map<string, Entry<"disruption-command">>();
  /** Pods by where they are; those that have ended by the entries that said so. */
  readonly podCounts = { created: 0, pending: 0, bound: 0, succeeded: 0, failed: 0, deleted: 0 };
  readonly #machineByInstance = new Map<string, ReplayedMachine>();
  readonly #scaledDownAt = new Map<string, SimTime>();
  readonly #pendingUids = new Set<string>();
  readonly #templates: ReadonlyMap<string, PodTemplate>;

  constructor(plan: WorldPlan) {
    this.#templates = templatesOf(plan);
  }

  machineOfInstance(instanceId: string): ReplayedMachine {
    const machine = this.#machineByInstance.get(instanceId);
    invariant(machine !== undefined, "the journal launches an instance first", { instanceId });
    return machine;
  }

  node(name: string): ReplayedNode {
    let node = this.nodes.get(name);
    if (node === undefined) {
      node = { name, podUids: new Set(), faults: new Set(), isRemoved: false };
      this.nodes.set(name, node);
    }
    return node;
  }

  pod(uid: string): ReplayedPod {
    const pod = this.pods.get(uid);
    invariant(pod !== undefined, "the journal creates a pod first", { uid });
    return pod;
  }

  podsOn(node: ReplayedNode): readonly ReplayedPod[] {
    return [...node.podUids].map((uid) => this.pod(uid));
  }

  /** Whether the pod is neither at its end nor, as far as the journal can tell, being deleted. */
  isActive(pod: ReplayedPod, now: SimTime): boolean {
    if (pod.hasEnded || pod.isTerminating) return false;
    // The end of a pod that never was ready is told only once it is over.
    return pod.readySince !== undefined || !this.#isScalingDown(pod, now);
  }

  #isScalingDown({ workload }: ReplayedPod, now: SimTime): boolean {
    const at = this.#scaledDownAt.get(workload);
    return at !== undefined && now - at <= scaleDownMax;
  }

  /** Takes in the next entry. */
  apply(entry: LedgerEntry): void {
    if (this.#applyMachine(entry) || this.#applyPod(entry)) return;
    if (entry.kind === "workload-desired") {
      const workload = workloadKey(entry.workload);
      if (entry.replicas < (this.desired.get(workload) ?? 0)) {
        this.#scaledDownAt.set(workload, entry.at);
      }
      this.desired.set(workload, entry.replicas);
    } else if (entry.kind === "disruption-command") {
      this.commands.set(entry.commandId, entry);
      for (const machine of this.#candidates(entry)) machine.markedAt ??= entry.at;
    } else if (entry.kind === "disruption-command-ended") {
      this.#endCommand(entry);
    }
  }

  #candidates({ candidates }: Entry<"disruption-command">): readonly ReplayedMachine[] {
    return candidates.flatMap((name) => this.nodes.get(name)?.machine ?? []);
  }

  #endCommand({ commandId, outcome }: Entry<"disruption-command-ended">): void {
    const command = this.commands.get(commandId);
    invariant(command !== undefined, "the journal starts a command first", { commandId });
    this.commands.delete(commandId);
    if (outcome === "succeeded") return;
    for (const machine of this.#candidates(command)) {
      machine.wasRolledBack = true;
      if (machine.deletion === undefined) delete machine.markedAt;
    }
  }

  #applyMachine(entry: LedgerEntry): boolean {
    switch (entry.kind) {
      case "node-claim-created":
        this.machines.set(entry.nodeClaimName, {
          nodeClaimName: entry.nodeClaimName,
          nodePoolName: entry.nodePoolName,
          createdAt: entry.at,
          instanceTypes: entry.instanceTypes,
          capacityTypes: entry.capacityTypes,
          cpuMillicores: 0,
          wasRolledBack: false,
        });
        return true;
      case "node-claim-deleted": {
        const machine = this.machines.get(entry.nodeClaimName);
        invariant(machine !== undefined, "the journal creates a NodeClaim first");
        machine.markedAt ??= entry.at;
        machine.deletion ??= entry.reason;
        return true;
      }
      case "instance-launched": {
        const machine = this.machines.get(entry.nodeClaimName);
        invariant(machine !== undefined, "the journal creates a NodeClaim first");
        machine.instanceId = entry.instanceId;
        machine.launch = entry;
        machine.cpuMillicores = entry.vcpus * 1000;
        this.#machineByInstance.set(entry.instanceId, machine);
        return true;
      }
      case "interruption-notice":
        this.machineOfInstance(entry.instanceId).noticedAt ??= entry.at;
        return true;
      case "instance-shutting-down": {
        const machine = this.machineOfInstance(entry.instanceId);
        machine.endsAt = entry.at;
        machine.terminatedBy = entry.terminatedBy;
        return true;
      }
      default:
        return this.#applyNode(entry);
    }
  }

  #applyNode(entry: LedgerEntry): boolean {
    switch (entry.kind) {
      case "node-registered": {
        const node = this.node(entry.nodeName);
        const machine = this.machines.get(entry.nodeClaimName);
        invariant(machine !== undefined, "the journal creates a NodeClaim first");
        node.machine = machine;
        machine.nodeName = node.name;
        node.allocatable = {
          cpuMillicores: entry.allocatableCpuMillicores,
          memoryBytes: entry.allocatableMemoryBytes,
        };
        return true;
      }
      case "node-initialized":
        this.node(entry.nodeName).initializedAt ??= entry.at;
        return true;
      case "node-removed":
        this.node(entry.nodeName).isRemoved = true;
        return true;
      case "fault":
        this.node(entry.nodeName).faults.add(entry.fault);
        return true;
      case "fault-ended":
        this.node(entry.nodeName).faults.delete(entry.fault);
        return true;
      default:
        return false;
    }
  }

  #applyPod(entry: LedgerEntry): boolean {
    switch (entry.kind) {
      case "pod-created": {
        const workload = workloadKey(entry.workload);
        const { podUid: uid, podKey: key, isDaemon, requests } = entry;
        const template = this.#templates.get(workload);
        const state = { isServing: false, isTerminating: false, hasEnded: false };
        this.pods.set(uid, { uid, key, workload, isDaemon, template, ...requests, ...state });
        this.#pendingUids.add(uid);
        this.podCounts.created += 1;
        this.podCounts.pending = this.#pendingUids.size;
        return true;
      }
      case "pod-bound": {
        const node = this.node(entry.nodeName);
        const pod = this.pod(entry.podUid);
        pod.nodeName = entry.nodeName;
        const { size } = node.podUids;
        node.podUids.add(entry.podUid);
        this.podCounts.bound += node.podUids.size - size;
        this.#pendingUids.delete(entry.podUid);
        this.podCounts.pending = this.#pendingUids.size;
        if (!pod.isDaemon) node.podEventAt = entry.at;
        return true;
      }
      case "pod-ready": {
        const pod = this.pod(entry.podUid);
        pod.isServing = true;
        pod.isTerminating = false;
        pod.readySince ??= entry.at;
        return true;
      }
      case "pod-not-ready":
        this.#stopServing(this.pod(entry.podUid), entry.at);
        return true;
      case "pod-evicted":
        this.pod(entry.podUid).isTerminating = true;
        return true;
      case "pod-killed":
        // What dies with its host is still there for the API server.
        if (!entry.reason.startsWith("instance-")) this.pod(entry.podUid).isTerminating = true;
        return true;
      case "pod-ended":
        this.#endPod(this.pod(entry.podUid), entry);
        return true;
      default:
        return false;
    }
  }

  #stopServing(pod: ReplayedPod, at: SimTime): void {
    pod.isServing = false;
    if (pod.nodeName === undefined) return;
    const node = this.node(pod.nodeName);
    const isInTrouble = node.machine?.endsAt !== undefined || node.faults.size > 0;
    if (!isInTrouble || this.#isScalingDown(pod, at)) pod.isTerminating = true;
    if (node.machine?.endsAt !== undefined) pod.lostAt ??= at;
    else if (!pod.isDaemon) node.podEventAt = at;
  }

  #endPod(pod: ReplayedPod, { at, outcome }: Entry<"pod-ended">): void {
    pod.hasEnded = true;
    pod.isServing = false;
    this.podCounts[outcome] += 1;
    this.#pendingUids.delete(pod.uid);
    this.podCounts.pending = this.#pendingUids.size;
    if (pod.nodeName === undefined) return;
    const node = this.node(pod.nodeName);
    if (node.podUids.delete(pod.uid)) this.podCounts.bound -= 1;
    if (outcome !== "deleted" && !pod.isDaemon) node.podEventAt = at;
  }
}

/** `Kind/namespace/name`. */
export function workloadKey(workload: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${workload.kind}/${workload.namespace}/${workload.name}`;
}

function templatesOf(plan: WorldPlan): ReadonlyMap<string, PodTemplate> {
  const templates = new Map<string, PodTemplate>();
  for (const object of plan.objects) {
    if (object.kind !== "Deployment" && object.kind !== "StatefulSet") continue;
    const { namespace, name } = object.metadata;
    templates.set(workloadKey({ kind: object.kind, namespace, name }), object.spec.template);
  }
  for (const { workload, template } of plan.podArrivals) {
    templates.set(workloadKey(workload), template);
  }
  return templates;
}
