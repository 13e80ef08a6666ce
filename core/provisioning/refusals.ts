/** Whether a candidate turns a pod away, and until when others of its shape need not ask again. */
export type Refusal = "none" | "for-now" | "for-good";

const forGood = 0xffffffff;

/**
 * Which candidates have turned away which shapes of pods. Thousands of pods look alike; the second
 * one needn't ask where the first was refused, unless the candidate has changed since.
 */
export class Refusals {
  readonly #byShape = new Map<string, RefusalsOfShape>();

  /** Answers of one shape, for `isKnown` and `remember`; `undefined` for pods without shape. */
  of(shape: string | undefined, candidates: number): RefusalsOfShape | undefined {
    if (shape === undefined) return undefined;
    let refusals = this.#byShape.get(shape);
    if (refusals === undefined) {
      refusals = new RefusalsOfShape();
      this.#byShape.set(shape, refusals);
    }
    refusals.expect(candidates);
    return refusals;
  }
}

const none = new Uint32Array(0);

/** Refusals of one shape, by the number of the candidate. */
export class RefusalsOfShape {
  #versions: Uint32Array = none;
  #candidates = 0;

  /** Makes known how many candidates there are; room for them is made when the first refuses. */
  expect(candidates: number): void {
    this.#candidates = candidates;
  }

  /** Whether the candidate, at its present version, is known to refuse. */
  isKnown(candidate: number, version: number): boolean {
    const known = this.#versions[candidate] ?? 0;
    return known === forGood || known === version + 1;
  }

  /** Notes what the candidate answered at its present version. */
  remember(candidate: number, version: number, refusal: Refusal): void {
    if (refusal === "none") return;
    if (candidate >= this.#versions.length) this.#grow();
    this.#versions[candidate] = refusal === "for-good" ? forGood : version + 1;
  }

  #grow(): void {
    const grown = new Uint32Array(Math.max(64, this.#candidates * 2));
    grown.set(this.#versions);
    this.#versions = grown;
  }
}
