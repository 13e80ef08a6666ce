import type { Unit } from "./unit.ts";

/** A share between 0 and 1, both included. Percent appear only in YAML and output. */
export type Fraction = Unit<"fraction">;

/** A share between 0 and 1. @throws RangeError outside of it and for NaN. */
export function fraction(value: number): Fraction {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`fraction ${value} is not from 0 to 1`);
  return (value === 0 ? 0 : value) as Fraction;
}
