import type { z } from "zod";
import { nearMiss } from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import { allowedKeys } from "./allowed-keys.ts";
import { atKey, atValue, valueAt } from "./document-place.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

type Issue = z.core.$ZodIssue;

/** What the schema complains about, in the order of the file, each where it stands. */
export function schemaDiagnostics(
  document: ScenarioDocument,
  issues: readonly Issue[],
): readonly Diagnostic[] {
  return issues
    .flatMap((issue) => unfold(issue, [], document.data))
    .flatMap(({ issue, path }) => diagnosticsOf(document, issue, path))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

interface PlacedIssue {
  readonly issue: Issue;
  readonly path: readonly Step[];
}

/** The complaints of a union are those of the alternative that was probably meant. */
function unfold(issue: Issue, prefix: readonly Step[], data: unknown): readonly PlacedIssue[] {
  const path = [...prefix, ...(issue.path as readonly Step[])];
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [{ issue, path }];
  const value = valueAt(data, path);
  const unfolded = issue.errors.map((errors) => errors.flatMap((each) => unfold(each, path, data)));
  const wrongTypes = unfolded.filter((errors) => isWrongTypeHere(errors, path));
  const candidates =
    wrongTypes.length === unfolded.length ? unfolded : without(unfolded, wrongTypes);
  if (candidates.length !== 1 && wrongTypes.length === unfolded.length) {
    return [{ issue: { ...issue, input: value }, path }];
  }
  const distance = (errors: readonly PlacedIssue[]): number =>
    errors.reduce((sum, placed) => sum + distanceOf(placed, path), 0);
  const repaired = candidates.map(withoutMisspelt);
  const distances = repaired.map(distance);
  const nearest = repaired[distances.indexOf(Math.min(...distances))] ?? [];
  return withAllNames(nearest, candidates);
}

/** A key that is missing because it is misspelt is complained about once. */
function withoutMisspelt(errors: readonly PlacedIssue[]): readonly PlacedIssue[] {
  return errors.filter(({ issue, path }) => {
    const key = path.at(-1);
    const isMissing = issue.code === "invalid_type" && issue.input === undefined;
    if (!isMissing || typeof key !== "string") return true;
    const parent = JSON.stringify(path.slice(0, -1));
    return !errors.some(
      (other) =>
        other.issue.code === "unrecognized_keys" &&
        JSON.stringify(other.path) === parent &&
        other.issue.keys.some((written) => nearMiss(written, [key]) !== undefined),
    );
  });
}

/** A name that tells the alternatives apart may be that of any of them. */
function withAllNames(
  errors: readonly PlacedIssue[],
  candidates: readonly (readonly PlacedIssue[])[],
): readonly PlacedIssue[] {
  return errors.map(({ issue, path }) => {
    if (issue.code !== "invalid_value") return { issue, path };
    const place = JSON.stringify(path);
    const values = candidates
      .flat()
      .flatMap((other) =>
        other.issue.code === "invalid_value" && JSON.stringify(other.path) === place
          ? other.issue.values
          : [],
      );
    return { issue: { ...issue, values: [...new Set(values)] }, path };
  });
}

function without<Item>(items: readonly Item[], others: readonly Item[]): readonly Item[] {
  return items.filter((item) => !others.includes(item));
}

function isWrongTypeHere(errors: readonly PlacedIssue[], path: readonly Step[]): boolean {
  return errors.some(
    ({ issue, path: at }) => issue.code === "invalid_type" && at.length === path.length,
  );
}

/** How far an alternative is from what stands there; a key that names it decides. */
function distanceOf({ issue, path }: PlacedIssue, base: readonly Step[]): number {
  const depth = path.length - base.length;
  if (issue.code === "unrecognized_keys") return depth === 0 ? 10 * issue.keys.length : 1;
  if (depth > 1) return 1;
  if (issue.code === "invalid_value") return 5;
  return issue.code === "invalid_type" && issue.input === undefined ? 5 : 2;
}

function diagnosticsOf(
  document: ScenarioDocument,
  issue: Issue,
  path: readonly Step[],
): readonly Diagnostic[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(document, path, key));
  }
  if (issue.code === "invalid_key") return [badKey(document, path, issue.issues)];
  const value = valueAt(document.data, path);
  if (value === undefined && issue.code !== "custom") return [missingKey(document, path, issue)];
  const { allowed, code, message, hint } = describe(issue, value);
  return [
    {
      ...atValue(document, path),
      code,
      found: show(value),
      allowed,
      ...(hint === undefined ? {} : { hint }),
      message,
    },
  ];
}

function unknownKey(document: ScenarioDocument, path: readonly Step[], key: string): Diagnostic {
  const value = valueAt(document.data, path);
  const present = typeof value === "object" && value !== null ? Object.keys(value) : [];
  const keys = allowedKeys(path, present);
  const meant = nearMiss(key, keys);
  return {
    ...atKey(document, [...path, key]),
    code: "scenario/unknown-key",
    found: key,
    allowed: keys.join(", "),
    ...(meant === undefined ? {} : { hint: `write ${meant}` }),
    message: `there is no key ${key}` + (meant === undefined ? "" : `; did you mean ${meant}?`),
  };
}

/** A key of a mapping whose keys are names of a certain form. */
function badKey(
  document: ScenarioDocument,
  path: readonly Step[],
  issues: readonly Issue[],
): Diagnostic {
  const key = String(path.at(-1) ?? "");
  const [reason] = issues;
  const told = reason === undefined ? undefined : describe(reason, key);
  return {
    ...atKey(document, path),
    code: "scenario/bad-key",
    found: key,
    allowed: told?.allowed ?? "",
    message: told?.message ?? `${key} cannot be a key here`,
  };
}

function missingKey(document: ScenarioDocument, path: readonly Step[], issue: Issue): Diagnostic {
  return {
    ...atKey(document, path),
    code: "scenario/missing-key",
    found: "nothing",
    allowed: describe(issue, undefined).allowed,
    message: `${String(path.at(-1) ?? "the document")} is missing`,
  };
}

interface Description {
  readonly code: string;
  readonly message: string;
  readonly allowed: string;
  readonly hint?: string;
}

function describe(issue: Issue, value: unknown): Description {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(nameOfType(issue.expected), value);
    case "invalid_value":
      return wrongValue(issue.values.map(String), value);
    case "too_small":
      return outOfRange(
        `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`,
        issue,
      );
    case "too_big":
      return outOfRange(
        `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`,
        issue,
      );
    case "custom":
      return {
        code: String(issue.params?.["code"] ?? "scenario/bad-value"),
        message: issue.message,
        allowed: String(issue.params?.["allowed"] ?? ""),
      };
    case "invalid_union":
      return {
        code: "scenario/bad-value",
        message: `${show(value)} does not fit here`,
        allowed: allowedTypes(issue.errors.flat()),
      };
    case "invalid_format":
      return {
        code: "scenario/bad-value",
        message: `${show(value)} has the wrong form`,
        allowed: `text of the form ${String(issue.pattern ?? issue.format)}`,
      };
    default:
      return { code: "scenario/bad-value", message: issue.message, allowed: "" };
  }
}

function wrongType(expected: string, value: unknown): Description {
  const message = `${show(value)} is not ${expected}`;
  return { code: "scenario/wrong-type", message, allowed: expected };
}

function wrongValue(values: readonly string[], value: unknown): Description {
  const meant = typeof value === "string" ? nearMiss(value, values) : undefined;
  return {
    code: "scenario/unknown-value",
    message:
      `${show(value)} is not known here` + (meant === undefined ? "" : `; did you mean ${meant}?`),
    allowed: values.join(", "),
    ...(meant === undefined ? {} : { hint: `write ${meant}` }),
  };
}

function outOfRange(limit: string, issue: { readonly origin?: string }): Description {
  const noun = issue.origin === "array" ? " items" : issue.origin === "string" ? " characters" : "";
  return {
    code: "scenario/out-of-range",
    message: `the value must be ${limit}${noun}`,
    allowed: `${limit}${noun}`,
  };
}

function allowedTypes(errors: readonly Issue[]): string {
  const names = errors.flatMap((issue) =>
    issue.code === "invalid_type" ? [nameOfType(issue.expected)] : [],
  );
  return [...new Set(names)].join(" or ");
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ["string", "text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "a mapping"],
  ["record", "a mapping"],
]);

function nameOfType(expected: string): string {
  return typeNames.get(expected) ?? expected;
}

/** A value as JSON, cut to 60 characters; `nothing` where there is none. */
function show(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
