// EC2 on an engine of its own, for tests: constant latencies, a market and an outlook to choose.
import { after, parseTime, seconds, simTime } from "../../core/units/index.ts";
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import {
  defaultBillingSettings,
  Ec2,
  type Ec2Event,
  type Ec2Instance,
  type Ec2Notification,
  type Ec2Options,
  type FleetAnswer,
  type FleetOverride,
  type FleetRequest,
  type PoolOutlook,
  type PurchaseOption,
  type SpotMarket,
  unlimitedOutlook,
} from "../../sim/ec2/index.ts";
import { Engine } from "../../sim/engine/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";

/** Half past a full hour, so that hour marks fall into short runs. */
export const testStart: SimTime = parseTime("2026-03-02T00:30:00Z");

/** Seconds after the start. */
export function at(offsetSeconds: number): SimTime {
  return simTime(testStart + Math.round(offsetSeconds * 1000));
}

/** One Spot price for everything, changing at offsets in seconds. */
export function stepMarket(...steps: readonly (readonly [number, number])[]): SpotMarket {
  return {
    description: "steps",
    priceAt: (_type, _zone, time) => steps.filter(([from]) => at(from) <= time).at(-1)?.[1],
    nextChangeAfter: (_type, _zone, time) => {
      const next = steps.find(([from]) => at(from) > time);
      return next === undefined ? undefined : at(next[0]);
    },
  };
}

/** Capacity without end, with parts replaced. */
export function outlookWith(overrides: Partial<PoolOutlook>): PoolOutlook {
  return { ...unlimitedOutlook, ...overrides };
}

/** An outlook that takes everything back at these offsets in seconds. */
export function reclaimsAt(...offsets: readonly number[]): PoolOutlook {
  return outlookWith({
    nextReclaimAfter: (_type, _zone, time) => {
      const index = offsets.findIndex((offset) => at(offset) > time);
      const offset = offsets[index];
      return offset === undefined
        ? undefined
        : { at: at(offset), index, share: 1, noticeSpreadMs: 0 };
    },
  });
}

/** A choice of a fleet request with some image and subnet. */
export function overrideOf(instanceType: string, zone: string): FleetOverride {
  return { instanceType, zone, imageId: "ami-1", subnetId: "subnet-1" };
}

/** EC2 on an engine of its own: answers after 1 s, runs 10 s later, is gone 30 s after its end. */
export class TestEc2 {
  readonly engine = new Engine<Ec2Event>({ start: testStart });
  readonly entries: LedgerEntry[] = [];
  readonly notifications: Ec2Notification[] = [];
  readonly ec2: Ec2;

  constructor(overrides: Partial<Ec2Options> = {}) {
    this.ec2 = new Ec2({
      timeline: this.engine,
      seed: 1,
      market: stepMarket([-7200, 0.04]),
      outlook: unlimitedOutlook,
      latency: {
        createFleetSeconds: { kind: "constant", value: 1 },
        pendingToRunningSeconds: { kind: "constant", value: 10 },
        shutdownSeconds: { kind: "constant", value: 30 },
      },
      billing: { ...defaultBillingSettings, controlPlaneUsdPerHour: 0 },
      hostFailuresPer100kHours: 0,
      facts: () => ({ vcpus: 2, memoryBytes: 8 * 2 ** 30, onDemandUsdPerHour: 0.1 }),
      ledger: { record: (entry) => this.entries.push(entry) },
      notify: (notification) => this.notifications.push(notification),
      ...overrides,
    });
  }

  /** Lets time pass up to an offset in seconds. */
  runUntil(offsetSeconds: number): void {
    this.engine.run({ until: at(offsetSeconds) }, (event) => this.ec2.handle(event));
  }

  /** Asks for instances and waits for the answer. */
  ask(request: Partial<FleetRequest> & { readonly purchaseOption: PurchaseOption }): FleetAnswer {
    const requestId = this.ec2.createFleet({
      overrides: [overrideOf("m5.large", "us-east-1a")],
      securityGroupIds: [],
      count: 1,
      tags: {},
      storageUsdPerHour: 0,
      hasPublicIpv4: false,
      ...request,
    });
    this.wait(seconds(1));
    for (const notification of this.notifications) {
      if (notification.kind !== "fleet-answer") continue;
      if (notification.answer.requestId === requestId) return notification.answer;
    }
    throw new Error("EC2 did not answer");
  }

  /** One instance of the answer to `ask`. */
  launch(purchaseOption: PurchaseOption, request: Partial<FleetRequest> = {}): Ec2Instance {
    const [instance] = this.ask({ purchaseOption, ...request }).instances;
    if (instance === undefined) throw new Error("EC2 launched nothing");
    return instance;
  }

  wait(duration: DurationMs): void {
    const until = after(this.engine.now, duration);
    this.engine.run({ until }, (event) => this.ec2.handle(event));
  }

  /** What an instance cost: charges less waivers. */
  usdOf(instanceId: string): number {
    let usd = 0;
    for (const entry of this.entries) {
      if (!("instanceId" in entry) || entry.instanceId !== instanceId) continue;
      if (entry.kind === "charge") usd += entry.usd;
      if (entry.kind === "charge-waived") usd -= entry.usd;
    }
    return usd;
  }

  /** Facts about an instance as `seconds since the start: kind`, charges left out. */
  story(instanceId: string): readonly string[] {
    return this.entries.flatMap((entry) => {
      if (!("instanceId" in entry) || entry.instanceId !== instanceId) return [];
      if (entry.kind === "charge" || entry.kind === "charge-waived") return [];
      const by = entry.kind === "instance-shutting-down" ? ` by ${entry.terminatedBy}` : "";
      return [`${(entry.at - testStart) / 1000}: ${entry.kind}${by}`];
    });
  }
}
