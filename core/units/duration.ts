import { type ParseFailure, isFailure, parseFailure, valueOrThrow } from "./parse-failure.ts";
import type { Unit } from "./unit.ts";

/** A length of virtual time in whole milliseconds; may be negative. */
export type DurationMs = Unit<"duration-ms">;

/** The word by which NodePools switch a duration off; a value of its own, not Infinity. */
export const Never = "Never" as const;

/**
 * A duration, or `Never`.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/duration.go NillableDuration
 */
export type NillableDuration = DurationMs | typeof Never;

const nanosecondsPerMillisecond = 1_000_000n;
const int64Limit = 1n << 63n;
const nanosecondsPerUnit: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1000n],
  ["\u00b5s", 1000n],
  ["\u03bcs", 1000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const allowedDuration =
  "allowed: a sign, then numbers with the units h, m, s, ms, us, ns, such as 1h30m; or 0";
const component = /(\d*)(?:(\.)(\d*))?([^.\d]*)/y;

/** Whole milliseconds. @throws RangeError for fractions, NaN and values beyond 2^53. */
export function durationMs(value: number): DurationMs {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`duration ${value} is not a whole number of milliseconds below 2^53`);
  }
  return (value === 0 ? 0 : value) as DurationMs;
}

/** That many milliseconds. @throws RangeError unless a whole number. */
export function milliseconds(value: number): DurationMs {
  return durationMs(value);
}

/** That many seconds. @throws RangeError unless a whole number of milliseconds. */
export function seconds(value: number): DurationMs {
  return durationMs(value * 1000);
}

/** That many minutes. @throws RangeError unless a whole number of milliseconds. */
export function minutes(value: number): DurationMs {
  return durationMs(value * 60_000);
}

/** That many hours. @throws RangeError unless a whole number of milliseconds. */
export function hours(value: number): DurationMs {
  return durationMs(value * 3_600_000);
}

/** That many days of 24 hours. @throws RangeError unless a whole number of milliseconds. */
export function days(value: number): DurationMs {
  return durationMs(value * 86_400_000);
}

/**
 * Reads a duration as Go does: `720h`, `1h30m`, `-1.5s`, `0`. There is no unit for days.
 *
 * Differs: upstream keeps nanoseconds, we drop what is finer than a millisecond, towards zero.
 *
 * @throws RangeError with Go's sentence and what is allowed, also beyond 2^63 nanoseconds.
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseDuration(text: string): DurationMs {
  return valueOrThrow(readDuration(text));
}

/** Reads a duration as `parseDuration` does; undefined where that would throw. */
export function tryParseDuration(text: string): DurationMs | undefined {
  const result = readDuration(text);
  return isFailure(result) ? undefined : result;
}

/**
 * Reads a duration or the word `Never`, in exactly this spelling.
 *
 * @throws RangeError as `parseDuration` does.
 * @see karpenter v1.14.1 pkg/apis/v1/duration.go NillableDuration.UnmarshalJSON
 */
export function parseNillableDuration(text: string): NillableDuration {
  return text === Never ? Never : parseDuration(text);
}

function readDuration(text: string): DurationMs | ParseFailure {
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text;
  const isNegative = text.startsWith("-");
  if (unsigned === "0") return durationMs(0);
  const nanoseconds = unsigned === "" ? failed(text, "invalid duration") : sum(text, unsigned);
  if (isFailure(nanoseconds)) return nanoseconds;
  if (nanoseconds > (isNegative ? int64Limit : int64Limit - 1n)) {
    return failed(text, "invalid duration");
  }
  const whole = Number(nanoseconds / nanosecondsPerMillisecond);
  return durationMs(isNegative ? -whole : whole);
}

/** Nanoseconds in one or more components such as `1h` `30m`. */
function sum(text: string, unsigned: string): bigint | ParseFailure {
  let total = 0n;
  component.lastIndex = 0;
  while (component.lastIndex < unsigned.length) {
    const [, wholeDigits = "", point, fractionDigits = "", name = ""] =
      component.exec(unsigned) ?? [];
    if (wholeDigits === "" && fractionDigits === "") return failed(text, "invalid duration");
    if (name === "") {
      // A second point ends the number like a missing unit does: 1.2.3s has no unit after 1.2.
      return failed(text, "missing unit in duration");
    }
    const unit = nanosecondsPerUnit.get(name);
    if (unit === undefined) return failed(text, `unknown unit "${name}" in duration`);
    const whole = BigInt(wholeDigits === "" ? "0" : wholeDigits);
    if (whole > int64Limit / unit) return failed(text, "invalid duration");
    total += whole * unit + (point === undefined ? 0n : fractionOfUnit(fractionDigits, unit));
    if (total > int64Limit) return failed(text, "invalid duration");
  }
  return total;
}

/**
 * Nanoseconds in the digits after a point, truncated, by Go's own floating-point steps: an exact
 * division would differ from upstream in the last nanosecond for long fractions.
 *
 * @see https://pkg.go.dev/time#ParseDuration leadingFraction
 */
function fractionOfUnit(fractionDigits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of fractionDigits) {
    // Go stops reading, but goes on skipping digits, once the value would leave 63 bits.
    if (value > (int64Limit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > int64Limit) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

function failed(text: string, sentence: string): ParseFailure {
  return parseFailure(`time: ${sentence} "${text}" (${allowedDuration})`);
}

/**
 * Text as Go prints durations: `720h0m0s`, `1m30s`, `1.5s`, `250ms`, `0s`; reads back unchanged.
 *
 * @see https://pkg.go.dev/time#Duration.String
 */
export function formatDuration(duration: DurationMs): string {
  if (duration === 0) return "0s";
  const sign = duration < 0 ? "-" : "";
  const total = Math.abs(duration);
  if (total < 1000) return `${sign}${total}ms`;
  const wholeSeconds = Math.floor(total / 1000);
  const fraction = String(total % 1000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  const secondsText = `${wholeSeconds % 60}${fraction === "" ? "" : `.${fraction}`}s`;
  if (wholeSeconds < 60) return sign + secondsText;
  const wholeMinutes = Math.floor(wholeSeconds / 60);
  if (wholeMinutes < 60) return `${sign}${wholeMinutes}m${secondsText}`;
  return `${sign}${Math.floor(wholeMinutes / 60)}h${wholeMinutes % 60}m${secondsText}`;
}

/**
 * Text for people: the largest unit of d, h, m, s and the one below it, `30d`, `2h 5m`, `45s`.
 *
 * What is smaller is dropped, not rounded; below a minute seconds have one decimal (`1.5s`), below
 * a second there are milliseconds (`250ms`). Not meant to be read back.
 */
export function formatShortDuration(duration: DurationMs): string {
  const sign = duration < 0 ? "-" : "";
  const total = Math.abs(duration);
  if (total === 0) return "0s";
  if (total < 1000) return `${sign}${total}ms`;
  if (total < 60_000) return `${sign}${Math.floor(total / 100) / 10}s`;
  const wholeSeconds = Math.floor(total / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(wholeSeconds / 86_400), "d"],
    [Math.floor(wholeSeconds / 3600) % 24, "h"],
    [Math.floor(wholeSeconds / 60) % 60, "m"],
    [wholeSeconds % 60, "s"],
  ];
  const largest = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(largest, largest + 2).filter(([count]) => count > 0);
  return sign + shown.map(([count, name]) => `${count}${name}`).join(" ");
}
