import { invariant } from "../../core/units/index.ts";
import { hashUniform } from "../../sim/engine/index.ts";

/** Draws by name: each draw is a function of the seed and its name, so that none moves another. */
export class SwarmDice {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** True with the probability. */
  chance(name: string, probability: number): boolean {
    return this.#uniform(name) < probability;
  }

  /** A whole number of the range, both ends included. */
  whole(name: string, min: number, max: number): number {
    return min + Math.floor(this.#uniform(name) * (max - min + 1));
  }

  /** One of the choices, each as likely. */
  pick<T>(name: string, choices: readonly T[]): T {
    const index = Math.floor(this.#uniform(name) * choices.length);
    invariant(index < choices.length, "there is something to choose from", { name });
    return choices[index] as T;
  }

  #uniform(name: string): number {
    return hashUniform(this.#seed, "swarm", name, 0);
  }
}
