import {
  annotationTerminationTimestamp,
  labelNodePool,
  type Node,
  type NodeClaim,
} from "../apis/index.ts";
import { findUnhealthyCondition, type UnhealthyCondition } from "../cloudprovider/index.ts";
import { done, KeyedController, type Outcome, truncateToSecond } from "../state/index.ts";
import {
  after,
  formatTime,
  milliseconds,
  minutes,
  seconds,
  type SimTime,
  tryParseTime,
} from "../units/index.ts";
import { isManagedNode, type LifecycleContext, writeNodeClaim } from "./lifecycle-context.ts";
import { areConditionsChanged, areNodesHealthy } from "./node-repair.ts";

const backoff = { base: milliseconds(100), max: seconds(10) };
const blockedRetry = minutes(5);

/**
 * Replaces nodes that have been unhealthy for too long, by force: budgets, PodDisruptionBudgets and
 * do-not-disrupt don't count, and pods get a second. Feature gate NodeRepair.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/health/controller.go Controller
 */
export class NodeRepairController extends KeyedController {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    super({
      name: "node.health",
      backoff,
      keysOf: ({ type, object, before }) => {
        if (object.kind !== "Node" || type === "deleted" || !isManagedNode(object)) return [];
        const previous = before?.kind === "Node" ? before : undefined;
        return areConditionsChanged(object, previous) ? [object.metadata.name] : [];
      },
      reconcileKey: (key, now) => this.#repair(key, now),
    });
    this.#context = context;
  }

  #repair(name: string, now: SimTime): Outcome {
    const { cluster, cloudProvider, machines } = this.#context;
    const node = cluster.node(name);
    const nodeClaim = node === undefined ? undefined : machines.nodeClaimOf(node);
    if (node === undefined || nodeClaim === undefined) return done;
    const unhealthy = findUnhealthyCondition(node, cloudProvider.repairPolicies());
    if (unhealthy === undefined) return done;
    if (now < unhealthy.repairAt) return { requeueAt: unhealthy.repairAt };
    if (this.#isBlocked(node, nodeClaim)) return { requeueAt: after(now, blockedRetry) };
    this.#annotate(nodeClaim, now);
    this.#delete(nodeClaim, unhealthy, now);
    return done;
  }

  #isBlocked(node: Node, nodeClaim: NodeClaim): boolean {
    const { cluster, cloudProvider } = this.#context;
    const nodePoolName = nodeClaim.metadata.labels[labelNodePool];
    const nodes = cluster
      .nodes()
      .filter(
        ({ metadata }) =>
          nodePoolName === undefined || metadata.labels[labelNodePool] === nodePoolName,
      );
    if (areNodesHealthy(nodes, cloudProvider.repairPolicies())) return false;
    // Who asks for it is gone.
    if (nodePoolName !== undefined && cluster.nodePool(nodePoolName) === undefined) return true;
    const message =
      nodePoolName === undefined
        ? "more then 20% nodes are unhealthy in the cluster"
        : "more than 20% nodes are unhealthy in the nodepool";
    cluster.recordEvent({
      type: "Warning",
      reason: "NodeRepairBlocked",
      message,
      objectKind: "Node",
      objectKey: node.metadata.name,
    });
    return true;
  }

  /** Turns the drain into a forced one, even one that is under way. */
  #annotate(nodeClaim: NodeClaim, now: SimTime): void {
    const { metadata } = nodeClaim;
    const present = tryParseTime(metadata.annotations[annotationTerminationTimestamp] ?? "");
    if (present !== undefined && present < now) return;
    const timestamp = formatTime(truncateToSecond(now));
    const annotations = {
      ...metadata.annotations,
      [annotationTerminationTimestamp]: timestamp,
    };
    writeNodeClaim(this.#context.cluster, { ...nodeClaim, metadata: { ...metadata, annotations } });
  }

  #delete(nodeClaim: NodeClaim, { condition }: UnhealthyCondition, now: SimTime): void {
    if (nodeClaim.metadata.deletionTimestamp !== undefined) return;
    if (!this.#context.cluster.deleteNodeClaim(nodeClaim.metadata.name)) return;
    const conditionType = condition.type;
    const fact = { kind: "node-claim-disrupted", nodeClaim, reason: "unhealthy" } as const;
    this.#context.recorder.record({ ...fact, conditionType }, now);
  }
}
