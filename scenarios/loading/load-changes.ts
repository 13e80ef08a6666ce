/*
 * What a scenario's changes make of NodePools and EC2NodeClasses. Each change is laid over the
 * manifests on top of the policy's own patches and of the changes before it, and the result is parsed
 * and validated like a manifest; what differs from before is what the change does.
 */
import { isDeepStrictEqual } from "node:util";
import { type ManifestObject, objectKey } from "../../core/apis/index.ts";
import type { Diagnostic, Result } from "../../core/units/index.ts";
import { fail, ok } from "../../core/units/index.ts";
import type { ChangeableObject, ObjectChange } from "../../sim/world-plan.ts";
import type { ManifestFile } from "../manifests/index.ts";
import { loadManifests } from "../manifests/index.ts";
import { overlayManifest, type Overlays } from "../policies/overlay.ts";
import type { PolicyChangeSpec, ScenarioSpec } from "../scenario-schema.ts";
import { instantOf } from "../schema/value-fields.ts";
import { atValue } from "./document-place.ts";
import { identityOf, type PolicyCluster } from "./load-clusters.ts";
import { blamePatch, type OverlayPlace, unknownTargets } from "./overlay-places.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** A change with its place in the scenario. */
interface PlacedChange {
  readonly steps: readonly Step[];
  readonly change: PolicyChangeSpec;
}

/** What is read, and read again with each change. */
interface ChangeContext {
  readonly document: ScenarioDocument;
  readonly spec: ScenarioSpec;
  readonly files: readonly ManifestFile[];
  readonly cluster: PolicyCluster;
}

/** The changes of objects by policy, in the order of the clusters; instants ascend. */
export function loadChanges(
  document: ScenarioDocument,
  spec: ScenarioSpec,
  files: readonly ManifestFile[],
  clusters: readonly PolicyCluster[],
): Result<readonly (readonly ObjectChange[])[]> {
  const changes: (readonly ObjectChange[])[] = [];
  const diagnostics: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const idle = new Map<
    PlacedChange["change"],
    { readonly steps: readonly Step[]; times: number }
  >();
  for (const [index, cluster] of clusters.entries()) {
    const context = { document, spec, files: filesOf(files, cluster), cluster };
    const placed = placedChanges(spec, index);
    const result = changesUnder(context, placed);
    if (!result.ok) {
      diagnostics.push(...result.diagnostics);
      continue;
    }
    warnings.push(...result.warnings);
    changes.push(result.value.filter(({ objects }) => objects.length > 0));
    for (const [position, { steps, change }] of placed.entries()) {
      if (result.value[position]?.objects.length !== 0) continue;
      const seen = idle.get(change) ?? { steps, times: 0 };
      idle.set(change, { steps, times: seen.times + 1 });
    }
  }
  if (diagnostics.length > 0) return fail(withoutRepeats(diagnostics));
  const useless = [...idle.values()].flatMap(({ steps, times }) =>
    times < (steps[1] === "changes" ? clusters.length : 1) ? [] : withoutEffect(document, steps),
  );
  return ok(changes, [...withoutRepeats(warnings), ...useless]);
}

/** Only the files that changes can reach. */
function filesOf(
  files: readonly ManifestFile[],
  { manifests }: PolicyCluster,
): readonly ManifestFile[] {
  const names = new Set(
    manifests.objects
      .filter(isChangeable)
      .map((object) => manifests.origins.get(keyOf(object))?.file),
  );
  return files.filter(({ name }) => names.has(name));
}

function isChangeable(object: ManifestObject): object is ChangeableObject {
  return object.kind === "NodePool" || object.kind === "EC2NodeClass";
}

function keyOf(object: ManifestObject): string {
  return `${object.kind} ${objectKey(object)}`;
}

/** The changes of objects under a policy, first to last; at one instant the scenario's come first. */
function placedChanges(spec: ScenarioSpec, policy: number): readonly PlacedChange[] {
  const own = spec.policies?.[policy]?.changes ?? [];
  return [
    ...spec.changes.map((change, index) => ({ steps: ["spec", "changes", index], change })),
    ...own.map((change, index) => ({
      steps: ["spec", "policies", policy, "changes", index],
      change,
    })),
  ]
    .filter(({ change }) => (change.nodePools ?? change.ec2NodeClasses) !== undefined)
    .sort((a, b) => instantOf(a.change.at, spec.start) - instantOf(b.change.at, spec.start));
}

function changesUnder(
  { document, spec, files, cluster }: ChangeContext,
  placed: readonly PlacedChange[],
): Result<readonly ObjectChange[]> {
  const { policy, manifests } = cluster;
  const layers: Overlays[] = [policy.spec];
  const known = new Set(placed.length > 0 ? warningsOf(files, layers) : []);
  const warnings: Diagnostic[] = [];
  const changes: ObjectChange[] = [];
  let before = new Map(manifests.objects.filter(isChangeable).map((it) => [keyOf(it), it]));
  for (const { steps, change } of placed) {
    const place: OverlayPlace = { document, steps, overlays: change, subject: "the change" };
    const missing = unknownTargets(place, manifests);
    if (missing.length > 0) return fail(missing);
    layers.push(change);
    const loaded = loadManifests(files, { overlay: overlaysOf(layers) });
    if (!loaded.ok) return fail(loaded.diagnostics.map((each) => blamePatch(place, each)));
    const after = new Map(loaded.value.objects.filter(isChangeable).map((it) => [keyOf(it), it]));
    const objects = differences(before, after);
    const forbidden = objects.flatMap((pair) => immutableFields(place, pair));
    if (forbidden.length > 0) return fail(forbidden);
    changes.push({ at: instantOf(change.at, spec.start), objects });
    for (const warning of loaded.warnings) {
      if (known.has(identityOf(warning))) continue;
      known.add(identityOf(warning));
      warnings.push(blamePatch(place, warning));
    }
    before = after;
  }
  return ok(changes, warnings);
}

function overlaysOf(layers: readonly Overlays[]): (raw: unknown) => unknown {
  return (raw) => layers.reduce((document, layer) => overlayManifest(layer, document), raw);
}

function warningsOf(
  files: readonly ManifestFile[],
  layers: readonly Overlays[],
): readonly string[] {
  const loaded = loadManifests(files, { overlay: overlaysOf(layers) });
  return loaded.ok ? loaded.warnings.map(identityOf) : [];
}

type Difference = ObjectChange["objects"][number];

/** Objects of which spec, labels or annotations differ; an equal spec stays the same object. */
function differences(
  before: ReadonlyMap<string, ChangeableObject>,
  after: Map<string, ChangeableObject>,
): readonly Difference[] {
  const found: Difference[] = [];
  for (const [key, old] of before) {
    const next = after.get(key);
    if (next === undefined) continue;
    const isSameSpec = isDeepStrictEqual(old.spec, next.spec);
    const kept = isSameSpec ? ({ ...next, spec: old.spec } as ChangeableObject) : next;
    after.set(key, kept);
    const isSameMeta =
      isDeepStrictEqual(old.metadata.labels, next.metadata.labels) &&
      isDeepStrictEqual(old.metadata.annotations, next.metadata.annotations);
    if (!isSameSpec || !isSameMeta) found.push({ before: old, after: kept });
  }
  return found;
}

/**
 * What the API server would not let through.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go NodePool NodeClaimTemplateSpec, their XValidation rules
 */
function immutableFields(
  place: OverlayPlace,
  { before, after }: Difference,
): readonly Diagnostic[] {
  if (before.kind !== "NodePool" || after.kind !== "NodePool") return [];
  const old = before.spec.template.spec.nodeClassRef;
  const next = after.spec.template.spec.nodeClassRef;
  const wasStatic = before.spec.replicas !== undefined;
  const complain = (path: string, found: string, allowed: string, rule: string): Diagnostic =>
    blamePatch(place, {
      ...atValue(place.document, place.steps),
      path,
      code: "scenario/immutable-field",
      found,
      allowed,
      message: `NodePool ${after.metadata.name}: ${rule}`,
    });
  return [
    ...(wasStatic === (after.spec.replicas !== undefined)
      ? []
      : [
          complain(
            "spec.replicas",
            wasStatic ? "no replicas" : String(after.spec.replicas),
            wasStatic ? "a number of replicas" : "no replicas",
            "Cannot transition NodePool between static (replicas set) and dynamic (replicas unset) provisioning modes",
          ),
        ]),
    ...(["group", "kind"] as const).flatMap((field) =>
      old[field] === next[field]
        ? []
        : complain(
            `spec.template.spec.nodeClassRef.${field}`,
            next[field],
            old[field],
            `nodeClassRef.${field} is immutable`,
          ),
    ),
  ];
}

function withoutEffect(document: ScenarioDocument, steps: readonly Step[]): readonly Diagnostic[] {
  return [
    {
      ...atValue(document, steps),
      code: "scenario/change-without-effect",
      found: "what is there already",
      allowed: "a patch that changes a field",
      message: "this change leaves NodePools and EC2NodeClasses as they are",
    },
  ];
}

function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [identityOf(each), each])).values()];
}
