/** Hand-made cases, each with the title of upstream's own test of the same decision. */
import type { ConformanceCase } from "../cases.ts";
import { affinityTitles } from "./affinity.ts";
import type { TitledCase } from "./build.ts";
import { fallbackTitles } from "./fallback.ts";
import { instanceSelectionTitles } from "./instance-selection.ts";
import { nodeOverlayConflictTitles } from "./node-overlay-conflicts.ts";
import { nodeOverlayTitles } from "./node-overlays.ts";
import { nodeTitles } from "./nodes.ts";
import { requirementTitles } from "./requirements.ts";
import { reservationTitles } from "./reservations.ts";
import { resourceTitles } from "./resources.ts";
import { schedulingTitles } from "./scheduling.ts";
import { spreadTitles } from "./spread.ts";
import { staticNodePoolTitles } from "./static-node-pools.ts";
import { volumeTitles } from "./volumes.ts";

export { titleInstanceTypeSets } from "./instance-types.ts";

const titlesByTopic: Readonly<Record<string, readonly TitledCase[]>> = {
  requirements: requirementTitles,
  resources: resourceTitles,
  scheduling: schedulingTitles,
  fallback: fallbackTitles,
  nodes: nodeTitles,
  volumes: volumeTitles,
  spread: spreadTitles,
  affinity: affinityTitles,
  "instance-selection": instanceSelectionTitles,
  reservations: reservationTitles,
  "node-overlays": [...nodeOverlayConflictTitles, ...nodeOverlayTitles],
  "static-node-pools": staticNodePoolTitles,
};

/** All of them, named `topic: title`; their topics are `titles: topic`. */
export function titleCases(): readonly ConformanceCase[] {
  return Object.entries(titlesByTopic).flatMap(([topic, titles]) =>
    titles.map((it) => ({
      name: `${topic}: ${it.title}`,
      topic: `titles: ${topic}`,
      now: "2026-03-01T00:00:00Z",
      options: {
        preferencePolicy: it.preferencePolicy ?? "Respect",
        minValuesPolicy: it.minValuesPolicy ?? "Strict",
        ...(it.featureGates === undefined ? {} : { featureGates: it.featureGates }),
      },
      inFull: true,
      instanceTypeSet: it.instanceTypeSet ?? "assorted",
      objects: { kind: "List", items: [namespace("default"), namespace("other"), ...it.objects] },
    })),
  );
}

function namespace(name: string) {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { name } } };
}
