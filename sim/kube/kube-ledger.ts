import { controllerOf, objectKey } from "../../core/apis/index.ts";
import type { KubernetesObject, Node, Pod } from "../../core/apis/index.ts";
import { podRequests } from "../../core/scheduling/index.ts";
import type { ClusterObject, WatchEvent } from "../../core/state/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import type { LedgerSink, PodRequests, WorkloadRef } from "../ledger/index.ts";
import { annotationWorkload } from "./annotations.ts";
import type { KubeApiServer } from "./api-server.ts";
import type { ObjectKind } from "./object-store.ts";
import { isNodeReady } from "./node-conditions.ts";
import { isPodReady, isPodTerminal, isPodTerminating, podCondition } from "./pod-conditions.ts";

/** What the recorder works with. */
export interface KubeLedgerOptions {
  readonly api: KubeApiServer;
  readonly ledger: LedgerSink;
  readonly now: () => SimTime;
}

type Scaled = Extract<
  ClusterObject,
  { readonly kind: "Deployment" | "ReplicaSet" | "StatefulSet" }
>;

/**
 * Turns what the API server's watchers see into facts of the ledger.
 *
 * A pod serves while it is Ready and not being deleted: its endpoint goes when its deletion begins.
 */
export class KubeLedger {
  readonly #api: KubeApiServer;
  readonly #ledger: LedgerSink;
  readonly #now: () => SimTime;
  /** Pods whose last fact was that they serve. */
  readonly #servingUids = new Set<string>();

  constructor(options: KubeLedgerOptions) {
    this.#api = options.api;
    this.#ledger = options.ledger;
    this.#now = options.now;
  }

  observe(event: WatchEvent): void {
    const { object, before } = event;
    switch (object.kind) {
      case "Pod":
        this.#observePod(event.type, object, before?.kind === "Pod" ? before : undefined);
        return;
      case "Node":
        this.#observeNode(event.type, object, before?.kind === "Node" ? before : undefined);
        return;
      case "Deployment":
      case "ReplicaSet":
      case "StatefulSet":
        this.#observeScale(event as WatchEvent<Scaled>);
        return;
      default:
    }
  }

  /** The pod's containers are gone though its object still says otherwise. */
  podStopped(pod: Pod): void {
    this.#setServing(pod, false);
  }

  #observePod(type: WatchEvent["type"], pod: Pod, before: Pod | undefined): void {
    const at = this.#now();
    const identity = { podKey: objectKey(pod), podUid: pod.metadata.uid };
    if (type === "added") this.#recordCreation(pod);
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && (type === "added" || before?.spec.nodeName === undefined)) {
      this.#ledger.record({ at, kind: "pod-bound", ...identity, nodeName });
    }
    if (isUnschedulable(pod) && !(before !== undefined && isUnschedulable(before))) {
      const message = podCondition(pod, "PodScheduled")?.message ?? "";
      this.#ledger.record({ at, kind: "pod-unschedulable", ...identity, message });
    }
    const isServing =
      type !== "deleted" && isPodReady(pod) && !isPodTerminating(pod) && !isPodTerminal(pod);
    const wasReady = before !== undefined && isPodReady(before) && !isPodTerminating(before);
    // A host that has died leaves its pods Ready for a while: only changes are facts.
    if (isServing !== wasReady || !isServing) this.#setServing(pod, isServing);
    const wasTerminal = before !== undefined && isPodTerminal(before);
    if (type === "deleted") {
      if (!isPodTerminal(pod)) {
        this.#ledger.record({ at, kind: "pod-ended", ...identity, outcome: "deleted" });
      }
    } else if (isPodTerminal(pod) && !wasTerminal) {
      const outcome = pod.status.phase === "Succeeded" ? "succeeded" : "failed";
      this.#ledger.record({ at, kind: "pod-ended", ...identity, outcome });
    }
  }

  #recordCreation(pod: Pod): void {
    const workload = this.#workloadOf(pod);
    this.#ledger.record({
      at: this.#now(),
      kind: "pod-created",
      podKey: objectKey(pod),
      podUid: pod.metadata.uid,
      workload,
      isDaemon: workload.kind === "DaemonSet",
      requests: requestsOf(pod),
    });
  }

  #setServing(pod: Pod, isServing: boolean): void {
    const { uid } = pod.metadata;
    if (this.#servingUids.has(uid) === isServing) return;
    if (isServing) this.#servingUids.add(uid);
    else this.#servingUids.delete(uid);
    const kind = isServing ? "pod-ready" : "pod-not-ready";
    this.#ledger.record({ at: this.#now(), kind, podKey: objectKey(pod), podUid: uid });
  }

  #observeNode(type: WatchEvent["type"], node: Node, before: Node | undefined): void {
    const at = this.#now();
    const nodeName = node.metadata.name;
    if (type === "deleted") {
      this.#ledger.record({ at, kind: "node-removed", nodeName });
    } else if (isNodeReady(node) && !(before !== undefined && isNodeReady(before))) {
      this.#ledger.record({ at, kind: "node-ready", nodeName });
    }
  }

  #observeScale(event: WatchEvent<Scaled>): void {
    const { object, before, type } = event;
    if (controllerOf(object) !== undefined) return;
    const replicas = type === "deleted" ? 0 : object.spec.replicas;
    if (type === "modified" && before?.spec.replicas === replicas) return;
    const { namespace, name } = object.metadata;
    const workload = { kind: object.kind, namespace, name };
    this.#ledger.record({ at: this.#now(), kind: "workload-desired", workload, replicas });
  }

  /** The topmost controller above the pod; the pod itself when nothing controls it. */
  #workloadOf(pod: Pod): WorkloadRef {
    const { namespace } = pod.metadata;
    const named = pod.metadata.annotations[annotationWorkload];
    const slash = named?.indexOf("/") ?? -1;
    if (named !== undefined && slash > 0) {
      return { kind: named.slice(0, slash), namespace, name: named.slice(slash + 1) };
    }
    let top: WorkloadRef = { kind: "Pod", namespace, name: pod.metadata.name };
    let current: KubernetesObject | undefined = pod;
    while (current !== undefined) {
      const owner = controllerOf(current);
      if (owner === undefined) break;
      top = { kind: owner.kind, namespace, name: owner.name };
      current = this.#api.get(owner.kind as ObjectKind, `${namespace}/${owner.name}`);
    }
    return top;
  }
}

/** What the pod asks for; every resource named `…/gpu` counts as GPUs. */
function requestsOf(pod: Pod): PodRequests {
  const requests = podRequests(pod);
  let gpus = 0;
  for (const name in requests) {
    if (name.endsWith("/gpu")) gpus += requests[name] ?? 0;
  }
  return {
    cpuMillicores: requests["cpu"] ?? 0,
    memoryBytes: requests["memory"] ?? 0,
    gpus,
  };
}

function isUnschedulable(pod: Pod): boolean {
  const scheduled = podCondition(pod, "PodScheduled");
  return scheduled?.status === "False" && scheduled.reason === "Unschedulable";
}
