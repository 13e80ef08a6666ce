import type { Diagnostic } from "../../core/units/index.ts";
import { everyObject, fixedKeys, overlayGroups } from "../policies/overlay.ts";
import type { ChangeSpec, PolicyChangeSpec, ScenarioSpec } from "../scenario-schema.ts";
import { type Complain, outsideOfRun } from "./complaint.ts";
import { formatSteps } from "./document-place.ts";
import type { Step } from "./scenario-document.ts";

/** Every change of a scenario, with the steps to it from `spec` on. */
export function changesOf(
  spec: ScenarioSpec,
): readonly (readonly [readonly Step[], PolicyChangeSpec])[] {
  return [
    ...spec.changes.map((change, index) => [["changes", index], change] as const),
    ...(spec.policies ?? []).flatMap(({ changes }, policy) =>
      (changes ?? []).map(
        (change, index) => [["policies", policy, "changes", index], change] as const,
      ),
    ),
  ];
}

/** Changes that never come about, or that would make an object another one. */
export function checkChanges(spec: ScenarioSpec, complain: Complain): readonly Diagnostic[] {
  return changesOf(spec).flatMap(([steps, change]) => [
    ...emptyChange(steps, change, complain),
    ...outsideOfRun(spec, change.at, "change").map((it) => complain([...steps, "at"], it)),
    ...overlayGroups.flatMap((group) =>
      Object.entries(change[group] ?? {}).flatMap(([target, patch]) =>
        fixedKeys(patch).map((fixed) =>
          complain([...steps, group, target, ...fixed], {
            code: "scenario/fixed-key",
            found: formatSteps(fixed),
            allowed: "metadata.labels, metadata.annotations, spec",
            message: `a change cannot touch ${formatSteps(fixed)} of ${
              target === everyObject ? "every object" : target
            }`,
          }),
        ),
      ),
    ),
  ]);
}

function emptyChange(
  steps: readonly Step[],
  change: PolicyChangeSpec | ChangeSpec,
  complain: Complain,
): readonly Diagnostic[] {
  const keys = steps[0] === "changes" ? [...overlayGroups, "account"] : overlayGroups;
  if (keys.some((key) => Object.hasOwn(change, key))) return [];
  return [
    complain(steps, {
      code: "scenario/empty-change",
      found: "at alone",
      allowed: `one of ${keys.join(", ")}`,
      message: "the change changes nothing",
    }),
  ];
}
