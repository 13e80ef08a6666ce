// Plans of snapshots with the defaults of the command line.
import { readFileSync } from "node:fs";
import { invariant, parseTime } from "../../core/units/index.ts";
import {
  type DecidedPlan,
  decidePlan,
  type PlanRequest,
} from "../../scenarios/snapshot/decide-plan.ts";
import { loadSnapshot } from "../../scenarios/snapshot/load-snapshot.ts";
import { findPlace } from "../../scenarios/snapshot/place.ts";
import type { PlanChoices } from "../../scenarios/snapshot/plan.ts";
import { loadCatalogue } from "../../traces/index.ts";

/** A file of scenarios/snapshot/testdata. */
export function snapshotText(name: string): string {
  return readFileSync(
    new URL(`../../scenarios/snapshot/testdata/${name}`, import.meta.url),
    "utf8",
  );
}

/** Feature gates as Karpenter has them, but for those that are given. */
export function planChoices(featureGates: Partial<PlanChoices["featureGates"]> = {}): PlanChoices {
  return {
    preferencePolicy: "Respect",
    minValuesPolicy: "Strict",
    featureGates: {
      capacityBuffer: false,
      nodeOverlay: false,
      reservedCapacity: true,
      spotToSpotConsolidation: false,
      ...featureGates,
    },
  };
}

/** The plan of some texts, at their newest time, with all that is said beside it. */
export function planSnapshot(
  texts: readonly string[],
  request: Partial<PlanRequest> = {},
): DecidedPlan {
  const loaded = loadSnapshot(texts.map((text, index) => ({ name: `file-${index}`, text })));
  invariant(loaded.ok, "the snapshot loads");
  const { warnings, value } = loaded;
  const decided = decidePlan(value, {
    now: value.newestTime ?? parseTime("2026-03-02T10:00:00Z"),
    place: findPlace(value.objects, {}),
    catalogue: loadCatalogue(),
    choices: planChoices(),
    ...request,
  });
  return { ...decided, warnings: [...warnings, ...decided.warnings] };
}
