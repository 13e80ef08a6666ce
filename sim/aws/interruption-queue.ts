/**
 * What Karpenter does about EC2's interruption messages: a Spot interruption takes the offering out of
 * decisions for a while and deletes the NodeClaim, which drains the node; an instance that EC2 ends
 * loses its NodeClaim too. Rebalance recommendations are noted and nothing else.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/controller.go
 */
import type { Cluster } from "../../core/state/index.ts";
import { after } from "../../core/units/index.ts";
import type { Ec2Instance, Ec2Notification } from "../ec2/index.ts";
import { sampleDelay } from "../ec2/index.ts";
import type { Timeline } from "../engine/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import type { AwsEvent } from "./aws-event.ts";
import type { AwsCloudProvider } from "./aws-cloud-provider.ts";
import type { AwsSettings } from "./settings.ts";
import type { UnavailableOfferings } from "./unavailable-offerings.ts";

export interface InterruptionQueueOptions {
  readonly timeline: Timeline<AwsEvent>;
  readonly cluster: Cluster;
  readonly provider: AwsCloudProvider;
  readonly unavailable: UnavailableOfferings;
  readonly settings: AwsSettings;
  readonly seed: number | string;
  readonly ledger: LedgerSink;
}

type Message = Extract<AwsEvent, { kind: "interruption-message" }>;

/** The queue and its handler; see the head of this file. */
export class InterruptionQueue {
  readonly #options: InterruptionQueueOptions;
  readonly #noticed = new Map<string, Ec2Instance>();
  #messageCount = 0;

  constructor(options: InterruptionQueueOptions) {
    this.#options = options;
  }

  /** Puts EC2's event into the queue, if there is a queue. */
  receive(notification: Ec2Notification): void {
    if (!this.#options.settings.hasInterruptionQueue) return;
    if (notification.kind === "spot-interruption-warning") {
      this.#send(notification.instance, "spot-interrupted");
    } else if (notification.kind === "rebalance-recommendation") {
      this.#note(notification.instance.instanceId, "SpotRebalanceRecommendation");
    } else if (
      notification.kind === "instance-state-changed" &&
      notification.instance.terminatedBy === "ec2"
    ) {
      this.#send(notification.instance, "instance-terminated");
    }
  }

  handle(message: Message): void {
    const { unavailable, timeline, cluster, provider, ledger } = this.#options;
    const { instanceId } = message;
    const instance = this.#noticed.get(instanceId);
    if (message.message === "spot-interrupted" && instance !== undefined) {
      unavailable.mark("spot", instance.pool.instanceType, instance.pool.zone, timeline.now);
    }
    if (message.message === "instance-terminated") this.#noticed.delete(instanceId);
    const name = provider.launchedNode(instanceId)?.nodeClaim.metadata.name;
    const nodeClaim = name === undefined ? undefined : cluster.nodeClaim(name);
    if (nodeClaim === undefined || nodeClaim.metadata.deletionTimestamp !== undefined) return;
    this.#note(
      instanceId,
      message.message === "spot-interrupted" ? "SpotInterrupted" : "InstanceTerminating",
    );
    ledger.record({
      kind: "node-claim-deleted",
      at: timeline.now,
      nodeClaimName: nodeClaim.metadata.name,
      nodePoolName: nodeClaim.metadata.labels["karpenter.sh/nodepool"] ?? "",
      reason: message.message,
    });
    cluster.deleteNodeClaim(nodeClaim.metadata.name);
  }

  #send(instance: Ec2Instance, message: Message["message"]): void {
    const { timeline, settings, seed } = this.#options;
    const { instanceId } = instance;
    this.#noticed.set(instanceId, instance);
    const delay = sampleDelay(settings.interruptionDelaySeconds, {
      seed,
      purpose: "interruption-delay",
      entity: message,
      index: this.#messageCount++,
    });
    const event = { room: "aws", kind: "interruption-message", instanceId, message } as const;
    timeline.schedule(after(timeline.now, delay), event, "karpenter-lifecycle");
  }

  #note(instanceId: string, reason: string): void {
    const objectKey = this.#options.provider.launchedNode(instanceId)?.nodeClaim.metadata.name;
    if (objectKey === undefined) return;
    this.#options.cluster.recordEvent({
      type: "Warning",
      reason,
      message: interruptionTexts[reason] ?? reason,
      objectKind: "NodeClaim",
      objectKey,
    });
  }
}

/** @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/events/events.go */
const interruptionTexts: Readonly<Record<string, string>> = {
  SpotInterrupted: "Spot interruption warning was triggered",
  SpotRebalanceRecommendation: "Spot rebalance recommendation was triggered",
  InstanceTerminating: "Instance is terminating",
};
