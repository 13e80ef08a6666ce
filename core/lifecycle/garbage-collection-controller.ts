import type { NodeClaim } from "../apis/index.ts";
import { type Controller, isConditionTrue } from "../state/index.ts";
import { after, minutes, type SimTime } from "../units/index.ts";
import { isNodeReady } from "./initialization.ts";
import type { LifecycleContext } from "./lifecycle-context.ts";

const period = minutes(2);

/**
 * Deletes NodeClaims whose instance is gone without anybody having deleted them. A Node that still
 * reports Ready proves the instance; several Nodes of one machine prove nothing.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/garbagecollection/controller.go Controller
 */
export class GarbageCollectionController implements Controller {
  readonly name = "nodeclaim.garbagecollection";
  readonly #context: LifecycleContext;
  #dueAt: SimTime | undefined;

  constructor(context: LifecycleContext) {
    this.#context = context;
  }

  /** The first event starts the clock: before it there is nothing to collect. */
  observe(_event: unknown, now: SimTime): void {
    this.#dueAt ??= now;
  }

  reconcile(now: SimTime): void {
    if (this.#dueAt === undefined || now < this.#dueAt) return;
    this.#dueAt = after(now, period);
    const { cluster, cloudProvider, recorder } = this.#context;
    const instances = cloudProvider.list(now).filter(({ isTerminating }) => !isTerminating);
    const providerIds = new Set(instances.map(({ providerId }) => providerId));
    for (const nodeClaim of cluster.nodeClaims()) {
      if (!this.#isOrphan(nodeClaim, providerIds)) continue;
      if (!cluster.deleteNodeClaim(nodeClaim.metadata.name)) continue;
      const reason = "garbage_collected";
      recorder.record({ kind: "node-claim-disrupted", nodeClaim, reason }, now);
    }
  }

  nextDueAt(): SimTime | undefined {
    return this.#dueAt;
  }

  /** A NodeClaim that isn't registered is left to the registration timeout. */
  #isOrphan(nodeClaim: NodeClaim, providerIds: ReadonlySet<string>): boolean {
    if (nodeClaim.metadata.deletionTimestamp !== undefined) return false;
    if (!isConditionTrue(nodeClaim, "Registered")) return false;
    if (providerIds.has(nodeClaim.status.providerId ?? "")) return false;
    const nodes = this.#context.machines.nodesOf(nodeClaim);
    const [node] = nodes;
    return nodes.length !== 1 || node === undefined || !isNodeReady(node);
  }
}
