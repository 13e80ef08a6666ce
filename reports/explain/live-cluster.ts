import type { SimTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";

type Entry<Kind extends LedgerEntryKind> = Extract<LedgerEntry, { kind: Kind }>;

/** A NodeClaim with its machine and its Node, as far as they have come. */
export interface LiveMachine {
  readonly nodeClaimName: string;
  readonly created: Entry<"node-claim-created"> | undefined;
  readonly nodePoolName: string;
  launched?: Entry<"instance-launched">;
  nodeName?: string;
  /** Why it is going: the last thing that was said about it. */
  cause?: string;
}

/** A pod that has not ended. */
export interface LivePod {
  readonly podKey: string;
  readonly podUid: string;
  /** `Kind/namespace/name`. */
  readonly workload: string;
  readonly isDaemon: boolean;
  readonly createdAt: SimTime;
  nodeName?: string;
}

/**
 * Who is who at the present of a reading: pods, machines and commands under way. What has ended is
 * forgotten, so that memory grows with the cluster and not with the run.
 */
export class LiveCluster {
  readonly #pods = new Map<string, LivePod>();
  readonly #machines = new Map<string, LiveMachine>();
  readonly #claimByNode = new Map<string, string>();
  readonly #claimByInstance = new Map<string, string>();
  readonly #commands = new Map<string, Entry<"disruption-command">>();

  /** Kinds that `apply` wants to see. */
  static readonly kinds: ReadonlySet<LedgerEntryKind> = new Set([
    "pod-created",
    "pod-bound",
    "pod-ended",
    "node-claim-created",
    "node-claim-deleted",
    "node-claim-removed",
    "launch-failed",
    "instance-launched",
    "instance-terminated",
    "interruption-notice",
    "node-registered",
    "node-removed",
    "disruption-command",
    "disruption-command-ended",
  ]);

  pod(uid: string): LivePod | undefined {
    return this.#pods.get(uid);
  }

  machine(nodeClaimName: string): LiveMachine | undefined {
    return this.#machines.get(nodeClaimName);
  }

  machineOfNode(nodeName: string): LiveMachine | undefined {
    return this.#machines.get(this.#claimByNode.get(nodeName) ?? "");
  }

  machineOfInstance(instanceId: string): LiveMachine | undefined {
    return this.#machines.get(this.#claimByInstance.get(instanceId) ?? "");
  }

  command(id: string): Entry<"disruption-command"> | undefined {
    return this.#commands.get(id);
  }

  /** Takes in what begins; what ends stays until `forget`, so that others can still ask about it. */
  apply(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "pod-created":
        return this.#createPod(entry);
      case "pod-bound": {
        const pod = this.#pods.get(entry.podUid);
        if (pod !== undefined) pod.nodeName = entry.nodeName;
        return;
      }
      case "node-claim-created":
        this.#machineOf(entry.nodeClaimName, entry.nodePoolName, entry);
        return;
      case "instance-launched": {
        const { nodeClaimName, nodePoolName, instanceId } = entry;
        this.#machineOf(nodeClaimName, nodePoolName).launched = entry;
        this.#claimByInstance.set(instanceId, nodeClaimName);
        return;
      }
      case "node-registered":
        this.#machineOf(entry.nodeClaimName, "").nodeName = entry.nodeName;
        this.#claimByNode.set(entry.nodeName, entry.nodeClaimName);
        return;
      case "disruption-command":
        this.#commands.set(entry.commandId, entry);
        for (const name of entry.candidates) {
          this.#blame(this.machineOfNode(name), `${entry.commandId} (${commandWords(entry)})`);
        }
        return;
      case "node-claim-deleted":
        return this.#blame(this.machine(entry.nodeClaimName), entry.reason);
      case "interruption-notice":
        return this.#blame(this.machineOfInstance(entry.instanceId), "Spot interruption");
      default:
    }
  }

  /** Lets go of what has ended by the entry. */
  forget(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "pod-ended":
        this.#pods.delete(entry.podUid);
        return;
      case "node-removed":
        this.#claimByNode.delete(entry.nodeName);
        return;
      case "instance-terminated":
        this.#claimByInstance.delete(entry.instanceId);
        return;
      case "node-claim-removed":
      case "launch-failed":
        this.#machines.delete(entry.nodeClaimName);
        return;
      case "disruption-command-ended":
        this.#commands.delete(entry.commandId);
        return;
      default:
    }
  }

  #createPod({ podKey, podUid, workload, isDaemon, at }: Entry<"pod-created">): void {
    const { kind, namespace, name } = workload;
    const named = `${kind}/${namespace}/${name}`;
    this.#pods.set(podUid, { podKey, podUid, workload: named, isDaemon, createdAt: at });
  }

  #machineOf(
    nodeClaimName: string,
    nodePoolName: string,
    created?: Entry<"node-claim-created">,
  ): LiveMachine {
    let machine = this.#machines.get(nodeClaimName);
    if (machine === undefined) {
      machine = { nodeClaimName, nodePoolName, created };
      this.#machines.set(nodeClaimName, machine);
    }
    return machine;
  }

  #blame(machine: LiveMachine | undefined, cause: string): void {
    if (machine !== undefined) machine.cause = cause;
  }
}

/** `Underutilized: replace 2 nodes`. */
export function commandWords({
  reason,
  decision,
  candidates,
}: Entry<"disruption-command">): string {
  const what = candidates.length === 1 ? "this node" : `${candidates.length} nodes`;
  return `${reason}: ${decision} ${what}`;
}
