/**
 * A world out of a plan, run to its horizon: EC2, Kubernetes and Karpenter on one clock, facts to the
 * ledger. Everything that happens later is an event of the one engine; what Karpenter wants to do is
 * an event, too, moved as its controllers' wishes change.
 */
import type { NodeClaim, Pod } from "../core/apis/index.ts";
import { NodeOverlayStore } from "../core/cloudprovider/index.ts";
import { after, before, compareStrings, milliseconds, type SimTime } from "../core/units/index.ts";
import {
  type AwsCloudProvider,
  type AwsEvent,
  type InstanceStatusPoller,
  instanceIdOf,
  type InterruptionQueue,
  type NodeClassController,
  nodeRegistration,
  registrationDelay,
  UnavailableOfferings,
} from "./aws/index.ts";
import { DecisionLedger } from "./decision-ledger.ts";
import type { Ec2, Ec2Instance, Ec2Notification } from "./ec2/index.ts";
import { Engine, type EventHandle } from "./engine/index.ts";
import { Faults } from "./faults.ts";
import { Karpenter } from "./karpenter.ts";
import {
  draftMeta,
  type InstanceState,
  KubeCluster,
  type KubeNotice,
  KubeNotices,
} from "./kube/index.ts";
import { type LedgerSink, RunLedger, type RunFacts } from "./ledger/index.ts";
import { applyChange } from "./object-changes.ts";
import type { SimEvent, WorldEvent } from "./world-event.ts";
import {
  createEc2,
  createInterruptions,
  createNodeClasses,
  createProvider,
} from "./world-parts.ts";
import type { PodArrival, WorldPlan } from "./world-plan.ts";

/** How a run came out. */
export interface RunResult {
  readonly facts: RunFacts;
  /** What the input asked for and the simulated cluster does not do. */
  readonly notices: readonly KubeNotice[];
  /** Events that happened, for benchmarks. */
  readonly events: number;
  /** Moves that disruption has looked at, each a simulation as a rule; for benchmarks. */
  readonly movesConsidered: number;
}

/** Runs the plan from its start to its end; every fact also goes to `journal`, where given. */
export function runWorld(plan: WorldPlan, journal?: LedgerSink): RunResult {
  return new World(plan, journal).run();
}

class World {
  readonly #plan: WorldPlan;
  readonly #engine: Engine<SimEvent>;
  readonly #ledger: RunLedger;
  readonly #decisions: DecisionLedger;
  readonly #ec2: Ec2;
  readonly #kube: KubeCluster;
  readonly #provider: AwsCloudProvider;
  readonly #interruptions: InterruptionQueue;
  readonly #statusChecks: InstanceStatusPoller;
  readonly #nodeClasses: NodeClassController;
  readonly #notices = new KubeNotices();
  readonly #faults: Faults;
  readonly #karpenter: Karpenter;
  readonly #nodeNameByInstance = new Map<string, string>();
  /** Pods of a trace that are to be replaced when they are lost, by uid. */
  readonly #replaceable = new Map<string, { readonly arrival: number; readonly attempt: number }>();
  #wake: { readonly at: SimTime; readonly handle: EventHandle } | undefined;
  #isKarpenterTouched = true;

  constructor(plan: WorldPlan, journal: LedgerSink | undefined) {
    this.#plan = plan;
    const { seed, start } = plan;
    const engine = createEngine(plan);
    this.#engine = engine;
    this.#ledger = new RunLedger(start, plan.end, journal);
    this.#decisions = new DecisionLedger(this.#ledger);
    this.#ec2 = createEc2(plan, engine, this.#ledger, (it) => this.#hearEc2(it));
    this.#kube = new KubeCluster({
      timeline: engine,
      seed,
      ledger: this.#ledger,
      settings: plan.kube,
      instanceState: (providerId) => kubeStateOf(this.#ec2.instance(instanceIdOf(providerId))),
    });
    const unavailable = new UnavailableOfferings((offering, at) =>
      this.#ledger.record({ kind: "offering-unavailable", at, ...offering }),
    );
    const { nodeOverlay } = plan.karpenter.featureGates;
    const nodeOverlays = nodeOverlay ? new NodeOverlayStore() : undefined;
    this.#provider = createProvider(plan, this.#ec2, unavailable, this.#ledger, {
      now: () => engine.now,
      nodeClass: (name) => this.#kube.api.get("EC2NodeClass", name),
      nodePool: (name) => this.#kube.api.nodePool(name),
      nodeOverlays,
      isWanted: (nodeClaim) => this.#isWanted(nodeClaim),
      onProgress: (name) => {
        this.#karpenter.notifyProviderChange(name, engine.now);
        this.#isKarpenterTouched = true;
      },
    });
    const ec2 = this.#ec2;
    const interruptions = createInterruptions(plan, {
      ...{ timeline: engine, cluster: this.#kube.api, ec2, unavailable },
      ...{ provider: this.#provider, ledger: this.#ledger },
    });
    this.#interruptions = interruptions.queue;
    this.#statusChecks = interruptions.statusChecks;
    this.#faults = new Faults({
      ...{ plan, ec2, timeline: engine, kube: this.#kube, statusChecks: this.#statusChecks },
      ledger: this.#ledger,
      notices: this.#notices,
    });
    this.#nodeClasses = createNodeClasses(plan, this.#kube.api, this.#notices);
    this.#karpenter = new Karpenter({
      providerControllers: [this.#nodeClasses],
      cluster: this.#kube.api,
      cloudProvider: this.#provider,
      nodeOverlays,
      options: plan.karpenter,
      experiments: plan.experiments,
      recorder: this.#decisions,
      skipIdlePolls: plan.skipsIdlePolls,
    });
    this.#kube.api.subscribe((event) => {
      this.#karpenter.observe(event, engine.now);
      this.#isKarpenterTouched = true;
      if (event.type === "deleted" && event.object.kind === "Pod") this.#podIsGone(event.object);
    });
  }

  /** Whether the NodeClaim is still there and stays. */
  #isWanted({ metadata }: NodeClaim): boolean {
    const current = this.#kube.api.nodeClaim(metadata.name)?.metadata;
    return current?.uid === metadata.uid && current.deletionTimestamp === undefined;
  }

  run(): RunResult {
    const { end } = this.#plan;
    this.#populate();
    this.#scheduleWake();
    // What would come about at the end is outside the run.
    this.#engine.run({ until: before(end, milliseconds(1)) }, (event) => {
      this.#handle(event);
      this.#scheduleWake();
    });
    this.#kube.api.events.finish(end);
    this.#ec2.finish(end);
    return {
      facts: this.#ledger.facts(),
      notices: [...this.#kube.notices(), ...this.#notices.list()],
      events: this.#engine.processed,
      movesConsidered: this.#decisions.movesConsidered,
    };
  }

  #populate(): void {
    const { objects, namespaceLabels, replicaPlans, podArrivals } = this.#plan;
    const namespaces = Object.entries(namespaceLabels).sort(([left], [right]) =>
      compareStrings(left, right),
    );
    for (const [name, labels] of namespaces) this.#kube.api.setNamespace(name, labels);
    this.#kube.applyManifests(objects);
    this.#scheduleChanges();
    this.#faults.schedule();
    for (const plan of replicaPlans.keys()) this.#scheduleReplicas(plan, 0);
    const [first] = podArrivals;
    if (first !== undefined) this.#scheduleArrivals(first, 0);
  }

  #scheduleChanges(): void {
    for (const [change, { at }] of this.#plan.changes.entries()) {
      const event = { room: "world", kind: "objects-change", change } as const;
      this.#engine.schedule(at, event, "workload");
    }
    for (const { since } of this.#plan.account.slice(1)) {
      this.#engine.schedule(since, { room: "world", kind: "account-changes" }, "workload");
    }
  }

  #handle(event: SimEvent): void {
    switch (event.room) {
      case "ec2":
        return this.#ec2.handle(event);
      case "kube":
        return this.#kube.handle(event);
      case "aws":
        return this.#handleAws(event);
      case "world":
        return this.#handleOwn(event);
    }
  }

  #handleAws(event: AwsEvent): void {
    switch (event.kind) {
      case "kubelet-registers":
        return this.#registerNode(event.instanceId);
      case "interruption-message":
        return this.#interruptions.handle(event);
      case "instance-status-poll":
        return this.#statusChecks.handle(event);
    }
  }

  #handleOwn(event: WorldEvent): void {
    switch (event.kind) {
      case "replicas-change":
        return this.#changeReplicas(event.plan, event.change);
      case "pods-arrive":
        return this.#podsArrive(event.next);
      case "pod-comes-again":
        return this.#createPod(event.arrival, event.attempt);
      case "objects-change":
        return this.#changeObjects(event.change);
      case "account-changes":
        this.#ledger.record({ kind: "changed", at: this.#engine.now, what: "account" });
        this.#nodeClasses.accountChanged(this.#engine.now);
        this.#isKarpenterTouched = true;
        return;
      case "fault-strikes":
      case "fault-ends":
        return this.#faults.handle(event);
      case "karpenter-wakes":
        this.#wake = undefined;
        this.#karpenter.reconcile(this.#engine.now);
        this.#isKarpenterTouched = true;
    }
  }

  #changeObjects(index: number): void {
    const change = this.#plan.changes[index];
    if (change === undefined) return;
    for (const { after: object } of change.objects) {
      const what = `${object.kind} ${object.metadata.name}`;
      this.#ledger.record({ kind: "changed", at: this.#engine.now, what });
    }
    applyChange(this.#kube.api, change);
  }

  /** Moves Karpenter's next turn to when its controllers want it. */
  #scheduleWake(): void {
    if (!this.#isKarpenterTouched) return;
    this.#isKarpenterTouched = false;
    const dueAt = this.#karpenter.nextDueAt();
    const { now } = this.#engine;
    const at = dueAt !== undefined && dueAt < now ? now : dueAt;
    if (this.#wake?.at === at) return;
    if (this.#wake !== undefined) this.#engine.cancel(this.#wake.handle);
    if (at === undefined) {
      this.#wake = undefined;
      return;
    }
    const event = { room: "world", kind: "karpenter-wakes" } as const;
    this.#wake = { at, handle: this.#engine.schedule(at, event, "karpenter-provisioning") };
  }

  #hearEc2(notification: Ec2Notification): void {
    if (notification.kind === "fleet-answer") {
      return this.#provider.fleetAnswered(notification.answer);
    }
    this.#interruptions.receive(notification);
    if (notification.kind !== "instance-state-changed") return;
    const { instance } = notification;
    if (instance.state === "running") this.#boot(instance);
    else if (instance.state === "shutting-down" || instance.state === "stopping") {
      this.#loseHost(instance);
    }
  }

  #boot(instance: Ec2Instance): void {
    const node = this.#provider.launchedNode(instance.instanceId);
    if (node === undefined) return;
    const { aws, seed } = this.#plan;
    const delay = registrationDelay(aws.boot, node, instance, seed);
    if (delay === undefined) return;
    const { instanceId } = instance;
    const event = { room: "aws", kind: "kubelet-registers", instanceId } as const;
    this.#engine.schedule(after(this.#engine.now, delay), event, "kubelet");
  }

  #registerNode(instanceId: string): void {
    const instance = this.#ec2.instance(instanceId);
    const node = this.#provider.launchedNode(instanceId);
    if (instance?.state !== "running" || node === undefined) return;
    const { aws, seed } = this.#plan;
    const registration = nodeRegistration(aws.boot, node, instance, seed);
    this.#nodeNameByInstance.set(instanceId, registration.name);
    this.#kube.registerNode(registration);
    this.#faults.nodeRegistered(registration.name, instance);
  }

  #loseHost({ instanceId, terminatedBy, state }: Ec2Instance): void {
    const nodeName = this.#nodeNameByInstance.get(instanceId);
    if (nodeName === undefined) return;
    this.#nodeNameByInstance.delete(instanceId);
    const reasonOfEnd = terminatedBy === "ec2" ? "instance-reclaimed" : "instance-terminated";
    this.#kube.hostLost(nodeName, state === "stopping" ? "instance-stopped" : reasonOfEnd);
  }

  #scheduleReplicas(plan: number, change: number): void {
    const next = this.#plan.replicaPlans[plan]?.changes[change];
    if (next === undefined) return;
    const event = { room: "world", kind: "replicas-change", plan, change } as const;
    this.#engine.schedule(next.at, event, "workload");
  }

  #changeReplicas(plan: number, change: number): void {
    const target = this.#plan.replicaPlans[plan];
    const step = target?.changes[change];
    if (target === undefined || step === undefined) return;
    this.#kube.setReplicas(target.kind, target.namespace, target.name, step.replicas);
    this.#scheduleReplicas(plan, change + 1);
  }

  #scheduleArrivals(arrival: PodArrival, next: number): void {
    const event = { room: "world", kind: "pods-arrive", next } as const;
    this.#engine.schedule(arrival.at, event, "workload");
  }

  /** Creates the pods that arrive now; arrivals are chained, so that few events are pending. */
  #podsArrive(from: number): void {
    const { podArrivals } = this.#plan;
    let next = from;
    for (;;) {
      const arrival = podArrivals[next];
      if (arrival === undefined) return;
      if (arrival.at > this.#engine.now) return this.#scheduleArrivals(arrival, next);
      this.#createPod(next, 0);
      next += 1;
    }
  }

  #createPod(index: number, attempt: number): void {
    const arrival = this.#plan.podArrivals[index];
    if (arrival === undefined) return;
    const { runsFor: durationMs, isReplaced } = arrival;
    const options = durationMs === undefined ? {} : { durationMs };
    const pod = this.#kube.createPod(podOfArrival(arrival, attempt), options);
    if (pod !== undefined && isReplaced) {
      this.#replaceable.set(pod.metadata.uid, { arrival: index, attempt });
    }
  }

  /** A lost pod of a trace starts over, under a name of its own. */
  #podIsGone({ metadata, status }: Pod): void {
    const lost = this.#replaceable.get(metadata.uid);
    if (lost === undefined) return;
    this.#replaceable.delete(metadata.uid);
    if (status.phase === "Succeeded") return;
    const again = { arrival: lost.arrival, attempt: lost.attempt + 1 };
    const event = { room: "world", kind: "pod-comes-again", ...again } as const;
    this.#engine.schedule(this.#engine.now, event, "workload");
  }
}

/** @see kubernetes/cloud-provider-aws pkg/providers/v1/aws.go InstanceExistsByProviderID InstanceShutdownByProviderID */
function kubeStateOf(instance: Ec2Instance | undefined): InstanceState {
  if (instance === undefined) return "gone";
  return instance.state === "stopping" || instance.state === "stopped" ? "stopped" : "exists";
}

function podOfArrival(arrival: PodArrival, attempt: number): Pod {
  const { namespace, name, template, workload } = arrival;
  return {
    kind: "Pod",
    metadata: draftMeta({
      name: attempt === 0 ? name : `${name}-${attempt}`,
      namespace,
      labels: template.labels,
      annotations: {
        ...template.annotations,
        "dryfit.dev/workload": `${workload.kind}/${workload.name}`,
      },
    }),
    spec: template.spec,
    status: { phase: "Pending", conditions: [] },
  };
}

function createEngine({ seed, start, policyName, replayCommand }: WorldPlan): Engine<SimEvent> {
  return new Engine({ start, facts: { seed, policy: policyName, replay: replayCommand } });
}
