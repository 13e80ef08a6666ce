import {
  type FieldIssue,
  type IssueSeverity,
  type ParseResult,
  formatPath,
} from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import type { Position } from "./read-yaml.ts";

/** An issue with the place it has in a file. */
export interface LocatedIssue {
  readonly file: string;
  readonly position: Position;
  /** `namespace/name` of the object, as it is written; "" where there is none. */
  readonly name: string;
  readonly result: ParseResult;
  readonly issue: FieldIssue;
}

/** A field or kind that is written in the manifests and that nothing simulated depends on. */
export interface NeutralField {
  readonly kind: string;
  /** With `[*]` for every index and free key; `kind` for a whole kind. */
  readonly path: string;
  /** In how many places it stands. */
  readonly count: number;
  /** The first of them. */
  readonly first: Diagnostic;
}

/**
 * An issue as the command line prints it, with the object's name and the path within it; `times` is how
 * often the same thing occurs.
 */
export function toDiagnostic(located: LocatedIssue, times = 1): Diagnostic {
  const { file, position, name, issue, result } = located;
  const more = times > 1 ? ` (and ${times - 1} more)` : "";
  const words = [result.kind, result.kind === "" ? "" : name].filter((word) => word !== "");
  const subject = words.length === 0 ? "" : `${words.join(" ")}: `;
  // Where the object stands in its List is told by the line, better than by counting items.
  const list = result.segments.length === 0 ? "" : `${formatPath(result.segments)}.`;
  const path = issue.path.startsWith(list) ? issue.path.slice(list.length) : issue.path;
  const message = list === "" ? issue.message : issue.message.replaceAll(list, "");
  return {
    file,
    ...position,
    ...(path === "" ? {} : { path }),
    code: issue.code,
    found: issue.found,
    allowed: issue.allowed,
    ...(issue.hint === undefined ? {} : { hint: issue.hint }),
    message: `${subject}${message}${more}`,
  };
}

/** What the objects are for: to live on through a run, or for one decision as they are. */
export type ManifestPurpose = "run" | "decision";

const warnedOf: Readonly<Record<ManifestPurpose, readonly IssueSeverity[]>> = {
  run: ["unsupported", "unplayed", "converted"],
  decision: ["unsupported", "converted"],
};

/** Warnings: conversions one by one, everything else once per kind and path. */
export function warningsOf(
  issues: readonly LocatedIssue[],
  purpose: ManifestPurpose,
): readonly Diagnostic[] {
  const warnings = issues.filter(
    (located) =>
      warnedOf[purpose].includes(located.issue.severity) &&
      !(purpose === "decision" && isNewInStatus(located)),
  );
  return grouped(warnings).map(({ first, count }) => toDiagnostic(first, count));
}

/** What newer servers write into a status is nobody's wish; a slip of the pen is one of ours. */
function isNewInStatus({ issue, result }: LocatedIssue): boolean {
  const [first] = issue.segments.slice(result.segments.length);
  return issue.code === "apis/unknown-field" && first === "status" && issue.hint === undefined;
}

/** What passes without a warning, once per kind and path. */
export function neutralFieldsOf(issues: readonly LocatedIssue[]): readonly NeutralField[] {
  const neutral = issues.filter(({ issue }) => issue.severity === "neutral");
  return grouped(neutral).map(({ first, count }) => ({
    kind: first.result.kind,
    path: genericPath(first),
    count,
    first: toDiagnostic(first, count),
  }));
}

interface Group {
  readonly first: LocatedIssue;
  count: number;
}

function grouped(issues: readonly LocatedIssue[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [index, located] of issues.entries()) {
    const { issue, result } = located;
    const isOwn = issue.severity === "converted";
    const kind = `${result.apiVersion} ${result.kind}`;
    const key = isOwn ? String(index) : `${kind} ${genericPath(located)} ${issue.code}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: located, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()];
}

/** The path within the object, with a star for every index. */
function genericPath({ issue, result }: LocatedIssue): string {
  const own = issue.segments.slice(result.segments.length);
  return formatPath(own.map((segment) => (typeof segment === "number" ? "*" : segment)));
}
