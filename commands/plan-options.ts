import { minValuesPolicies, preferencePolicies } from "../core/provisioning/index.ts";
import type { SimTime } from "../core/units/index.ts";
import type { PlanChoices } from "../scenarios/index.ts";
import { OptionReading } from "./option-reading.ts";

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
  const reading = new OptionReading();
  const region = reading.oneOf("--region", words.region, regions);
  const zones = words.zones?.split(",").map((zone) => zone.trim());
  for (const zone of zones ?? []) {
    const isIn = words.region === undefined || zone.startsWith(words.region);
    if (!isIn || !/^[a-z]{2}-[-a-z0-9]+[a-z]$/.test(zone)) {
      const example = `${words.region ?? "us-east-1"}a`;
      reading.refuse("--zones", zone, `names such as ${example}, with commas between`);
    }
  }
  const now = reading.time("--now", words.now);
  const isOn = readGates(words.featureGates, reading);
  const choices: PlanChoices = {
    preferencePolicy:
      reading.oneOf("--preference-policy", words.preferencePolicy, preferencePolicies) ?? "Respect",
    minValuesPolicy:
      reading.oneOf("--min-values-policy", words.minValuesPolicy, minValuesPolicies) ?? "Strict",
    featureGates: {
      capacityBuffer: isOn.get("CapacityBuffer") ?? false,
      nodeOverlay: isOn.get("NodeOverlay") ?? false,
      reservedCapacity: isOn.get("ReservedCapacity") ?? true,
      spotToSpotConsolidation: isOn.get("SpotToSpotConsolidation") ?? false,
      staticCapacity: isOn.get("StaticCapacity") ?? false,
    },
  };
  reading.finish();
  return { region, zones, now, choices };
}

/** Gates as Karpenter's own option has them: `NodeOverlay=true,ReservedCapacity=false`. */
function readGates(text: string | undefined, reading: OptionReading): ReadonlyMap<string, boolean> {
  const isOn = new Map<string, boolean>();
  for (const part of text?.split(",") ?? []) {
    const [name = "", value] = part.trim().split("=", 2);
    const gate = reading.oneOf("--feature-gates", name, gates);
    if (gate === undefined) continue;
    if (value === "true" || value === "false") isOn.set(gate, value === "true");
    else reading.refuse("--feature-gates", part, `${gate}=true or ${gate}=false`);
  }
  return isOn;
}
