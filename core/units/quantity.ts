import { type ParseFailure, isFailure, parseFailure, valueOrThrow } from "./parse-failure.ts";

/**
 * How a quantity was spelt and will be printed: `1500m`, `1536Mi` or `12e6`.
 *
 * @see k8s.io/apimachinery pkg/api/resource/quantity.go Format
 */
export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/**
 * An exact amount of a Kubernetes resource, in whole billionths of its unit.
 *
 * @see k8s.io/apimachinery pkg/api/resource/quantity.go Quantity
 */
export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

const nanoPerUnit = 1_000_000_000n;
const nanoPerMilli = 1_000_000n;
const largestBinary = ((1n << 63n) - 1n) * nanoPerUnit;
const largestExponent = 1000;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const grammar = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const allowedQuantity =
  "allowed: a number with a suffix of n u m k M G T P E, Ki Mi Gi Ti Pi Ei " +
  "or an exponent, such as 500m, 1.5Gi, 12e6";

/**
 * Reads a quantity exactly; finer than a billionth is rounded away from zero.
 *
 * Numbers, as YAML has them in `cpu: 2`, are read by their decimal text. Binary amounts are capped
 * at 2^63 - 1 as upstream caps them. Differs: texts without any digit (`-`, `.`) are refused,
 * where upstream's scanner reads them as zero.
 *
 * @throws RangeError with what was found and what is allowed.
 * @see k8s.io/apimachinery pkg/api/resource/quantity.go ParseQuantity
 */
export function parseQuantity(text: string | number): Quantity {
  return valueOrThrow(readQuantity(text));
}

/** Reads a quantity as `parseQuantity` does; undefined where that would throw. */
export function tryParseQuantity(text: string | number): Quantity | undefined {
  const result = readQuantity(text);
  return isFailure(result) ? undefined : result;
}

function readQuantity(raw: string | number): Quantity | ParseFailure {
  const text = String(raw);
  const match = grammar.exec(text);
  if (match === null) return parseFailure(`quantity "${text}" is malformed (${allowedQuantity})`);
  const [, sign, whole = "", afterWhole, afterPoint, suffix = ""] = match;
  const decimals = afterWhole ?? afterPoint ?? "";
  const { format, exponent, factor } = interpretSuffix(suffix);
  const mantissa = BigInt(whole + decimals) * factor;
  if (Math.abs(exponent) > largestExponent) {
    return parseFailure(`quantity "${text}" has an exponent beyond ${largestExponent}`);
  }
  let nano = shiftDecimal(mantissa, 9 + exponent - decimals.length);
  if (format === "BinarySI" && nano > largestBinary) nano = largestBinary;
  const isBelowOne = nano > 0n && nano < nanoPerUnit;
  return {
    nano: sign === "-" ? -nano : nano,
    // 0.5Ki is 512 and stays binary; 0.0001Ki is 0.1024 and can be printed as a decimal only.
    format: format === "BinarySI" && isBelowOne ? "DecimalSI" : format,
  };
}

/** @see k8s.io/apimachinery pkg/api/resource/suffix.go suffixHandler.interpret */
function interpretSuffix(suffix: string): {
  readonly format: QuantityFormat;
  readonly exponent: number;
  readonly factor: bigint;
} {
  const decimal = (decimalSuffixes as readonly string[]).indexOf(suffix);
  if (decimal >= 0) return { format: "DecimalSI", exponent: decimal * 3 - 9, factor: 1n };
  const binary = (binarySuffixes as readonly string[]).indexOf(suffix);
  if (binary >= 0) return { format: "BinarySI", exponent: 0, factor: 1n << BigInt(binary * 10) };
  return { format: "DecimalExponent", exponent: Number(suffix.slice(1)), factor: 1n };
}

/** `value` x 10^`places` for a value that is not negative, rounded up. */
function shiftDecimal(value: bigint, places: number): bigint {
  return places >= 0
    ? value * 10n ** BigInt(places)
    : divideAwayFromZero(value, 10n ** BigInt(-places));
}

function divideAwayFromZero(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/**
 * The amount in whole units (bytes, cores, counts), rounded up (away from zero, when negative).
 *
 * Differs: upstream rounds some negative amounts the other way (-1.93Ki to -1975) and overflows.
 *
 * @throws RangeError beyond 2^53 - 1, where numbers stop being exact.
 * @see k8s.io/apimachinery pkg/api/resource/quantity.go Quantity.Value
 */
export function quantityToUnits(quantity: Quantity): number {
  return safeNumber(divideAwayFromZero(quantity.nano, nanoPerUnit), quantity, "units");
}

/**
 * The amount in whole thousandths, rounded up (away from zero, when negative).
 *
 * @throws RangeError beyond 2^53 - 1, where numbers stop being exact.
 * @see k8s.io/apimachinery pkg/api/resource/quantity.go Quantity.MilliValue
 */
export function quantityToMilli(quantity: Quantity): number {
  return safeNumber(divideAwayFromZero(quantity.nano, nanoPerMilli), quantity, "thousandths");
}

function safeNumber(value: bigint, quantity: Quantity, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(`quantity ${formatQuantity(quantity)} is beyond 2^53 - 1 ${what}`);
  }
  return number;
}

/** The quantity of a whole number of thousandths. @throws RangeError unless safely whole. */
export function quantityOfMilli(value: number, format: QuantityFormat = "DecimalSI"): Quantity {
  return { nano: wholeNumber(value) * nanoPerMilli, format };
}

/** The quantity of a whole number of units. @throws RangeError unless safely whole. */
export function quantityOfUnits(value: number, format: QuantityFormat = "DecimalSI"): Quantity {
  return { nano: wholeNumber(value) * nanoPerUnit, format };
}

function wholeNumber(value: number): bigint {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`amount ${value} is not a whole number below 2^53`);
  }
  return BigInt(value);
}

/**
 * Canonical text: no fraction, the largest suffix that loses nothing, `1500m`, `1Gi`, `12e6`, `0`.
 *
 * Binary quantities print as decimals when they are fractional or smaller than 1024.
 * Differs: upstream repeats some inputs as they were spelt (`+1`, `1.500`), and prints no suffix
 * at all from 10^21 on; both are printed canonically here.
 *
 * @see k8s.io/apimachinery pkg/api/resource/quantity.go Quantity.CanonicalizeBytes
 */
export function formatQuantity(quantity: Quantity): string {
  const { nano, format } = quantity;
  if (nano === 0n) return "0";
  const magnitude = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? "-" : "";
  const isWhole = magnitude % nanoPerUnit === 0n;
  if (format === "BinarySI" && isWhole && magnitude >= 1024n * nanoPerUnit) {
    return sign + formatBinary(magnitude / nanoPerUnit);
  }
  return sign + formatDecimal(magnitude, format === "DecimalExponent");
}

function formatBinary(units: bigint): string {
  let mantissa = units;
  let index = 0;
  while (mantissa % 1024n === 0n && index < binarySuffixes.length - 1) {
    mantissa /= 1024n;
    index += 1;
  }
  return `${mantissa}${binarySuffixes[index] ?? ""}`;
}

function formatDecimal(nano: bigint, withExponent: boolean): string {
  let mantissa = nano;
  let exponent = -9;
  while (mantissa % 1000n === 0n && (withExponent || exponent < 18)) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (!withExponent) return `${mantissa}${decimalSuffixes[exponent / 3 + 3] ?? ""}`;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}
