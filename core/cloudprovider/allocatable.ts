import {
  addResources,
  compareStrings,
  mergeResources,
  type ResourceList,
  subtractResources,
} from "../units/index.ts";
import type { InstanceType, InstanceTypeOverhead, Offering } from "./instance-type.ts";

const hugePagesPrefix = "hugepages-";

/** The sum of the three kinds of overhead. */
export function totalOverhead(overhead: InstanceTypeOverhead): ResourceList {
  return mergeResources(overhead.kubeReserved, overhead.systemReserved, overhead.evictionThreshold);
}

/**
 * What pods may take: capacity less overhead, over the keys of capacity; huge pages also come off
 * memory, down to zero. Other amounts may be negative, and then nothing fits.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceType.computeAllocatable
 */
export function computeAllocatable(capacity: ResourceList, overhead: ResourceList): ResourceList {
  const allocatable: Record<string, number> = { ...subtractResources(capacity, overhead) };
  for (const name in capacity) {
    if (!name.startsWith(hugePagesPrefix)) continue;
    allocatable["memory"] = Math.max(0, (allocatable["memory"] ?? 0) - (capacity[name] ?? 0));
  }
  return allocatable;
}

/** Offerings of one type that leave pods the same resources. */
export interface AllocatableOfferings {
  readonly allocatable: ResourceList;
  readonly offerings: readonly Offering[];
}

const groupsByInstanceType = new WeakMap<InstanceType, readonly AllocatableOfferings[]>();

/**
 * The available offerings, grouped by what they leave pods. The first group is that of offerings
 * without overrides, and may be empty; the others follow in order of first appearance.
 *
 * Overrides are added to capacity and overhead of the type, as upstream's code does (its comments
 * promise replacement). Remembered by the type's identity.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceType.AllocatableOfferingsList
 */
export function allocatableOfferings(instanceType: InstanceType): readonly AllocatableOfferings[] {
  let groups = groupsByInstanceType.get(instanceType);
  if (groups === undefined) {
    groups = groupOfferings(instanceType);
    groupsByInstanceType.set(instanceType, groups);
  }
  return groups;
}

function groupOfferings(instanceType: InstanceType): readonly AllocatableOfferings[] {
  const { allocatable, offerings } = instanceType;
  const base: Offering[] = [];
  const overridden = new Map<string, { allocatable: ResourceList; offerings: Offering[] }>();
  for (const offering of offerings) {
    if (!offering.available) continue;
    const key = overrideKey(offering);
    const group = key === undefined ? undefined : overridden.get(key);
    if (key === undefined) base.push(offering);
    else if (group !== undefined) group.offerings.push(offering);
    else {
      const narrowed = overriddenAllocatable(instanceType, offering);
      overridden.set(key, { allocatable: narrowed, offerings: [offering] });
    }
  }
  return [{ allocatable, offerings: base }, ...overridden.values()];
}

function overriddenAllocatable(instanceType: InstanceType, offering: Offering): ResourceList {
  const { capacityOverride = {}, overheadOverride } = offering;
  const overhead = totalOverhead(instanceType.overhead);
  return computeAllocatable(
    addResources(instanceType.capacity, capacityOverride),
    overheadOverride === undefined
      ? overhead
      : addResources(overhead, totalOverhead(overheadOverride)),
  );
}

/** Equal for equal overrides; `undefined` without any. */
function overrideKey({ capacityOverride = {}, overheadOverride }: Offering): string | undefined {
  const capacity = spell(capacityOverride);
  if (overheadOverride === undefined) return capacity === "" ? undefined : capacity;
  const { kubeReserved, systemReserved, evictionThreshold } = overheadOverride;
  return [capacity, ...[kubeReserved, systemReserved, evictionThreshold].map(spell)].join("|");
}

function spell(list: ResourceList): string {
  return Object.keys(list)
    .sort(compareStrings)
    .map((name) => `${name}=${list[name] ?? 0}`)
    .join(",");
}
