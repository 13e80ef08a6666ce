import type { Unit } from "./unit.ts";

/** A Kubernetes resource name: `cpu`, `memory`, `pods`, `nvidia.com/gpu`, … */
export type ResourceName = string;

/**
 * Amounts by resource, whole numbers in the resource's base unit: cpu in millicores; memory,
 * ephemeral-storage and hugepages-* in bytes; everything else a count.
 *
 * A resource that is absent counts as zero. Lists are never changed in place.
 */
export type ResourceList = Readonly<Record<ResourceName, number>>;

/** Thousandths of a CPU core, whole. */
export type Millicores = Unit<"millicores">;

/** Bytes, whole. */
export type Bytes = Unit<"bytes">;

/** The list without any resource. */
export const emptyResources: ResourceList = Object.freeze({});

/** Whole CPU thousandths. @throws RangeError for fractions, negatives and values beyond 2^53. */
export function millicores(value: number): Millicores {
  return wholeAndPositive(value, "millicores") as Millicores;
}

/** Whole bytes. @throws RangeError for fractions, negatives and values beyond 2^53. */
export function bytes(value: number): Bytes {
  return wholeAndPositive(value, "bytes") as Bytes;
}

function wholeAndPositive(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${value} ${what} is not a whole number from 0 to 2^53 - 1`);
  }
  return value === 0 ? 0 : value;
}

function exact(value: number, name: ResourceName): number {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`amount ${value} of ${name} is not a whole number below 2^53`);
  }
  return value;
}

/**
 * Sum of two lists over the union of their keys: those of `a` in their order, then new ones of `b`.
 *
 * @throws RangeError when an amount leaves the exact range of numbers (2^53).
 * @see karpenter v1.14.1 pkg/utils/resources/resources.go Merge
 */
export function addResources(a: ResourceList, b: ResourceList): ResourceList {
  return mergeResources(a, b);
}

/**
 * Sum of any number of lists over the union of their keys, in order of first appearance.
 *
 * @throws RangeError when an amount leaves the exact range of numbers (2^53).
 * @see karpenter v1.14.1 pkg/utils/resources/resources.go Merge
 */
export function mergeResources(...lists: readonly ResourceList[]): ResourceList {
  const result: Record<ResourceName, number> = {};
  for (const list of lists) {
    for (const name in list) {
      result[name] = exact((result[name] ?? 0) + (list[name] ?? 0), name);
    }
  }
  return result;
}

/**
 * What is left of `from`: its keys only, in its order; may be negative.
 *
 * @throws RangeError when an amount leaves the exact range of numbers (2^53).
 * @see karpenter v1.14.1 pkg/utils/resources/resources.go Subtract
 */
export function subtractResources(from: ResourceList, what: ResourceList): ResourceList {
  const result: Record<ResourceName, number> = {};
  for (const name in from) {
    result[name] = exact((from[name] ?? 0) - (what[name] ?? 0), name);
  }
  return result;
}

/**
 * The largest amount of each resource over the union of keys, in order of first appearance.
 *
 * A resource that only some lists name keeps its amount there, even a negative one.
 *
 * @see karpenter v1.14.1 pkg/utils/resources/resources.go MaxResources
 */
export function maxResources(...lists: readonly ResourceList[]): ResourceList {
  const result: Record<ResourceName, number> = {};
  for (const list of lists) {
    for (const name in list) {
      const amount = list[name] ?? 0;
      const largest = result[name];
      if (largest === undefined || amount > largest) result[name] = amount;
    }
  }
  return result;
}

/**
 * Whether `candidate` fits into `total`, resource by resource, an absent one counting as zero.
 *
 * Nothing fits into a total with a negative amount, not even of a resource that is not asked for.
 * A request of zero for a resource that `total` lacks fits. Allocates nothing.
 *
 * @see karpenter v1.14.1 pkg/utils/resources/resources.go Fits
 */
export function fits(candidate: ResourceList, total: ResourceList): boolean {
  for (const name in total) {
    if ((total[name] ?? 0) < 0) return false;
  }
  for (const name in candidate) {
    if ((candidate[name] ?? 0) > (total[name] ?? 0)) return false;
  }
  return true;
}

/** Whether the list names the resource, be it with an amount of zero. */
export function hasResource(list: ResourceList, name: ResourceName): boolean {
  return Object.hasOwn(list, name);
}

/** Whether every amount is zero; true for the empty list. */
export function isZeroResources(list: ResourceList): boolean {
  for (const name in list) {
    if (list[name] !== 0) return false;
  }
  return true;
}
