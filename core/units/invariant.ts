/** What was known when an invariant broke: names and plain values, for the report of the defect. */
export type DefectFacts = Readonly<Record<string, unknown>>;

/**
 * A defect of dryfit itself: something happened that the code says cannot happen.
 *
 * Never caught and continued. The command line prints it and exits with 3, so that a pipeline can
 * tell it from a failed gate (1) and from bad input (2).
 */
export class Defect extends Error {
  override readonly name: string = "Defect";

  /** The facts that were handed to `invariant`; empty where none were. */
  readonly facts: DefectFacts;

  constructor(message: string, facts: DefectFacts = {}) {
    super(message);
    this.facts = facts;
  }
}

/**
 * Asserts what must hold, and narrows the type of what it was given.
 *
 * For defects of ours only: bad input is a `Diagnostic`, a refusal of a decision is data. `facts`
 * should hold what somebody needs to find the cause (names, times, counts).
 *
 * @throws Defect when `condition` is false.
 */
export function invariant(
  condition: boolean,
  message: string,
  facts?: DefectFacts,
): asserts condition {
  if (!condition) {
    throw new Defect(message, facts);
  }
}
