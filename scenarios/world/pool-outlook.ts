import { compareStrings, invariant } from "../../core/units/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import type {
  CapacityFacts,
  CapacityModel,
  PoolOutlook,
  RecordedPool,
} from "../../sim/ec2/index.ts";
import {
  capacityPoolId,
  defaultCapacityModel,
  ModelledOutlook,
  RecordedOutlook,
  unlimitedOutlook,
} from "../../sim/ec2/index.ts";
import type {
  Catalogue,
  Ec2InstanceTypeFacts,
  InterruptionTrace,
  PoolAvailability,
} from "../../traces/index.ts";
import { isUsable } from "../../traces/index.ts";
import type { Recorded } from "../loading/load-traces.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";
import { withoutUndefined } from "./settings.ts";

/** What an outlook is made of. */
export interface OutlookOptions {
  readonly spot: ScenarioSpec["spot"];
  readonly trace: Recorded<InterruptionTrace> | undefined;
  readonly catalogue: Catalogue;
  readonly region: string;
  readonly seed: number;
  readonly start: SimTime;
}

/**
 * The state of EC2's capacity as the scenario wants it: interruptions and capacity are chosen apart.
 * With a recorded trace, the pools that it does not name are never interrupted.
 */
export function buildOutlook(options: OutlookOptions): PoolOutlook {
  const { spot, trace } = options;
  const { interruptions, capacity } = spot;
  const scale =
    "model" in interruptions && interruptions.model === "advisor" ? (interruptions.scale ?? 1) : 0;
  if (capacity.model === "unlimited" && scale === 0) return recorded(trace, unlimitedOutlook);
  const modelled = new ModelledOutlook({
    seed: options.seed,
    start: options.start,
    facts: capacityFacts(options.catalogue, options.region),
    model: capacityModel(capacity, scale),
  });
  const outlook = capacity.model === "unlimited" ? new InterruptionsOnly(modelled) : modelled;
  return recorded(trace, outlook);
}

function capacityModel(
  capacity: ScenarioSpec["spot"]["capacity"],
  interruptionScale: number,
): CapacityModel {
  if (capacity.model === "unlimited") return { ...defaultCapacityModel, interruptionScale };
  const { model: _kind, spotDryMean, onDemandDryMean, ...settings } = capacity;
  return {
    ...defaultCapacityModel,
    ...withoutUndefined({
      ...settings,
      spotDryHoursMean: spotDryMean === undefined ? undefined : spotDryMean / 3_600_000,
      onDemandDryHoursMean: onDemandDryMean === undefined ? undefined : onDemandDryMean / 3_600_000,
    }),
    interruptionScale,
  };
}

/**
 * What the advisor says of a type: the middle of its bucket. A type that it does not list gets the
 * last bucket if it is large (48 vCPUs and more), bare metal or accelerated, else the middle one.
 */
export function capacityFacts(
  catalogue: Catalogue,
  region: string,
): (instanceType: string) => CapacityFacts {
  const buckets = catalogue.spotAdvisorBuckets;
  return (instanceType) => {
    const facts = catalogue.instanceType(instanceType);
    const isScarce = isScarceType(facts);
    const isRisky = isScarce || facts.vcpus >= riskyVcpus;
    const fallback = isRisky ? buckets.at(-1) : buckets[Math.floor(buckets.length / 2)];
    const bucket = catalogue.findSpotAdvice(region, instanceType)?.bucket ?? fallback;
    invariant(bucket !== undefined, "the Spot Instance Advisor has no buckets");
    // The last bucket is open to 100 %: three tenths is what its types were seen to have.
    const isOpen = bucket === buckets.at(-1);
    const percent = isOpen ? openBucketPercent : (bucket.minPercent + bucket.maxPercent) / 2;
    return { vcpus: facts.vcpus, monthlyInterruptionShare: percent / 100, isScarce };
  };
}

function isScarceType(facts: Ec2InstanceTypeFacts): boolean {
  return (
    facts.isBareMetal ||
    facts.gpuName !== undefined ||
    facts.acceleratorName !== undefined ||
    facts.neuronDevices !== undefined
  );
}

/** A 12xlarge. */
const riskyVcpus = 48;
const openBucketPercent = 30;

/** Interruptions of a model, with capacity without end. */
class InterruptionsOnly implements PoolOutlook {
  readonly description: string;
  readonly #modelled: PoolOutlook;

  constructor(modelled: PoolOutlook) {
    this.#modelled = modelled;
    this.description = `${modelled.description}, capacity unlimited`;
  }

  hasSpotCapacity = unlimitedOutlook.hasSpotCapacity;
  hasOnDemandCapacity = unlimitedOutlook.hasOnDemandCapacity;
  depth = unlimitedOutlook.depth;

  survivalOdds(instanceType: string, zone: string, at: SimTime): number {
    return this.#modelled.survivalOdds(instanceType, zone, at);
  }

  nextReclaimAfter(
    instanceType: string,
    zone: string,
    at: SimTime,
  ): ReturnType<PoolOutlook["nextReclaimAfter"]> {
    return this.#modelled.nextReclaimAfter(instanceType, zone, at);
  }

  loneInterruptionHoursMean(instanceType: string, zone: string): number | undefined {
    return this.#modelled.loneInterruptionHoursMean(instanceType, zone);
  }
}

function recorded(
  trace: Recorded<InterruptionTrace> | undefined,
  fallback: PoolOutlook,
): PoolOutlook {
  return trace === undefined
    ? fallback
    : new RecordedOutlook(trace.file.name, recordedPools(trace.value), fallback);
}

/** The pools of a trace; a recommendation to rebalance takes nothing back and is left out. */
export function recordedPools(trace: InterruptionTrace): readonly RecordedPool[] {
  const pools = new Map<string, { -readonly [K in keyof RecordedPool]: RecordedPool[K] }>();
  const poolOf = (instanceType: string, zone: string) => {
    const id = capacityPoolId({ instanceType, zone });
    const pool = pools.get(id) ?? { instanceType, zone, interruptions: [], dryStretches: [] };
    pools.set(id, pool);
    return pool;
  };
  for (const { kind, time, instanceType, availabilityZone } of trace.events) {
    if (kind !== "interruption") continue;
    const pool = poolOf(instanceType, availabilityZone);
    pool.interruptions = [...pool.interruptions, time];
  }
  for (const availability of trace.pools) {
    const pool = poolOf(availability.instanceType, availability.availabilityZone);
    pool.dryStretches = dryStretches(availability);
  }
  return [...pools.entries()].sort(([a], [b]) => compareStrings(a, b)).map(([, pool]) => pool);
}

function dryStretches({ intervals }: PoolAvailability): RecordedPool["dryStretches"] {
  return intervals
    .filter((interval) => !isUsable(interval))
    .map(({ from, until }) => ({ from, until: until ?? endOfTime }));
}

/** The last instant that there is: year 9999. */
const endOfTime = 253_402_300_799_999 as SimTime;
