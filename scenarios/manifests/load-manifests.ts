// From YAML texts to the objects of a cluster: every document is read, every object in it parsed,
// every complaint mapped back to its line and column, then the older forms are completed and pods
// get their priority. All files are read to their end before anything is refused.
import {
  type IssueCode,
  type ManifestObject,
  type MissingPriorityClass,
  type NodePool,
  type ParseResult,
  assembleObjects,
  objectKey,
  parseObjects,
  resolvePriorities,
} from "../../core/apis/index.ts";
import { type Diagnostic, type Result, compareStrings, fail, ok } from "../../core/units/index.ts";
import {
  type LocatedIssue,
  type ManifestPurpose,
  type NeutralField,
  neutralFieldsOf,
  toDiagnostic,
  warningsOf,
} from "./manifest-warnings.ts";
import { type PlaceholderUse, type Position, type YamlDocument, readYaml } from "./read-yaml.ts";

/** A manifest file that has been read into memory. */
export interface ManifestFile {
  /** As the user named it, for messages. */
  readonly name: string;
  readonly text: string;
}

/** Where an object was written. */
export interface Origin extends Position {
  readonly file: string;
}

/** A placeholder that is kept as text. */
export interface KeptPlaceholder {
  readonly placeholder: string;
  readonly count: number;
}

/** An object that could not be read. */
export interface LeftOutObject {
  /** As it is today: that of a Provisioner is NodePool; "" where none is written. */
  readonly kind: string;
  /** `namespace/name`, as it is written; "" where there is none. */
  readonly name: string;
  /** What is wrong with it; the warning about each says that the object is left out. */
  readonly errors: readonly Diagnostic[];
}

/** The objects of a set of manifests. */
export interface LoadedManifests {
  /** In the order of the files; of two with the same name the last one, as kubectl applies them. */
  readonly objects: readonly ManifestObject[];
  /** By `Kind namespace/name`. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** What is written and has no effect on anything simulated. */
  readonly neutralFields: readonly NeutralField[];
  /** Sorted by name. */
  readonly placeholders: readonly KeptPlaceholder[];
  /** In the order of the files; empty unless such objects are left out. */
  readonly leftOut: readonly LeftOutObject[];
}

/** How manifests are loaded. */
export interface LoadManifestsOptions {
  /**
   * Changes a document, as plain data, before it is parsed; must not change its argument. Complaints
   * about what it adds point at the nearest part that is written.
   */
  readonly overlay?: (document: unknown) => unknown;
  /**
   * What an object that cannot be read does: `refuse` (default) fails the whole, `leave-out` goes on
   * without it and makes its errors warnings, for a cluster's own account of itself.
   */
  readonly invalidObjects?: "refuse" | "leave-out";
  /**
   * What the objects are for, `run` (default) or one `decision`: without time passing nobody creates
   * a pod of a template or restarts a container, so that what is missed of it is not told.
   */
  readonly purpose?: ManifestPurpose;
}

interface Source {
  readonly file: string;
  readonly document: YamlDocument;
}

/**
 * Loads manifests: multi-document YAML or JSON, lists, anchors, every version of Karpenter's kinds.
 *
 * Fails with the errors of all files, in the order of the files. Warnings are, in the same order:
 * what the simulator does not model and what was converted, then placeholders, objects given twice,
 * and references to objects that are not there.
 */
export function loadManifests(
  files: readonly ManifestFile[],
  options: LoadManifestsOptions = {},
): Result<LoadedManifests> {
  const { purpose = "run" } = options;
  const errors: Diagnostic[] = [];
  const issues: LocatedIssue[] = [];
  const results: ParseResult[] = [];
  const sources = new Map<ParseResult, Source>();
  const uses: (PlaceholderUse & { readonly file: string })[] = [];
  for (const { name: file, text } of files) {
    const { documents, diagnostics } = readYaml(file, text);
    errors.push(...diagnostics);
    for (const document of documents) {
      const parsed = parseObjects(options.overlay?.(document.value) ?? document.value);
      for (const result of parsed) {
        results.push(result);
        sources.set(result, { file, document });
        issues.push(...result.issues.map((issue) => locate({ file, document }, result, issue)));
      }
      if (parsed.some((one) => one.object !== undefined)) {
        uses.push(...document.placeholders.map((use) => ({ ...use, file })));
      }
    }
  }
  const assembly = assembleObjects(results);
  for (const { result, issue } of assembly.issues) {
    const source = sources.get(result);
    if (source !== undefined) issues.push(locate(source, result, issue));
  }
  const faulty = issues.filter((one) => one.issue.severity === "error");
  const invalid = faulty.map((one) => toDiagnostic(one));
  const leavesOut = options.invalidObjects === "leave-out" && !hasErrors(assembly.issues);
  if (!leavesOut) errors.push(...invalid);
  if (errors.length > 0) return fail(inFileOrder(errors, files));
  const named = keepLast(assembly.objects, originsOf(results, sources));
  const { objects, missing } = resolvePriorities(named.objects);
  const value: LoadedManifests = {
    objects,
    origins: named.origins,
    neutralFields: neutralFieldsOf(issues),
    placeholders: countPlaceholders(uses),
    leftOut: leftOutObjects(faulty),
  };
  return ok(value, [
    ...inFileOrder(
      faulty.map((one) => leftOutWarning(one)),
      files,
    ),
    ...inFileOrder(warningsOf(issues, purpose), files),
    ...placeholderWarnings(uses),
    ...named.warnings,
    ...missingPriorityClasses(missing, named.origins, purpose),
    ...missingNodeClasses(objects, named.origins, value.leftOut),
    ...missingBufferTargets(objects, named.origins),
  ]);
}

/** Whether assembling failed: its errors are about objects that exist, so none can be left out. */
function hasErrors(issues: readonly { readonly issue: LocatedIssue["issue"] }[]): boolean {
  return issues.some(({ issue }) => issue.severity === "error");
}

function leftOutObjects(faulty: readonly LocatedIssue[]): readonly LeftOutObject[] {
  const objects = new Map<ParseResult, { readonly name: string; readonly errors: Diagnostic[] }>();
  for (const located of faulty) {
    const { result, name } = located;
    const object = objects.get(result) ?? { name, errors: [] };
    objects.set(result, object);
    object.errors.push(toDiagnostic(located));
  }
  return [...objects].map(([{ currentKind }, object]) => ({ kind: currentKind, ...object }));
}

function leftOutWarning(located: LocatedIssue): Diagnostic {
  const diagnostic = toDiagnostic(located);
  const message = `${diagnostic.message}; the object is left out`;
  return { ...diagnostic, code: "manifests/left-out", message };
}

/** `namespace/name` as it is written; "" where there is none. */
function writtenName(document: unknown, segments: readonly (string | number)[]): string {
  let at = document;
  for (const segment of [...segments, "metadata"]) {
    if (typeof at !== "object" || at === null) return "";
    at = (at as Readonly<Record<string | number, unknown>>)[segment];
  }
  if (typeof at !== "object" || at === null) return "";
  const { namespace, name } = at as Readonly<Record<string, unknown>>;
  return [namespace, name].filter((part) => typeof part === "string").join("/");
}

/** Complaints about a field as such rather than about what stands in it. */
const aboutKeys: readonly IssueCode[] = [
  "apis/unknown-field",
  "apis/unmodelled-field",
  "apis/neutral-field",
  "apis/obsolete-name",
];

function locate(source: Source, result: ParseResult, issue: LocatedIssue["issue"]): LocatedIssue {
  const part = aboutKeys.includes(issue.code) ? "key" : "value";
  const position = source.document.locate(issue.segments, part);
  const name = writtenName(source.document.value, result.segments);
  return { file: source.file, position, name, result, issue };
}

/** By file as given, then line and column; equal places keep their order. */
function inFileOrder(
  diagnostics: readonly Diagnostic[],
  files: readonly ManifestFile[],
): readonly Diagnostic[] {
  const rank = new Map(files.map((file, index) => [file.name, index]));
  return [...diagnostics].sort(
    (a, b) =>
      (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}

/** The key of an object among all kinds: `Pod default/web`. */
function nameOf(object: ManifestObject): string {
  return `${object.kind} ${objectKey(object)}`;
}

function originsOf(
  results: readonly ParseResult[],
  sources: ReadonlyMap<ParseResult, Source>,
): readonly (Origin | undefined)[] {
  return results.flatMap((result) => {
    const source = sources.get(result);
    const origin =
      source === undefined
        ? undefined
        : { file: source.file, ...source.document.locate(result.segments) };
    const count = (result.object === undefined ? 0 : 1) + result.companions.length;
    return Array.from({ length: count }, () => origin);
  });
}

interface Named {
  readonly objects: readonly ManifestObject[];
  readonly origins: ReadonlyMap<string, Origin>;
  readonly warnings: readonly Diagnostic[];
}

function keepLast(
  objects: readonly ManifestObject[],
  origins: readonly (Origin | undefined)[],
): Named {
  const kept = new Map<string, ManifestObject>();
  const originByName = new Map<string, Origin>();
  const warnings: Diagnostic[] = [];
  for (const [index, object] of objects.entries()) {
    const name = nameOf(object);
    const origin = origins[index];
    const earlier = originByName.get(name);
    if (kept.has(name) && origin !== undefined && earlier !== undefined) {
      warnings.push({
        ...origin,
        code: "manifests/duplicate-object",
        found: name,
        allowed: "each object once",
        message: `${name} is given twice; this one replaces that of ${earlier.file}:${earlier.line}.`,
      });
    }
    kept.set(name, object);
    if (origin !== undefined) originByName.set(name, origin);
  }
  return { objects: [...kept.values()], origins: originByName, warnings };
}

function countPlaceholders(uses: readonly PlaceholderUse[]): readonly KeptPlaceholder[] {
  const counts = new Map<string, number>();
  for (const { placeholder } of uses) counts.set(placeholder, (counts.get(placeholder) ?? 0) + 1);
  return [...counts]
    .map(([placeholder, count]) => ({ placeholder, count }))
    .sort((a, b) => compareStrings(a.placeholder, b.placeholder));
}

function placeholderWarnings(
  uses: readonly (PlaceholderUse & { readonly file: string })[],
): readonly Diagnostic[] {
  return countPlaceholders(uses).flatMap(({ placeholder, count }) => {
    const first = uses.find((use) => use.placeholder === placeholder);
    if (first === undefined) return [];
    const places = count === 1 ? "1 place" : `${count} places`;
    return [
      {
        file: first.file,
        ...first.position,
        code: "manifests/placeholder",
        found: placeholder,
        allowed: "text",
        hint: "replace it with envsubst where its value matters",
        message: `${placeholder} has not been replaced; it is kept as text in ${places}.`,
      },
    ];
  });
}

/** Templates get their priority as pods are made of them, and no decision makes any. */
function missingPriorityClasses(
  missing: readonly MissingPriorityClass[],
  origins: ReadonlyMap<string, Origin>,
  purpose: ManifestPurpose,
): readonly Diagnostic[] {
  return missing
    .filter(({ kind }) => purpose === "run" || kind === "Pod")
    .map(({ kind, key, path, priorityClassName, message }) => {
      const name = `${kind} ${key}`;
      const told = `${name}: ${path}: ${message}`;
      return { ...reference(origins.get(name), priorityClassName, told), path };
    });
}

function missingNodeClasses(
  objects: readonly ManifestObject[],
  origins: ReadonlyMap<string, Origin>,
  leftOut: readonly LeftOutObject[],
): readonly Diagnostic[] {
  const unreadable = new Set(
    leftOut.filter(({ kind }) => kind === "EC2NodeClass").map(({ name }) => name),
  );
  const classes = new Set(
    objects.filter((one) => one.kind === "EC2NodeClass").map((one) => one.metadata.name),
  );
  return objects.flatMap((object) => {
    if (object.kind !== "NodePool") return [];
    const { group, kind, name } = object.spec.template.spec.nodeClassRef;
    if (kind !== "EC2NodeClass") {
      return [otherNodeClass(object, `${kind} ${name} of ${group}`, origins)];
    }
    if (classes.has(name)) return [];
    const why = unreadable.has(name) ? "could not be read" : "is not among the manifests";
    const message = `NodePool ${object.metadata.name} refers to EC2NodeClass ${name}, which ${why}: NodeClass not found on cluster`;
    return [reference(origins.get(nameOf(object)), name, message)];
  });
}

/** Such as those of EKS Auto Mode, whose instances only AWS knows how to choose. */
function otherNodeClass(
  nodePool: NodePool,
  found: string,
  origins: ReadonlyMap<string, Origin>,
): Diagnostic {
  return {
    ...(origins.get(nameOf(nodePool)) ?? { file: "manifests" }),
    path: "spec.template.spec.nodeClassRef",
    code: "manifests/unsupported-node-class",
    found,
    allowed: "an EC2NodeClass of karpenter.k8s.aws",
    message: `NodePool ${nodePool.metadata.name} refers to ${found}, which is not supported: nothing is launched for it`,
  };
}

/** What a CapacityBuffer has its shape from; one that nobody has is never ready. */
function missingBufferTargets(
  objects: readonly ManifestObject[],
  origins: ReadonlyMap<string, Origin>,
): readonly Diagnostic[] {
  const names = new Set(objects.map(nameOf));
  return objects.flatMap((object) => {
    if (object.kind !== "CapacityBuffer") return [];
    const { podTemplateRef, scalableRef } = object.spec;
    const kind = podTemplateRef === undefined ? scalableRef?.kind : "PodTemplate";
    const name = podTemplateRef?.name ?? scalableRef?.name;
    const { namespace } = object.metadata;
    if (kind === undefined || name === undefined) return [];
    if (names.has(`${kind} ${namespace}/${name}`)) return [];
    const message = `CapacityBuffer ${objectKey(object)} refers to ${kind} ${namespace}/${name}, which is not among the manifests: the buffer is not ready, and no room is kept`;
    return [reference(origins.get(nameOf(object)), name, message)];
  });
}

function reference(origin: Origin | undefined, found: string, message: string): Diagnostic {
  return {
    ...(origin ?? { file: "manifests" }),
    code: "manifests/missing-reference",
    found,
    allowed: "the name of an object of the manifests",
    message,
  };
}
