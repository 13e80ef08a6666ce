/**
 * What Karpenter does about EC2's interruption messages: a Spot interruption takes the offering out of
 * decisions for a while and deletes the NodeClaim, which drains the node; an instance that EC2 ends
 * loses its NodeClaim too. Rebalance recommendations are noted and nothing else. Messages about
 * instances without a NodeClaim are dropped.
 *
 * Messages about instances that Karpenter itself terminates come as well; they are only noted, for
 * the NodeClaim is being deleted already.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/controller.go
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/utils.go InterruptionHandler
 */
import {
  labelInstanceType,
  labelNodePool,
  labelZone,
  type NodeClaim,
} from "../../core/apis/index.ts";
import type { Cluster } from "../../core/state/index.ts";
import { after } from "../../core/units/index.ts";
import type { Ec2Instance, Ec2Notification } from "../ec2/index.ts";
import { capacityPoolId, sampleDelay } from "../ec2/index.ts";
import type { Timeline } from "../engine/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import type { AwsEvent, InterruptionKind } from "./aws-event.ts";
import type { AwsCloudProvider } from "./aws-cloud-provider.ts";
import type { AwsSettings } from "./settings.ts";
import type { UnavailableOfferings } from "./unavailable-offerings.ts";

export interface InterruptionQueueOptions {
  readonly timeline: Timeline<AwsEvent>;
  readonly cluster: Cluster;
  readonly provider: Pick<AwsCloudProvider, "launchedNode">;
  readonly unavailable: UnavailableOfferings;
  readonly settings: Pick<AwsSettings, "hasInterruptionQueue" | "interruptionDelaySeconds">;
  readonly seed: number | string;
  readonly ledger: LedgerSink;
}

type Message = Extract<AwsEvent, { kind: "interruption-message" }>;

/** The queue and its handler; see the head of this file. */
export class InterruptionQueue {
  readonly #options: InterruptionQueueOptions;

  constructor(options: InterruptionQueueOptions) {
    this.#options = options;
  }

  /** Puts EC2's event into the queue, if there is a queue. */
  receive(notification: Ec2Notification): void {
    if (!this.#options.settings.hasInterruptionQueue) return;
    const message = messageOf(notification);
    if (message === undefined || notification.kind === "fleet-answer") return;
    this.#send(notification.instance, message);
  }

  /** Takes a message out of the queue and acts on it. */
  handle({ instanceId, message }: Message): void {
    const nodeClaim = this.#nodeClaimOf(instanceId);
    if (nodeClaim === undefined) return;
    this.#note(nodeClaim, { reason: noticeReasons[message], ...bothTold(noticeTexts[message]) });
    if (message === "spot-interrupted") this.#markUnavailable(nodeClaim);
    if (message !== "rebalance-recommendation") this.#delete(nodeClaim, message);
  }

  #delete(nodeClaim: NodeClaim, message: InterruptionKind): void {
    if (nodeClaim.metadata.deletionTimestamp !== undefined) return;
    const { timeline, cluster, ledger } = this.#options;
    ledger.record({
      kind: "node-claim-deleted",
      at: timeline.now,
      nodeClaimName: nodeClaim.metadata.name,
      nodePoolName: nodeClaim.metadata.labels[labelNodePool] ?? "",
      reason: message,
    });
    cluster.deleteNodeClaim(nodeClaim.metadata.name);
    this.#note(nodeClaim, {
      reason: "TerminatingOnInterruption",
      onNodeClaim: "Interruption triggered termination for the NodeClaim",
      onNode: "Interruption triggered termination for the Node",
    });
  }

  #markUnavailable({ metadata }: NodeClaim): void {
    const zone = metadata.labels[labelZone];
    const instanceType = metadata.labels[labelInstanceType];
    if (zone === undefined || instanceType === undefined) return;
    this.#options.unavailable.mark("spot", instanceType, zone, this.#options.timeline.now);
  }

  /** The NodeClaim that has the instance, found by its status as upstream's index does. */
  #nodeClaimOf(instanceId: string): NodeClaim | undefined {
    const { provider, cluster } = this.#options;
    const node = provider.launchedNode(instanceId);
    if (node === undefined) return undefined;
    const nodeClaim = cluster.nodeClaim(node.nodeClaim.metadata.name);
    return nodeClaim?.status.providerId === node.launched.providerId ? nodeClaim : undefined;
  }

  #send(instance: Ec2Instance, message: InterruptionKind): void {
    const { timeline, settings, seed } = this.#options;
    const { instanceId, pool, ordinal, state } = instance;
    const delay = sampleDelay(settings.interruptionDelaySeconds, {
      seed,
      purpose: "interruption-delay",
      entity: `${message}/${state}/${capacityPoolId(pool)}`,
      index: ordinal,
    });
    const event = { room: "aws", kind: "interruption-message", instanceId, message } as const;
    timeline.schedule(after(timeline.now, delay), event, "karpenter-lifecycle");
  }

  #note(
    { metadata, status }: NodeClaim,
    event: { readonly reason: string; readonly onNodeClaim: string; readonly onNode: string },
  ): void {
    const { cluster } = this.#options;
    const { reason, onNodeClaim, onNode } = event;
    cluster.recordEvent({
      type: "Warning",
      reason,
      message: onNodeClaim,
      objectKind: "NodeClaim",
      objectKey: metadata.name,
    });
    if (status.nodeName === undefined || cluster.node(status.nodeName) === undefined) return;
    cluster.recordEvent({
      type: "Warning",
      reason,
      message: onNode,
      objectKind: "Node",
      objectKey: status.nodeName,
    });
  }
}

/** What EC2's event is in the queue; `undefined` for what the queue's rules let pass by. */
function messageOf(notification: Ec2Notification): InterruptionKind | undefined {
  switch (notification.kind) {
    case "spot-interruption-warning":
      return "spot-interrupted";
    case "rebalance-recommendation":
      return "rebalance-recommendation";
    case "instance-state-changed": {
      const { state } = notification.instance;
      return state === "shutting-down" || state === "terminated"
        ? "instance-terminated"
        : undefined;
    }
    case "fleet-answer":
      return undefined;
  }
}

/** @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/events/events.go */
const noticeReasons: Readonly<Record<InterruptionKind, string>> = {
  "spot-interrupted": "SpotInterrupted",
  "rebalance-recommendation": "SpotRebalanceRecommendation",
  "instance-terminated": "InstanceTerminating",
};
const noticeTexts: Readonly<Record<InterruptionKind, string>> = {
  "spot-interrupted": "Spot interruption warning was triggered",
  "rebalance-recommendation": "Spot rebalance recommendation was triggered",
  "instance-terminated": "Instance is terminating",
};

function bothTold(message: string): { readonly onNodeClaim: string; readonly onNode: string } {
  return { onNodeClaim: message, onNode: message };
}
