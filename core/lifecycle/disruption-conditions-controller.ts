// The conditions that voluntary disruption starts from: Drifted and Consolidatable.
import { labelNodePool, type NodeClaim, type NodePool } from "../apis/index.ts";
import type { DriftResult } from "../cloudprovider/index.ts";
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
 * Differs: upstream also looks at each event of a pod on the node, and when a counter writes a
 * NodePool's usage. What matters of pods reaches here through the time of the last pod event, which
 * is part of the NodeClaim; a drift that only the provider knows of, and neither NodePool nor
 * NodeClass shows, may be seen up to five minutes later than upstream.
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

  #keysOf({ type, object }: WatchEvent): readonly string[] {
    const { machines } = this.#context;
    switch (object.kind) {
      case "NodeClaim":
        if (type !== "deleted") return [object.metadata.name];
        this.#instanceTypeFoundAt.delete(object.metadata.uid);
        return [];
      case "NodePool":
        return machines.nodeClaimNamesOfNodePool(object.metadata.name);
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
    const drift = this.#drift(nodePool, nodeClaim, now);
    const withDrift = withDriftedCondition(nodeClaim, drift, now);
    // Static capacity is never consolidated.
    const decision =
      nodePool.spec.replicas === undefined
        ? decideConsolidatable(nodePool, withDrift, now)
        : { nodeClaim: withDrift };
    if (decision.nodeClaim !== nodeClaim) writeNodeClaim(cluster, decision.nodeClaim);
    const { requeueAt } = decision;
    if (drift.kind === "error") return { isFailed: true };
    const isChecked =
      conditionStatus(nodeClaim, "Launched") === "True" && drift.kind !== "not-found";
    if (!isChecked) return requeueAt === undefined ? done : { requeueAt };
    const driftCheckAt = after(now, driftPeriod);
    return {
      requeueAt: requeueAt !== undefined && requeueAt < driftCheckAt ? requeueAt : driftCheckAt,
    };
  }

  /** @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/drift.go Drift.isDrifted */
  #drift(nodePool: NodePool, nodeClaim: NodeClaim, now: SimTime): DriftResult {
    if (conditionStatus(nodeClaim, "Launched") !== "True") return { kind: "not-drifted" };
    const reason = nodePoolDrift(nodePool, nodeClaim);
    if (reason !== undefined) return { kind: "drifted", reason };
    if (this.#isInstanceTypeCheckDue(nodeClaim, now)) {
      const result = this.#findInstanceType(nodePool, nodeClaim, now);
      if (result.kind !== "not-drifted") return result;
    }
    return this.#context.cloudProvider.isDrifted(nodeClaim, now);
  }

  /** Looked at only from an hour's age on, and after success not again for half an hour. */
  #isInstanceTypeCheckDue({ metadata }: NodeClaim, now: SimTime): boolean {
    const { uid, creationTimestamp } = metadata;
    if (elapsed(creationTimestamp, now) <= instanceTypeCheckAge) return false;
    const foundAt = this.#instanceTypeFoundAt.get(uid);
    return foundAt === undefined || elapsed(foundAt, now) >= instanceTypeCheckPeriod;
  }

  /** A NodeClass that is there and has no types at all cannot be read; one that isn't has none. */
  #findInstanceType(nodePool: NodePool, nodeClaim: NodeClaim, now: SimTime): DriftResult {
    const { cloudProvider } = this.#context;
    const instanceTypes = cloudProvider.getInstanceTypes(nodePool);
    if (instanceTypes.length === 0) {
      const { kind } = cloudProvider.nodeClassReadiness(nodePool);
      const isGone = kind === "not-found" || kind === "terminating";
      if (!isGone) return { kind: "error", message: "no instance types found" };
    }
    if (isInstanceTypeNotFound(instanceTypes, nodeClaim)) {
      return { kind: "drifted", reason: "InstanceTypeNotFound" };
    }
    this.#instanceTypeFoundAt.set(nodeClaim.metadata.uid, now);
    return { kind: "not-drifted" };
  }
}

function withDriftedCondition(nodeClaim: NodeClaim, drift: DriftResult, now: SimTime): NodeClaim {
  switch (drift.kind) {
    case "not-drifted":
      return clearCondition(nodeClaim, "Drifted");
    case "drifted": {
      const { reason } = drift;
      const change = { type: "Drifted", status: "True", reason, message: reason } as const;
      return setCondition(nodeClaim, change, now);
    }
    case "not-found":
    case "error":
      return nodeClaim;
  }
}
