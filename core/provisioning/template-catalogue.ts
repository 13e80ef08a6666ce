// The instance types of one NodePool, made ready for probing: numbered in the order in which
// upstream would list survivors (daemon group by daemon group), requirements as bit sets, resources
// as columns. A NodeClaim's options are then a bit set over these numbers.
import {
  allocatableOfferings,
  type AllocatableOfferings,
  hasCompatibleOffering,
  type InstanceType,
  isCompatibleOffering,
  type Offering,
} from "../cloudprovider/index.ts";
import type { HostPortUsage, Requirements } from "../scheduling/index.ts";
import type { ResourceList } from "../units/index.ts";
import { type Bits, emptyBits, forEachBit, fullBits, isMeeting, setBit } from "./bitset.ts";
import type { DaemonOverheadGroup } from "./daemon-overhead.ts";
import { largestCapacity } from "./limits.ts";
import { InstanceTypeIndex, type RequirementMatch } from "./instance-type-index.ts";
import { type RequestRow, ResourceColumns, type ResourceRow } from "./resource-columns.ts";

/** A daemon overhead group by the numbers of its types: from `start` to before `end`. */
export interface CatalogueGroup {
  readonly start: number;
  readonly end: number;
  readonly types: Bits;
  readonly overhead: ResourceList;
  readonly overheadRow: ResourceRow;
  readonly hostPortUsage: HostPortUsage;
}

/** Resources asked for on a machine: by the pods that are to run there, daemons not included. */
export interface MachineRequests {
  readonly placed: ResourceRow;
  readonly pod: RequestRow;
}

/** What probing asks of a NodePool's instance types; see the head of the file. */
export class TemplateCatalogue {
  readonly instanceTypes: readonly InstanceType[];
  readonly groups: readonly CatalogueGroup[];
  readonly columns: ResourceColumns;
  /** Every type. */
  readonly all: Bits;
  /** Types with an available reserved offering. */
  readonly reserved: Bits;
  readonly #index: InstanceTypeIndex;
  /** Allocatable by column, then by type. */
  readonly #allocatable: readonly Float64Array[];
  /** Types that hold anything at all; a negative amount keeps everything out. */
  readonly #usable: Bits;
  /** Types whose offerings don't all leave the same; looked at one by one. */
  readonly #overridden = new Map<number, readonly AllocatableOfferings[]>();
  /** What was picked lately: simulations ask for the same few sets over and over. */
  readonly #picked = new Map<string, readonly InstanceType[]>();
  readonly #mostByTypes = new Map<string, ResourceRow>();
  readonly #capacityByResource = new Map<string, Float64Array>();
  #largest: ResourceList | undefined;

  constructor(daemonGroups: readonly DaemonOverheadGroup[]) {
    this.instanceTypes = daemonGroups.flatMap(({ instanceTypes }) => instanceTypes);
    const { instanceTypes } = this;
    const size = instanceTypes.length;
    this.all = fullBits(size);
    this.reserved = emptyBits(size);
    this.#usable = emptyBits(size);
    this.#index = new InstanceTypeIndex(instanceTypes);
    this.columns = new ResourceColumns([
      ...instanceTypes.flatMap((it) => allocatableOfferings(it).map((group) => group.allocatable)),
      ...daemonGroups.map(({ overhead }) => overhead),
    ]);
    this.#allocatable = this.columns.names.map((name) =>
      Float64Array.from(instanceTypes, ({ allocatable }) => allocatable[name] ?? 0),
    );
    for (const [index, instanceType] of instanceTypes.entries())
      this.#classify(index, instanceType);
    this.groups = this.#numberGroups(daemonGroups);
  }

  #classify(index: number, instanceType: InstanceType): void {
    const groups = allocatableOfferings(instanceType);
    if (groups.length > 1) this.#overridden.set(index, groups);
    if (groups.some(({ allocatable }) => isNeverNegative(allocatable))) {
      setBit(this.#usable, index);
    }
    if (instanceType.offerings.some(isAvailableReservation)) setBit(this.reserved, index);
  }

  #numberGroups(daemonGroups: readonly DaemonOverheadGroup[]): readonly CatalogueGroup[] {
    let end = 0;
    return daemonGroups.map(({ instanceTypes, overhead, hostPortUsage }) => {
      const start = end;
      end += instanceTypes.length;
      const types = emptyBits(this.instanceTypes.length);
      for (let index = start; index < end; index++) setBit(types, index);
      const overheadRow = this.columns.request(overhead).row;
      return { start, end, types, overhead, overheadRow, hostPortUsage };
    });
  }

  /** Types that go with the requirements, and types with an available offering that does. */
  match(requirements: Requirements): RequirementMatch {
    return this.#index.match(requirements);
  }

  /**
   * Adds to `result` the candidates of a group that hold the requests and the group's daemons.
   * Candidates must have a compatible available offering.
   */
  addFitting(
    group: CatalogueGroup,
    candidates: Bits,
    requests: MachineRequests,
    requirements: Requirements,
    result: Bits,
  ): void {
    if (requests.pod.isUnknown) return;
    const needed = neededColumns(group, requests);
    for (let word = group.start >>> 5; word < candidates.length; word++) {
      let rest = (candidates[word] ?? 0) & (group.types[word] ?? 0) & (this.#usable[word] ?? 0);
      while (rest !== 0) {
        const lowest = rest & -rest;
        rest ^= lowest;
        const index = (word << 5) + 31 - Math.clz32(lowest);
        if (this.#fits(index, needed, requirements)) {
          result[word] = (result[word] ?? 0) | lowest;
        }
      }
    }
  }

  #fits(index: number, needed: NeededColumns, requirements: Requirements): boolean {
    if (this.#overridden.size > 0) {
      const groups = this.#overridden.get(index);
      if (groups !== undefined) return this.#fitsSome(groups, needed, requirements);
    }
    const { columns, amounts } = needed;
    for (let at = 0; at < columns.length; at++) {
      const available = this.#allocatable[columns[at] ?? 0]?.[index] ?? 0;
      if ((amounts[at] ?? 0) > available) return false;
    }
    return true;
  }

  #fitsSome(
    groups: readonly AllocatableOfferings[],
    needed: NeededColumns,
    requirements: Requirements,
  ): boolean {
    return groups.some(
      ({ allocatable, offerings }) =>
        isNeverNegative(allocatable) &&
        needed.columns.every(
          (column, at) =>
            (needed.amounts[at] ?? 0) <= (allocatable[this.columns.names[column] ?? ""] ?? 0),
        ) &&
        hasCompatibleOffering(offerings, requirements),
    );
  }

  /**
   * By column, the most that a further pod can ask for so that some of the types may still hold it
   * beside what is placed: an upper bound, from which a pod that is too big is known at once.
   */
  headroom(types: Bits, placed: ResourceRow): ResourceRow {
    const most = this.#mostOf(types);
    return placed.map((amount, column) => (most[column] ?? 0) - amount);
  }

  /** By column, the most that any of the types leaves beside its daemons. */
  #mostOf(types: Bits): ResourceRow {
    const key = types.join();
    let most = this.#mostByTypes.get(key);
    if (most === undefined) {
      most = this.#computeMost(types);
      if (this.#mostByTypes.size >= pickedMax) this.#mostByTypes.clear();
      this.#mostByTypes.set(key, most);
    }
    return most;
  }

  #computeMost(types: Bits): ResourceRow {
    const result = new Float64Array(this.columns.names.length).fill(Number.NEGATIVE_INFINITY);
    for (const group of this.groups) {
      if (!isMeeting(types, group.types)) continue;
      for (let column = 0; column < result.length; column++) {
        const most = this.#most(types, group, column) - (group.overheadRow[column] ?? 0);
        if (most > (result[column] ?? 0)) result[column] = most;
      }
    }
    return result;
  }

  #most(types: Bits, group: CatalogueGroup, column: number): number {
    let most = Number.NEGATIVE_INFINITY;
    const allocatable = this.#allocatable[column];
    const name = this.columns.names[column] ?? "";
    for (let word = group.start >>> 5; word << 5 < group.end; word++) {
      let rest = (types[word] ?? 0) & (group.types[word] ?? 0);
      while (rest !== 0) {
        const index = (word << 5) + 31 - Math.clz32(rest & -rest);
        rest &= rest - 1;
        let amount = allocatable?.[index] ?? 0;
        for (const overridden of this.#overridden.get(index) ?? []) {
          amount = Math.max(amount, overridden.allocatable[name] ?? 0);
        }
        if (amount > most) most = amount;
      }
    }
    return most;
  }

  /** The types with these numbers, in order; the same list for the same numbers, as a rule. */
  pick(types: Bits): readonly InstanceType[] {
    const key = types.join();
    const known = this.#picked.get(key);
    if (known !== undefined) return known;
    const picked: InstanceType[] = [];
    forEachBit(types, (index) => {
      const instanceType = this.instanceTypes[index];
      if (instanceType !== undefined) picked.push(instanceType);
    });
    if (this.#picked.size >= pickedMax) this.#picked.clear();
    this.#picked.set(key, picked);
    return picked;
  }

  /**
   * Types whose capacity stays within what remains of every limited resource.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go filterByRemainingResources
   */
  withinLimits(remaining: ResourceList): Bits {
    const columns = Object.keys(remaining).map((name) => this.#capacityColumn(name));
    const limits = Object.values(remaining);
    const within = emptyBits(this.instanceTypes.length);
    for (let index = 0; index < this.instanceTypes.length; index++) {
      if (columns.every((column, at) => (column[index] ?? 0) <= (limits[at] ?? 0))) {
        setBit(within, index);
      }
    }
    return within;
  }

  #capacityColumn(resource: string): Float64Array {
    let column = this.#capacityByResource.get(resource);
    if (column === undefined) {
      column = Float64Array.from(this.instanceTypes, ({ capacity }) => capacity[resource] ?? 0);
      this.#capacityByResource.set(resource, column);
    }
    return column;
  }

  /** By resource, the largest capacity of any type. */
  largestCapacity(): ResourceList {
    this.#largest ??= largestCapacity(this.instanceTypes);
    return this.#largest;
  }

  /** Available reserved offerings of these types that go with the requirements, in order. */
  reservedOfferings(types: Bits, requirements: Requirements): readonly Offering[] {
    if (!isMeeting(types, this.reserved)) return [];
    return this.pick(types).flatMap(({ offerings }) =>
      offerings.filter(
        (offering) =>
          isAvailableReservation(offering) && isCompatibleOffering(requirements, offering),
      ),
    );
  }
}

const pickedMax = 512;

/** The columns in which something is needed, and how much. */
interface NeededColumns {
  readonly columns: readonly number[];
  readonly amounts: readonly number[];
}

function neededColumns(group: CatalogueGroup, { placed, pod }: MachineRequests): NeededColumns {
  const columns: number[] = [];
  const amounts: number[] = [];
  for (let column = 0; column < placed.length; column++) {
    const amount =
      (placed[column] ?? 0) + (pod.row[column] ?? 0) + (group.overheadRow[column] ?? 0);
    if (amount <= 0) continue;
    columns.push(column);
    amounts.push(amount);
  }
  return { columns, amounts };
}

function isNeverNegative(list: ResourceList): boolean {
  for (const name in list) {
    if ((list[name] ?? 0) < 0) return false;
  }
  return true;
}

function isAvailableReservation({ available, capacityType }: Offering): boolean {
  return available && capacityType === "reserved";
}
