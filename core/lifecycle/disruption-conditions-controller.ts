// The conditions that voluntary disruption starts from: Drifted and Consolidatable.
import { labelNodePool, type NodeClaim, type NodePool } from "../apis/index.ts";
import {
  clearCondition,
  conditionStatus,
  done,
  KeyedController,
  type Outcome,
  setCondition,
  type WatchEvent,
} from "../state/index.ts";
import {
  after,
  elapsed,
  hours,
  milliseconds,
  minutes,
  seconds,
  type SimTime,
} from "../units/index.ts";
import { decideConsolidatable } from "./consolidatable.ts";
import { isInstanceTypeNotFound, nodePoolDrift } from "./drifted.ts";
import { type LifecycleContext, writeNodeClaim } from "./lifecycle-context.ts";

const backoff = { base: milliseconds(5), max: seconds(1000) };
const driftPeriod = minutes(5);
const instanceTypeCheckAge = hours(1);
const instanceTypeCheckPeriod = minutes(30);

/**
 * Keeps the Drifted and Consolidatable conditions of NodeClaims.
 *
 * Differs: upstream also looks at each event of a pod on the node. What matters of those reaches
 * here through the time of the last pod event, which is part of the NodeClaim.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/controller.go Controller
 */
export class DisruptionConditionsController extends KeyedController {
  readonly #context: LifecycleContext;
  /** When the instance type was last found, by the NodeClaim's uid. */
  readonly #instanceTypeFoundAt = new Map<string, SimTime>();

  constructor(context: LifecycleContext) {
    super({
      name: "nodeclaim.disruption",
      backoff,
      keysOf: (event) => this.#keysOf(event),
      reconcileKey: (key, now) => this.#reconcileKey(key, now),
    });
    this.#context = context;
  }

  #keysOf({ type, object, before }: WatchEvent): readonly string[] {
    const { machines } = this.#context;
    switch (object.kind) {
      case "NodeClaim":
        if (type !== "deleted") return [object.metadata.name];
        this.#instanceTypeFoundAt.delete(object.metadata.uid);
        return [];
      case "NodePool": {
        const isSame =
          before?.kind === "NodePool" &&
          before.spec === object.spec &&
          before.metadata.annotations === object.metadata.annotations;
        return isSame ? [] : machines.nodeClaimNamesOfNodePool(object.metadata.name);
      }
      case "EC2NodeClass":
        return machines.nodeClaimNamesOfNodeClass(object.metadata.name);
      default:
        return [];
    }
  }

  #reconcileKey(name: string, now: SimTime): Outcome {
    const { cluster } = this.#context;
    const nodeClaim = cluster.nodeClaim(name);
    if (nodeClaim === undefined || nodeClaim.metadata.deletionTimestamp !== undefined) return done;
    const nodePool = cluster.nodePool(nodeClaim.metadata.labels[labelNodePool] ?? "");
    if (nodePool === undefined) return done;
    const withDrift = this.#withDrift(nodePool, nodeClaim, now);
    // Static capacity is never consolidated.
    const decision =
      nodePool.spec.replicas === undefined
        ? decideConsolidatable(nodePool, withDrift, now)
        : { nodeClaim: withDrift };
    if (decision.nodeClaim !== nodeClaim) writeNodeClaim(cluster, decision.nodeClaim);
    if (conditionStatus(nodeClaim, "Launched") !== "True") return done;
    const driftCheckAt = after(now, driftPeriod);
    const { requeueAt } = decision;
    return {
      requeueAt: requeueAt !== undefined && requeueAt < driftCheckAt ? requeueAt : driftCheckAt,
    };
  }

  #withDrift(nodePool: NodePool, nodeClaim: NodeClaim, now: SimTime): NodeClaim {
    if (conditionStatus(nodeClaim, "Launched") !== "True")
      return clearCondition(nodeClaim, "Drifted");
    const reason = this.#driftReason(nodePool, nodeClaim, now);
    if (reason === undefined) return clearCondition(nodeClaim, "Drifted");
    const change = { type: "Drifted", status: "True", reason, message: reason } as const;
    return setCondition(nodeClaim, change, now);
  }

  /** @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/drift.go Drift.isDrifted */
  #driftReason(nodePool: NodePool, nodeClaim: NodeClaim, now: SimTime): string | undefined {
    const reason = nodePoolDrift(nodePool, nodeClaim);
    if (reason !== undefined) return reason;
    if (this.#isInstanceTypeNotFound(nodePool, nodeClaim, now)) return "InstanceTypeNotFound";
    return this.#context.cloudProvider.isDrifted(nodeClaim, now);
  }

  /** Looked at only from an hour's age on, and after success not again for half an hour. */
  #isInstanceTypeNotFound(nodePool: NodePool, nodeClaim: NodeClaim, now: SimTime): boolean {
    const { uid, creationTimestamp } = nodeClaim.metadata;
    if (elapsed(creationTimestamp, now) <= instanceTypeCheckAge) return false;
    const foundAt = this.#instanceTypeFoundAt.get(uid);
    if (foundAt !== undefined && elapsed(foundAt, now) < instanceTypeCheckPeriod) return false;
    const instanceTypes = this.#context.cloudProvider.getInstanceTypes(nodePool);
    if (isInstanceTypeNotFound(instanceTypes, nodeClaim)) return true;
    this.#instanceTypeFoundAt.set(uid, now);
    return false;
  }
}
