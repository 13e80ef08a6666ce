// What is asked of a node, label by label. Each object keeps its requirements twice: in code-unit
// order of their keys, which is how everybody sees them, and by label number, in which two objects
// are compared by one merging walk that neither hashes nor allocates.
import {
  labelHostname,
  labelNodeInitialized,
  labelNodeRegistered,
  type NodeSelectorRequirement,
} from "../apis/index.ts";
import { compareStrings } from "../units/index.ts";
import {
  ConflictingRequirements,
  type IncompatibleRequirements,
  type RequirementConflict,
  UndefinedLabel,
} from "./compatibility.ts";
import { wellKnownLabelCount } from "./label-index.ts";
import { restrictedLabels, wellKnownLabels } from "./labels.ts";
import { Requirement } from "./requirement.ts";

/** Which labels the existing side may leave undefined although the incoming side asks for them. */
export interface CompatibilityOptions {
  readonly allowUndefined?: ReadonlySet<string>;
}

/**
 * The lenient mode: well-known labels may be undefined.
 *
 * @see karpenter v1.14.1 pkg/scheduling/requirements.go AllowUndefinedWellKnownLabels
 */
export const allowUndefinedWellKnownLabels: CompatibilityOptions = Object.freeze({
  allowUndefined: wellKnownLabels,
});

const noLabels: ReadonlySet<string> = new Set();

/**
 * Requirements by label, each label once. Immutable; shares its requirements with its descendants.
 *
 * @see karpenter v1.14.1 pkg/scheduling/requirements.go Requirements
 */
export class Requirements {
  static readonly empty: Requirements = new Requirements([]);

  /** In code-unit order of their keys. */
  readonly list: readonly Requirement[];
  readonly #byIndex: readonly Requirement[];
  #keys: readonly string[] | undefined;

  /** `list` has to be sorted by key without duplicates; it is kept. */
  private constructor(list: readonly Requirement[]) {
    this.list = list;
    this.#byIndex = list.length < 2 ? list : list.toSorted((a, b) => a.labelIndex - b.labelIndex);
  }

  /** Requirements of which those on the same label are intersected, in the order given. */
  static of(...requirements: readonly Requirement[]): Requirements {
    return Requirements.empty.add(...requirements);
  }

  /**
   * One In requirement per label.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go NewLabelRequirements
   */
  static fromLabels(labels: Readonly<Record<string, string>>): Requirements {
    const requirements: Requirement[] = [];
    for (const key in labels) requirements.push(Requirement.of(key, "In", [labels[key] ?? ""]));
    return Requirements.of(...requirements);
  }

  /**
   * From their API form, minValues included; entries on the same label are intersected.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go NewNodeSelectorRequirementsWithMinValues
   */
  static fromNodeSelectorRequirements(entries: readonly NodeSelectorRequirement[]): Requirements {
    return Requirements.of(
      ...entries.map((it) => Requirement.of(it.key, it.operator, it.values, it.minValues)),
    );
  }

  get size(): number {
    return this.list.length;
  }

  [Symbol.iterator](): IterableIterator<Requirement> {
    return this.list.values();
  }

  /** The labels, in code-unit order. */
  keys(): readonly string[] {
    this.#keys ??= this.list.map((requirement) => requirement.key);
    return this.#keys;
  }

  /** Whether the label is constrained here at all, be it by Exists. */
  has(key: string): boolean {
    return this.find(key) !== undefined;
  }

  /**
   * The requirement on a label; Exists where there is none.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go Requirements.Get
   */
  get(key: string): Requirement {
    return this.find(key) ?? Requirement.of(key, "Exists");
  }

  /** The requirement on a label, if there is one. */
  find(key: string): Requirement | undefined {
    const at = this.#position(key);
    const found = this.list[at];
    return found !== undefined && found.key === key ? found : undefined;
  }

  /** Where the key stands or would stand. */
  #position(key: string): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.list[middle]?.key ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * With further requirements, intersecting those on the same label. Itself when nothing changes.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go Requirements.Add
   */
  add(...requirements: readonly Requirement[]): Requirements {
    return requirements.length === 0 ? this : this.#with(requirements);
  }

  /** As `add` with all requirements of another map. */
  addAll(other: Requirements): Requirements {
    if (other.list.length === 0 || other === this) return this;
    return this.list.length === 0 ? other : this.#with(other.list);
  }

  #with(additions: readonly Requirement[]): Requirements {
    let changed: Map<string, Requirement> | undefined;
    let hasNewKey = false;
    for (const addition of additions) {
      const existing = changed?.get(addition.key) ?? this.find(addition.key);
      const narrowed = existing === undefined ? addition : addition.intersection(existing);
      if (narrowed === existing || (existing !== undefined && narrowed.equals(existing))) continue;
      hasNewKey ||= existing === undefined;
      changed ??= new Map();
      changed.set(addition.key, narrowed);
    }
    if (changed === undefined) return this;
    const result = this.list.map((it) => changed.get(it.key) ?? it);
    if (!hasNewKey) return new Requirements(result);
    for (const it of changed.values()) {
      if (!this.has(it.key)) result.push(it);
    }
    return new Requirements(result.sort((a, b) => compareStrings(a.key, b.key)));
  }

  /** With the requirement on its label replaced, not intersected. */
  replace(requirement: Requirement): Requirements {
    return this.without(requirement.key).add(requirement);
  }

  /** Without any requirement on the label; itself if there is none. */
  without(key: string): Requirements {
    return this.has(key) ? new Requirements(this.list.filter((it) => it.key !== key)) : this;
  }

  /**
   * Why no node can satisfy both, looking only at labels that both constrain; `undefined` if one
   * can. Requirements that both read as NotIn or DoesNotExist never conflict.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go Requirements.Intersects
   */
  intersects(other: Requirements): ConflictingRequirements | undefined {
    return this.isIntersecting(other) ? undefined : this.#conflicts(other);
  }

  /** `intersects` without the reason; allocates nothing. */
  isIntersecting(other: Requirements): boolean {
    const mine = this.#byIndex;
    const theirs = other.#byIndex;
    let at = 0;
    for (let index = 0; index < theirs.length; index++) {
      const incoming = theirs[index] as Requirement;
      while (at < mine.length && (mine[at] as Requirement).labelIndex < incoming.labelIndex) at++;
      if (at === mine.length) return true;
      const existing = mine[at] as Requirement;
      if (existing.labelIndex === incoming.labelIndex && isConflict(existing, incoming)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Why nodes as described here cannot satisfy the incoming requirements; `undefined` if they can.
   *
   * Labels in `allowUndefined` need not be defined here (strict mode: none); every other label that
   * is asked for must be, unless asked for by NotIn or DoesNotExist. Then as `intersects`.
   * Differs: of several undefined labels upstream names any, here the first in code-unit order.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go Requirements.Compatible
   */
  compatible(
    incoming: Requirements,
    options?: CompatibilityOptions,
  ): IncompatibleRequirements | undefined {
    if (this.isCompatible(incoming, options)) return undefined;
    const allowed = options?.allowUndefined ?? noLabels;
    const undefinedKey = incoming.list.find(
      (it) => !allowed.has(it.key) && asksForLabel(it) && !this.has(it.key),
    )?.key;
    return undefinedKey === undefined
      ? this.#conflicts(incoming)
      : new UndefinedLabel(undefinedKey, this.keys(), allowed);
  }

  /** `compatible` without the reason; allocates nothing. */
  isCompatible(incoming: Requirements, options?: CompatibilityOptions): boolean {
    const allowed = options?.allowUndefined;
    const isLenient = allowed === wellKnownLabels;
    const mine = this.#byIndex;
    const theirs = incoming.#byIndex;
    let at = 0;
    for (let index = 0; index < theirs.length; index++) {
      const asked = theirs[index] as Requirement;
      while (at < mine.length && (mine[at] as Requirement).labelIndex < asked.labelIndex) at++;
      const existing = mine[at];
      if (existing !== undefined && existing.labelIndex === asked.labelIndex) {
        if (isConflict(existing, asked)) return false;
      } else if (asksForLabel(asked)) {
        const mayLack = isLenient
          ? asked.labelIndex < wellKnownLabelCount
          : allowed !== undefined && allowed.has(asked.key);
        if (!mayLack) return false;
      }
    }
    return true;
  }

  #conflicts(other: Requirements): ConflictingRequirements {
    const conflicts: RequirementConflict[] = [];
    for (const existing of this.list) {
      const incoming = other.find(existing.key);
      if (incoming !== undefined && isConflict(existing, incoming)) {
        conflicts.push({ key: existing.key, existing, incoming });
      }
    }
    return new ConflictingRequirements(conflicts);
  }

  /** Whether any requirement has minValues. */
  hasMinValues(): boolean {
    return this.list.some((it) => it.minValues !== undefined);
  }

  /**
   * A label for each requirement that a node made from these has to carry on its own: well-known
   * labels, the host name and Karpenter's lifecycle labels are left out, the rest get some allowed
   * value (`Requirement.any`) if there is one.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go ToNodeClaim
   */
  labels(): Readonly<Record<string, string>> {
    const labels: Record<string, string> = {};
    for (const requirement of this.list) {
      const { key } = requirement;
      if (requirement.labelIndex < wellKnownLabelCount || isSetByNode(key)) continue;
      const value = requirement.any();
      if (value !== "") labels[key] = value;
    }
    return labels;
  }

  /**
   * The API form, in code-unit order of the keys.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go Requirements.NodeSelectorRequirements
   */
  toNodeSelectorRequirements(): readonly NodeSelectorRequirement[] {
    return this.list.flatMap((it) => it.toNodeSelectorRequirements());
  }

  /** Whether both say the same about the same labels. */
  equals(other: Requirements): boolean {
    if (this === other) return true;
    if (this.list.length !== other.list.length) return false;
    return this.list.every((it, index) => {
      const theirs = other.list[index];
      return theirs !== undefined && it.equals(theirs);
    });
  }

  /**
   * All requirements but the one on the host name, as text, sorted and joined by commas.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go Requirements.String
   */
  toString(): string {
    return this.list
      .filter((it) => !restrictedLabels.has(it.key))
      .map(String)
      .sort(compareStrings)
      .join(", ");
  }
}

/** Whether the requirement needs the label to be there. */
function asksForLabel(requirement: Requirement): boolean {
  return requirement.operator === "In" || requirement.operator === "Exists";
}

function isConflict(existing: Requirement, incoming: Requirement): boolean {
  if (existing.hasIntersection(incoming)) return false;
  return asksForLabel(existing) || asksForLabel(incoming);
}

function isSetByNode(key: string): boolean {
  return key === labelHostname || key === labelNodeRegistered || key === labelNodeInitialized;
}
