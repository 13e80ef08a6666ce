/**
 * What Karpenter does about what befalls an instance: it notes it on the NodeClaim and its node, takes
 * an interrupted offering out of decisions for a while, and deletes the NodeClaim, which drains the
 * node; at a failed status check the drain is forced. Instances without a NodeClaim are left alone.
 *
 * A NodeClaim that is being deleted already is not deleted again, since messages about instances that
 * Karpenter itself terminates come as well; but a failed status check forces its drain, too.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/utils.go InterruptionHandler
 */
import {
  annotationTerminationTimestamp,
  labelInstanceType,
  labelNodePool,
  labelZone,
  type NodeClaim,
} from "../../core/apis/index.ts";
import { type Cluster, truncateToSecond } from "../../core/state/index.ts";
import { formatTime, type SimTime } from "../../core/units/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import type { AwsCloudProvider } from "./aws-cloud-provider.ts";
import {
  actionFor,
  type InterruptionKind,
  type InterruptionNotice,
  noticeFor,
} from "./interruption-kinds.ts";
import type { UnavailableOfferings } from "./unavailable-offerings.ts";

export interface InterruptionHandlerOptions {
  readonly cluster: Cluster;
  readonly provider: Pick<AwsCloudProvider, "launchedNode">;
  readonly unavailable: UnavailableOfferings;
  readonly ledger: LedgerSink;
}

/** See the head of this file. */
export class InterruptionHandler {
  readonly #options: InterruptionHandlerOptions;

  constructor(options: InterruptionHandlerOptions) {
    this.#options = options;
  }

  handle(instanceId: string, kind: InterruptionKind, now: SimTime): void {
    const nodeClaim = this.#nodeClaimOf(instanceId);
    if (nodeClaim === undefined) return;
    this.#note(nodeClaim, noticeFor(kind));
    if (kind === "spot-interrupted") this.#markUnavailable(nodeClaim, now);
    const action = actionFor(kind);
    if (action === "NoAction") return;
    if (action === "ForcefulTermination") this.#forceBy(nodeClaim, now);
    this.#delete(nodeClaim, kind, now);
  }

  /** The NodeClaim that has the instance, found by its status as upstream's index does. */
  #nodeClaimOf(instanceId: string): NodeClaim | undefined {
    const { provider, cluster } = this.#options;
    const node = provider.launchedNode(instanceId);
    if (node === undefined) return undefined;
    const nodeClaim = cluster.nodeClaim(node.nodeClaim.metadata.name);
    return nodeClaim?.status.providerId === node.launched.providerId ? nodeClaim : undefined;
  }

  #markUnavailable({ metadata }: NodeClaim, now: SimTime): void {
    const zone = metadata.labels[labelZone];
    const instanceType = metadata.labels[labelInstanceType];
    if (zone === undefined || instanceType === undefined) return;
    this.#options.unavailable.mark("spot", instanceType, zone, now);
  }

  /** Turns the drain into a forced one, unless it has an end already. */
  #forceBy(nodeClaim: NodeClaim, now: SimTime): void {
    const { metadata } = nodeClaim;
    if (metadata.annotations[annotationTerminationTimestamp] !== undefined) return;
    const annotations = {
      ...metadata.annotations,
      [annotationTerminationTimestamp]: formatTime(truncateToSecond(now)),
    };
    this.#options.cluster.updateNodeClaim({
      ...nodeClaim,
      metadata: { ...metadata, annotations },
    });
  }

  #delete({ metadata, status }: NodeClaim, kind: InterruptionKind, now: SimTime): void {
    if (metadata.deletionTimestamp !== undefined) return;
    const { cluster, ledger } = this.#options;
    ledger.record({
      kind: "node-claim-deleted",
      at: now,
      nodeClaimName: metadata.name,
      nodePoolName: metadata.labels[labelNodePool] ?? "",
      reason: kind,
    });
    cluster.deleteNodeClaim(metadata.name);
    const reason = "TerminatingOnInterruption";
    const message = "Interruption triggered termination for the";
    this.#noteOn("NodeClaim", metadata.name, {
      ...{ type: "Warning", reason },
      message: `${message} NodeClaim`,
    });
    this.#noteOn("Node", status.nodeName, {
      ...{ type: "Warning", reason },
      message: `${message} Node`,
    });
  }

  #note({ metadata, status }: NodeClaim, notice: InterruptionNotice): void {
    this.#noteOn("NodeClaim", metadata.name, notice);
    this.#noteOn("Node", status.nodeName, notice);
  }

  #noteOn(
    objectKind: "NodeClaim" | "Node",
    objectKey: string | undefined,
    notice: InterruptionNotice,
  ): void {
    const { cluster } = this.#options;
    if (objectKey === undefined) return;
    if (objectKind === "Node" && cluster.node(objectKey) === undefined) return;
    cluster.recordEvent({ ...notice, objectKind, objectKey });
  }
}
