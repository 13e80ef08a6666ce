import type { DurationMs } from "./duration.ts";
import type { Unit } from "./unit.ts";

/**
 * A price or a difference of prices in US dollars per hour, float64 as upstream, so that
 * decisions by price come out the same. Negative only as a difference.
 */
export type UsdPerHour = Unit<"usd-per-hour">;

/** An amount of money in US dollars, float64; made by the billing meter and by reports. */
export type Usd = Unit<"usd">;

const millisecondsPerHour = 3_600_000;

/** US dollars per hour. @throws RangeError for NaN and infinities. */
export function usdPerHour(value: number): UsdPerHour {
  return finite(value, "price in USD per hour") as UsdPerHour;
}

/** US dollars. @throws RangeError for NaN and infinities. */
export function usd(value: number): Usd {
  return finite(value, "amount in USD") as Usd;
}

function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new RangeError(`${what} is ${value}, not a finite number`);
  return value;
}

/** What a rate costs over a duration, linear in both. @throws RangeError beyond float64. */
export function costOf(rate: UsdPerHour, duration: DurationMs): Usd {
  return usd((rate * duration) / millisecondsPerHour);
}

/** The sum of two amounts; sum many with `CompensatedSum`. @throws RangeError beyond float64. */
export function addUsd(a: Usd, b: Usd): Usd {
  return usd(a + b);
}

/**
 * A running sum whose rounding error does not grow with the number of terms.
 *
 * The low-order bits that each addition loses are kept in a second number and added at the end.
 *
 * @see https://doi.org/10.1002/zamm.19740540106 A. Neumaier, Rundungsfehleranalyse einiger
 * Verfahren zur Summation endlicher Summen
 */
export class CompensatedSum<Amount extends number = Usd> {
  #sum = 0;
  #compensation = 0;

  /** Adds one term. @throws RangeError for NaN and infinities. */
  add(amount: Amount): void {
    const term: number = finite(amount, "term of a sum");
    const next = this.#sum + term;
    this.#compensation +=
      Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - next + term : term - next + this.#sum;
    this.#sum = next;
  }

  /** The sum of the terms so far; zero before the first. */
  get total(): Amount {
    return finite(this.#sum + this.#compensation, "sum") as Amount;
  }
}

/** Dollars and cents with thousands separators: `$1,234.56`, `-$0.50`; never `-$0.00`. */
export function formatUsd(amount: Usd): string {
  return formatDollars(amount, 2);
}

/** A price with four decimals, as small spot prices need: `$0.0416/hour`. */
export function formatUsdPerHour(rate: UsdPerHour): string {
  return `${formatDollars(rate, 4)}/hour`;
}

function formatDollars(value: number, decimals: number): string {
  if (Math.abs(value) >= 1e21) throw new RangeError(`${value} USD is too large to be printed`);
  const [whole = "", fraction = ""] = Math.abs(value).toFixed(decimals).split(".");
  const isZero = !/[1-9]/.test(whole + fraction);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 && !isZero ? "-" : ""}$${grouped}.${fraction}`;
}
