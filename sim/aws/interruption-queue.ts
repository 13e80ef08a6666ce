/**
 * The interruption queue: what EventBridge puts into it about instances, and Karpenter takes out of it
 * a little later.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/controller.go
 */
import { after } from "../../core/units/index.ts";
import type { Ec2Instance, Ec2Notification } from "../ec2/index.ts";
import { capacityPoolId, sampleDelay } from "../ec2/index.ts";
import type { Timeline } from "../engine/index.ts";
import type { AwsEvent } from "./aws-event.ts";
import type { InterruptionHandler } from "./interruption-handler.ts";
import type { InterruptionKind } from "./interruption-kinds.ts";
import type { AwsSettings } from "./settings.ts";

export interface InterruptionQueueOptions {
  readonly timeline: Timeline<AwsEvent>;
  readonly handler: InterruptionHandler;
  readonly settings: Pick<AwsSettings, "hasInterruptionQueue" | "interruptionDelaySeconds">;
  readonly seed: number | string;
}

type Message = Extract<AwsEvent, { kind: "interruption-message" }>;

/** See the head of this file. */
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
    const { handler, timeline } = this.#options;
    handler.handle(instanceId, message, timeline.now);
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
}

/** What EC2's event is in the queue; `undefined` for what the queue's rules let pass by. */
function messageOf(notification: Ec2Notification): InterruptionKind | undefined {
  switch (notification.kind) {
    case "spot-interruption-warning":
      return "spot-interrupted";
    case "rebalance-recommendation":
    case "scheduled-change":
      return notification.kind;
    case "instance-state-changed":
      return stateMessage(notification.instance);
    case "fleet-answer":
      return undefined;
  }
}

/** @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/messages/statechange/parser.go */
function stateMessage({ state }: Ec2Instance): InterruptionKind | undefined {
  switch (state) {
    case "stopping":
    case "stopped":
      return "instance-stopped";
    case "shutting-down":
    case "terminated":
      return "instance-terminated";
    case "pending":
    case "running":
      return undefined;
  }
}
