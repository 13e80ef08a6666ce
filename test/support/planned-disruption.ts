// Plans of disruption for the example cluster and variations of it.
import { invariant, parseTime, type SimTime } from "../../core/units/index.ts";
import { decidePlan } from "../../scenarios/snapshot/decide-plan.ts";
import type {
  PlannedDisruption,
  PlannedVerdict,
} from "../../scenarios/snapshot/disruption-plan.ts";
import { loadSnapshot, type Snapshot } from "../../scenarios/snapshot/load-snapshot.ts";
import { findPlace } from "../../scenarios/snapshot/place.ts";
import { type Catalogue, loadCatalogue } from "../../traces/index.ts";
import { planChoices, snapshotText } from "./planned-snapshot.ts";

export const cluster: string = snapshotText("disruption.yaml");
export const morning: SimTime = parseTime("2026-03-02T10:00:00Z");
export const evening: SimTime = parseTime("2026-03-02T20:00:00Z");
export const catalogue: Catalogue = loadCatalogue();

export function read(text: string): Snapshot {
  const loaded = loadSnapshot([{ name: "cluster.yaml", text }]);
  invariant(loaded.ok, "the snapshot loads");
  return loaded.value;
}

const plans = new Map<string, PlannedDisruption>();

export function plan(
  text: string = cluster,
  now: SimTime = morning,
  spotToSpotConsolidation = false,
): PlannedDisruption {
  const key = `${now} ${spotToSpotConsolidation} ${text}`;
  const known = plans.get(key) ?? decide(read(text), now, spotToSpotConsolidation);
  plans.set(key, known);
  return known;
}

export function decide(
  snapshot: Snapshot,
  now: SimTime,
  spotToSpotConsolidation = false,
): PlannedDisruption {
  return decidePlan(snapshot, {
    now,
    place: findPlace(snapshot.objects, {}),
    catalogue,
    choices: planChoices({ spotToSpotConsolidation }),
  }).plan.disruption;
}

export const of = ({ nodes }: PlannedDisruption, name: string): PlannedVerdict => {
  const found = nodes.find(({ node, nodeClaim }) => node === name || nodeClaim === name);
  invariant(found !== undefined, "the node is in the plan", { name });
  return found;
};

/** The cluster without the objects and lines that a pattern matches. */
export const without = (pattern: RegExp, text: string = cluster): string =>
  text
    .split(/^(?= {2}- apiVersion)/m)
    .filter((item) => !pattern.test(item))
    .join("");

export const noConsolidatable: string = cluster.replaceAll(/^.*type: Consolidatable.*\n/gm, "");
