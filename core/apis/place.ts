import {
  type FieldIssue,
  type IssueCode,
  type IssueSeverity,
  type PathSegment,
  formatPath,
} from "./field-issue.ts";

/** What reading one object has brought to light, and how strict it is about unknown fields. */
export interface Reading {
  readonly issues: FieldIssue[];
  /**
   * Karpenter's own kinds refuse unknown fields: a misspelt policy would silently run with the
   * defaults. Everything else is read as an API server without strict validation reads it.
   */
  readonly unknownFields: "error" | "unsupported";
}

/** Where in the object we are: a chain of steps, turned into a path only when needed. */
export interface Place {
  readonly reading: Reading;
  readonly parent?: Place;
  readonly segment?: PathSegment;
}

/** The root of an object. */
export function rootPlace(reading: Reading): Place {
  return { reading };
}

/** One step further in. */
export function childPlace(parent: Place, segment: PathSegment): Place {
  return { reading: parent.reading, parent, segment };
}

/** Several steps further in. */
export function placeAt(parent: Place, ...segments: readonly PathSegment[]): Place {
  return segments.reduce(childPlace, parent);
}

/** The steps from the root. */
export function segmentsOf(place: Place): readonly PathSegment[] {
  const segments: PathSegment[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    if (at.segment !== undefined) segments.push(at.segment);
  }
  return segments.reverse();
}

/** Whether an error has been recorded at a place or further in. */
export function hasErrorWithin(place: Place): boolean {
  const segments = segmentsOf(place);
  return place.reading.issues.some(
    (issue) =>
      issue.severity === "error" &&
      segments.every((segment, index) => issue.segments[index] === segment),
  );
}

/** What an issue says besides its place; severity `error` unless said otherwise. */
export interface Complaint {
  readonly code: IssueCode;
  readonly severity?: IssueSeverity;
  readonly value: unknown;
  readonly allowed: string;
  readonly hint?: string | undefined;
  /** The sentence without the path in front. */
  readonly sentence: string;
}

/** Records an issue; its message is `path: sentence`. */
export function complain(place: Place, complaint: Complaint): void {
  const segments = segmentsOf(place);
  const path = formatPath(segments);
  place.reading.issues.push({
    path,
    segments,
    code: complaint.code,
    severity: complaint.severity ?? "error",
    found: describeValue(complaint.value),
    allowed: complaint.allowed,
    ...(complaint.hint === undefined ? {} : { hint: complaint.hint }),
    message: path === "" ? complaint.sentence : `${path}: ${complaint.sentence}`,
  });
}

/** Records that an older form was read as the current one. */
export function converted(place: Place, value: unknown, current: string, meaning: string): void {
  complain(place, {
    code: "apis/converted",
    severity: "converted",
    value,
    allowed: current,
    sentence: `read as ${current}: ${meaning}`,
  });
}

const longestFound = 80;

/** A value as JSON, cut to 80 characters; `nothing` where there is none. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = JSON.stringify(value);
  return text.length > longestFound ? `${text.slice(0, longestFound - 1)}…` : text;
}

/** The JSON Schema type of a value, as the API server names it in its messages. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}
