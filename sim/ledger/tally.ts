import { CompensatedSum, compareStrings } from "../../core/units/index.ts";

/** Sums by name, compensated; reads out with sorted names. */
export class Tally {
  readonly #sums = new Map<string, CompensatedSum<number>>();

  add(name: string, amount = 1): void {
    let sum = this.#sums.get(name);
    if (sum === undefined) {
      sum = new CompensatedSum<number>();
      this.#sums.set(name, sum);
    }
    sum.add(amount);
  }

  get(name: string): number {
    return this.#sums.get(name)?.total ?? 0;
  }

  /** By name, sorted in code units. */
  record(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.names().map((name) => [name, this.get(name)]));
  }

  names(): readonly string[] {
    return [...this.#sums.keys()].sort(compareStrings);
  }
}
