import { type Node, type NodeClaim, objectKey } from "../apis/index.ts";
import {
  done,
  isConditionTrue,
  KeyedController,
  type Outcome,
  setCondition,
} from "../state/index.ts";
import {
  after,
  formatFixed,
  formatResource,
  milliseconds,
  minutes,
  seconds,
  type SimTime,
  sortedEntries,
} from "../units/index.ts";
import { type LifecycleContext, writeNodeClaim } from "./lifecycle-context.ts";

const backoff = { base: milliseconds(5), max: seconds(1000) };
const scanPeriod = minutes(10);
const toleratedShare = 0.9;

/**
 * Resources of which the Node has less than 90 % of what was expected, in upstream's sentences, by
 * name. Only initialized NodeClaims are looked at, and only what was asked for.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/consistency/nodeshape.go NodeShape.Check
 */
export function nodeShapeIssues(nodeClaim: NodeClaim, node: Node): readonly string[] {
  if (nodeClaim.metadata.deletionTimestamp !== undefined) return [];
  if (!isConditionTrue(nodeClaim, "Initialized")) return [];
  return sortedEntries(nodeClaim.spec.requests).flatMap(([name, requested]) => {
    const expected = nodeClaim.status.capacity[name] ?? 0;
    const found = node.status.capacity[name] ?? 0;
    if (requested === 0 || expected === 0 || found / expected >= toleratedShare) return [];
    const percent = formatFixed((found / expected) * 100, 1);
    return [
      `expected ${formatResource(name, expected)} of resource ${name}, ` +
        `but found ${formatResource(name, found)} (${percent}% of expected)`,
    ];
  });
}

/**
 * Checks every ten minutes whether nodes are as large as they should be. Nothing is done about it.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/consistency/controller.go Controller
 */
export class ConsistencyController extends KeyedController {
  readonly #context: LifecycleContext;
  readonly #scannedAt = new Map<string, SimTime>();

  constructor(context: LifecycleContext) {
    super({
      name: "nodeclaim.consistency",
      backoff,
      keysOf: ({ type, object }) => {
        if (object.kind === "Node") return context.machines.nodeClaimNamesOf(object);
        if (object.kind !== "NodeClaim") return [];
        if (type === "deleted") this.#scannedAt.delete(object.metadata.name);
        return type === "deleted" ? [] : [object.metadata.name];
      },
      reconcileKey: (key, now) => this.#check(key, now),
    });
    this.#context = context;
  }

  #check(name: string, now: SimTime): Outcome {
    const { cluster, machines } = this.#context;
    const nodeClaim = cluster.nodeClaim(name);
    if (nodeClaim === undefined || (nodeClaim.status.providerId ?? "") === "") return done;
    const scannedAt = this.#scannedAt.get(name);
    const nextAt = scannedAt === undefined ? now : after(scannedAt, scanPeriod);
    if (now < nextAt) return { requeueAt: nextAt };
    this.#scannedAt.set(name, now);
    const nodes = machines.nodesOf(nodeClaim);
    const [node] = nodes;
    if (node === undefined || nodes.length > 1) return done;
    this.#save(nodeClaim, nodeShapeIssues(nodeClaim, node), now);
    return { requeueAt: after(now, scanPeriod) };
  }

  #save(nodeClaim: NodeClaim, issues: readonly string[], now: SimTime): void {
    const { cluster } = this.#context;
    for (const message of issues) {
      const about = { objectKind: "NodeClaim", objectKey: objectKey(nodeClaim) } as const;
      cluster.recordEvent({ type: "Warning", reason: "FailedConsistencyCheck", message, ...about });
    }
    const type = "ConsistentStateFound";
    if (issues.length === 0 && isConditionTrue(nodeClaim, type)) return;
    const failed = {
      status: "False",
      reason: "ConsistencyCheckFailed",
      message: "Consistency Check Failed",
    } as const;
    const changed =
      issues.length > 0
        ? setCondition(nodeClaim, { type, ...failed }, now)
        : setCondition(nodeClaim, { type, status: "True" }, now);
    if (changed !== nodeClaim) writeNodeClaim(cluster, changed);
  }
}
