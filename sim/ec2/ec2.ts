/**
 * The simulated EC2 of one region and account: instant fleets, instances from `pending` to
 * `terminated`, Spot interruptions with two minutes' notice, host failures, and the bill.
 *
 * Prices and capacity come from a SpotMarket and a PoolOutlook, which know nothing of what we hold;
 * so every policy meets the same market. Who interrupts whom is drawn by pool and by the ordinal of
 * the instance in its pool.
 */
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import {
  after,
  compareStrings,
  hours,
  invariant,
  minutes,
  simTime,
} from "../../core/units/index.ts";
import { hashUniform, type EventHandle, type Timeline } from "../engine/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import { BillingMeter, type BillingSettings } from "./billing-meter.ts";
import { capacityPoolId, type CapacityPool } from "./capacity-pool.ts";
import type { Ec2Event, Ec2Notification } from "./ec2-event.ts";
import { allocateFleet, type FleetCandidate } from "./fleet.ts";
import type { Ec2Instance, PurchaseOption } from "./instance.ts";
import { sampleDelay, type Ec2Latency } from "./latency.ts";
import type { PoolOutlook } from "./pool-outlook.ts";
import { farAheadMs, SpotInterruptions } from "./spot-interruptions.ts";
import type { SpotMarket } from "./spot-market.ts";

/** One choice of a fleet request. */
export interface FleetOverride {
  readonly instanceType: string;
  readonly zone: string;
  readonly imageId: string;
  readonly subnetId: string;
  /** The smaller, the sooner; given for all overrides of a prioritized request or for none. */
  readonly priority?: number;
}

/** A CreateFleet request of type `instant` for one instance or more. */
export interface FleetRequest {
  readonly purchaseOption: PurchaseOption;
  readonly overrides: readonly FleetOverride[];
  readonly securityGroupIds: readonly string[];
  readonly count: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Price of the attached volumes of one instance, USD per hour. */
  readonly storageUsdPerHour: number;
  readonly hasPublicIpv4: boolean;
}

/** What EC2 must know about an instance type. */
export interface Ec2TypeFacts {
  readonly vcpus: number;
  readonly memoryBytes: number;
  /** USD per hour; a type without one can't be launched in the region. */
  readonly onDemandUsdPerHour: number | undefined;
}

export interface Ec2Options {
  readonly timeline: Timeline<Ec2Event>;
  readonly seed: number | string;
  readonly market: SpotMarket;
  readonly outlook: PoolOutlook;
  readonly latency: Ec2Latency;
  readonly billing: BillingSettings;
  /** Mean number of host failures in 100,000 instance-hours; 0: hosts never fail. */
  readonly hostFailuresPer100kHours: number;
  readonly facts: (instanceType: string) => Ec2TypeFacts;
  readonly ledger: LedgerSink;
  /** Hears every answer and event, at once. */
  readonly notify: (notification: Ec2Notification) => void;
}

const noticePeriod: DurationMs = minutes(2);

interface Pool {
  readonly pool: CapacityPool;
  launchedCount: number;
  held: number;
}

/** See the head of this file. */
export class Ec2 {
  readonly #options: Ec2Options;
  readonly #meter: BillingMeter;
  readonly #instances = new Map<string, Ec2Instance>();
  readonly #pools = new Map<string, Pool>();
  readonly #requests = new Map<number, FleetRequest>();
  readonly #interruptions: SpotInterruptions;
  /** What is still to strike an instance, to be called off when it ends before. */
  readonly #fates = new Map<string, readonly EventHandle[]>();
  #requestCount = 0;
  #instanceCount = 0;

  constructor(options: Ec2Options) {
    this.#options = options;
    const { market, billing: settings, ledger, timeline, seed, outlook } = options;
    this.#interruptions = new SpotInterruptions({
      timeline,
      seed,
      outlook,
      instance: (instanceId) => this.#instances.get(instanceId),
    });
    this.#meter = new BillingMeter({ market, settings, ledger, start: timeline.now });
    timeline.schedule(nextHour(timeline.now), { room: "ec2", kind: "hour-mark" }, "metering");
  }

  /** Sends a CreateFleet request; its answer comes as a notification with this request id. */
  createFleet(request: FleetRequest): number {
    const requestId = this.#requestCount++;
    this.#requests.set(requestId, request);
    const { timeline, seed, latency } = this.#options;
    const name = { seed, purpose: "create-fleet", entity: "", index: requestId };
    const delay = sampleDelay(latency.createFleetSeconds, name);
    const event = { room: "ec2", kind: "fleet-answers", requestId } as const;
    timeline.schedule(after(timeline.now, delay), event, "instance");
    return requestId;
  }

  /** Ends an instance on the caller's behalf; nothing happens if it is ending already. */
  terminateInstance(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || isEnding(instance)) return;
    this.#shutDown(instance, "user");
  }

  /** The instance, or `undefined` once it is terminated. */
  instance(instanceId: string): Ec2Instance | undefined {
    return this.#instances.get(instanceId);
  }

  /** All instances that aren't terminated, sorted by id. */
  instances(): readonly Ec2Instance[] {
    return [...this.#instances.values()].sort((left, right) =>
      compareStrings(left.instanceId, right.instanceId),
    );
  }

  /** Closes the books at the end of a run. */
  finish(at: SimTime): void {
    this.#meter.mark(at);
  }

  handle(event: Ec2Event): void {
    switch (event.kind) {
      case "fleet-answers":
        return this.#answerFleet(event.requestId);
      case "instance-runs":
        return this.#run(event.instanceId);
      case "instance-is-terminated":
        return this.#terminate(event.instanceId);
      case "pool-is-reclaimed":
        return this.#interruptions.reclaim(event.pool, event.reclaim);
      case "pool-is-at-risk":
        return this.#recommendRebalance(event.pool);
      case "instance-gets-notice":
        return this.#giveNotice(event.instanceId);
      case "instance-is-taken":
      case "host-fails":
        return this.#take(event.instanceId);
      case "hour-mark": {
        const { timeline } = this.#options;
        this.#meter.mark(timeline.now);
        timeline.schedule(nextHour(timeline.now), event, "metering");
        return;
      }
    }
  }

  #answerFleet(requestId: number): void {
    const request = this.#requests.get(requestId);
    invariant(request !== undefined, "an answer without a request", { requestId });
    this.#requests.delete(requestId);
    const candidates = request.overrides.map((override) => this.#candidate(override, request));
    const decision = allocateFleet(candidates, request.purchaseOption, request.count);
    const instances = decision.launches.map((pool) => {
      const override = request.overrides.find(
        ({ instanceType, zone }) => instanceType === pool.instanceType && zone === pool.zone,
      );
      invariant(override !== undefined, "a fleet launched what was not asked for", { ...pool });
      return this.#launch(override, request);
    });
    const answer = { requestId, instances, errors: decision.errors };
    this.#options.notify({ kind: "fleet-answer", answer });
  }

  #candidate(override: FleetOverride, request: FleetRequest): FleetCandidate {
    const { market, outlook, facts, timeline } = this.#options;
    const { instanceType, zone, priority } = override;
    const isSpot = request.purchaseOption === "spot";
    const onDemand = facts(instanceType).onDemandUsdPerHour;
    const price = isSpot ? market.priceAt(instanceType, zone, timeline.now) : onDemand;
    const hasCapacity = isSpot
      ? outlook.hasSpotCapacity(instanceType, zone, timeline.now)
      : outlook.hasOnDemandCapacity(instanceType, zone, timeline.now);
    const isSold = price !== undefined && onDemand !== undefined;
    const held = this.#pools.get(capacityPoolId(override))?.held ?? 0;
    return {
      ...(priority === undefined ? {} : { priority }),
      instanceType,
      zone,
      usdPerHour: price ?? Number.POSITIVE_INFINITY,
      headroom: hasCapacity && isSold ? Math.max(0, outlook.depth(instanceType, zone) - held) : 0,
      survivalOdds: isSpot ? outlook.survivalOdds(instanceType, zone, timeline.now) : 1,
    };
  }

  #launch(override: FleetOverride, request: FleetRequest): Ec2Instance {
    const { timeline, facts, seed, latency } = this.#options;
    const { instanceType, zone, imageId, subnetId } = override;
    const pool = this.#pool({ instanceType, zone });
    const { vcpus, onDemandUsdPerHour } = facts(instanceType);
    invariant(onDemandUsdPerHour !== undefined, "a type without a price was launched");
    const instance: Ec2Instance = {
      instanceId: `i-${(++this.#instanceCount).toString(16).padStart(17, "0")}`,
      pool: pool.pool,
      purchaseOption: request.purchaseOption,
      vcpus,
      state: "pending",
      tags: request.tags,
      imageId,
      subnetId,
      securityGroupIds: request.securityGroupIds,
      ordinal: pool.launchedCount++,
      launchedAt: timeline.now,
    };
    this.#instances.set(instance.instanceId, instance);
    pool.held += 1;
    const { storageUsdPerHour, hasPublicIpv4 } = request;
    this.#meter.launched(instance, { onDemandUsdPerHour, storageUsdPerHour, hasPublicIpv4 });
    const entity = capacityPoolId(pool.pool);
    const name = { seed, purpose: "pending-to-running", entity, index: instance.ordinal };
    const delay = sampleDelay(latency.pendingToRunningSeconds, name);
    this.#later(after(timeline.now, delay), "instance-runs", instance.instanceId);
    const fates = [this.#scheduleHostFailure(instance)];
    if (request.purchaseOption === "spot") fates.push(this.#interruptions.hold(instance));
    this.#fates.set(
      instance.instanceId,
      fates.filter((fate) => fate !== undefined),
    );
    return instance;
  }

  #run(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || isEnding(instance)) return;
    const { now } = this.#options.timeline;
    this.#meter.running(instanceId, now);
    this.#options.ledger.record({ kind: "instance-running", at: now, instanceId });
    this.#replace({ ...instance, state: "running", runningAt: now });
  }

  #recommendRebalance(pool: CapacityPool): void {
    const { timeline, ledger, notify } = this.#options;
    for (const instance of this.#interruptions.running(pool)) {
      const { instanceId } = instance;
      ledger.record({ kind: "rebalance-recommendation", at: timeline.now, instanceId });
      notify({ kind: "rebalance-recommendation", instance });
    }
  }

  #giveNotice(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || isEnding(instance)) return;
    if (instance.interruptionNoticeAt !== undefined) return;
    const { timeline, ledger, notify } = this.#options;
    const noticed = { ...instance, interruptionNoticeAt: timeline.now };
    this.#instances.set(instanceId, noticed);
    ledger.record({ kind: "interruption-notice", at: timeline.now, instanceId });
    this.#later(after(timeline.now, noticePeriod), "instance-is-taken", instanceId, "interruption");
    notify({ kind: "spot-interruption-warning", instance: noticed });
  }

  #take(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || isEnding(instance)) return;
    this.#shutDown(instance, "ec2");
  }

  #shutDown(instance: Ec2Instance, terminatedBy: "user" | "ec2"): void {
    const { timeline, ledger, seed, latency } = this.#options;
    const { now } = timeline;
    const { instanceId } = instance;
    const wasInterrupted = instance.interruptionNoticeAt !== undefined;
    this.#meter.shuttingDown(instanceId, now, terminatedBy, wasInterrupted);
    ledger.record({ kind: "instance-shutting-down", at: now, instanceId, terminatedBy });
    for (const fate of this.#fates.get(instanceId) ?? []) timeline.cancel(fate);
    this.#fates.delete(instanceId);
    if (instance.purchaseOption === "spot") this.#interruptions.release(instance);
    this.#pool(instance.pool).held -= 1;
    const entity = capacityPoolId(instance.pool);
    const name = { seed, purpose: "shutdown", entity, index: instance.ordinal };
    const delay = sampleDelay(latency.shutdownSeconds, name);
    this.#later(after(now, delay), "instance-is-terminated", instanceId);
    this.#replace({ ...instance, state: "shutting-down", shuttingDownAt: now, terminatedBy });
  }

  #terminate(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    invariant(instance !== undefined, "an unknown instance is terminated", { instanceId });
    const { timeline, ledger, notify } = this.#options;
    this.#instances.delete(instanceId);
    this.#meter.terminated(instanceId, timeline.now);
    ledger.record({ kind: "instance-terminated", at: timeline.now, instanceId });
    const terminated = { ...instance, state: "terminated", terminatedAt: timeline.now } as const;
    notify({ kind: "instance-state-changed", instance: terminated });
  }

  #scheduleHostFailure(instance: Ec2Instance): EventHandle | undefined {
    const { hostFailuresPer100kHours: rate, seed, timeline } = this.#options;
    if (rate <= 0) return undefined;
    const u = hashUniform(seed, "host-failure", capacityPoolId(instance.pool), instance.ordinal);
    const inMs = Math.round((-Math.log1p(-u) * 100_000 * hours(1)) / rate);
    if (inMs > farAheadMs) return undefined;
    const at = simTime(timeline.now + inMs);
    return this.#later(at, "host-fails", instance.instanceId, "interruption");
  }

  #replace(instance: Ec2Instance): void {
    this.#instances.set(instance.instanceId, instance);
    this.#options.notify({ kind: "instance-state-changed", instance });
  }

  #later(
    at: SimTime,
    kind: "instance-runs" | "instance-is-terminated" | "instance-is-taken" | "host-fails",
    instanceId: string,
    priority: "instance" | "interruption" = "instance",
  ): EventHandle {
    return this.#options.timeline.schedule(at, { room: "ec2", kind, instanceId }, priority);
  }

  #pool(pool: CapacityPool): Pool {
    const id = capacityPoolId(pool);
    let known = this.#pools.get(id);
    if (known === undefined) {
      known = { pool, launchedCount: 0, held: 0 };
      this.#pools.set(id, known);
    }
    return known;
  }
}

function isEnding(instance: Ec2Instance): boolean {
  return instance.state === "shutting-down" || instance.state === "terminated";
}

function nextHour(now: SimTime): SimTime {
  const hour = hours(1);
  return simTime((Math.floor(now / hour) + 1) * hour);
}
