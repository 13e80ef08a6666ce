import { nearMiss } from "../core/apis/index.ts";
import { minValuesPolicies, preferencePolicies } from "../core/provisioning/index.ts";
import type { Diagnostic, SimTime } from "../core/units/index.ts";
import { tryParseTime } from "../core/units/index.ts";
import type { PlanChoices } from "../scenarios/index.ts";
import { BadInputError } from "./bad-input-error.ts";

/** As commander hands them over. */
export interface PlanWords {
  readonly region?: string;
  readonly zones?: string;
  readonly now?: string;
  readonly featureGates?: string;
  readonly preferencePolicy: string;
  readonly minValuesPolicy: string;
  readonly prices?: string;
  readonly nodes?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** What was asked for. */
export interface PlanOptions {
  readonly region: string | undefined;
  readonly zones: readonly string[] | undefined;
  readonly now: SimTime | undefined;
  readonly choices: PlanChoices;
}

/** Karpenter's feature gates; the others have no part in one decision. */
const gates = [
  "NodeRepair",
  "ReservedCapacity",
  "SpotToSpotConsolidation",
  "NodeOverlay",
  "StaticCapacity",
  "CapacityBuffer",
] as const;

/**
 * The words as values.
 *
 * @throws BadInputError with everything that is wrong with them.
 */
export function readPlanOptions(words: PlanWords, regions: readonly string[]): PlanOptions {
  const diagnostics: Diagnostic[] = [];
  const refuse = (option: string, found: string, allowed: string, meant?: string): undefined => {
    diagnostics.push({
      file: option,
      code: "usage/bad-option",
      found,
      allowed,
      ...(meant === undefined ? {} : { hint: `write ${meant}` }),
      message: `${found} is not possible here`,
    });
    return undefined;
  };
  const oneOf = <Name extends string>(option: string, text: string, names: readonly Name[]) =>
    names.find((name) => name === text) ??
    refuse(option, text, names.join(", "), nearMiss(text, names));
  const { region } = words;
  if (region !== undefined && !regions.includes(region)) {
    refuse("--region", region, regions.join(", "), nearMiss(region, regions));
  }
  const zones = words.zones?.split(",").map((zone) => zone.trim());
  for (const zone of zones ?? []) {
    const isIn = region === undefined || zone.startsWith(region);
    if (!isIn || !/^[a-z]{2}-[-a-z0-9]+[a-z]$/.test(zone)) {
      refuse("--zones", zone, `names such as ${region ?? "us-east-1"}a, with commas between`);
    }
  }
  const now = words.now === undefined ? undefined : tryParseTime(words.now);
  if (words.now !== undefined && now === undefined) {
    refuse("--now", words.now, "an RFC 3339 time such as 2026-03-08T00:00:00Z");
  }
  const isOn = readGates(words.featureGates, refuse);
  const choices: PlanChoices = {
    preferencePolicy:
      oneOf("--preference-policy", words.preferencePolicy, preferencePolicies) ?? "Respect",
    minValuesPolicy:
      oneOf("--min-values-policy", words.minValuesPolicy, minValuesPolicies) ?? "Strict",
    featureGates: {
      capacityBuffer: isOn.get("CapacityBuffer") ?? false,
      nodeOverlay: isOn.get("NodeOverlay") ?? false,
      reservedCapacity: isOn.get("ReservedCapacity") ?? true,
      spotToSpotConsolidation: isOn.get("SpotToSpotConsolidation") ?? false,
    },
  };
  if (diagnostics.length > 0) throw new BadInputError(diagnostics);
  return { region, zones, now, choices };
}

/** Gates as Karpenter's own option has them: `NodeOverlay=true,ReservedCapacity=false`. */
function readGates(
  text: string | undefined,
  refuse: (option: string, found: string, allowed: string, meant?: string) => undefined,
): ReadonlyMap<string, boolean> {
  const isOn = new Map<string, boolean>();
  for (const part of text?.split(",") ?? []) {
    const [name = "", value] = part.trim().split("=", 2);
    if (!(gates as readonly string[]).includes(name)) {
      refuse("--feature-gates", part, gates.join(", "), nearMiss(name, gates));
    } else if (value !== "true" && value !== "false") {
      refuse("--feature-gates", part, `${name}=true or ${name}=false`);
    } else {
      isOn.set(name, value === "true");
    }
  }
  return isOn;
}
