import { controllerOf, objectKey } from "../../../core/apis/index.ts";
import type { Deployment, ReplicaSet } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { compareStrings, simTime } from "../../../core/units/index.ts";
import { controllerReference, draftMeta } from "../object-drafts.ts";
import { isPodActive, isPodAvailable, isPodTerminal, readySince } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, changesAvailability, controllerKey, WorkQueue } from "./controller.ts";
import { proportionalSizes, rolloutGoal, rollingUpdateStep } from "./rolling-update.ts";
import type { ReplicaSetSize, RolloutGoal } from "./rolling-update.ts";
import { templateHash } from "./template-hash.ts";

const labelTemplateHash = "pod-template-hash";
const annotationDesired = "deployment.kubernetes.io/desired-replicas";
const annotationMax = "deployment.kubernetes.io/max-replicas";
const revisionHistoryLimit = 10;

/**
 * Keeps one ReplicaSet per pod template and moves replicas to the one of the present template.
 *
 * @see kubernetes pkg/controller/deployment/deployment_controller.go syncDeployment
 */
export class DeploymentController implements KubeController {
  readonly name = "deployment";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object } = event;
    if (object.kind === "Deployment") {
      if (event.type !== "deleted") this.#queue.add(objectKey(object));
    } else if (object.kind === "ReplicaSet") {
      this.#addOwner(object);
    } else {
      const podEvent = asPodEvent(event);
      if (podEvent === undefined || !changesAvailability(podEvent)) return;
      const key = controllerKey(podEvent.object, "ReplicaSet");
      const replicaSet = key === undefined ? undefined : this.#context.api.get("ReplicaSet", key);
      if (replicaSet !== undefined) this.#addOwner(replicaSet);
    }
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const deployment = this.#context.api.get("Deployment", key);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
    const hash = templateHash(deployment.spec.template);
    const owned = this.#replicaSetsOf(deployment);
    const newest = owned.find((set) => set.metadata.labels[labelTemplateHash] === hash);
    const old = owned.filter((set) => set !== newest);
    const goal = goalOf(deployment);
    if (this.#scale(deployment, goal, newest, old)) return;
    if (deployment.spec.strategy.kind === "Recreate") {
      this.#recreate(deployment, hash, newest, old);
    } else {
      this.#roll(deployment, goal, newest ?? this.#create(deployment, hash, 0), old);
    }
    this.#dropHistory(old);
  }

  #addOwner(replicaSet: ReplicaSet): void {
    const owner = controllerOf(replicaSet);
    if (owner?.kind === "Deployment") {
      this.#queue.add(`${replicaSet.metadata.namespace}/${owner.name}`);
    }
  }

  /** Oldest first, ties by name. */
  #replicaSetsOf(deployment: Deployment): readonly ReplicaSet[] {
    return this.#context.api
      .dependentsOf(deployment.metadata.uid)
      .filter((object): object is ReplicaSet => object.kind === "ReplicaSet")
      .sort(
        (a, b) =>
          a.metadata.creationTimestamp - b.metadata.creationTimestamp ||
          compareStrings(a.metadata.name, b.metadata.name),
      );
  }

  /** Follows a change of the Deployment's replicas; true when that was all to do in this pass. */
  #scale(
    deployment: Deployment,
    goal: RolloutGoal,
    newest: ReplicaSet | undefined,
    old: readonly ReplicaSet[],
  ): boolean {
    const all = newest === undefined ? old : [...old, newest];
    const active = all.filter((set) => set.spec.replicas > 0);
    const desired = String(goal.replicas);
    if (active.every((set) => set.metadata.annotations[annotationDesired] === desired)) {
      return false;
    }
    const [only] = active;
    if (active.length === 1 && only !== undefined) {
      this.#resize(deployment, only, goal.replicas);
      return true;
    }
    const sizes = active.map((set) => this.#sizeOf(deployment, set)).reverse();
    const isRolling = deployment.spec.strategy.kind === "RollingUpdate";
    const next = isRolling ? proportionalSizes(goal, sizes) : new Map<string, number>();
    for (const set of active) {
      this.#resize(deployment, set, next.get(set.metadata.name) ?? set.spec.replicas);
    }
    return true;
  }

  #roll(
    deployment: Deployment,
    goal: RolloutGoal,
    newest: ReplicaSet,
    old: readonly ReplicaSet[],
  ): void {
    const isSettled =
      newest.spec.replicas === goal.replicas && old.every((set) => set.spec.replicas === 0);
    if (isSettled) return;
    const sizes = old.map((set) => this.#sizeOf(deployment, set));
    const next = rollingUpdateStep(goal, this.#sizeOf(deployment, newest), sizes);
    for (const set of [newest, ...old]) {
      const replicas = next.get(set.metadata.name);
      if (replicas !== undefined) this.#resize(deployment, set, replicas);
    }
  }

  /** @see kubernetes pkg/controller/deployment/recreate.go rolloutRecreate */
  #recreate(
    deployment: Deployment,
    hash: string,
    newest: ReplicaSet | undefined,
    old: readonly ReplicaSet[],
  ): void {
    const shrinking = old.filter((set) => set.spec.replicas > 0);
    for (const set of shrinking) this.#resize(deployment, set, 0);
    if (shrinking.length > 0) return;
    const { api } = this.#context;
    const isOldRunning = old.some((set) =>
      api.podsOf(set.metadata.uid).some((pod) => !isPodTerminal(pod)),
    );
    if (isOldRunning) return;
    const { replicas } = deployment.spec;
    if (newest === undefined) this.#create(deployment, hash, replicas);
    else this.#resize(deployment, newest, replicas);
  }

  #create(deployment: Deployment, hash: string, replicas: number): ReplicaSet {
    const { name, namespace } = deployment.metadata;
    const { selector, template, minReadySeconds } = deployment.spec;
    const labels = { ...template.labels, [labelTemplateHash]: hash };
    const matchLabels = { ...selector.matchLabels, [labelTemplateHash]: hash };
    const draft: ReplicaSet = {
      kind: "ReplicaSet",
      metadata: draftMeta({
        name: `${name}-${hash}`,
        namespace,
        labels,
        annotations: sizeAnnotations(deployment),
        ownerReferences: [controllerReference(deployment)],
      }),
      spec: {
        replicas,
        selector: { ...selector, matchLabels },
        template: { ...template, labels },
        minReadySeconds,
      },
    };
    const { api } = this.#context;
    const created = api.create(draft) ?? api.create({ ...draft }, { generateName: true });
    return created as ReplicaSet;
  }

  #resize(deployment: Deployment, set: ReplicaSet, replicas: number): void {
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
    const isSame =
      set.spec.replicas === replicas &&
      set.metadata.annotations[annotationDesired] === annotations[annotationDesired] &&
      set.metadata.annotations[annotationMax] === annotations[annotationMax];
    if (isSame) return;
    const metadata = { ...set.metadata, annotations };
    this.#context.api.update({ ...set, metadata, spec: { ...set.spec, replicas } });
  }

  #sizeOf(deployment: Deployment, set: ReplicaSet): ReplicaSetSize {
    const { api, timeline } = this.#context;
    const { minReadySeconds } = deployment.spec;
    const now = timeline.now;
    let available = 0;
    for (const pod of api.podsOf(set.metadata.uid)) {
      if (!isPodActive(pod)) continue;
      const since = readySince(pod);
      if (since === undefined) continue;
      if (isPodAvailable(pod, minReadySeconds, now)) available += 1;
      else this.#queue.add(objectKey(deployment), simTime(since + minReadySeconds * 1000));
    }
    const maxReplicasThen = Number(set.metadata.annotations[annotationMax] ?? set.spec.replicas);
    return { name: set.metadata.name, replicas: set.spec.replicas, available, maxReplicasThen };
  }

  #dropHistory(old: readonly ReplicaSet[]): void {
    const { api } = this.#context;
    const unused = old.filter(
      (set) => set.spec.replicas === 0 && api.podsOf(set.metadata.uid).length === 0,
    );
    for (const set of unused.slice(0, Math.max(0, unused.length - revisionHistoryLimit))) {
      api.delete("ReplicaSet", objectKey(set));
    }
  }
}

function goalOf(deployment: Deployment): RolloutGoal {
  const { replicas, strategy } = deployment.spec;
  return strategy.kind === "Recreate"
    ? { replicas, maxSurge: 0, maxUnavailable: replicas }
    : rolloutGoal(replicas, strategy.maxSurge, strategy.maxUnavailable);
}

function sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  const { replicas, maxSurge } = goalOf(deployment);
  return {
    [annotationDesired]: String(replicas),
    [annotationMax]: String(replicas + maxSurge),
  };
}
