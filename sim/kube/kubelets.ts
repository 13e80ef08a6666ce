/**
 * The kubelets of all nodes: they start the containers of pods bound to them, report readiness, and
 * stop them within their grace. A host that dies takes its containers along and says nothing; the
 * rest of the cluster has to notice.
 */
import { objectKey } from "../../core/apis/index.ts";
import type { Node, Pod } from "../../core/apis/index.ts";
import { podRequests } from "../../core/scheduling/index.ts";
import type { WatchEvent } from "../../core/state/index.ts";
import { afterOrLast, simTime } from "../../core/units/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { hashUniform, sampleDistribution } from "../engine/index.ts";
import type { Distribution, EventHandle } from "../engine/index.ts";
import { taintNotReady } from "./admission.ts";
import { runDuration } from "./annotations.ts";
import type { KubeContext } from "./controllers/controller.ts";
import type { KubeEvent } from "./kube-event.ts";
import type { KubeLedger } from "./kube-ledger.ts";
import { withoutTaint, withReadyCondition } from "./node-conditions.ts";
import { isPodTerminal, isPodTerminating, withPodConditions } from "./pod-conditions.ts";

type PodStepEvent = Extract<KubeEvent, { readonly kind: "pod-step" }>;

interface Host {
  readonly nodeUid: string;
  isReady: boolean;
  /** It says that it is not ready until `recover`, whatever else happens. */
  hasFailed: boolean;
  /** When each image is on the node's disk. */
  readonly imageReadyAt: Map<string, SimTime>;
}

interface Sandbox {
  readonly nodeName: string;
  startedAt: SimTime | undefined;
  stopAt: SimTime | undefined;
  readonly handles: Set<EventHandle>;
}

/** The kubelet takes this long to clean up after the last container. */
const cleanUpMs = 1000;

/** See the head of this file. */
export class Kubelets {
  readonly #context: KubeContext;
  readonly #kubeLedger: KubeLedger;
  readonly #hostsByNode = new Map<string, Host>();
  readonly #sandboxesByUid = new Map<string, Sandbox>();

  constructor(context: KubeContext, kubeLedger: KubeLedger) {
    this.#context = context;
    this.#kubeLedger = kubeLedger;
  }

  /** Starts the kubelet of a node; it reports Ready after `readyAfterMs`, by default a draw. */
  start(node: Node, readyAfterMs?: number): void {
    const { uid, name } = node.metadata;
    const state = { isReady: false, hasFailed: false };
    this.#hostsByNode.set(name, { nodeUid: uid, ...state, imageReadyAt: new Map() });
    const { timeline, settings } = this.#context;
    const delay =
      readyAfterMs ?? this.#drawMs(settings.latencySeconds.nodeReady, "node-ready", uid);
    const event = { room: "kube", kind: "node-ready", nodeName: name, nodeUid: uid } as const;
    if (delay <= 0) this.nodeReady(name, uid);
    else timeline.schedule(simTime(timeline.now + delay), event, "kubelet");
  }

  /** Whether a kubelet runs on the node. */
  isAlive(nodeName: string): boolean {
    return this.#hostsByNode.has(nodeName);
  }

  /**
   * The host dies: its containers end now, without notice, and nothing of it is reported. False
   * when no kubelet runs there.
   */
  lose(nodeName: string, reason: string): boolean {
    if (!this.#hostsByNode.delete(nodeName)) return false;
    const { api, ledger, timeline } = this.#context;
    for (const pod of api.podsOnNode(nodeName)) {
      const sandbox = this.#sandboxesByUid.get(pod.metadata.uid);
      if (sandbox === undefined) continue;
      const lostWorkSeconds = this.workLostSeconds(pod);
      this.#drop(pod.metadata.uid, sandbox);
      this.#kubeLedger.podStopped(pod);
      // A terminating pod has had its notice and is in the ledger already.
      if (isPodTerminating(pod) || isPodTerminal(pod) || sandbox.startedAt === undefined) continue;
      ledger.record({
        at: timeline.now,
        kind: "pod-killed",
        podKey: objectKey(pod),
        podUid: pod.metadata.uid,
        nodeName,
        reason,
        lostWorkSeconds,
      });
    }
    return true;
  }

  /**
   * The kubelet goes on and reports that its node is not ready: no pod starts until it is again. False
   * when no kubelet runs there.
   */
  fail(nodeName: string): boolean {
    const host = this.#hostsByNode.get(nodeName);
    const { api, timeline } = this.#context;
    const node = api.node(nodeName);
    if (host === undefined || node === undefined) return false;
    host.isReady = false;
    host.hasFailed = true;
    const reason = "KubeletNotReady";
    const message = "container runtime is down";
    const ready = { status: "False", reason, message } as const;
    return api.updateNode(withReadyCondition(node, ready, timeline.now));
  }

  /** The node is ready again, and with it the pods that run there. */
  recover(nodeName: string): void {
    const host = this.#hostsByNode.get(nodeName);
    if (host === undefined || !host.hasFailed) return;
    host.hasFailed = false;
    this.nodeReady(nodeName, host.nodeUid);
    for (const pod of this.#context.api.podsOnNode(nodeName)) {
      const hasStarted = this.#sandboxesByUid.get(pod.metadata.uid)?.startedAt !== undefined;
      if (hasStarted && !isPodTerminating(pod) && !isPodTerminal(pod)) this.#setReady(pod);
    }
  }

  /** Seconds of work that a pod with an end would have to do again; 0 for services. */
  workLostSeconds(pod: Pod): number {
    const startedAt = this.#sandboxesByUid.get(pod.metadata.uid)?.startedAt;
    if (startedAt === undefined || runDuration(pod, this.#context.seed) === undefined) return 0;
    return (this.#context.timeline.now - startedAt) / 1000;
  }

  observe(event: WatchEvent): void {
    const { object, before, type } = event;
    if (object.kind === "Node") {
      if (type === "deleted") this.lose(object.metadata.name, "node-removed");
      return;
    }
    if (object.kind !== "Pod") return;
    const { uid } = object.metadata;
    const sandbox = this.#sandboxesByUid.get(uid);
    if (type === "deleted") {
      if (sandbox !== undefined) this.#drop(uid, sandbox);
      return;
    }
    const wasBound = before?.kind === "Pod" && before.spec.nodeName !== undefined;
    if (object.spec.nodeName !== undefined && !wasBound) this.#admit(object);
    else if (object.metadata.deletionTimestamp !== before?.metadata.deletionTimestamp) {
      this.#stop(object, sandbox);
    }
  }

  /** The runtime and the network of a node are up. */
  nodeReady(nodeName: string, nodeUid: string): void {
    const host = this.#hostsByNode.get(nodeName);
    const { api, timeline } = this.#context;
    const node = api.node(nodeName);
    if (host?.nodeUid !== nodeUid || node?.metadata.uid !== nodeUid || host.hasFailed) return;
    host.isReady = true;
    const ready = {
      status: "True",
      reason: "KubeletReady",
      message: "kubelet is posting ready status",
    } as const;
    api.updateNode(withoutTaint(withReadyCondition(node, ready, timeline.now), taintNotReady));
    for (const pod of api.podsOnNode(nodeName)) {
      const isWaiting = !this.#sandboxesByUid.has(pod.metadata.uid) && !isPodTerminal(pod);
      if (isWaiting && !isPodTerminating(pod)) this.#startPod(pod, host, nodeName);
    }
  }

  /** A pod's next step is due. */
  step(event: PodStepEvent): void {
    const pod = this.#context.api.pod(event.podKey);
    const sandbox = this.#sandboxesByUid.get(event.podUid);
    if (pod?.metadata.uid !== event.podUid || sandbox === undefined) return;
    switch (event.step) {
      case "run":
        this.#run(pod, sandbox);
        return;
      case "ready":
        this.#setReady(pod);
        return;
      case "finish":
        this.#finish(pod, sandbox);
        return;
      case "stop":
        this.#context.api.delete("Pod", event.podKey, 0);
    }
  }

  #admit(pod: Pod): void {
    const nodeName = pod.spec.nodeName as string;
    const host = this.#hostsByNode.get(nodeName);
    const node = this.#context.api.node(nodeName);
    if (host === undefined || node === undefined || isPodTerminal(pod)) return;
    const lacking = this.#lackingResource(pod, node);
    if (lacking !== undefined) {
      const reason = `OutOf${lacking}`;
      const status = { ...pod.status, phase: "Failed", reason } as const;
      this.#context.api.update({ ...pod, status });
      return;
    }
    // Without a network only pods on the host's network start.
    if (host.isReady || pod.spec.hostNetwork) this.#startPod(pod, host, nodeName);
  }

  /** A resource of which the node has too little for all its pods; undefined when all fit. */
  #lackingResource(pod: Pod, node: Node): string | undefined {
    const used = new Map<string, number>();
    let pods = 0;
    for (const other of this.#context.api.podsOnNode(node.metadata.name)) {
      if (isPodTerminal(other)) continue;
      pods += 1;
      const requests = podRequests(other);
      for (const name in requests) used.set(name, (used.get(name) ?? 0) + (requests[name] ?? 0));
    }
    const { allocatable } = node.status;
    if (pods > (allocatable["pods"] ?? 0)) return "pods";
    const asked = podRequests(pod);
    return Object.keys(asked).find(
      (name) => (asked[name] ?? 0) > 0 && (used.get(name) ?? 0) > (allocatable[name] ?? 0),
    );
  }

  #startPod(pod: Pod, host: Host, nodeName: string): void {
    const { timeline, settings } = this.#context;
    const { uid } = pod.metadata;
    const sandbox: Sandbox = {
      nodeName,
      startedAt: undefined,
      stopAt: undefined,
      handles: new Set(),
    };
    this.#sandboxesByUid.set(uid, sandbox);
    let imagesAt = timeline.now;
    for (const { image } of [...pod.spec.initContainers, ...pod.spec.containers]) {
      const known = host.imageReadyAt.get(image);
      const pulled = known ?? simTime(imagesAt + this.#pullMs(image, nodeName));
      if (known === undefined) host.imageReadyAt.set(image, pulled);
      if (pulled > imagesAt) imagesAt = pulled;
    }
    const start = this.#drawMs(settings.latencySeconds.podStart, "pod-start", uid);
    this.#after(pod, sandbox, "run", imagesAt - timeline.now + start);
  }

  #run(pod: Pod, sandbox: Sandbox): void {
    const { api, timeline, settings, seed } = this.#context;
    sandbox.startedAt = timeline.now;
    const conditions = [
      { type: "Initialized", status: "True", reason: "", message: "" },
      { type: "Ready", status: "False", reason: "ContainersNotReady", message: "" },
    ] as const;
    const running: Pod = {
      ...pod,
      status: { ...pod.status, phase: "Running", startTime: timeline.now },
    };
    let probeSeconds = 0;
    for (const container of pod.spec.containers) {
      probeSeconds = Math.max(probeSeconds, container.readinessInitialDelaySeconds);
    }
    const { uid } = pod.metadata;
    const readyMs =
      probeSeconds * 1000 + this.#drawMs(settings.latencySeconds.podReady, "pod-ready", uid);
    const duration = runDuration(pod, seed);
    if (duration !== undefined) this.#after(pod, sandbox, "finish", duration);
    const started = withPodConditions(running, conditions, timeline.now);
    if (readyMs > 0) {
      api.update(started);
      this.#after(pod, sandbox, "ready", readyMs);
    } else {
      this.#setReady(started);
    }
  }

  #setReady(pod: Pod): void {
    const ready = { type: "Ready", status: "True", reason: "", message: "" } as const;
    this.#context.api.update(withPodConditions(pod, [ready], this.#context.timeline.now));
  }

  #finish(pod: Pod, sandbox: Sandbox): void {
    const done = { type: "Ready", status: "False", reason: "PodCompleted", message: "" } as const;
    const ended: Pod = { ...pod, status: { ...pod.status, phase: "Succeeded" } };
    this.#drop(pod.metadata.uid, sandbox);
    this.#context.api.update(withPodConditions(ended, [done], this.#context.timeline.now));
    // One that ended by itself while it was being stopped needs no further wait.
    if (isPodTerminating(pod)) this.#context.api.delete("Pod", objectKey(pod), 0);
  }

  /** Begins to stop a pod, or stops it sooner than planned. */
  #stop(pod: Pod, sandbox: Sandbox | undefined): void {
    const nodeName = pod.spec.nodeName;
    if (nodeName === undefined || !this.#hostsByNode.has(nodeName)) return;
    const { api, timeline, settings } = this.#context;
    const { uid } = pod.metadata;
    const stopping = sandbox ?? {
      nodeName,
      startedAt: undefined,
      stopAt: undefined,
      handles: new Set(),
    };
    this.#sandboxesByUid.set(uid, stopping);
    const grace = (api.deletionGraceSeconds(pod) ?? 0) * 1000;
    const needed = this.#drawMs(settings.latencySeconds.appShutdown, "app-shutdown", uid);
    const shutdown = stopping.startedAt === undefined ? 0 : Math.min(needed, grace);
    const stopAt = simTime(timeline.now + shutdown + cleanUpMs);
    if (stopping.stopAt !== undefined && stopping.stopAt <= stopAt) return;
    this.#cancel(stopping);
    stopping.stopAt = stopAt;
    this.#after(pod, stopping, "stop", stopAt - timeline.now);
  }

  #after(pod: Pod, sandbox: Sandbox, step: PodStepEvent["step"], delayMs: number): void {
    const { timeline } = this.#context;
    const identity = { podKey: objectKey(pod), podUid: pod.metadata.uid };
    const event = { room: "kube", kind: "pod-step", step, ...identity } as const;
    const at = afterOrLast(timeline.now, delayMs);
    sandbox.handles.add(timeline.schedule(at, event, "kubelet"));
  }

  #drop(uid: string, sandbox: Sandbox): void {
    this.#cancel(sandbox);
    this.#sandboxesByUid.delete(uid);
  }

  #cancel(sandbox: Sandbox): void {
    for (const handle of sandbox.handles) this.#context.timeline.cancel(handle);
    sandbox.handles.clear();
  }

  #pullMs(image: string, nodeName: string): number {
    const { imagePull } = this.#context.settings.latencySeconds;
    return this.#drawMs(imagePull, "image-pull", `${nodeName} ${image}`);
  }

  /** A latency in whole milliseconds, zero or more; one draw per purpose and entity. */
  #drawMs(distribution: Distribution, purpose: string, entity: string): number {
    const draw = hashUniform(this.#context.seed, `kube-${purpose}`, entity, 0);
    return Math.max(0, Math.round(sampleDistribution(distribution, draw) * 1000));
  }
}
