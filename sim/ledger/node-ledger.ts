import type { SimTime } from "../../core/units/index.ts";
import { compareStrings, invariant } from "../../core/units/index.ts";
import { BucketSeries } from "./bucket-series.ts";
import type { LedgerEntry } from "./entry.ts";
import type { PodRequests } from "./entry-parts.ts";
import type { EndFacts, NodeFacts } from "./run-facts.ts";
import { StepIntegral } from "./step-integral.ts";
import { Tally } from "./tally.ts";

type Entry<Kind extends LedgerEntry["kind"]> = Extract<LedgerEntry, { kind: Kind }>;

/** What OpenCost takes a core-hour and a GiB-hour to cost when it splits a node's price. */
const usdPerVcpuHour = 0.031611;
const usdPerGibHour = 0.004237;
const gib = 2 ** 30;
const msPerHour = 3_600_000;

interface Machine {
  readonly launched: Entry<"instance-launched">;
  /** Share of the machine's price that is its processors'. */
  readonly cpuWeight: number;
  isRunning: boolean;
  isEnding: boolean;
  allocatableCpu: number;
  allocatableMemory: number;
  requestedCpu: number;
  requestedMemory: number;
  /** Idle share integrated since it was last asked for. */
  idleSince: SimTime;
  idleMs: number;
  idleFrom: SimTime;
}

/**
 * Machines over time: how many, what they offer, what pods ask of them, and how idle each is.
 *
 * A machine counts from running until shutting down; it offers resources while it is a node.
 */
export class NodeLedger {
  readonly #start: SimTime;
  readonly #end: SimTime;
  readonly #machines = new Map<string, Machine>();
  readonly #machineByNode = new Map<string, Machine>();
  readonly #running: StepIntegral;
  readonly #allocatableCpu: StepIntegral;
  readonly #allocatableMemory: StepIntegral;
  readonly #requestedCpu: StepIntegral;
  readonly #requestedMemory: StepIntegral;
  readonly #requestedSeries: BucketSeries;
  readonly #allocatableSeries: BucketSeries;
  readonly #byCapacityType = new Map<string, { integral: StepIntegral; series: BucketSeries }>();
  readonly #launchedByType = new Tally();
  readonly #failedByCode = new Tally();
  #launched = 0;
  #terminated = 0;
  #failed = 0;

  constructor(start: SimTime, end: SimTime) {
    this.#start = start;
    this.#end = end;
    this.#requestedSeries = new BucketSeries(start, end);
    this.#allocatableSeries = new BucketSeries(start, end);
    this.#running = new StepIntegral(start);
    this.#allocatableCpu = new StepIntegral(start, this.#allocatableSeries);
    this.#allocatableMemory = new StepIntegral(start);
    this.#requestedCpu = new StepIntegral(start, this.#requestedSeries);
    this.#requestedMemory = new StepIntegral(start);
  }

  launched(entry: Entry<"instance-launched">): void {
    this.#launched += 1;
    this.#launchedByType.add(entry.instanceType);
    const cpuPrice = entry.vcpus * usdPerVcpuHour;
    const memoryPrice = (entry.memoryBytes / gib) * usdPerGibHour;
    this.#machines.set(entry.instanceId, {
      launched: entry,
      cpuWeight: cpuPrice / (cpuPrice + memoryPrice),
      isRunning: false,
      isEnding: false,
      allocatableCpu: 0,
      allocatableMemory: 0,
      requestedCpu: 0,
      requestedMemory: 0,
      idleSince: entry.at,
      idleMs: 0,
      idleFrom: entry.at,
    });
  }

  launchFailed(code: string): void {
    this.#failed += 1;
    this.#failedByCode.add(code);
  }

  running(instanceId: string, at: SimTime): void {
    const machine = this.#machine(instanceId);
    machine.isRunning = true;
    machine.idleSince = at;
    machine.idleFrom = at;
    machine.idleMs = 0;
    this.#running.add(1, at);
    this.#typeCount(machine).integral.add(1, at);
  }

  shuttingDown(instanceId: string, at: SimTime): void {
    this.#machine(instanceId).isEnding = true;
    this.#terminated += 1;
    this.stopping(instanceId, at);
  }

  /** It counts no longer, whether it ends or stops. */
  stopping(instanceId: string, at: SimTime): void {
    const machine = this.#machine(instanceId);
    if (!machine.isRunning) return;
    machine.isRunning = false;
    this.#running.add(-1, at);
    this.#typeCount(machine).integral.add(-1, at);
  }

  gone(instanceId: string): void {
    this.#machines.delete(instanceId);
  }

  registered(entry: Entry<"node-registered">): void {
    const machine = this.#machine(entry.instanceId);
    this.#touch(machine, entry.at);
    machine.allocatableCpu = entry.allocatableCpuMillicores;
    machine.allocatableMemory = entry.allocatableMemoryBytes;
    this.#machineByNode.set(entry.nodeName, machine);
    this.#allocatableCpu.add(machine.allocatableCpu, entry.at);
    this.#allocatableMemory.add(machine.allocatableMemory, entry.at);
  }

  removed(nodeName: string, at: SimTime): void {
    const machine = this.#machineByNode.get(nodeName);
    if (machine === undefined) return;
    this.#touch(machine, at);
    this.#machineByNode.delete(nodeName);
    this.#allocatableCpu.add(-machine.allocatableCpu, at);
    this.#allocatableMemory.add(-machine.allocatableMemory, at);
  }

  /** A pod takes (sign 1) or frees (sign -1) what it asks for on a node. */
  podChanged(nodeName: string, requests: PodRequests, sign: 1 | -1, at: SimTime): void {
    this.#requestedCpu.add(sign * requests.cpuMillicores, at);
    this.#requestedMemory.add(sign * requests.memoryBytes, at);
    const machine = this.#machineByNode.get(nodeName);
    if (machine === undefined) return;
    this.#touch(machine, at);
    machine.requestedCpu += sign * requests.cpuMillicores;
    machine.requestedMemory += sign * requests.memoryBytes;
  }

  /**
   * The share of a machine that no pod asked for, from the last question (or its start) until `at`.
   * A machine that isn't a node yet is idle as a whole.
   *
   * @see opencost specification, "Idle costs": allocatable that is not requested
   */
  takeIdleShare(instanceId: string, at: SimTime): number {
    const machine = this.#machine(instanceId);
    this.#touch(machine, at);
    const elapsed = at - machine.idleFrom;
    const share = elapsed > 0 ? machine.idleMs / elapsed : idleShare(machine);
    machine.idleFrom = at;
    machine.idleMs = 0;
    return share;
  }

  facts(at: SimTime): NodeFacts {
    const span = this.#end - this.#start;
    const runningMs = this.#running.total(at);
    return {
      launched: this.#launched,
      terminated: this.#terminated,
      failedLaunches: this.#failed,
      failedLaunchesByCode: this.#failedByCode.record(),
      launchedByInstanceType: this.#launchedByType.record(),
      peak: this.#running.peak,
      mean: runningMs / span,
      hours: runningMs / msPerHour,
      cpuUtilizationPercent: percent(this.#requestedCpu.total(at), this.#allocatableCpu.total(at)),
      memoryUtilizationPercent: percent(
        this.#requestedMemory.total(at),
        this.#allocatableMemory.total(at),
      ),
    };
  }

  /** vCPU-hours and GiB-hours that bound pods asked for. */
  requestedHours(at: SimTime): { readonly vcpuHours: number; readonly gibHours: number } {
    return {
      vcpuHours: this.#requestedCpu.total(at) / 1000 / msPerHour,
      gibHours: this.#requestedMemory.total(at) / gib / msPerHour,
    };
  }

  atEnd(): Omit<EndFacts, "boundPods" | "pendingPods"> {
    const byType = new Tally();
    const byCapacityType = new Tally();
    for (const { launched, isRunning } of this.#machines.values()) {
      if (!isRunning) continue;
      byType.add(launched.instanceType);
      byCapacityType.add(launched.capacityType);
    }
    return {
      nodesByInstanceType: byType.record(),
      nodesByCapacityType: byCapacityType.record(),
      requestedCpuMillicores: this.#requestedCpu.value,
      allocatableCpuMillicores: this.#allocatableCpu.value,
      requestedMemoryBytes: this.#requestedMemory.value,
      allocatableMemoryBytes: this.#allocatableMemory.value,
    };
  }

  series(at: SimTime): {
    readonly nodesByCapacityType: Readonly<Record<string, readonly number[]>>;
    readonly requestedVcpus: readonly number[];
    readonly allocatableVcpus: readonly number[];
  } {
    const counts = [...this.#byCapacityType.entries()].sort(([left], [right]) =>
      compareStrings(left, right),
    );
    for (const [, { integral }] of counts) integral.total(at);
    const vcpus = (millicores: number) => millicores / 1000;
    return {
      nodesByCapacityType: Object.fromEntries(
        counts.map(([name, { series }]) => [name, series.means()]),
      ),
      requestedVcpus: this.#requestedSeries.means().map(vcpus),
      allocatableVcpus: this.#allocatableSeries.means().map(vcpus),
    };
  }

  #touch(machine: Machine, at: SimTime): void {
    machine.idleMs += (at - machine.idleSince) * idleShare(machine);
    machine.idleSince = at;
  }

  #typeCount(machine: Machine): { integral: StepIntegral; series: BucketSeries } {
    const { capacityType } = machine.launched;
    let known = this.#byCapacityType.get(capacityType);
    if (known === undefined) {
      const series = new BucketSeries(this.#start, this.#end);
      known = { integral: new StepIntegral(this.#start, series), series };
      this.#byCapacityType.set(capacityType, known);
    }
    return known;
  }

  #machine(instanceId: string): Machine {
    const machine = this.#machines.get(instanceId);
    invariant(machine !== undefined, "a fact about an instance that was not launched", {
      instanceId,
    });
    return machine;
  }
}

/** Processors and memory weighed as OpenCost does; DaemonSet pods' requests are not idle. */
function idleShare(machine: Machine): number {
  const { allocatableCpu, allocatableMemory, requestedCpu, requestedMemory, cpuWeight } = machine;
  if (allocatableCpu === 0 || allocatableMemory === 0) return 1;
  const cpu = Math.max(0, 1 - requestedCpu / allocatableCpu);
  const memory = Math.max(0, 1 - requestedMemory / allocatableMemory);
  return cpuWeight * cpu + (1 - cpuWeight) * memory;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
