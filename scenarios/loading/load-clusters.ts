import { readFile } from "node:fs/promises";
import { nearMiss, objectKey } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import type { Diagnostic, Result } from "../../core/units/index.ts";
import { compareStrings, fail, ok } from "../../core/units/index.ts";
import type { LoadedManifests, ManifestFile } from "../manifests/index.ts";
import { loadManifests } from "../manifests/index.ts";
import type { Policy } from "../policies/expand-policies.ts";
import { isMapping } from "../policies/merge-patch.ts";
import { everyObject, overlayGroups, overlayManifest } from "../policies/overlay.ts";
import type { OverlayGroup } from "../policies/overlay.ts";
import type { InputFile } from "./input-paths.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";
import { formatSteps } from "./schema-diagnostics.ts";

/** What the manifests hold under one policy. */
export interface PolicyCluster {
  readonly policy: Policy;
  /** In manifest order, the policy's overlay applied. */
  readonly objects: readonly ClusterObject[];
  readonly namespaceLabels: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly manifests: LoadedManifests;
}

/** Reads manifest files as UTF-8. */
export async function readManifestFiles(
  files: readonly InputFile[],
): Promise<Result<readonly ManifestFile[]>> {
  const read: ManifestFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { path } of files) {
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
      read.push({ name: path, text });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      diagnostics.push({
        file: path,
        code: "scenario/not-utf-8",
        found: "bytes that are not UTF-8",
        allowed: "UTF-8 text",
        message: "the file is not UTF-8 text",
      });
    }
  }
  return diagnostics.length > 0 ? fail(diagnostics) : ok(read);
}

/**
 * The cluster of every policy: the manifests, each time with the policy's patches laid over them
 * before they are parsed. The manifests must be valid without any patch, too.
 */
export function loadClusters(
  document: ScenarioDocument,
  files: readonly ManifestFile[],
  policies: readonly Policy[],
): Result<readonly PolicyCluster[]> {
  const base = loadManifests(files);
  if (!base.ok) return base;
  const clusters: PolicyCluster[] = [];
  const diagnostics: Diagnostic[] = [];
  const warnings: Diagnostic[] = [...base.warnings];
  const known = new Set(warnings.map(identityOf));
  for (const [index, policy] of policies.entries()) {
    const place: PolicyPlace = { document, policy, index };
    diagnostics.push(...unknownTargets(place, base.value));
    const overlay = (raw: unknown): unknown => overlayManifest(policy.spec, raw);
    const loaded = hasOverlay(policy) ? loadManifests(files, { overlay }) : base;
    if (!loaded.ok) {
      diagnostics.push(...loaded.diagnostics.map((each) => inPolicy(place, each)));
      continue;
    }
    const own = loaded.warnings.filter((warning) => !known.has(identityOf(warning)));
    warnings.push(...own.map((each) => inPolicy(place, each)));
    clusters.push({ policy, ...clusterOf(loaded.value), manifests: loaded.value });
  }
  return diagnostics.length > 0 ? fail(diagnostics) : ok(clusters, warnings);
}

function hasOverlay({ spec }: Policy): boolean {
  return overlayGroups.some((group) => spec[group] !== undefined);
}

function clusterOf(manifests: LoadedManifests): Pick<PolicyCluster, "objects" | "namespaceLabels"> {
  const objects: ClusterObject[] = [];
  const namespaceLabels: [string, Readonly<Record<string, string>>][] = [];
  for (const object of manifests.objects) {
    if (object.kind === "Namespace") {
      namespaceLabels.push([object.metadata.name, object.metadata.labels]);
    } else {
      objects.push(object);
    }
  }
  namespaceLabels.sort(([a], [b]) => compareStrings(a, b));
  return { objects, namespaceLabels: Object.fromEntries(namespaceLabels) };
}

interface PolicyPlace {
  readonly document: ScenarioDocument;
  readonly policy: Policy;
  readonly index: number;
}

const kindOfGroup = { nodePools: "NodePool", ec2NodeClasses: "EC2NodeClass" } as const;

/** Patches for objects that do not exist would be lost without a word. */
function unknownTargets(place: PolicyPlace, base: LoadedManifests): readonly Diagnostic[] {
  return overlayGroups.flatMap((group) => {
    const kind = kindOfGroup[group];
    const names = base.objects
      .filter((object) => object.kind === kind)
      .map(objectKey)
      .sort(compareStrings);
    const targets = Object.keys(place.policy.spec[group] ?? {});
    return targets
      .filter((name) => (name === everyObject ? names.length === 0 : !names.includes(name)))
      .map((name) => unknownTarget(place, group, name, names));
  });
}

function unknownTarget(
  { document, index, policy }: PolicyPlace,
  group: OverlayGroup,
  name: string,
  names: readonly string[],
): Diagnostic {
  const steps = ["spec", "policies", index, group, name];
  const meant = nearMiss(name, names);
  return {
    file: document.file,
    ...document.keyPosition(steps),
    path: formatSteps(steps),
    code: "scenario/unknown-object",
    found: name,
    allowed: names.length === 0 ? `manifests with a ${kindOfGroup[group]}` : names.join(", "),
    ...(meant === undefined ? {} : { hint: `write ${meant}` }),
    message: `policy ${policy.name} changes ${kindOfGroup[group]} ${name}, which is not among the manifests`,
  };
}

/** A complaint that a policy's patch has caused, where the patch stands. */
function inPolicy(place: PolicyPlace, diagnostic: Diagnostic): Diagnostic {
  const { document, policy } = place;
  const message = `policy ${policy.name}: ${diagnostic.message}`;
  const steps = patchSteps(place, diagnostic.path ?? "");
  if (steps === undefined) return { ...diagnostic, message };
  return {
    ...diagnostic,
    file: document.file,
    ...document.valuePosition(steps),
    path: formatSteps(steps),
    message,
  };
}

/** The deepest place in a patch of the policy that leads towards a field of an object. */
function patchSteps({ policy, index }: PolicyPlace, path: string): readonly Step[] | undefined {
  const fields = path.split(/[.[\]]+/).filter((field) => field !== "");
  let best: readonly Step[] | undefined;
  for (const group of overlayGroups) {
    for (const [name, patch] of Object.entries(policy.spec[group] ?? {})) {
      const inside = commonSteps(patch, fields);
      const steps = ["spec", "policies", index, group, name, ...inside];
      if (inside.length > 0 && steps.length > (best?.length ?? 0)) best = steps;
    }
  }
  return best;
}

function commonSteps(patch: unknown, fields: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  let at = patch;
  for (const field of fields) {
    if (Array.isArray(at) && /^\d+$/.test(field) && Number(field) < at.length) {
      steps.push(Number(field));
      at = (at as readonly unknown[])[Number(field)];
    } else if (isMapping(at) && Object.hasOwn(at, field)) {
      steps.push(field);
      at = at[field];
    } else {
      break;
    }
  }
  return steps;
}

function identityOf({ file, line, column, code, path }: Diagnostic): string {
  return JSON.stringify([file, line, column, code, path]);
}
