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
import { hashUniform, pollAfter, type EventHandle } from "../engine/index.ts";
import { BillingMeter } from "./billing-meter.ts";
import { capacityPoolId, type CapacityPool } from "./capacity-pool.ts";
import type { Ec2Event } from "./ec2-event.ts";
import type { Ec2Options } from "./ec2-options.ts";
import { allocateFleet, type FleetCandidate } from "./fleet.ts";
import type { FleetOverride, FleetRequest } from "./fleet-request.ts";
import type { Ec2Instance, StatusCheck } from "./instance.ts";
import { sampleDelay } from "./latency.ts";
import { farAheadMs, SpotInterruptions } from "./spot-interruptions.ts";

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

  /**
   * Stops a running On-Demand Instance on the caller's behalf; compute is charged no longer. False for
   * others: Spot Instances of a fleet cannot be stopped.
   */
  stopInstance(instanceId: string): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance?.state !== "running" || instance.purchaseOption === "spot") return false;
    const { timeline, ledger } = this.#options;
    this.#meter.stopping(instanceId, timeline.now);
    ledger.record({ kind: "instance-stopping", at: timeline.now, instanceId });
    this.#release(instance);
    this.#later(
      after(timeline.now, this.#shutdownDelay(instance)),
      "instance-is-stopped",
      instanceId,
    );
    this.#replace({ ...instance, state: "stopping" });
    return true;
  }

  /** From now on a status check of the instance fails; false when it has ended. */
  failStatusCheck(instanceId: string, check: StatusCheck): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || isEnding(instance)) return false;
    const impairedSince = { ...instance.impairedSince, [check]: this.#options.timeline.now };
    this.#instances.set(instanceId, { ...instance, impairedSince });
    return true;
  }

  /** AWS announces maintenance of the instance's host; false when it has ended. */
  announceMaintenance(instanceId: string): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || isEnding(instance)) return false;
    const { timeline, notify } = this.#options;
    const announced = { ...instance, maintenanceAnnouncedAt: timeline.now };
    this.#instances.set(instanceId, announced);
    notify({ kind: "scheduled-change", instance: announced });
    return true;
  }

  /** EC2 recommends to rebalance a running Spot Instance; false for others. */
  recommendRebalance(instanceId: string): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance?.state !== "running" || instance.purchaseOption !== "spot") return false;
    this.#recommend(instance);
    return true;
  }

  /**
   * Has EC2 interrupt a running Spot Instance, as its fault injection service does with the shortest
   * lead: recommendation and notice now, the end in two minutes. False for others.
   *
   * @see AWS Fault Injection Service User Guide, aws:ec2:send-spot-instance-interruptions
   */
  interruptSpotInstance(instanceId: string): boolean {
    if (!this.recommendRebalance(instanceId)) return false;
    this.#giveNotice(instanceId);
    return true;
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
      case "instance-is-stopped":
        return this.#stopped(event.instanceId);
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
    for (const instance of this.#interruptions.running(pool)) this.#recommend(instance);
  }

  #recommend(instance: Ec2Instance): void {
    const { timeline, ledger, notify } = this.#options;
    const { instanceId } = instance;
    ledger.record({ kind: "rebalance-recommendation", at: timeline.now, instanceId });
    notify({ kind: "rebalance-recommendation", instance });
  }

  #stopped(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    if (instance?.state === "stopping") this.#replace({ ...instance, state: "stopped" });
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
    const { timeline, ledger } = this.#options;
    const { now } = timeline;
    const { instanceId } = instance;
    const wasInterrupted = instance.interruptionNoticeAt !== undefined;
    this.#meter.shuttingDown(instanceId, now, terminatedBy, wasInterrupted);
    ledger.record({ kind: "instance-shutting-down", at: now, instanceId, terminatedBy });
    if (!isStopped(instance)) this.#release(instance);
    const delay = this.#shutdownDelay(instance);
    this.#later(after(now, delay), "instance-is-terminated", instanceId);
    this.#replace({ ...instance, state: "shutting-down", shuttingDownAt: now, terminatedBy });
  }

  /** What could still strike it is called off, and its pool has room for another one. */
  #release(instance: Ec2Instance): void {
    const { instanceId, pool, purchaseOption } = instance;
    for (const fate of this.#fates.get(instanceId) ?? []) this.#options.timeline.cancel(fate);
    this.#fates.delete(instanceId);
    if (purchaseOption === "spot") this.#interruptions.release(instance);
    this.#pool(pool).held -= 1;
  }

  #shutdownDelay({ pool, ordinal }: Ec2Instance): DurationMs {
    const { seed, latency } = this.#options;
    const name = { seed, purpose: "shutdown", entity: capacityPoolId(pool), index: ordinal };
    return sampleDelay(latency.shutdownSeconds, name);
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
    kind:
      | "instance-runs"
      | "instance-is-stopped"
      | "instance-is-terminated"
      | "instance-is-taken"
      | "host-fails",
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

function isStopped({ state }: Ec2Instance): boolean {
  return state === "stopping" || state === "stopped";
}

function nextHour(now: SimTime): SimTime {
  return pollAfter(now, { period: hours(1) });
}
