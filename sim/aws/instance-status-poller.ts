/**
 * Karpenter's look at EC2's status checks, once a minute and whether or not there is an interruption
 * queue: announced maintenance counts at once, a failed check from two minutes on.
 *
 * Polls that would find nothing are left out, and so are those that would find the same again: the
 * NodeClaim is being deleted by then.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/interruption/instancestatus_controller.go
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instancestatus/instancestatus.go
 */
import { after, type DurationMs, minutes, seconds, type SimTime } from "../../core/units/index.ts";
import type { Ec2, Ec2Instance } from "../ec2/index.ts";
import { pollFrom, type Timeline } from "../engine/index.ts";
import type { AwsEvent } from "./aws-event.ts";
import type { InterruptionHandler } from "./interruption-handler.ts";
import type { InterruptionKind } from "./interruption-kinds.ts";

export interface InstanceStatusPollerOptions {
  readonly timeline: Timeline<AwsEvent>;
  readonly ec2: Pick<Ec2, "instance">;
  readonly handler: InterruptionHandler;
  /** Polls are on multiples of their period from here. */
  readonly start: SimTime;
}

type Poll = Extract<AwsEvent, { kind: "instance-status-poll" }>;

const period: DurationMs = minutes(1);
const unhealthyThreshold: DurationMs = seconds(120);

/** See the head of this file. */
export class InstanceStatusPoller {
  readonly #options: InstanceStatusPollerOptions;

  constructor(options: InstanceStatusPollerOptions) {
    this.#options = options;
  }

  /** Something about the instance's status has changed just now. */
  statusChanged(instanceId: string): void {
    const { timeline, ec2, start } = this.#options;
    const instance = ec2.instance(instanceId);
    if (instance === undefined) return;
    for (const { kind, countsFrom } of findings(instance)) {
      const from = countsFrom > timeline.now ? countsFrom : timeline.now;
      const at = pollFrom(from, { period, start });
      const event = {
        room: "aws",
        kind: "instance-status-poll",
        instanceId,
        finding: kind,
      } as const;
      timeline.schedule(at, event, "karpenter-lifecycle");
    }
  }

  /** The poll at which a finding about an instance counts. */
  handle({ instanceId, finding }: Poll): void {
    const { ec2, handler, timeline } = this.#options;
    const instance = ec2.instance(instanceId);
    const isFound =
      instance !== undefined && findings(instance).some(({ kind }) => kind === finding);
    if (isFound) handler.handle(instanceId, finding, timeline.now);
  }
}

interface Finding {
  readonly kind: Extract<InterruptionKind, "instance-status" | "system-status" | "event-status">;
  readonly countsFrom: SimTime;
}

/** EC2 tells the status of running instances only. */
function findings(instance: Ec2Instance): readonly Finding[] {
  if (instance.state !== "running") return [];
  const { impairedSince, maintenanceAnnouncedAt } = instance;
  const checks = (["instance-status", "system-status"] as const).flatMap((kind) => {
    const since = impairedSince?.[kind];
    return since === undefined ? [] : [{ kind, countsFrom: after(since, unhealthyThreshold) }];
  });
  return maintenanceAnnouncedAt === undefined
    ? checks
    : [...checks, { kind: "event-status", countsFrom: maintenanceAnnouncedAt }];
}
