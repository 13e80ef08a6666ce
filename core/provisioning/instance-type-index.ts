// Which instance types go with which requirements, answered by bit sets. Types with the same
// requirement on a label are judged once; so are offerings that differ in price only. Answers are
// remembered by what was asked, and a NodeClaim asks about the same few values again and again.
import type { InstanceType } from "../cloudprovider/index.ts";
import { allowUndefinedWellKnownLabels } from "../scheduling/index.ts";
import type { Requirement, Requirements } from "../scheduling/index.ts";
import {
  type Bits,
  clearBit,
  emptyBits,
  fullBits,
  intersectInto,
  setBit,
  uniteInto,
} from "./bitset.ts";
import { requirementsText, requirementText } from "./requirement-text.ts";

/** Instance types by their place in the list that the index was made from. */
export interface RequirementMatch {
  /** Types whose requirements intersect the ones asked for. */
  readonly compatible: Bits;
  /** Types with an available offering that is compatible with them. */
  readonly offered: Bits;
}

/** What types say about one label: who says the same shares an entry. */
interface Column {
  readonly entries: Map<string, { readonly requirement: Requirement; readonly types: Bits }>;
  readonly silent: Bits;
  readonly answers: Map<string, Bits>;
}

/** Offerings of any types that have the same requirements. */
interface OfferingProfile {
  readonly requirements: Requirements;
  readonly types: Bits;
}

/**
 * Answers `InstanceType.requirements.intersects` and "has an available compatible offering" for a
 * whole list of types at once. Pure: answers depend on the list and the requirements only.
 */
export class InstanceTypeIndex {
  readonly #size: number;
  readonly #columns: ReadonlyMap<number, Column>;
  readonly #profiles: readonly OfferingProfile[];
  readonly #matches = new WeakMap<Requirements, RequirementMatch>();
  readonly #offered = new Map<string, Bits>();

  constructor(instanceTypes: readonly InstanceType[]) {
    this.#size = instanceTypes.length;
    this.#columns = columnsOf(instanceTypes);
    this.#profiles = profilesOf(instanceTypes);
  }

  /** Which types the requirements leave; the same object for the same requirements object. */
  match(requirements: Requirements): RequirementMatch {
    let match = this.#matches.get(requirements);
    if (match === undefined) {
      match = {
        compatible: this.#compatible(requirements),
        offered: this.#offeredTypes(requirements),
      };
      this.#matches.set(requirements, match);
    }
    return match;
  }

  #compatible(requirements: Requirements): Bits {
    const result = fullBits(this.#size);
    for (const requirement of requirements.list) {
      const column = this.#columns.get(requirement.labelIndex);
      if (column !== undefined) intersectInto(result, answerOf(column, requirement));
    }
    return result;
  }

  #offeredTypes(requirements: Requirements): Bits {
    const isOffered = this.#profiles.map((profile) =>
      requirements.isCompatible(profile.requirements, allowUndefinedWellKnownLabels),
    );
    const key = isOffered.map(Number).join("");
    let offered = this.#offered.get(key);
    if (offered === undefined) {
      offered = emptyBits(this.#size);
      for (const [index, { types }] of this.#profiles.entries()) {
        if (isOffered[index] === true) uniteInto(offered, types);
      }
      this.#offered.set(key, offered);
    }
    return offered;
  }
}

function columnsOf(instanceTypes: readonly InstanceType[]): ReadonlyMap<number, Column> {
  const columns = new Map<number, Column>();
  const size = instanceTypes.length;
  for (const [index, { requirements }] of instanceTypes.entries()) {
    for (const requirement of requirements.list) {
      let column = columns.get(requirement.labelIndex);
      if (column === undefined) {
        column = { entries: new Map(), silent: fullBits(size), answers: new Map() };
        columns.set(requirement.labelIndex, column);
      }
      const text = requirementText(requirement);
      let entry = column.entries.get(text);
      if (entry === undefined) {
        entry = { requirement, types: emptyBits(size) };
        column.entries.set(text, entry);
      }
      setBit(entry.types, index);
      clearBit(column.silent, index);
    }
  }
  return columns;
}

function profilesOf(instanceTypes: readonly InstanceType[]): readonly OfferingProfile[] {
  const profiles = new Map<string, OfferingProfile>();
  for (const [index, { offerings }] of instanceTypes.entries()) {
    for (const { available, requirements } of offerings) {
      if (!available) continue;
      const text = requirementsText(requirements);
      let profile = profiles.get(text);
      if (profile === undefined) {
        profile = { requirements, types: emptyBits(instanceTypes.length) };
        profiles.set(text, profile);
      }
      setBit(profile.types, index);
    }
  }
  return [...profiles.values()];
}

function answerOf(column: Column, asked: Requirement): Bits {
  const text = requirementText(asked);
  let answer = column.answers.get(text);
  if (answer === undefined) {
    answer = column.silent.slice();
    for (const { requirement, types } of column.entries.values()) {
      if (isIntersecting(requirement, asked)) uniteInto(answer, types);
    }
    column.answers.set(text, answer);
  }
  return answer;
}

/** One label of `Requirements.intersects`: two that both may do without the label never conflict. */
function isIntersecting(a: Requirement, b: Requirement): boolean {
  return a.hasIntersection(b) || (mayLackLabel(a) && mayLackLabel(b));
}

function mayLackLabel({ operator }: Requirement): boolean {
  return operator === "NotIn" || operator === "DoesNotExist";
}
