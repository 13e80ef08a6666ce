/**
 * What goes wrong with nodes and their instances because the scenario says so: at an instant with
 * some of the nodes that fit, drawn by a stream of the fault's own, or at a rate with each of them.
 *
 * Draws are named by capacity pool and the instance's ordinal in it, so that two policies that hold
 * the same machines see the same ones fail.
 */
import { labelNodePool, type Node } from "../core/apis/index.ts";
import {
  after,
  compareStrings,
  formatTime,
  hours,
  invariant,
  simTime,
} from "../core/units/index.ts";
import { instanceIdOf, type InstanceStatusPoller } from "./aws/index.ts";
import { capacityPoolId, type Ec2, type Ec2Instance } from "./ec2/index.ts";
import { hashUniform, type Timeline } from "./engine/index.ts";
import type { KubeCluster, KubeNotices } from "./kube/index.ts";
import type { LedgerSink } from "./ledger/index.ts";
import type { WorldEvent } from "./world-event.ts";
import type { FaultEffect, InstanceFault, PlannedFault, WorldPlan } from "./world-plan.ts";

export interface FaultsOptions {
  readonly plan: Pick<WorldPlan, "faults" | "seed" | "end">;
  readonly timeline: Timeline<WorldEvent>;
  readonly ec2: Ec2;
  readonly statusChecks: InstanceStatusPoller;
  readonly kube: KubeCluster;
  readonly ledger: LedgerSink;
  readonly notices: Pick<KubeNotices, "add">;
}

type NodeCondition = Extract<FaultEffect, { kind: "node-condition" }>;
type FaultEvent = Extract<WorldEvent, { kind: "fault-strikes" | "fault-ends" }>;

/** A condition that is bad because of a fault. */
interface Illness {
  readonly fault: number;
  readonly effect: NodeCondition;
}

interface Victim {
  readonly node: Node;
  readonly instance: Ec2Instance;
}

/** See the head of this file. */
export class Faults {
  readonly #options: FaultsOptions;
  /** What ails a node, by its name, in the order in which it came. */
  readonly #illnessesByNode = new Map<string, readonly Illness[]>();

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  /** Schedules the faults whose time is known. */
  schedule(): void {
    const { plan, timeline } = this.#options;
    for (const [fault, { strikes }] of plan.faults.entries()) {
      if (strikes.kind === "rate") continue;
      const event = { room: "world", kind: "fault-strikes", fault } as const;
      timeline.schedule(strikes.at, event, "interruption");
    }
  }

  /** A node has joined: draws when each fault with a rate will strike it. */
  nodeRegistered(nodeName: string, instance: Ec2Instance): void {
    for (const fault of this.#options.plan.faults.keys()) {
      this.#scheduleNext(fault, nodeName, instance, 0);
    }
  }

  /** The nth time that a fault with a rate strikes a node, from now on. */
  #scheduleNext(fault: number, nodeName: string, instance: Ec2Instance, nth: number): void {
    const { plan, timeline } = this.#options;
    const strikes = plan.faults[fault]?.strikes;
    if (strikes?.kind !== "rate") return;
    const u = this.#draw(nth === 0 ? "fault-hazard" : `fault-hazard-${nth}`, fault, instance);
    const inMs = Math.round((-Math.log1p(-u) * 100_000 * hours(1)) / strikes.per100kHours);
    if (timeline.now + inMs >= plan.end) return;
    const event = { room: "world", kind: "fault-strikes", fault, nodeName, nth } as const;
    timeline.schedule(simTime(timeline.now + inMs), event, "interruption");
  }

  handle(event: FaultEvent): void {
    const fault = this.#options.plan.faults[event.fault];
    invariant(fault !== undefined, "a fault of the plan strikes");
    if (event.kind === "fault-ends") return this.#end(event.fault, event.nodeName);
    for (const victim of this.#victims(fault, event.fault, event.nodeName)) {
      this.#strike(fault.effect, event.fault, victim);
      const { nodeName, nth } = event;
      if (nodeName === undefined || nth === undefined) continue;
      this.#scheduleNext(event.fault, nodeName, victim.instance, nth + 1);
    }
  }

  #victims(fault: PlannedFault, index: number, nodeName: string | undefined): readonly Victim[] {
    const { kube, timeline, notices } = this.#options;
    const fitting = kube.api
      .nodes()
      .filter(({ metadata }) => nodeName === undefined || metadata.name === nodeName)
      .flatMap((node) => this.#victim(fault, node));
    if (fault.strikes.kind === "rate") return fitting;
    const wanted =
      fault.strikes.kind === "at"
        ? fault.strikes.count
        : Math.ceil((fitting.length * fault.strikes.percent) / 100);
    if (fitting.length < wanted || fitting.length === 0) {
      notices.add({
        code: "world/fault-without-nodes",
        objectKind: "fault",
        objectKey: String(index + 1),
        message: `finds ${fitting.length} of ${Math.max(wanted, 1)} nodes at ${formatTime(timeline.now)}`,
      });
    }
    return fitting
      .map((victim) => ({ victim, draw: this.#draw("fault-victim", index, victim.instance) }))
      .sort(
        (left, right) =>
          left.draw - right.draw ||
          compareStrings(left.victim.node.metadata.name, right.victim.node.metadata.name),
      )
      .slice(0, wanted)
      .map(({ victim }) => victim);
  }

  /** The node if the fault can strike it: it fits, stays, and it makes a difference there. */
  #victim({ nodePool, matchLabels, effect }: PlannedFault, node: Node): readonly Victim[] {
    const { labels, deletionTimestamp } = node.metadata;
    const instance = this.#options.ec2.instance(instanceIdOf(node.spec.providerId));
    if (instance?.state !== "running" || deletionTimestamp !== undefined) return [];
    if (nodePool !== undefined && labels[labelNodePool] !== nodePool) return [];
    const isSelected = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
    const market = effect.kind === "instance" ? marketOf(effect.fault) : undefined;
    const isSold = market === undefined || instance.purchaseOption === market;
    const victim = { node, instance };
    return isSelected && isSold && this.#isVulnerable(effect, victim) ? [victim] : [];
  }

  /** Whether the fault makes a difference: a host that is lost is lost, a notice is given once. */
  #isVulnerable(effect: FaultEffect, { node, instance }: Victim): boolean {
    if (effect.kind === "node-condition") return this.#options.kube.hasKubelet(node.metadata.name);
    switch (effect.fault) {
      case "scheduled-change":
        return instance.maintenanceAnnouncedAt === undefined;
      case "instance-status-impaired":
      case "system-status-impaired":
        return instance.impairedSince?.[statusCheckOf(effect.fault)] === undefined;
      case "spot-interruption":
        return instance.interruptionNoticeAt === undefined;
      case "terminated":
      case "stopped":
      case "rebalance-recommendation":
        return true;
    }
  }

  #draw(purpose: string, fault: number, { pool, ordinal }: Ec2Instance): number {
    const { seed } = this.#options.plan;
    return hashUniform(seed, purpose, `${fault}/${capacityPoolId(pool)}`, ordinal);
  }

  #strike(effect: FaultEffect, fault: number, { node, instance }: Victim): void {
    const { ledger, timeline } = this.#options;
    const nodeName = node.metadata.name;
    ledger.record({
      ...{ kind: "fault", at: timeline.now, nodeName, instanceId: instance.instanceId },
      fault: nameOf(effect),
    });
    if (effect.kind === "instance") this.#befall(effect.fault, nodeName, instance.instanceId);
    else this.#sicken(effect, fault, nodeName);
  }

  #sicken(effect: NodeCondition, fault: number, nodeName: string): void {
    const { timeline } = this.#options;
    const illnesses = this.#illnessesByNode.get(nodeName) ?? [];
    this.#illnessesByNode.set(nodeName, [...illnesses, { fault, effect }]);
    this.#show(effect, nodeName);
    if (effect.lasts === undefined) return;
    const event = { room: "world", kind: "fault-ends", fault, nodeName } as const;
    timeline.schedule(after(timeline.now, effect.lasts), event, "interruption");
  }

  #show({ type, status }: NodeCondition, nodeName: string): void {
    const { kube } = this.#options;
    if (type !== "Ready") {
      kube.setNodeCondition(nodeName, { type, status, reason: "Fault", message: "" });
    } else if (status === "Unknown") {
      kube.hostLost(nodeName, "node-failure");
    } else {
      kube.failNode(nodeName);
    }
  }

  #befall(fault: InstanceFault, nodeName: string, instanceId: string): void {
    const { ec2, kube, statusChecks } = this.#options;
    switch (fault) {
      case "terminated":
        return ec2.terminateInstance(instanceId);
      case "stopped":
        ec2.stopInstance(instanceId);
        return;
      case "scheduled-change":
        ec2.announceMaintenance(instanceId);
        return statusChecks.statusChanged(instanceId);
      case "instance-status-impaired":
      case "system-status-impaired":
        // Nobody reaches the machine any more, the cluster as little as EC2.
        kube.hostLost(nodeName, "node-failure");
        ec2.failStatusCheck(instanceId, statusCheckOf(fault));
        return statusChecks.statusChanged(instanceId);
      case "spot-interruption":
        ec2.interruptSpotInstance(instanceId);
        return;
      case "rebalance-recommendation":
        ec2.recommendRebalance(instanceId);
    }
  }

  /** The fault's first illness on the node is over; others of its kind may go on. */
  #end(fault: number, nodeName: string): void {
    const illnesses = this.#illnessesByNode.get(nodeName) ?? [];
    const index = illnesses.findIndex((illness) => illness.fault === fault);
    const ended = illnesses[index];
    invariant(ended !== undefined, "a fault ends where it has struck", { nodeName });
    const rest = illnesses.filter((_, at) => at !== index);
    if (rest.length === 0) this.#illnessesByNode.delete(nodeName);
    else this.#illnessesByNode.set(nodeName, rest);
    const { type } = ended.effect;
    if (!rest.some(({ effect }) => effect.type === type)) this.#heal(ended.effect, nodeName);
  }

  #heal(effect: NodeCondition, nodeName: string): void {
    const { kube, ledger, timeline } = this.#options;
    const node = kube.api.node(nodeName);
    // Nobody reports of a host that is lost by now.
    if (node === undefined || !kube.hasKubelet(nodeName)) return;
    const instanceId = instanceIdOf(node.spec.providerId);
    const fault = nameOf(effect);
    ledger.record({ kind: "fault-ended", at: timeline.now, fault, nodeName, instanceId });
    const { type } = effect;
    if (type === "Ready") kube.recoverNode(nodeName);
    else kube.setNodeCondition(nodeName, { type, status: "True", reason: "Fault", message: "" });
  }
}

function nameOf(effect: FaultEffect): string {
  return effect.kind === "instance" ? effect.fault : `${effect.type}=${effect.status}`;
}

function statusCheckOf(
  fault: "instance-status-impaired" | "system-status-impaired",
): "instance-status" | "system-status" {
  return fault === "instance-status-impaired" ? "instance-status" : "system-status";
}

/** How the instances are bought that the fault can strike; `undefined`: either way. */
function marketOf(fault: InstanceFault): Ec2Instance["purchaseOption"] | undefined {
  switch (fault) {
    case "stopped":
      return "on-demand";
    case "spot-interruption":
    case "rebalance-recommendation":
      return "spot";
    default:
      return undefined;
  }
}
