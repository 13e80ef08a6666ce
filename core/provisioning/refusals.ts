/** Whether a candidate turns a pod away, and until when others of its shape need not ask again. */
export type Refusal = "none" | "for-now" | "for-good";

const forGood = 0xffffffff;

/**
 * Which candidates have turned away which shapes of pods. Thousands of pods look alike; the second
 * one needn't ask where the first was refused, unless the candidate has changed since.
 */
export class Refusals {
  readonly #versionsByShape = new Map<string, Uint32Array>();

  /** Answers of one shape, for `isKnown` and `remember`; `undefined` for pods without shape. */
  of(shape: string | undefined, candidates: number): RefusalsOfShape | undefined {
    if (shape === undefined) return undefined;
    let versions = this.#versionsByShape.get(shape);
    if (versions === undefined || versions.length < candidates) {
      const grown = new Uint32Array(Math.max(64, candidates * 2));
      if (versions !== undefined) grown.set(versions);
      versions = grown;
      this.#versionsByShape.set(shape, versions);
    }
    return new RefusalsOfShape(versions);
  }
}

/** Refusals of one shape, by the number of the candidate. */
export class RefusalsOfShape {
  readonly #versions: Uint32Array;

  constructor(versions: Uint32Array) {
    this.#versions = versions;
  }

  /** Whether the candidate, at its present version, is known to refuse. */
  isKnown(candidate: number, version: number): boolean {
    const known = this.#versions[candidate] ?? 0;
    return known === forGood || known === version + 1;
  }

  /** Notes what the candidate answered at its present version. */
  remember(candidate: number, version: number, refusal: Refusal): void {
    if (refusal !== "none") {
      this.#versions[candidate] = refusal === "for-good" ? forGood : version + 1;
    }
  }
}
