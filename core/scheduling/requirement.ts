// One constraint on one label, as a set of values: either the listed ones, or (complement) all but
// the listed ones, within optional integer bounds. Gt and Lt are turned into inclusive bounds at
// construction. Objects never change, and an intersection that changes nothing returns its operand,
// so identity may key caches.
import type { NodeSelectorOperator, NodeSelectorRequirement } from "../apis/index.ts";
import {
  addInt64,
  type Int64,
  int64,
  maxInt64,
  parseInt64,
  parseInt64Saturating,
} from "./int64.ts";
import { labelIndex } from "./label-index.ts";
import { normalizeLabel } from "./labels.ts";
import {
  equalValues,
  includesValue,
  intersectValues,
  noValues,
  type SortedValues,
  sortedValues,
  subtractValues,
  uniteValues,
} from "./sorted-values.ts";

/** What a requirement amounts to; bounds do not show here, a bounded one reads as Exists. */
export type RequirementOperator = "In" | "NotIn" | "Exists" | "DoesNotExist";

type Bound = Int64 | undefined;

const printedValues = 5;

/**
 * The values that a label may have.
 *
 * @see karpenter v1.14.1 pkg/scheduling/requirement.go Requirement
 */
export class Requirement {
  readonly key: string;
  /** True: every value but the listed ones. */
  readonly complement: boolean;
  /** The listed values in code-unit order; the excluded ones of a complement. */
  readonly sortedValues: SortedValues;
  /** Inclusive bounds; only complements have them, values must then be integers. */
  readonly gte: Int64 | undefined;
  readonly lte: Int64 | undefined;
  /** How many different values a launch must leave open. */
  readonly minValues: number | undefined;
  readonly operator: RequirementOperator;
  /** A number for the key, for comparisons; stable within the process only (see `labelIndex`). */
  readonly labelIndex: number;
  #values: ReadonlySet<string> | undefined;

  private constructor(
    key: string,
    complement: boolean,
    values: SortedValues,
    gte: Bound,
    lte: Bound,
    minValues: number | undefined,
  ) {
    this.key = key;
    this.labelIndex = labelIndex(key);
    this.complement = complement;
    this.sortedValues = values;
    this.gte = gte;
    this.lte = lte;
    this.minValues = minValues;
    const isListed = values.length > 0;
    this.operator = complement ? (isListed ? "NotIn" : "Exists") : isListed ? "In" : "DoesNotExist";
  }

  /**
   * A requirement with a normalized key. In without values is DoesNotExist; Gt of the largest
   * integer too, and loses its minValues. Operands of bounds are not validated here: malformed
   * text counts as 0, numbers beyond 64 bits as the nearest within.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirement.go NewRequirementWithFlexibility
   */
  static of(
    key: string,
    operator: NodeSelectorOperator,
    values: readonly string[] = noValues,
    minValues?: number,
  ): Requirement {
    const label = normalizeLabel(key);
    switch (operator) {
      case "In":
        return new Requirement(label, false, sortedValues(values), undefined, undefined, minValues);
      case "NotIn":
        return new Requirement(label, true, sortedValues(values), undefined, undefined, minValues);
      case "Exists":
        return new Requirement(label, true, noValues, undefined, undefined, minValues);
      case "DoesNotExist":
        return new Requirement(label, false, noValues, undefined, undefined, minValues);
      case "Gt": {
        const operand = parseInt64Saturating(values[0] ?? "");
        return operand === maxInt64
          ? new Requirement(label, false, noValues, undefined, undefined, undefined)
          : new Requirement(label, true, noValues, addInt64(operand, 1), undefined, minValues);
      }
      case "Lt": {
        const bound = addInt64(parseInt64Saturating(values[0] ?? ""), -1);
        return new Requirement(label, true, noValues, undefined, bound, minValues);
      }
      case "Gte": {
        const bound = parseInt64Saturating(values[0] ?? "");
        return new Requirement(label, true, noValues, bound, undefined, minValues);
      }
      case "Lte": {
        const bound = parseInt64Saturating(values[0] ?? "");
        return new Requirement(label, true, noValues, undefined, bound, minValues);
      }
    }
  }

  /** The listed values as a set, in code-unit order; the excluded ones of a complement. */
  get values(): ReadonlySet<string> {
    this.#values ??= new Set(this.sortedValues);
    return this.#values;
  }

  /**
   * How many values are allowed; a complement counts as the largest integer less its exclusions.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirement.go Requirement.Len
   */
  get length(): Int64 {
    const listed = this.sortedValues.length;
    return this.complement ? int64(BigInt(maxInt64) - BigInt(listed)) : listed;
  }

  /** The value, when the requirement allows exactly one; `undefined` otherwise. */
  get only(): string | undefined {
    return !this.complement && this.sortedValues.length === 1 ? this.sortedValues[0] : undefined;
  }

  /** Whether the label may have this value. */
  has(value: string): boolean {
    return (
      includesValue(this.sortedValues, value) !== this.complement &&
      isWithin(value, this.gte, this.lte)
    );
  }

  /**
   * What both requirements allow, under this one's key; the larger minValues counts.
   *
   * Bounds that cross give DoesNotExist. Returns one of the two objects when it says the same.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirement.go Requirement.Intersection
   */
  intersection(other: Requirement): Requirement {
    if (this === other) return this;
    const minValues = larger(this.minValues, other.minValues);
    const gte = larger(this.gte, other.gte);
    const lte = smaller(this.lte, other.lte);
    if (gte !== undefined && lte !== undefined && gte > lte) {
      return this.#orNew(other, false, noValues, undefined, undefined, minValues);
    }
    const complement = this.complement && other.complement;
    const allowed = trim(combine(this, other), gte, lte);
    return complement
      ? this.#orNew(other, true, allowed, gte, lte, minValues)
      : this.#orNew(other, false, allowed, undefined, undefined, minValues);
  }

  #orNew(
    other: Requirement,
    complement: boolean,
    values: SortedValues,
    gte: Bound,
    lte: Bound,
    minValues: number | undefined,
  ): Requirement {
    if (this.#says(complement, values, gte, lte, minValues)) return this;
    if (this.key === other.key && other.#says(complement, values, gte, lte, minValues))
      return other;
    return new Requirement(this.key, complement, values, gte, lte, minValues);
  }

  #says(
    complement: boolean,
    values: SortedValues,
    gte: Bound,
    lte: Bound,
    minValues: number | undefined,
  ): boolean {
    return (
      this.complement === complement &&
      this.minValues === minValues &&
      this.gte === gte &&
      this.lte === lte &&
      equalValues(this.sortedValues, values)
    );
  }

  /**
   * Whether some value may satisfy both; allocates nothing.
   *
   * Two complements always intersect unless their bounds cross, even where exclusions leave no
   * integer between the bounds. Keys are not compared.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirement.go Requirement.HasIntersection
   */
  hasIntersection(other: Requirement): boolean {
    const gte = larger(this.gte, other.gte);
    const lte = smaller(this.lte, other.lte);
    if (gte !== undefined && lte !== undefined && gte > lte) return false;
    if (this.complement && other.complement) return true;
    // Walk a concrete side, the shorter one if both are: its members are all that can be shared.
    const walksThis =
      !this.complement &&
      (other.complement || this.sortedValues.length <= other.sortedValues.length);
    const walked = (walksThis ? this : other).sortedValues;
    const asked = walksThis ? other : this;
    for (let index = 0; index < walked.length; index++) {
      const value = walked[index] ?? "";
      if (
        includesValue(asked.sortedValues, value) !== asked.complement &&
        isWithin(value, gte, lte)
      ) {
        return true;
      }
    }
    return false;
  }

  /**
   * Some value that satisfies the requirement: the smallest listed one in code-unit order, or for
   * a complement the lowest integer from `gte` (0 without it) that isn't excluded, or else the
   * highest below zero. The empty string when none may.
   *
   * Differs: upstream draws at random, and its draw of an integer does not look at the exclusions.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirement.go Requirement.Any
   */
  any(): string {
    if (!this.complement) return this.sortedValues[0] ?? "";
    const lowest = this.gte ?? 0;
    const upwards = this.#firstFree(lowest, 1);
    if (upwards !== undefined) return String(upwards);
    // Without a lower bound there is always something below zero.
    const below = this.lte !== undefined && this.lte < 0 ? this.lte : -1;
    const downwards = this.gte === undefined ? this.#firstFree(below, -1) : undefined;
    return String(downwards ?? lowest);
  }

  /** The first integer from `start` on that is neither excluded nor above the upper bound. */
  #firstFree(start: Int64, step: 1 | -1): Int64 | undefined {
    let candidate = start;
    // One more candidate than exclusions: one of them is free, unless the upper bound comes first.
    for (let tries = 0; tries <= this.sortedValues.length; tries++) {
      if (this.lte !== undefined && candidate > this.lte) return undefined;
      if (!includesValue(this.sortedValues, String(candidate))) return candidate;
      candidate = addInt64(candidate, step);
    }
    return undefined;
  }

  /**
   * The API form: two entries when both bounds are set, else one. A bounded complement loses its
   * exclusions here, as upstream.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirement.go Requirement.NodeSelectorRequirement
   */
  toNodeSelectorRequirements(): readonly NodeSelectorRequirement[] {
    const bounds: NodeSelectorRequirement[] = [];
    if (this.gte !== undefined) bounds.push(this.#entry("Gte", [String(this.gte)]));
    if (this.lte !== undefined) bounds.push(this.#entry("Lte", [String(this.lte)]));
    return bounds.length > 0 ? bounds : [this.#entry(this.operator, this.sortedValues)];
  }

  #entry(operator: NodeSelectorOperator, values: readonly string[]): NodeSelectorRequirement {
    const { key, minValues } = this;
    return minValues === undefined
      ? { key, operator, values }
      : { key, operator, values, minValues };
  }

  /** The same requirement with another minValues (`undefined`: none); itself if it has that. */
  withMinValues(minValues: number | undefined): Requirement {
    if (minValues === this.minValues) return this;
    const { key, complement, gte, lte } = this;
    return new Requirement(key, complement, this.sortedValues, gte, lte, minValues);
  }

  /** Whether key, values, bounds and minValues are the same. */
  equals(other: Requirement): boolean {
    return (
      this === other ||
      (this.key === other.key &&
        this.#says(other.complement, other.sortedValues, other.gte, other.lte, other.minValues))
    );
  }

  /**
   * `key In [a b]`, with at most five values and then `and N others`; bounds and minValues follow.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirement.go Requirement.String
   */
  toString(): string {
    let text = `${this.key} ${this.operator}`;
    if (this.sortedValues.length > 0) {
      const shown = this.sortedValues.slice(0, printedValues);
      const hidden = this.sortedValues.length - shown.length;
      if (hidden > 0) shown.push(`and ${hidden} others`);
      text += ` [${shown.join(" ")}]`;
    }
    if (this.gte !== undefined) text += ` >=${this.gte}`;
    if (this.lte !== undefined) text += ` <=${this.lte}`;
    if (this.minValues !== undefined) text += ` minValues ${this.minValues}`;
    return text;
  }
}

function combine(a: Requirement, b: Requirement): SortedValues {
  if (a.complement) {
    return b.complement
      ? uniteValues(a.sortedValues, b.sortedValues)
      : subtractValues(b.sortedValues, a.sortedValues);
  }
  return b.complement
    ? subtractValues(a.sortedValues, b.sortedValues)
    : intersectValues(a.sortedValues, b.sortedValues);
}

/** Drops what is out of bounds; the same array when nothing is. */
function trim(values: SortedValues, gte: Bound, lte: Bound): SortedValues {
  if (gte === undefined && lte === undefined) return values;
  for (let index = 0; index < values.length; index++) {
    if (!isWithin(values[index] ?? "", gte, lte)) {
      return values.filter((value) => isWithin(value, gte, lte));
    }
  }
  return values;
}

/** Without bounds everything is within; with one, only integers that satisfy it. */
function isWithin(value: string, gte: Bound, lte: Bound): boolean {
  if (gte === undefined && lte === undefined) return true;
  const number = parseInt64(value);
  if (number === undefined) return false;
  return (gte === undefined || number >= gte) && (lte === undefined || number <= lte);
}

function larger<T extends Int64>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined) return b;
  return b === undefined || a > b ? a : b;
}

function smaller<T extends Int64>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined) return b;
  return b === undefined || a < b ? a : b;
}
