/** Lives through a case with our core. */
import type { NodeClaim } from "../../core/apis/index.ts";
import type { NodeClassReadiness } from "../../core/cloudprovider/index.ts";
import {
  type Lifecycle,
  lifecycleControllers,
  type LifecycleFact,
} from "../../core/lifecycle/index.ts";
import {
  type ClusterEvent,
  type ClusterObject,
  ClusterState,
  type Controller,
  CostTracker,
  type WatchEvent,
} from "../../core/state/index.ts";
import {
  after,
  compareStrings,
  durationMs,
  invariant,
  parseTime,
  seconds,
  type SimTime,
} from "../../core/units/index.ts";
import { buildInstanceTypes } from "../decide.ts";
import { LifecycleCluster } from "./case-cluster.ts";
import { CaseObjects, clusterKey } from "./case-objects.ts";
import { CaseProvider } from "./case-provider.ts";
import type { Facts, LifecycleCase, LifecycleStep, ObjectReference, Outcome } from "./cases.ts";
import { describeFacts } from "./facts.ts";

/** What comes of the case when our controllers take care of it. */
export function live(testCase: LifecycleCase): Outcome {
  const world = new LifecycleWorld(testCase);
  const steps = testCase.steps.map((step) => {
    world.passTo(step.atSeconds);
    const facts = world.facts(step.atSeconds);
    world.do(step);
    return facts;
  });
  return { name: testCase.name, steps, counters: world.counters() };
}

interface Timer {
  readonly at: SimTime;
  readonly action: () => void;
}

class LifecycleWorld {
  readonly #start: SimTime;
  #now: SimTime;
  readonly #cluster: LifecycleCluster;
  readonly #objects = new CaseObjects();
  readonly #provider: CaseProvider;
  readonly #state: ClusterState;
  readonly #cost: CostTracker;
  readonly #lifecycle: Lifecycle;
  readonly #controllers: readonly Controller[];
  readonly #deletedClasses = new Set<string>();
  readonly #counters = new Map<string, number>();
  #timers: readonly Timer[] = [];
  #actions: string[] = [];

  constructor(testCase: LifecycleCase) {
    const { answers, featureGates, repairPolicies } = testCase;
    this.#start = parseTime(testCase.now);
    this.#now = this.#start;
    const note = (action: string): void => this.#note(action);
    this.#cluster = new LifecycleCluster({
      now: () => this.#now,
      later: (at, action) => (this.#timers = [...this.#timers, { at, action }]),
      note,
      count: (name) => this.#count(name),
    });
    this.#provider = new CaseProvider({
      answers,
      repairPolicies,
      note,
      instanceTypes: buildInstanceTypes(testCase.instanceTypes),
      readiness: (name) => this.#readiness(name),
    });
    const [cluster, cloudProvider] = [this.#cluster, this.#provider];
    this.#state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    this.#cost = new CostTracker({ cluster, cloudProvider });
    const { nodeRepair = false, staticCapacity = false } = featureGates;
    this.#lifecycle = lifecycleControllers({
      cluster,
      cloudProvider,
      state: this.#state,
      options: { featureGates: { nodeRepair, staticCapacity } },
      recorder: { record: (fact) => countersOf(fact).forEach((name) => this.#count(name)) },
      registrationHooks: cloudProvider.hooks(),
    });
    this.#controllers = [
      this.#cost,
      ...this.#lifecycle.controllers.filter(
        ({ name }) => testCase.isConsistencyChecked === true || name !== "nodeclaim.consistency",
      ),
    ];
    this.#begin(testCase);
  }

  #begin({ objects, lostInstances = [] }: LifecycleCase): void {
    const first = this.#objects.apply(objects.items);
    for (const object of first) this.#cluster.put(object);
    const claims = first.filter((object): object is NodeClaim => object.kind === "NodeClaim");
    for (const { status } of claims) {
      if (status.providerId !== undefined) this.#provider.adopt(status.providerId, this.#now);
    }
    for (const providerId of lostInstances) this.#provider.lose(providerId);
    this.#cluster.subscribe((event) => this.#observe(event));
    const order = ["EC2NodeClass", "NodePool", "NodeClaim", "Node", "DaemonSet"];
    const rank = ({ kind }: ClusterObject): number => (order.indexOf(kind) + 10) % 10;
    const listed = first.toSorted(
      (a, b) => rank(a) - rank(b) || compareStrings(a.metadata.name, b.metadata.name),
    );
    for (const object of listed) {
      this.#observe({ type: "added", object: this.#present(object) });
    }
  }

  #present(object: ClusterObject): ClusterObject {
    const { name, namespace } = object.metadata;
    const key = namespace === "" ? name : `${namespace}/${name}`;
    return this.#cluster.get(object.kind, key) ?? object;
  }

  #observe(event: WatchEvent): void {
    this.#state.observe(event, this.#now);
    for (const controller of this.#controllers) controller.observe(event, this.#now);
  }

  #readiness(name: string): NodeClassReadiness {
    const manifest = this.#objects.manifest({ kind: "EC2NodeClass", name });
    if (manifest === undefined) return { kind: "not-found" };
    if (this.#deletedClasses.has(name)) return { kind: "terminating" };
    const status = manifest["status"] as { conditions?: readonly Record<string, string>[] };
    const ready = status.conditions?.find((condition) => condition["type"] === "Ready");
    if (ready?.["status"] === "True") return { kind: "ready" };
    if (ready?.["status"] !== "False") return { kind: "unknown" };
    return { kind: "not-ready", reason: ready["reason"] ?? "", message: ready["message"] ?? "" };
  }

  /** Lets time pass, from one due time to the next. */
  passTo(atSeconds: number): void {
    const end = after(this.#start, durationMs(Math.round(atSeconds * 1000)));
    this.#settle();
    for (;;) {
      const due = [
        ...this.#controllers.flatMap((each) => each.nextDueAt() ?? []),
        ...this.#timers.map(({ at }) => at),
      ];
      const next = Math.min(...due);
      if (next > end) break;
      this.#now = Math.max(next, this.#now) as SimTime;
      this.#settle();
    }
    this.#now = end;
  }

  #settle(): void {
    for (let round = 0; this.#runTimers() || this.#runControllers(); round++) {
      invariant(round < 1000, "the controllers come to rest", { now: this.#now });
    }
  }

  #runTimers(): boolean {
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { action } of due) action();
    return due.length > 0;
  }

  #runControllers(): boolean {
    const isDue = this.#controllers.some((each) => (each.nextDueAt() ?? Infinity) <= this.#now);
    if (isDue) for (const controller of this.#controllers) controller.reconcile(this.#now);
    return isDue;
  }

  do(step: LifecycleStep): void {
    if (step.answers !== undefined) this.#provider.answers = step.answers;
    for (const providerId of step.loseInstances ?? []) this.#provider.lose(providerId);
    for (const object of this.#objects.apply(step.apply ?? [])) this.#cluster.put(object);
    for (const change of step.change ?? []) {
      const present = this.#cluster.get(change.kind, clusterKey(change));
      if (present !== undefined) this.#cluster.put(this.#objects.change(present, change));
    }
    for (const reference of step.delete ?? []) this.#delete(reference);
    for (const reference of step.remove ?? []) {
      this.#objects.delete(reference);
      this.#cluster.remove(reference.kind, clusterKey(reference));
    }
    for (const providerId of step.nominate ?? []) this.#state.nominate(providerId, this.#now);
    this.#state.markForDeletion(step.markForDeletion ?? []);
    this.#state.unmarkForDeletion(step.unmarkForDeletion ?? []);
  }

  #delete(reference: ObjectReference): void {
    const key = clusterKey(reference);
    switch (reference.kind) {
      case "NodeClaim":
        this.#cluster.deleteNodeClaim(key);
        return;
      case "Node":
        this.#cluster.deleteNode(key);
        return;
      case "Pod": {
        const pod = this.#cluster.pod(key);
        if (pod !== undefined) {
          this.#cluster.deletePod(key, pod.spec.terminationGracePeriodSeconds);
        }
        return;
      }
      case "EC2NodeClass":
        return this.#deleteNodeClass(reference);
      default:
        this.#cluster.remove(reference.kind, key);
    }
  }

  /** With a finalizer it stays, terminating. */
  #deleteNodeClass(reference: ObjectReference): void {
    const nodeClass = this.#cluster.get("EC2NodeClass", reference.name);
    if (nodeClass === undefined) return;
    if (nodeClass.metadata.finalizers.length === 0) {
      this.#objects.delete(reference);
      this.#cluster.remove("EC2NodeClass", reference.name);
      return;
    }
    this.#deletedClasses.add(reference.name);
    const metadata = { ...nodeClass.metadata, generation: nodeClass.metadata.generation + 1 };
    this.#cluster.put({ ...nodeClass, metadata });
  }

  facts(atSeconds: number): Facts {
    const [cluster, state, cost] = [this.#cluster, this.#state, this.#cost];
    const scene = { start: this.#start, now: this.#now, cluster, state, cost };
    const actions = this.#actions.toSorted(compareStrings);
    const events = [...new Set(cluster.events.map(describeEvent))].sort(compareStrings);
    this.#actions = [];
    cluster.events.length = 0;
    return describeFacts(scene, { atSeconds, actions, events });
  }

  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counters].sort(([a], [b]) => compareStrings(a, b)));
  }

  #note(action: string): void {
    const elapsedSeconds = Math.trunc((this.#now - this.#start) / 1000);
    this.#actions.push(`${`${elapsedSeconds}s`.padStart(7)} ${action}`);
  }

  #count(name: string): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + 1);
  }
}

function describeEvent({ type, reason, objectKind, objectKey, message }: ClusterEvent): string {
  return `${type} ${reason} ${objectKind}/${objectKey}: ${message}`;
}

/** The counters of Karpenter's that the fact moves. */
function countersOf(fact: LifecycleFact): readonly string[] {
  switch (fact.kind) {
    case "registered":
      return ["nodes_created_total"];
    case "node-claim-disrupted": {
      const disrupted = `nodeclaims_disrupted_total ${fact.reason}`;
      if (fact.conditionType === undefined) return [disrupted];
      const condition = fact.conditionType.replaceAll(/(?<!^)([A-Z])/g, "_$1").toLowerCase();
      return [disrupted, `nodeclaims_unhealthy_disrupted_total ${condition}`];
    }
    case "node-drained":
      return ["nodes_drained_total"];
    case "node-terminated":
      return ["nodes_terminated_total"];
    case "node-claim-terminated":
      return ["nodeclaims_terminated_total"];
    case "pod-evicted":
      return [`pods_drained_total ${fact.reason}`];
    default:
      return [];
  }
}
