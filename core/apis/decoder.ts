// A decoder reads a plain JSON value into a typed one and records what is wrong on the way. It does
// not stop at the first error: wrong text is handed on so that rules about the whole object are
// still checked, and only what has no value at all (a wrong type, a missing required field)
// blocks the object around it. No object comes out of a reading with errors, whatever was handed on.
import { compareStrings } from "../units/index.ts";
import { nearMiss } from "./near-miss.ts";
import { type Place, childPlace, complain, describeValue, segmentsOf, typeName } from "./place.ts";
import { formatPath } from "./field-issue.ts";

/** Reads a value that is there; undefined means that nothing usable came out. */
export type Decoder<Value> = (raw: unknown, place: Place) => Value | undefined;

/** What a decoder yields. */
export type ValueOf<D> = D extends Decoder<infer Value> ? Value : never;

/** A field of an object: how to read it, and what its absence means. */
export interface Field<Value, Presence extends "present" | "optional" | "left-out"> {
  readonly decode: Decoder<Value>;
  readonly presence: Presence;
  readonly isRequired: boolean;
  readonly fallback?: Value;
}

type Shape = Readonly<Record<string, Field<unknown, "present" | "optional" | "left-out">>>;

/** The value of an object with such fields. */
export type ObjectOf<S extends Shape> = {
  readonly [K in keyof S as S[K]["presence"] extends "present" ? K : never]: FieldValue<S[K]>;
} & {
  readonly [K in keyof S as S[K]["presence"] extends "optional" ? K : never]?: FieldValue<S[K]>;
};
type FieldValue<F> = F extends Field<infer Value, infer _Presence> ? Value : never;

/** A field that must be there. */
export function required<Value>(decode: Decoder<Value>): Field<Value, "present"> {
  return { decode, presence: "present", isRequired: true };
}

/** A field that may be absent. */
export function optional<Value>(decode: Decoder<Value>): Field<Value, "optional"> {
  return { decode, presence: "optional", isRequired: false };
}

/** A field that has a value of its own when it is absent. */
export function defaulted<Value>(
  decode: Decoder<Value>,
  fallback: NoInfer<Value>,
): Field<Value, "present"> {
  return { decode, presence: "present", isRequired: false, fallback };
}

/** A field that the API knows and that nothing in the simulation depends on. */
export function neutral(decode: Decoder<unknown> = anything): Field<never, "left-out"> {
  return leftOut(decode, "neutral", "it has no effect on anything that is simulated");
}

/** A field that the API knows and acts on, and the simulator does not; says what is missed. */
export function unmodelled(
  missed: string,
  decode: Decoder<unknown> = anything,
): Field<never, "left-out"> {
  return leftOut(decode, "unsupported", missed);
}

/**
 * A field that the API knows and acts on as time passes, and the simulator does not; one decision
 * does not depend on it.
 */
export function unplayed(
  missed: string,
  decode: Decoder<unknown> = anything,
): Field<never, "left-out"> {
  return leftOut(decode, "unplayed", missed);
}

/** Several fields that the API knows and that nothing in the simulation depends on. */
export function neutrals<Name extends string>(
  ...names: readonly Name[]
): Readonly<Record<Name, Field<never, "left-out">>> {
  const fields = names.map((name) => [name, neutral()] as const);
  return Object.fromEntries(fields) as Readonly<Record<Name, Field<never, "left-out">>>;
}

/**
 * Fields that are no wish of the author's, and pass without a word: the type of the object, which
 * has been read before, and what the API server writes.
 */
export function silent<Name extends string>(
  ...names: readonly Name[]
): Readonly<Record<Name, Field<never, "left-out">>> {
  const field: Field<never, "left-out"> = {
    decode: () => undefined,
    presence: "left-out",
    isRequired: false,
  };
  const fields = names.map((name) => [name, field] as const);
  return Object.fromEntries(fields) as Readonly<Record<Name, Field<never, "left-out">>>;
}

/** `apiVersion` and `kind`. */
export const typeMeta = silent("apiVersion", "kind");

/** Reads a value, and says what of it the simulator misses where `isMissed` holds. */
export function partly<Value>(
  decode: Decoder<Value>,
  isMissed: (value: NoInfer<Value>) => boolean,
  missed: string,
  severity: "unsupported" | "unplayed" = "unsupported",
): Decoder<Value> {
  return (raw, place) => {
    const value = decode(raw, place);
    if (value !== undefined && isMissed(value)) {
      complain(place, {
        code: "apis/unmodelled-field",
        severity,
        value: raw,
        allowed: "anything; it is not simulated",
        sentence: `not modelled: ${missed}`,
      });
    }
    return value;
  };
}

function leftOut(
  decode: Decoder<unknown>,
  severity: "neutral" | "unsupported" | "unplayed",
  why: string,
): Field<never, "left-out"> {
  return {
    presence: "left-out",
    isRequired: false,
    decode(raw, place) {
      decode(raw, place);
      complain(place, {
        code: severity === "neutral" ? "apis/neutral-field" : "apis/unmodelled-field",
        severity,
        value: raw,
        allowed: "anything; it is not simulated",
        sentence: `not modelled: ${why}`,
      });
      return undefined;
    },
  };
}

/** Takes every value as it is. */
function anything(raw: unknown): unknown {
  return raw;
}

/** A wrong type, in the API server's words. */
export function wrongType(place: Place, raw: unknown, type: string, hint?: string): undefined {
  const path = formatPath(segmentsOf(place));
  complain(place, {
    code: "apis/type",
    value: raw,
    allowed: `a value of type ${type}`,
    hint,
    sentence: `Invalid value: ${describeValue(raw)}: ${path} in body must be of type ${type}: "${typeName(raw)}"`,
  });
  return undefined;
}

/** Whether a value is a mapping. */
export function isMapping(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** Reads a mapping with known fields; what it does not know is recorded, never dropped. */
export function object<S extends Shape>(shape: S): Decoder<ObjectOf<S>> {
  const names = Object.keys(shape);
  return (raw, place) => {
    if (!isMapping(raw)) return wrongType(place, raw, "object");
    for (const key of Object.keys(raw)) {
      if (!Object.hasOwn(shape, key)) unknownField(childPlace(place, key), key, raw[key], names);
    }
    const result: Record<string, unknown> = {};
    let isBlocked = false;
    for (const name of names) {
      const field = shape[name];
      if (field === undefined) continue;
      const written = Object.hasOwn(raw, name) ? raw[name] : undefined;
      if (written === undefined || written === null) {
        if (field.isRequired) {
          isBlocked = true;
          missing(childPlace(place, name));
        } else if (field.fallback !== undefined) {
          result[name] = field.fallback;
        }
        continue;
      }
      const value = field.decode(written, childPlace(place, name));
      if (value !== undefined) result[name] = value;
      else if (field.presence !== "left-out") isBlocked = true;
    }
    // The loop has filled exactly the fields that the shape promises, or has blocked.
    return isBlocked ? undefined : (result as ObjectOf<S>);
  };
}

function unknownField(place: Place, key: string, raw: unknown, names: readonly string[]): void {
  const meant = nearMiss(key, names);
  complain(place, {
    code: "apis/unknown-field",
    severity: place.reading.unknownFields,
    value: raw,
    allowed:
      names.length === 0
        ? "no field at all"
        : `one of ${[...names].sort(compareStrings).join(", ")}`,
    hint: meant === undefined ? undefined : `did you mean ${meant}?`,
    sentence:
      `unknown field "${formatPath(segmentsOf(place))}"` +
      (meant === undefined ? "" : `, did you mean "${meant}"?`),
  });
}

function missing(place: Place): void {
  complain(place, {
    code: "apis/required",
    value: undefined,
    allowed: "a value",
    sentence: "Required value",
  });
}

/** Bounds of a list. */
export interface ListOptions {
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Reads a list; an item without a value blocks the whole list. */
export function list<Value>(
  decode: Decoder<Value>,
  options: ListOptions = {},
): Decoder<readonly Value[]> {
  return (raw, place) => {
    if (!Array.isArray(raw)) return wrongType(place, raw, "array");
    const path = formatPath(segmentsOf(place));
    if (options.maxItems !== undefined && raw.length > options.maxItems) {
      complain(place, {
        code: "apis/range",
        value: raw.length,
        allowed: `at most ${options.maxItems} items`,
        sentence: `Too many: ${raw.length}: must have at most ${options.maxItems} items`,
      });
    }
    if (options.minItems !== undefined && raw.length < options.minItems) {
      complain(place, {
        code: "apis/range",
        value: raw.length,
        allowed: `at least ${options.minItems} items`,
        sentence: `Invalid value: ${raw.length}: ${path} in body should have at least ${options.minItems} items`,
      });
    }
    const values: Value[] = [];
    let isBlocked = false;
    for (const [index, item] of (raw as readonly unknown[]).entries()) {
      const value = decode(item, childPlace(place, index));
      if (value === undefined) isBlocked = true;
      else values.push(value);
    }
    return isBlocked ? undefined : values;
  };
}

/** Reads a mapping with free keys, sorted by key; a key may have a say in how its value is read. */
export function mapping<Value>(
  decode: (raw: unknown, place: Place, key: string) => Value | undefined,
): Decoder<Readonly<Record<string, Value>>> {
  return (raw, place) => {
    if (!isMapping(raw)) return wrongType(place, raw, "object");
    const entries: (readonly [string, Value])[] = [];
    let isBlocked = false;
    for (const key of Object.keys(raw).sort(compareStrings)) {
      const value = decode(raw[key], childPlace(place, key), key);
      if (value === undefined) isBlocked = true;
      else entries.push([key, value]);
    }
    return isBlocked ? undefined : Object.fromEntries(entries);
  };
}

/** Turns what was read into something else; for shapes that differ from the API's. */
export function mapped<From, To>(decode: Decoder<From>, change: (value: From) => To): Decoder<To> {
  return (raw, place) => {
    const value = decode(raw, place);
    return value === undefined ? undefined : change(value);
  };
}

/** A rule over a whole value: the message of a CRD's CEL rule, or of Kubernetes' own validation. */
export interface Rule<Value> {
  readonly message: string;
  readonly holds: (value: Value) => boolean;
  readonly hint?: string;
}

/** Checks rules over a value that could be read, all of them. */
export function checked<Value>(
  decode: Decoder<Value>,
  rules: readonly Rule<NoInfer<Value>>[],
): Decoder<Value> {
  return (raw, place) => {
    const value = decode(raw, place);
    if (value === undefined) return undefined;
    for (const rule of rules) {
      if (rule.holds(value)) continue;
      complain(place, {
        code: "apis/rule",
        value: raw,
        allowed: rule.message,
        hint: rule.hint,
        sentence: `Invalid value: ${describeValue(raw)}: ${rule.message}`,
      });
    }
    return value;
  };
}

/** Reads a value, and shows it to somebody who may have something to say about it. */
export function observed<Value>(
  decode: Decoder<Value>,
  look: (value: NoInfer<Value>, place: Place) => void,
): Decoder<Value> {
  return (raw, place) => {
    const value = decode(raw, place);
    if (value !== undefined) look(value, place);
    return value;
  };
}

/** The fields that have a value: makes `exactOptionalPropertyTypes` bearable. */
export function present<T extends object>(
  fields: T,
): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}
