import { nearMiss, objectKey } from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { LoadedManifests } from "../manifests/index.ts";
import { isMapping } from "../policies/merge-patch.ts";
import {
  everyObject,
  overlayGroups,
  type OverlayGroup,
  type Overlays,
} from "../policies/overlay.ts";
import { atKey, atValue } from "./document-place.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** Where patches stand in the scenario, and whose they are. */
export interface OverlayPlace {
  readonly document: ScenarioDocument;
  readonly steps: readonly Step[];
  readonly overlays: Overlays;
  /** `policy balanced`, or `the change`. */
  readonly subject: string;
}

const kindOfGroup = { nodePools: "NodePool", ec2NodeClasses: "EC2NodeClass" } as const;

/** Patches for objects that do not exist would be lost without a word. */
export function unknownTargets(
  place: OverlayPlace,
  { objects }: Pick<LoadedManifests, "objects">,
): readonly Diagnostic[] {
  return overlayGroups.flatMap((group) => {
    const kind = kindOfGroup[group];
    const names = objects
      .filter((object) => object.kind === kind)
      .map(objectKey)
      .sort(compareStrings);
    const targets = Object.keys(place.overlays[group] ?? {});
    return targets
      .filter((name) => (name === everyObject ? names.length === 0 : !names.includes(name)))
      .map((name) => unknownTarget(place, group, name, names));
  });
}

function unknownTarget(
  { document, steps: base, subject }: OverlayPlace,
  group: OverlayGroup,
  name: string,
  names: readonly string[],
): Diagnostic {
  const steps = [...base, group, name];
  const meant = nearMiss(name, names);
  return {
    ...atKey(document, steps),
    code: "scenario/unknown-object",
    found: name,
    allowed: names.length === 0 ? `manifests with a ${kindOfGroup[group]}` : names.join(", "),
    ...(meant === undefined ? {} : { hint: `write ${meant}` }),
    message: `${subject} changes ${kindOfGroup[group]} ${name}, which is not among the manifests`,
  };
}

/** A complaint that a patch has caused, where the patch stands. */
export function blamePatch(place: OverlayPlace, diagnostic: Diagnostic): Diagnostic {
  const { document, subject } = place;
  const message = `${subject}: ${diagnostic.message}`;
  const steps = patchSteps(place, diagnostic.path ?? "");
  if (steps === undefined) return { ...diagnostic, message };
  return {
    ...diagnostic,
    ...atValue(document, steps),
    message,
  };
}

/** The deepest place in one of the patches that leads towards a field of an object. */
function patchSteps(
  { overlays, steps: base }: OverlayPlace,
  path: string,
): readonly Step[] | undefined {
  const fields = path.split(/[.[\]]+/).filter((field) => field !== "");
  let best: readonly Step[] | undefined;
  for (const group of overlayGroups) {
    for (const [name, patch] of Object.entries(overlays[group] ?? {})) {
      const inside = commonSteps(patch, fields);
      const steps = [...base, group, name, ...inside];
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
