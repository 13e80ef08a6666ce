import { readFile } from "node:fs/promises";
import type { ClusterObject } from "../../core/state/index.ts";
import type { Diagnostic, Result } from "../../core/units/index.ts";
import { compareStrings, fail, ok } from "../../core/units/index.ts";
import type { LoadedManifests, ManifestFile } from "../manifests/index.ts";
import { loadManifests } from "../manifests/index.ts";
import type { Policy } from "../policies/expand-policies.ts";
import { overlayGroups, overlayManifest } from "../policies/overlay.ts";
import type { InputFile } from "./input-paths.ts";
import { blamePatch, type OverlayPlace, unknownTargets } from "./overlay-places.ts";
import type { ScenarioDocument } from "./scenario-document.ts";

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
    const place: OverlayPlace = {
      document,
      steps: ["spec", "policies", index],
      overlays: policy.spec,
      subject: `policy ${policy.name}`,
    };
    diagnostics.push(...unknownTargets(place, base.value));
    const overlay = (raw: unknown): unknown => overlayManifest(policy.spec, raw);
    const loaded = hasOverlay(policy) ? loadManifests(files, { overlay }) : base;
    if (!loaded.ok) {
      diagnostics.push(...loaded.diagnostics.map((each) => blamePatch(place, each)));
      continue;
    }
    const own = loaded.warnings.filter((warning) => !known.has(identityOf(warning)));
    warnings.push(...own.map((each) => blamePatch(place, each)));
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

/** The same for complaints about the same thing in the same place. */
export function identityOf({ file, line, column, code, path }: Diagnostic): string {
  return JSON.stringify([file, line, column, code, path]);
}
