import { labelZone } from "../../../core/apis/index.ts";
import type { Node, Taint } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { compareStrings, seconds, simTime } from "../../../core/units/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import { pollAfter, pollFrom, pollUpTo } from "../../engine/index.ts";
import { taintNotReady, taintUnreachable } from "../admission.ts";
import {
  isNodeReady,
  readyCondition,
  withoutTaint,
  withReadyCondition,
  withTaint,
} from "../node-conditions.ts";
import { isPodTerminal, withPodConditions } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { WorkQueue } from "./controller.ts";
import { zoneTaintRate } from "./zone-taint-rate.ts";

const monitor = { period: seconds(5) };
const leaseRenewal = seconds(10);
/**
 * Notices that a node's heartbeat has stopped, and then sets Ready to Unknown, or that its kubelet
 * reports that it is not ready. Either way the pods count as not ready, and taints come: NoSchedule
 * at once and NoExecute at a limited rate per zone.
 *
 * Differs: nodes that are still joining get no NoExecute taint for being not ready.
 *
 * @see kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */
export class NodeLifecycleController implements KubeController {
  readonly name = "node-lifecycle";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;
  /** Lost nodes that wait for their NoExecute taint, by zone, first lost first. */
  readonly #waitingByZone = new Map<string, string[]>();
  readonly #nextTaintAtByZone = new Map<string, SimTime>();

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object, before } = event;
    if (object.kind !== "Node") return;
    const wasReady = before?.kind === "Node" && isNodeReady(before);
    if (event.type === "modified" && wasReady === isNodeReady(object)) return;
    if (wasReady && readyCondition(object)?.status === "False" && event.type === "modified") {
      this.#queue.add(`failed ${object.metadata.name}`, this.#nextPass());
    }
    for (const zone of this.#waitingByZone.keys()) this.#queue.add(`zone ${zone}`);
  }

  /** The node's heartbeat has stopped just now; see `detectionTime` for when that is noticed. */
  heartbeatLost(node: Node): void {
    const { timeline, settings } = this.#context;
    const grace = settings.nodeMonitorGracePeriodSeconds * 1000;
    const at = detectionTime(node.metadata.creationTimestamp, timeline.now, grace);
    this.#queue.add(`node ${node.metadata.name}`, at);
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const [kind, name = ""] = key.split(" ", 2);
    if (kind === "node") this.#markUnknown(name);
    else if (kind === "failed") this.#markFailed(name);
    else this.#taintNext(name);
  }

  #nextPass(): SimTime {
    return pollAfter(this.#context.timeline.now, monitor);
  }

  #markFailed(nodeName: string): void {
    const node = this.#context.api.node(nodeName);
    if (node !== undefined && readyCondition(node)?.status === "False") this.#abandon(node);
  }

  #markUnknown(nodeName: string): void {
    const { api, timeline } = this.#context;
    const node = api.node(nodeName);
    if (node === undefined) return;
    const ready = {
      status: "Unknown",
      reason: "NodeStatusUnknown",
      message: "Kubelet stopped posting node status.",
    } as const;
    this.#abandon(withReadyCondition(node, ready, timeline.now));
  }

  /** Takes a node's pods for lost: none comes, and those that are there have to go in time. */
  #abandon(node: Node): void {
    const { api, timeline } = this.#context;
    const { name } = node.metadata;
    api.updateNode(withTaint(node, { ...taintOf(node), effect: "NoSchedule" }));
    const notReady = {
      type: "Ready",
      status: "False",
      reason: "NodeNotReady",
      message: "",
    } as const;
    for (const pod of api.podsOnNode(name)) {
      if (!isPodTerminal(pod)) api.update(withPodConditions(pod, [notReady], timeline.now));
    }
    const zone = zoneOf(node);
    const waiting = this.#waitingByZone.get(zone) ?? [];
    this.#waitingByZone.set(zone, [...waiting, name]);
    this.#queue.add(`zone ${zone}`);
  }

  #taintNext(zone: string): void {
    const { api, timeline } = this.#context;
    const waiting = (this.#waitingByZone.get(zone) ?? []).filter((name) => {
      const node = api.node(name);
      return node !== undefined && !isNodeReady(node);
    });
    if (waiting.length === 0) {
      this.#waitingByZone.delete(zone);
      return;
    }
    this.#waitingByZone.set(zone, waiting);
    const readinessByZone = this.#readinessByZone();
    if ([...readinessByZone.values()].every((readiness) => !readiness.includes(true))) {
      this.#withdrawTaints();
      return;
    }
    const rate = zoneTaintRate(readinessByZone.get(zone) ?? []);
    // Without a rate the zone waits for a node to come or go.
    if (rate === 0) return;
    const at = this.#nextTaintAtByZone.get(zone) ?? timeline.now;
    if (at <= timeline.now) {
      const node = api.node(waiting[0] as string);
      this.#waitingByZone.set(zone, waiting.slice(1));
      this.#nextTaintAtByZone.set(zone, simTime(timeline.now + Math.round(1000 / rate)));
      if (node !== undefined) {
        api.updateNode(withTaint(node, { ...taintOf(node), effect: "NoExecute" }));
      }
    }
    if ((this.#waitingByZone.get(zone) ?? []).length === 0) this.#waitingByZone.delete(zone);
    else this.#queue.add(`zone ${zone}`, this.#nextTaintAtByZone.get(zone) ?? timeline.now);
  }

  /** No node of the cluster is Ready: the fault is likely ours, so nobody is evicted. */
  #withdrawTaints(): void {
    const { api } = this.#context;
    for (const node of api.nodes()) {
      const untainted = withoutTaint(
        withoutTaint(node, taintUnreachable, "NoExecute"),
        taintNotReady,
        "NoExecute",
      );
      if (untainted === node) continue;
      const zone = zoneOf(node);
      const waiting = this.#waitingByZone.get(zone) ?? [];
      this.#waitingByZone.set(zone, [...waiting, node.metadata.name]);
      api.updateNode(untainted);
    }
  }

  #readinessByZone(): ReadonlyMap<string, readonly boolean[]> {
    const readinessByZone = new Map<string, boolean[]>();
    const { api } = this.#context;
    const nodes = [...api.nodes()].sort((a, b) => compareStrings(zoneOf(a), zoneOf(b)));
    for (const node of nodes) {
      const readiness = readinessByZone.get(zoneOf(node)) ?? [];
      readinessByZone.set(zoneOf(node), [...readiness, isNodeReady(node)]);
    }
    return readinessByZone;
  }
}

/**
 * When the loss of a host is noticed. Its lease was renewed every 10 s from its start; a monitor
 * pass every 5 s sees a renewal, and the first pass later than the grace period after that acts.
 */
export function detectionTime(startedAt: SimTime, lostAt: SimTime, graceMs: number): SimTime {
  const renewedAt = pollUpTo(lostAt, { period: leaseRenewal, start: startedAt });
  const seenAt = pollFrom(renewedAt, monitor);
  const pass = pollAfter(simTime(seenAt + graceMs), monitor);
  return pass > lostAt ? pass : lostAt;
}

/** Which taint a node that is not ready gets: unreachable where nobody reports any more. */
function taintOf(node: Node): Pick<Taint, "key" | "value"> {
  const isSilent = readyCondition(node)?.status === "Unknown";
  return { key: isSilent ? taintUnreachable : taintNotReady, value: "" };
}

function zoneOf(node: Node): string {
  return node.metadata.labels[labelZone] ?? "";
}
