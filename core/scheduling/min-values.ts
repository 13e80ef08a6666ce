// Flexibility: a NodePool may ask that a launch leaves open at least so many different values of a
// label, so that no single capacity pool decides whether there is a machine.
import type { Requirements } from "./requirements.ts";

/** Anything with requirements, above all an instance type. */
export interface WithRequirements {
  readonly requirements: Requirements;
}

/** What `satisfiesMinValues` found. */
export interface MinValuesResult {
  /** How many of the items, from the front, are enough; all of them when none are. */
  readonly needed: number;
  /** Labels with fewer values than asked for, in code-unit order, with the count reached. */
  readonly unsatisfied: ReadonlyMap<string, number>;
}

const nothing: ReadonlyMap<string, number> = new Map();
const satisfiedByNone: MinValuesResult = Object.freeze({ needed: 0, unsatisfied: nothing });

/**
 * How many items, taken in the order given, offer the values that `minValues` asks for, and which
 * labels stay short with all of them. Nothing is short in an empty list, as upstream: that a list
 * is empty is found elsewhere.
 *
 * A complement counts with the values it excludes, as upstream; instance types list their values.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceTypes.SatisfiesMinValues
 */
export function satisfiesMinValues(
  items: readonly WithRequirements[],
  requirements: Requirements,
): MinValuesResult {
  const open = requirements.list.flatMap(({ key, minValues }) =>
    minValues === undefined ? [] : [{ key, minValues, found: new Set<string>() }],
  );
  if (open.length === 0 || items.length === 0) return satisfiedByNone;
  for (const [index, item] of items.entries()) {
    let isShort = false;
    for (const { key, minValues, found } of open) {
      const offered = item.requirements.find(key);
      if (offered !== undefined) {
        for (const value of offered.sortedValues) found.add(value);
      }
      isShort ||= found.size < minValues;
    }
    if (!isShort) return { needed: index + 1, unsatisfied: nothing };
  }
  const unsatisfied = new Map<string, number>();
  for (const { key, minValues, found } of open) {
    if (found.size < minValues) unsatisfied.set(key, found.size);
  }
  return { needed: items.length, unsatisfied };
}

/**
 * Upstream's sentence about labels that stay short; the labels in the map's order.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceTypes.SatisfiesMinValues
 */
export function minValuesMessage(unsatisfied: ReadonlyMap<string, number>): string {
  const labels = [...unsatisfied.keys()].join(" ");
  return `minValues requirement is not met for label(s) (label(s)=[${labels}])`;
}
