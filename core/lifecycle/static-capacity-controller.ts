// Keeps as many machines as a static NodePool asks for; feature gate StaticCapacity. Too few are
// made up for once cluster state is known; too many are deleted whatever runs on them.
import { labelNodePool, type NodeClaim, type NodePool, type Pod } from "../apis/index.ts";
import { staticNodeClaimDraft } from "../provisioning/index.ts";
import {
  done,
  doNotDisruptEvent,
  isConditionTrue,
  KeyedController,
  type Outcome,
  type StateNode,
  type WatchEvent,
} from "../state/index.ts";
import { after, minutes, milliseconds, seconds, type SimTime } from "../units/index.ts";
import type { LifecycleContext } from "./lifecycle-context.ts";
import { decideScaleDown } from "./static-capacity.ts";

const backoff = { base: milliseconds(5), max: seconds(1000) };
const syncRetry = seconds(1);
const limitRetry = seconds(30);
const recheck = minutes(1);

/**
 * Creates NodeClaims that static NodePools lack.
 *
 * NodeClaims whose replacement is under way aren't subtracted from what is wanted, so a shortfall
 * during drift overshoots by them until scale-down corrects it.
 *
 * @see karpenter v1.14.1 pkg/controllers/static/provisioning/controller.go Controller
 */
export class StaticProvisioningController extends KeyedController {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    super({
      name: "static.provisioning",
      backoff,
      keysOf: (event) => keysForProvisioning(event),
      reconcileKey: (key, now) => this.#provision(key, now),
    });
    this.#context = context;
  }

  #provision(name: string, now: SimTime): Outcome {
    const { cluster, state } = this.#context;
    const nodePool = cluster.nodePool(name);
    const replicas = replicasOf(nodePool);
    if (nodePool === undefined || replicas === undefined) return done;
    if (!isConditionTrue(nodePool, "Ready")) return done;
    if (!state.hasSynced && !state.isSynced()) return { requeueAt: after(now, syncRetry) };
    const { active, pendingDisruption } = state.nodePoolClaims.counts(name);
    if (active + pendingDisruption >= replicas) return { requeueAt: after(now, recheck) };
    const limit = nodePool.spec.limits["nodes"];
    const granted = state.nodePoolClaims.reserve(name, replicas - active, limit);
    if (granted <= 0) return { requeueAt: after(now, limitRetry) };
    for (let created = 0; created < granted; created++) this.#create(nodePool, now);
    return { requeueAt: after(now, recheck) };
  }

  #create(nodePool: NodePool, now: SimTime): void {
    const { cluster, state, recorder } = this.#context;
    const nodeClaim = cluster.createNodeClaim(staticNodeClaimDraft(nodePool));
    recorder.record({ kind: "scaled-up", nodeClaim }, now);
    state.nodePoolClaims.release(nodePool.metadata.name, 1);
  }
}

/**
 * Deletes NodeClaims that static NodePools have too many of.
 *
 * @see karpenter v1.14.1 pkg/controllers/static/deprovisioning/controller.go Controller
 */
export class StaticDeprovisioningController extends KeyedController {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    super({
      name: "static.deprovisioning",
      backoff,
      keysOf: (event) => keysForDeprovisioning(event),
      reconcileKey: (key, now) => this.#deprovision(key, now),
    });
    this.#context = context;
  }

  #deprovision(name: string, now: SimTime): Outcome {
    const { cluster, state } = this.#context;
    const replicas = replicasOf(cluster.nodePool(name));
    if (replicas === undefined) return done;
    const excess = state.nodePoolClaims.counts(name).active - replicas;
    const victims = excess > 0 ? this.#victims(name, excess, now) : [];
    for (const nodeClaim of victims) this.#delete(nodeClaim, now);
    return { requeueAt: after(now, recheck) };
  }

  #victims(nodePoolName: string, count: number, now: SimTime): readonly NodeClaim[] {
    const { cluster, machines, state } = this.#context;
    const nodeClaims = machines
      .nodeClaimNamesOfNodePool(nodePoolName)
      .flatMap((name) => cluster.nodeClaim(name) ?? []);
    const running = state
      .stateNodes()
      .filter(
        ({ labels, nodeClaim, isMarkedForDeletion }) =>
          labels[labelNodePool] === nodePoolName && nodeClaim !== undefined && !isMarkedForDeletion,
      )
      .map((stateNode) => ({ stateNode, pods: this.#podsOf(stateNode) }));
    const decision = decideScaleDown(nodeClaims, running, count, now);
    for (const pod of decision.judgedPods) {
      const event = doNotDisruptEvent(pod, now);
      if (event !== undefined) cluster.recordEvent(event);
    }
    return decision.nodeClaims;
  }

  /** Finished pods, too: upstream asks the API server, which lists them all. */
  #podsOf({ node }: StateNode): readonly Pod[] {
    return node === undefined ? [] : this.#context.cluster.podsOnNode(node.metadata.name);
  }

  /**
   * Upstream counts the NodeClaim as deleting right away, and undoes that at the event of its deletion
   * where it was never launched; here the event, which comes at once, counts alone.
   */
  #delete(nodeClaim: NodeClaim, now: SimTime): void {
    const { cluster, recorder } = this.#context;
    if (!cluster.deleteNodeClaim(nodeClaim.metadata.name)) return;
    recorder.record({ kind: "scaled-down", nodeClaim }, now);
  }
}

/** `undefined` for a NodePool that isn't static, is being deleted or is gone. */
function replicasOf(nodePool: NodePool | undefined): number | undefined {
  if (nodePool?.metadata.deletionTimestamp !== undefined) return undefined;
  return nodePool?.spec.replicas;
}

function keysForProvisioning({ type, object, before }: WatchEvent): readonly string[] {
  if (object.kind === "NodePool" && type !== "deleted") {
    const previous = before?.kind === "NodePool" ? before : undefined;
    const isReadyNow = isConditionTrue(object, "Ready");
    const wasReady = previous !== undefined && isConditionTrue(previous, "Ready");
    const isWanted =
      type === "added" || hasOtherReplicas(object, previous) || (isReadyNow && !wasReady);
    return isWanted ? [object.metadata.name] : [];
  }
  if (object.kind !== "NodeClaim") return [];
  const wasDeleting = before?.metadata.deletionTimestamp !== undefined;
  const isDeleting = object.metadata.deletionTimestamp !== undefined;
  const isLost = type === "deleted" || (type === "modified" && isDeleting && !wasDeleting);
  return isLost ? nodePoolOf(object) : [];
}

function keysForDeprovisioning({ type, object, before }: WatchEvent): readonly string[] {
  if (object.kind === "NodePool" && type !== "deleted") {
    const previous = before?.kind === "NodePool" ? before : undefined;
    const isWanted = type === "added" || hasOtherReplicas(object, previous);
    return isWanted ? [object.metadata.name] : [];
  }
  return object.kind === "NodeClaim" && type === "added" ? nodePoolOf(object) : [];
}

function hasOtherReplicas(nodePool: NodePool, before: NodePool | undefined): boolean {
  return nodePool.spec.replicas !== before?.spec.replicas;
}

function nodePoolOf(nodeClaim: NodeClaim): readonly string[] {
  const name = nodeClaim.metadata.labels[labelNodePool];
  return name === undefined ? [] : [name];
}
