import {
  type DurationMs,
  Never,
  type NillableDuration,
  type ResourceList,
  type SimTime,
  durationMs,
  parseNillableDuration,
  parseQuantity,
  parseResource,
  simTime,
  tryParseTime,
} from "../units/index.ts";
import { type Decoder, mapping, wrongType } from "./decoder.ts";
import { formatPath } from "./field-issue.ts";
import { nearMiss } from "./near-miss.ts";
import { findPlaceholder } from "./placeholder.ts";
import { type Place, complain, describeValue, segmentsOf } from "./place.ts";

/** What a text must be like; `pattern` is the CRD's own, quoted in the message. */
export interface TextOptions {
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Any text. */
export const text = textWith({});

/**
 * Reads a text. A placeholder such as `${CLUSTER_NAME}` satisfies every pattern: what will stand
 * there is not known yet, and ids and names are opaque to the simulator.
 */
export function textWith(options: TextOptions): Decoder<string> {
  const pattern = options.pattern === undefined ? undefined : new RegExp(options.pattern);
  return (raw, place) => {
    if (typeof raw !== "string") {
      const hint =
        raw !== null && typeof raw !== "object" ? `quote it: "${String(raw)}"` : undefined;
      return wrongType(place, raw, "string", hint);
    }
    if (findPlaceholder(raw) !== undefined) return raw;
    const path = formatPath(segmentsOf(place));
    if (pattern !== undefined && !pattern.test(raw)) {
      wrongText(place, raw, "apis/pattern", `${path} in body should match '${options.pattern}'`);
    }
    if (options.minLength !== undefined && raw.length < options.minLength) {
      const bound = `should be at least ${options.minLength} chars long`;
      wrongText(place, raw, "apis/range", `${path} in body ${bound}`);
    }
    if (options.maxLength !== undefined && raw.length > options.maxLength) {
      const bound = `may not be more than ${options.maxLength} bytes`;
      wrongText(place, raw, "apis/range", `Too long: ${bound}`);
    }
    return raw;
  };
}

function wrongText(
  place: Place,
  raw: string,
  code: "apis/pattern" | "apis/range",
  sentence: string,
): void {
  complain(place, {
    code,
    value: raw,
    allowed: sentence,
    sentence: `Invalid value: ${describeValue(raw)}: ${sentence}`,
  });
}

/** Reads one of a fixed set of words; the message lists them as the API server does. */
export function oneOf<const Word extends string>(words: readonly Word[]): Decoder<Word> {
  return (raw, place) => {
    if (typeof raw !== "string") return wrongType(place, raw, "string");
    // A wrong word is handed on as it stands: another word would break rules that it does not break.
    const asWritten = raw as Word;
    const word = words.find((candidate) => candidate === raw);
    if (word !== undefined) return word;
    if (refusePlaceholder(raw, place, `one of ${words.join(", ")}`)) return asWritten;
    const supported = words.map((candidate) => `"${candidate}"`).join(", ");
    const meant = nearMiss(raw, words);
    complain(place, {
      code: "apis/enum",
      value: raw,
      allowed: `one of ${words.join(", ")}`,
      hint: meant === undefined ? undefined : `did you mean ${meant}?`,
      sentence: `Unsupported value: ${describeValue(raw)}: supported values: ${supported}`,
    });
    return asWritten;
  };
}

/** Bounds of a whole number, both inclusive. */
export interface IntegerOptions {
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Reads a whole number. */
export function integer(options: IntegerOptions = {}): Decoder<number> {
  return (raw, place) => {
    if (typeof raw === "string" && refusePlaceholder(raw, place, "a whole number")) return 0;
    if (typeof raw !== "number" || !Number.isSafeInteger(raw)) {
      const isNumeric = typeof raw === "string" && /^-?\d+$/.test(raw);
      return wrongType(place, raw, "integer", isNumeric ? "write it without quotes" : undefined);
    }
    const path = formatPath(segmentsOf(place));
    const { minimum, maximum } = options;
    if (minimum !== undefined && raw < minimum) {
      outOfRange(place, raw, `${path} in body should be greater than or equal to ${minimum}`);
    }
    if (maximum !== undefined && raw > maximum) {
      outOfRange(place, raw, `${path} in body should be less than or equal to ${maximum}`);
    }
    return raw;
  };
}

function outOfRange(place: Place, raw: number, sentence: string): void {
  complain(place, {
    code: "apis/range",
    value: raw,
    allowed: sentence,
    sentence: `Invalid value: ${raw}: ${sentence}`,
  });
}

/** Reads true or false. */
export const flag: Decoder<boolean> = (raw, place) => {
  if (typeof raw === "boolean") return raw;
  if (typeof raw === "string" && refusePlaceholder(raw, place, "true or false")) return false;
  return wrongType(place, raw, "boolean");
};

/** Labels, annotations, tags: free keys with texts. */
export const textMap: Decoder<Readonly<Record<string, string>>> = mapping(text);

/** Records that a value is still a placeholder where the simulator needs to know it. */
export function refusePlaceholder(raw: string, place: Place, allowed: string): boolean {
  const found = findPlaceholder(raw);
  if (found === undefined) return false;
  complain(place, {
    code: "apis/placeholder",
    value: raw,
    allowed,
    hint: `replace ${found}, for example with envsubst`,
    sentence: `Invalid value: ${describeValue(raw)}: ${found} has not been replaced, and the value is needed here`,
  });
  return true;
}

const crdDuration = "^([0-9]+(s|m|h))+$";
const crdNillableDuration = "^(([0-9]+(s|m|h))+|Never)$";
const budgetDuration = "^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$";

/** A duration or `Never`. @see karpenter v1.14.1 pkg/apis/v1/nodepool.go ConsolidateAfter */
export const nillableDuration: Decoder<NillableDuration> = durationWith(crdNillableDuration);

/** A duration of hours, minutes and seconds. */
export const plainDuration: Decoder<DurationMs> = withoutNever(crdDuration);

/** A duration of hours and minutes. @see karpenter v1.14.1 pkg/apis/v1/nodepool.go Budget */
export const hoursAndMinutes: Decoder<DurationMs> = withoutNever(budgetDuration);

function withoutNever(pattern: string): Decoder<DurationMs> {
  const decode = durationWith(pattern);
  return (raw, place) => {
    const value = decode(raw, place);
    return value === Never ? durationMs(0) : value;
  };
}

function durationWith(pattern: string): Decoder<NillableDuration> {
  const expression = new RegExp(pattern);
  return (raw, place) => {
    if (typeof raw !== "string") return wrongType(place, raw, "string", 'such as "720h"');
    if (refusePlaceholder(raw, place, "a duration such as 720h")) return durationMs(0);
    if (!expression.test(raw)) {
      const path = formatPath(segmentsOf(place));
      const days = /^(\d+)d$/.exec(raw)?.[1];
      complain(place, {
        code: "apis/pattern",
        value: raw,
        allowed: `text that matches ${pattern}`,
        hint: days === undefined ? undefined : `there is no unit for days: ${Number(days) * 24}h`,
        sentence: `Invalid value: ${describeValue(raw)}: ${path} in body should match '${pattern}'`,
      });
      return durationMs(0);
    }
    try {
      return parseNillableDuration(raw);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      complain(place, {
        code: "apis/duration",
        value: raw,
        allowed: "a duration below 2562047h",
        sentence: error.message,
      });
      return durationMs(0);
    }
  };
}

/** An instant in RFC 3339. */
export const instant: Decoder<SimTime> = (raw, place) => {
  if (typeof raw !== "string") return wrongType(place, raw, "string");
  const time = tryParseTime(raw);
  if (time !== undefined) return time;
  complain(place, {
    code: "apis/time",
    value: raw,
    allowed: "an RFC 3339 time such as 2026-03-01T00:00:00Z",
    sentence: `Invalid value: ${describeValue(raw)}: must be of type date-time`,
  });
  return simTime(0);
};

const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** An amount of a resource in its base unit: millicores of cpu, else whole units. */
export function amountOf(raw: unknown, place: Place, name: string): number | undefined {
  if (typeof raw !== "string" && typeof raw !== "number") return wrongType(place, raw, "string");
  const isRefused = typeof raw === "string" && refusePlaceholder(raw, place, "a quantity");
  if (isRefused) return 0;
  try {
    const nano = parseQuantity(raw).nano;
    const isExtended = name.includes("/") && !name.includes("kubernetes.io/");
    if (nano < 0n) notAQuantity(place, raw, "must be greater than or equal to 0");
    if (isExtended && nano % 1_000_000_000n !== 0n) notAQuantity(place, raw, "must be an integer");
    return parseResource(name, raw);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const isTooLarge = error.message.includes("beyond");
    notAQuantity(place, raw, isTooLarge ? error.message : quantityRule);
    return 0;
  }
}

function notAQuantity(place: Place, raw: unknown, sentence: string): void {
  complain(place, {
    code: "apis/quantity",
    value: raw,
    allowed: "a quantity such as 500m, 2 or 1.5Gi",
    sentence: `Invalid value: ${describeValue(raw)}: ${sentence}`,
  });
}

/** Amounts by resource name, sorted by name. */
export const resourceList: Decoder<ResourceList> = mapping(amountOf);
