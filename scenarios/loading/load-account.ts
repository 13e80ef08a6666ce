import type { Diagnostic, Result, SimTime } from "../../core/units/index.ts";
import { compareStrings, fail, ok } from "../../core/units/index.ts";
import type { AccountVersion, AwsAccount } from "../../sim/aws/index.ts";
import { isMapping, mergePatch } from "../policies/merge-patch.ts";
import type { AccountSpec, ScenarioSpec } from "../scenario-schema.ts";
import { accountSchema } from "../schema/account-schema.ts";
import { instantOf } from "../schema/value-fields.ts";
import { atKey, atValue, formatSteps, valueAt } from "./document-place.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** Lists that can only change if they are described from the start. */
const describedParts = ["subnets", "securityGroups", "images"] as const;

/**
 * The account from the start on and after every change, in the order of time. A change is a patch on
 * the account as it is by then; what comes out must be an account in the zones of the cluster.
 */
export function loadAccount(
  document: ScenarioDocument,
  spec: ScenarioSpec,
): Result<readonly AccountVersion[]> {
  const diagnostics: Diagnostic[] = [
    ...misplacedSubnets(document, spec, ["spec", "account"], spec.account),
  ];
  const versions: AccountVersion[] = [{ since: spec.start, account: accountOf(spec.account) }];
  let written: unknown = valueAt(document.data, ["spec", "account"]) ?? {};
  for (const { steps, since } of accountChanges(spec)) {
    const patch = valueAt(document.data, steps);
    diagnostics.push(...undescribed(document, written, patch, steps));
    written = mergePatch(written, patch);
    const checked = accountSchema.safeParse(written);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const path = [...steps, ...((issue?.path ?? []) as readonly Step[])];
      diagnostics.push({
        ...atValue(document, path),
        code: "scenario/bad-account",
        found: "an account that lacks something",
        allowed: `${String(path.at(-1))} of what the change adds`,
        message: `the change adds ${formatSteps(path.slice(steps.length, -1))} without ${String(path.at(-1))}`,
      });
      break;
    }
    diagnostics.push(...misplacedSubnets(document, spec, steps, checked.data, patch));
    versions.push({ since, account: accountOf(checked.data) });
  }
  return diagnostics.length > 0 ? fail(diagnostics) : ok(versions);
}

function accountChanges(
  spec: ScenarioSpec,
): readonly { readonly steps: readonly Step[]; readonly since: SimTime }[] {
  return spec.changes
    .flatMap(({ account, at }, index) => {
      if (account === undefined) return [];
      const steps: readonly Step[] = ["spec", "changes", index, "account"];
      return [{ steps, since: instantOf(at, spec.start) }];
    })
    .sort((left, right) => left.since - right.since);
}

function undescribed(
  document: ScenarioDocument,
  written: unknown,
  patch: unknown,
  steps: readonly Step[],
): readonly Diagnostic[] {
  return describedParts.flatMap((part) => {
    const isChanged = isMapping(patch) && Object.hasOwn(patch, part);
    const isDescribed = isMapping(written) && Object.hasOwn(written, part);
    if (!isChanged || isDescribed) return [];
    const path = [...steps, part];
    return [
      {
        ...atKey(document, path),
        code: "scenario/undescribed-account",
        found: `${part} that change`,
        allowed: `spec.account.${part}: what is there at the start`,
        message: `${part} change and spec.account does not say which there are at the start`,
      },
    ];
  });
}

/** Subnets outside of the cluster's zones; after a change only those that it touches. */
function misplacedSubnets(
  document: ScenarioDocument,
  { zones }: ScenarioSpec,
  steps: readonly Step[],
  { subnets }: AccountSpec,
  patch?: unknown,
): readonly Diagnostic[] {
  const touched = patch === undefined ? subnets : valueAt(patch, ["subnets"]);
  return Object.entries(subnets ?? {}).flatMap(([id, { zone }]) => {
    if (zones.includes(zone) || !isMapping(touched) || !Object.hasOwn(touched, id)) return [];
    const path = [...steps, "subnets", id, "zone"];
    return [
      {
        ...atValue(document, path),
        code: "scenario/unknown-zone",
        found: zone,
        allowed: zones.join(", "),
        message: `subnet ${id} is in ${zone}, which is no zone of the cluster`,
      },
    ];
  });
}

function accountOf(spec: AccountSpec): AwsAccount {
  const { kubernetesVersion, amiReleases = {}, subnets, securityGroups, images } = spec;
  return {
    amiReleases: Object.fromEntries(sorted(amiReleases)),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(subnets === undefined
      ? {}
      : {
          subnets: sorted(subnets).map(([id, { zoneId, ...rest }]) => ({
            ...{ id, ...rest },
            ...(zoneId === undefined ? {} : { zoneId }),
          })),
        }),
    ...(securityGroups === undefined
      ? {}
      : { securityGroups: sorted(securityGroups).map(([id, rest]) => named(id, rest)) }),
    ...(images === undefined
      ? {}
      : { images: sorted(images).map(([id, rest]) => named(id, rest)) }),
  };
}

function named<T extends { readonly name?: string | undefined }>(
  id: string,
  spec: T,
): T & { readonly id: string; readonly name: string } {
  return { ...spec, id, name: spec.name ?? "" };
}

function sorted<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([left], [right]) => compareStrings(left, right));
}
