// Why two requirement maps don't go together. Refusals are common and their text is rarely read, so
// the objects only keep what they were made from and put words together when asked.
import { compareStrings } from "../units/index.ts";
import type { Requirement } from "./requirement.ts";

/** One label on which two requirement maps have no value in common. */
export interface RequirementConflict {
  readonly key: string;
  readonly existing: Requirement;
  readonly incoming: Requirement;
}

/**
 * The refusal of `Requirements.compatible` and `Requirements.intersects`.
 *
 * @see karpenter v1.14.1 pkg/scheduling/requirements.go badKeyError
 */
export type IncompatibleRequirements = UndefinedLabel | ConflictingRequirements;

/** The incoming side asks for a label that the existing side doesn't define. */
export class UndefinedLabel {
  readonly kind = "undefined-label";
  readonly key: string;
  readonly #known: readonly string[];
  readonly #allowed: ReadonlySet<string>;

  constructor(key: string, known: readonly string[], allowed: ReadonlySet<string>) {
    this.key = key;
    this.#known = known;
    this.#allowed = allowed;
  }

  /** Upstream's sentence, with a guess at what was meant. */
  get message(): string {
    return `label "${this.key}" does not have known values${this.#hint()}`;
  }

  /**
   * Differs: of several labels that match, upstream names any; here the first in code-unit order,
   * those that end like the key before those that merely contain it.
   *
   * @see karpenter v1.14.1 pkg/scheduling/requirements.go labelHint
   */
  #hint(): string {
    const suffix = this.key.slice(this.key.indexOf("/") + 1);
    const matches = (labels: readonly string[]) =>
      labels.find((label) => label.endsWith(suffix)) ??
      labels.find((label) => label.includes(this.key));
    const guess = matches([...this.#allowed].sort(compareStrings)) ?? matches(this.#known);
    return guess === undefined ? "" : ` (typo of "${guess}"?)`;
  }
}

/** Labels that both sides constrain, in ways that no value satisfies. */
export class ConflictingRequirements {
  readonly kind = "conflict";
  /** In code-unit order of their keys; at least one. */
  readonly conflicts: readonly RequirementConflict[];

  constructor(conflicts: readonly RequirementConflict[]) {
    this.conflicts = conflicts;
  }

  /** The first label in conflict. */
  get key(): string {
    return this.conflicts[0]?.key ?? "";
  }

  /** Upstream's sentences, joined by semicolons. */
  get message(): string {
    return this.conflicts
      .map(({ key, existing, incoming }) => `key ${key}, ${incoming} not in ${existing}`)
      .join("; ");
  }
}
