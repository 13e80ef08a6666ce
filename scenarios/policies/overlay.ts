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

/**
 * Lays a policy's patches over a manifest as written, before it is parsed, so that patched manifests
 * pass the same validation as written ones. A patch speaks the manifest's own API version. The
 * patch for every object goes first, then the one for the object's name.
 */
export function overlayManifest(policy: PolicySpec, raw: unknown): unknown {
  if (!isMapping(raw)) return raw;
  const { kind, items } = raw;
  if (typeof kind !== "string") return raw;
  if (kind.endsWith("List") && Array.isArray(items)) {
    const itemKind = kind === "List" ? undefined : kind.slice(0, -"List".length);
    const changed = (items as readonly unknown[]).map((item) =>
      overlayItem(policy, item, itemKind),
    );
    return { ...raw, items: changed };
  }
  return overlayObject(policy, raw, kind);
}

function overlayItem(policy: PolicySpec, item: unknown, itemKind: string | undefined): unknown {
  const isNested = isMapping(item) && typeof item["kind"] === "string";
  if (isNested || itemKind === undefined) return overlayManifest(policy, item);
  return isMapping(item) ? overlayObject(policy, item, itemKind) : item;
}

function overlayObject(
  policy: PolicySpec,
  raw: Readonly<Record<string, unknown>>,
  kind: string,
): unknown {
  const group = overlayGroups.find((each) =>
    (overlaidKinds[each] as readonly string[]).includes(kind),
  );
  const patches = group === undefined ? undefined : policy[group];
  if (patches === undefined) return raw;
  const { metadata } = raw;
  const name = isMapping(metadata) ? metadata["name"] : undefined;
  const keys = typeof name === "string" ? [everyObject, name] : [everyObject];
  return keys
    .filter((key) => Object.hasOwn(patches, key))
    .reduce((patched: unknown, key) => mergePatch(patched, patches[key]), raw);
}
