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
      staticCapacity: false,
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

/** The EKS cluster with two nodes that are stuck: by an annotation, and by a budget of 0. */
export function stuckCluster(): string {
  const items = snapshotText("eks.yaml").split(/^(?=- apiVersion: )/m);
  const changed = items.map((item) => {
    if (/^ {2}kind: Pod\n[\s\S]*^ {4}name: cart-[\s\S]*nodeName: ip-10-20-44-9\./m.test(item)) {
      const annotation = 'karpenter.sh/do-not-disrupt: "true"';
      return item.replace("  metadata:\n", `  metadata:\n    annotations:\n      ${annotation}\n`);
    }
    if (/^ {2}kind: PodDisruptionBudget\n[\s\S]*^ {4}name: db\n/m.test(item)) {
      return item
        .replace("maxUnavailable: 1", "maxUnavailable: 0")
        .replace("desiredHealthy: 0", "desiredHealthy: 1")
        .replace("disruptionsAllowed: 1", "disruptionsAllowed: 0");
    }
    return item;
  });
  return changed.join("");
}
