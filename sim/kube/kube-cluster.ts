import { objectKey } from "../../core/apis/index.ts";
import type { Node, OwnerReference, Pod, Taint } from "../../core/apis/index.ts";
import { labelHostname } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import type { DurationMs, ResourceList } from "../../core/units/index.ts";
import { formatDuration } from "../../core/units/index.ts";
import type { Timeline } from "../engine/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import { taintNotReady, taintUninitialized } from "./admission.ts";
import { annotationDuration } from "./annotations.ts";
import { KubeApiServer } from "./api-server.ts";
import { CloudNodeController } from "./controllers/cloud-node.ts";
import type { InstanceState } from "./controllers/cloud-node.ts";
import type { KubeContext, KubeController } from "./controllers/controller.ts";
import { CronJobController } from "./controllers/cron-job.ts";
import { DaemonSetController } from "./controllers/daemon-set.ts";
import { DeploymentController } from "./controllers/deployment.ts";
import { DisruptionController } from "./controllers/disruption.ts";
import { HorizontalPodAutoscalerController } from "./controllers/horizontal-pod-autoscaler.ts";
import { JobController } from "./controllers/job.ts";
import { NodeLifecycleController } from "./controllers/node-lifecycle.ts";
import { PodGarbageCollector } from "./controllers/pod-garbage-collector.ts";
import { ReplicaSetController } from "./controllers/replica-set.ts";
import { StatefulSetController } from "./controllers/stateful-set.ts";
import { TaintEvictionController } from "./controllers/taint-eviction.ts";
import { VolumeController } from "./controllers/volumes.ts";
import type { KubeEvent } from "./kube-event.ts";
import { KubeLedger } from "./kube-ledger.ts";
import { Kubelets } from "./kubelets.ts";
import { withNodeCondition } from "./node-conditions.ts";
import { KubeNotices } from "./notices.ts";
import type { KubeNotice } from "./notices.ts";
import { draftMeta } from "./object-drafts.ts";
import { isPodTerminal } from "./pod-conditions.ts";
import { KubeScheduler } from "./scheduler/kube-scheduler.ts";
import { kubeSettings } from "./settings.ts";
import type { KubeSettingsOverrides } from "./settings.ts";

/** What a simulated cluster needs. */
export interface KubeClusterOptions {
  readonly timeline: Timeline<KubeEvent>;
  readonly seed: number | string;
  readonly ledger: LedgerSink;
  readonly settings?: KubeSettingsOverrides;
  /** What EC2 says of an instance; without it no Node is deleted for its instance being gone. */
  readonly instanceState?: (providerId: string) => InstanceState;
}

/** What a kubelet registers its node with. */
export interface NodeRegistration {
  readonly name: string;
  readonly providerId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Besides not-ready and uninitialized, which every new node has. */
  readonly taints: readonly Taint[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  /** Until condition Ready; absent: drawn from the settings. */
  readonly readyAfter?: DurationMs;
}

/** A condition of a node as its reporter states it. */
type NodeConditionChange = Parameters<typeof withNodeCondition>[1];

/** Kinds whose replicas can be set. */
export type ScalableKind = "Deployment" | "ReplicaSet" | "StatefulSet";

/** A Kubernetes cluster in virtual time: the API server and everybody who works on it. */
export class KubeCluster {
  readonly api: KubeApiServer;
  readonly #notices = new KubeNotices();
  readonly #kubelets: Kubelets;
  readonly #nodeLifecycle: NodeLifecycleController;
  readonly #controllersByName: ReadonlyMap<string, KubeController>;
  readonly #scheduler: KubeScheduler;
  readonly #ephemeralUids = new Set<string>();
  readonly #now: () => KubeContext["timeline"]["now"];
  readonly #timeline: Timeline<KubeEvent>;

  constructor(options: KubeClusterOptions) {
    const { timeline, seed, ledger } = options;
    const notices = this.#notices;
    const now = (): KubeContext["timeline"]["now"] => timeline.now;
    this.#now = now;
    this.#timeline = timeline;
    this.api = new KubeApiServer({
      now,
      seed,
      ledger,
      notices,
      workLostSeconds: (pod) => this.#kubelets.workLostSeconds(pod),
    });
    const settings = kubeSettings(options.settings);
    const { api } = this;
    const context: KubeContext = { api, timeline, ledger, notices, settings, seed };
    const kubeLedger = new KubeLedger({ api, ledger, now });
    this.#kubelets = new Kubelets(context, kubeLedger);
    this.#nodeLifecycle = new NodeLifecycleController(context);
    this.#scheduler = new KubeScheduler(context);
    const controllers = createControllers(context, this.#nodeLifecycle, options.instanceState);
    this.#controllersByName = new Map(controllers.map((it) => [it.name, it]));
    const observers = [kubeLedger, this.#kubelets, ...controllers, this.#scheduler];
    for (const observer of observers) api.subscribe((event) => observer.observe(event));
    api.subscribe((event) => {
      if (event.object.kind === "Pod") this.#removeIfEphemeral(event.type, event.object);
    });
  }

  /** Does what an event of this room stands for. */
  handle(event: KubeEvent): void {
    switch (event.kind) {
      case "reconcile":
        this.#controllersByName.get(event.controller)?.reconcile(event.key);
        return;
      case "schedule":
        this.#scheduler.schedule();
        return;
      case "pod-step":
        this.#kubelets.step(event);
        return;
      case "pod-goes":
        if (this.api.pod(event.podKey)?.metadata.uid === event.podUid) {
          this.api.delete("Pod", event.podKey, 0);
        }
        return;
      case "node-ready":
        this.#kubelets.nodeReady(event.nodeName, event.nodeUid);
    }
  }

  /** What the input asks for and the cluster does not do, in the order in which it came up. */
  notices(): readonly KubeNotice[] {
    return this.#notices.list();
  }

  /**
   * Creates the objects, or lays their metadata maps and the rest over those that exist. A Node
   * gets a kubelet; it stays Ready if it says that it is.
   */
  applyManifests(objects: readonly ClusterObject[]): void {
    for (const object of objects) {
      const known = this.api.get(object.kind, objectKey(object));
      if (known === undefined) {
        const created = this.api.create(object);
        if (created?.kind === "Node") this.startKubelet(created.metadata.name, 0);
        continue;
      }
      const { labels, annotations } = object.metadata;
      const metadata = { ...known.metadata, labels, annotations };
      const kept = "status" in known ? { status: known.status } : {};
      this.api.update({ ...object, metadata, ...kept } as ClusterObject);
    }
  }

  /** Sets how many replicas a workload wants; false when there is none of this name. */
  setReplicas(kind: ScalableKind, namespace: string, name: string, replicas: number): boolean {
    const workload = this.api.get(kind, `${namespace}/${name}`);
    if (workload === undefined) return false;
    if (workload.spec.replicas === replicas) return true;
    const spec = { ...workload.spec, replicas };
    return this.api.update({ ...workload, spec } as typeof workload);
  }

  /**
   * Creates a pod of a trace; undefined when its name is taken. With a duration it succeeds after
   * running that long; its object then goes at the end of that instant, so that memory doesn't grow
   * with the trace, and those who watch pods have seen it end.
   */
  createPod(pod: Pod, options: { readonly durationMs?: DurationMs } = {}): Pod | undefined {
    const { durationMs } = options;
    if (durationMs === undefined) return this.api.create(pod);
    const duration = formatDuration(durationMs);
    const annotations = { ...pod.metadata.annotations, [annotationDuration]: duration };
    const created = this.api.create({ ...pod, metadata: { ...pod.metadata, annotations } });
    if (created !== undefined) this.#ephemeralUids.add(created.metadata.uid);
    return created;
  }

  /** Deletes a pod with its own grace, as its owner would; false when it is gone. */
  deletePod(key: string): boolean {
    return this.api.delete("Pod", key);
  }

  /**
   * A kubelet comes up and creates its Node, not ready yet; undefined when a Node of this name
   * exists already.
   */
  registerNode(registration: NodeRegistration): Node | undefined {
    const { name, providerId, taints, capacity, allocatable } = registration;
    const starting: readonly Taint[] = [
      { key: taintNotReady, value: "", effect: "NoSchedule" },
      { key: taintUninitialized, value: "true", effect: "NoSchedule" },
    ];
    const created = this.api.create<Node>({
      kind: "Node",
      metadata: draftMeta({
        name,
        labels: { [labelHostname]: name, ...registration.labels },
        annotations: registration.annotations ?? {},
        finalizers: registration.finalizers ?? [],
        ownerReferences: registration.ownerReferences ?? [],
      }),
      spec: { providerId, taints: [...starting, ...taints], unschedulable: false },
      status: { capacity, allocatable, conditions: [] },
    });
    if (created !== undefined) this.startKubelet(name, registration.readyAfter);
    return created;
  }

  /** Starts the kubelet of a Node that exists; Ready after `readyAfter`, by default a draw. */
  startKubelet(nodeName: string, readyAfter?: number): boolean {
    const node = this.api.node(nodeName);
    if (node === undefined) return false;
    this.#kubelets.start(node, readyAfter);
    return true;
  }

  /**
   * The host is gone: containers die without notice, the heartbeat stops, and the cluster finds out
   * by itself. `reason` goes into the ledger with every pod that dies. False when it was gone.
   */
  hostLost(nodeName: string, reason = "host-lost"): boolean {
    if (!this.#kubelets.lose(nodeName, reason)) return false;
    const node = this.api.node(nodeName);
    if (node !== undefined) this.#nodeLifecycle.heartbeatLost(node);
    return true;
  }

  /** Whether a kubelet runs on the node: its host is not lost. */
  hasKubelet(nodeName: string): boolean {
    return this.#kubelets.isAlive(nodeName);
  }

  /** The kubelet of a node reports that it is not ready; false when none runs there. */
  failNode(nodeName: string): boolean {
    return this.#kubelets.fail(nodeName);
  }

  /** A node of `failNode` is ready again. */
  recoverNode(nodeName: string): void {
    this.#kubelets.recover(nodeName);
  }

  /** Sets a condition that others than the kubelet report of a node; false when it is gone. */
  setNodeCondition(nodeName: string, change: NodeConditionChange): boolean {
    const node = this.api.node(nodeName);
    if (node === undefined) return false;
    return this.api.updateNode(withNodeCondition(node, change, this.#now()));
  }

  #removeIfEphemeral(type: "added" | "modified" | "deleted", pod: Pod): void {
    const { uid } = pod.metadata;
    if (type === "deleted") this.#ephemeralUids.delete(uid);
    else if (isPodTerminal(pod) && this.#ephemeralUids.delete(uid)) {
      const event = {
        room: "kube",
        kind: "pod-goes",
        podKey: objectKey(pod),
        podUid: uid,
      } as const;
      // Karpenter, too, has to see it end: its node has been in use until now.
      this.#timeline.schedule(this.#timeline.now, event, "metering");
    }
  }
}

/** All controllers, in the order in which they hear of changes. */
function createControllers(
  context: KubeContext,
  nodeLifecycle: NodeLifecycleController,
  instanceState: KubeClusterOptions["instanceState"],
): readonly KubeController[] {
  return [
    new CloudNodeController(context, instanceState),
    nodeLifecycle,
    new TaintEvictionController(context),
    new PodGarbageCollector(context),
    new VolumeController(context),
    new CronJobController(context),
    new JobController(context),
    new DeploymentController(context),
    new ReplicaSetController(context),
    new StatefulSetController(context),
    new DaemonSetController(context),
    new HorizontalPodAutoscalerController(context),
    new DisruptionController(context),
  ];
}
