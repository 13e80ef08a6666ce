import type { PolicySpec } from "../scenario-schema.ts";
import { isMapping, mergePatch } from "./merge-patch.ts";

/** The key that stands for every object of the kind. */
export const everyObject = "*";

/** The two groups of overlays, and which kinds they reach, older ones included. */
export const overlaidKinds = {
  nodePools: ["NodePool", "Provisioner"],
  ec2NodeClasses: ["EC2NodeClass", "AWSNodeTemplate"],
} as const;
/** A group of overlays in a policy. */
export type OverlayGroup = keyof typeof overlaidKinds;
export const overlayGroups: readonly OverlayGroup[] = ["nodePools", "ec2NodeClasses"];

/** Patches by group and name, of a policy or of a change. */
export type Overlays = Pick<PolicySpec, OverlayGroup>;

/** What makes an object the one that it is, where a patch would change that. */
export function fixedKeys(
  patch: Readonly<Record<string, unknown>>,
): readonly (readonly string[])[] {
  const metadata = patch["metadata"];
  const fixed: (readonly string[])[] = ["apiVersion", "kind", "status"]
    .filter((key) => Object.hasOwn(patch, key))
    .map((key) => [key]);
  if (isMapping(metadata) && Object.hasOwn(metadata, "name")) fixed.push(["metadata", "name"]);
  return fixed;
}

/**
 * Lays patches over a manifest as written, before it is parsed, so that patched manifests
 * pass the same validation as written ones. A patch speaks the manifest's own API version. The
 * patch for every object goes first, then the one for the object's name.
 */
export function overlayManifest(overlays: Overlays, raw: unknown): unknown {
  if (!isMapping(raw)) return raw;
  const { kind, items } = raw;
  if (typeof kind !== "string") return raw;
  if (kind.endsWith("List") && Array.isArray(items)) {
    const itemKind = kind === "List" ? undefined : kind.slice(0, -"List".length);
    const changed = (items as readonly unknown[]).map((item) =>
      overlayItem(overlays, item, itemKind),
    );
    return { ...raw, items: changed };
  }
  return overlayObject(overlays, raw, kind);
}

function overlayItem(overlays: Overlays, item: unknown, itemKind: string | undefined): unknown {
  const isNested = isMapping(item) && typeof item["kind"] === "string";
  if (isNested || itemKind === undefined) return overlayManifest(overlays, item);
  return isMapping(item) ? overlayObject(overlays, item, itemKind) : item;
}

function overlayObject(
  overlays: Overlays,
  raw: Readonly<Record<string, unknown>>,
  kind: string,
): unknown {
  const group = overlayGroups.find((each) =>
    (overlaidKinds[each] as readonly string[]).includes(kind),
  );
  const patches = group === undefined ? undefined : overlays[group];
  if (patches === undefined) return raw;
  const { metadata } = raw;
  const name = isMapping(metadata) ? metadata["name"] : undefined;
  const keys = typeof name === "string" ? [everyObject, name] : [everyObject];
  return keys
    .filter((key) => Object.hasOwn(patches, key))
    .reduce((patched: unknown, key) => mergePatch(patched, patches[key]), raw);
}
