/** Hand-made cases, each with the title of upstream's own test of the same decision. */
import type { ConformanceCase } from "../cases.ts";
import { affinityTitles } from "./affinity.ts";
import { nodeClass, type TitledCase } from "./build.ts";
import { daemonSetTitles } from "./daemon-sets.ts";
import { fallbackTitles } from "./fallback.ts";
import { instanceSelectionTitles } from "./instance-selection.ts";
import { limitTitles } from "./limits.ts";
import { nodeClaimTitles } from "./node-claims.ts";
import { nodeOverlayConflictTitles } from "./node-overlay-conflicts.ts";
import { nodeOverlayTitles } from "./node-overlays.ts";
import { nodePoolTitles } from "./node-pools.ts";
import { nodeTitles } from "./nodes.ts";
import { offeringOverrideTitles } from "./offering-overrides.ts";
import { packingTitles } from "./packing.ts";
import { quirkTitles } from "./quirks.ts";
import { requirementTitles } from "./requirements.ts";
import { reservationTitles } from "./reservations.ts";
import { resourceClaimTitles } from "./resource-claims.ts";
import { resizedPodTitles } from "./resized-pods.ts";
import { resourceTitles } from "./resources.ts";
import { schedulingTitles } from "./scheduling.ts";
import { spreadTitles } from "./spread.ts";
import { staticNodePoolTitles } from "./static-node-pools.ts";
import { titleCasesOf } from "./title-cases.ts";
import { topologyQuirkTitles } from "./topology-quirks.ts";
import { volumeTopologyTitles } from "./volume-topology.ts";
import { volumeTitles } from "./volumes.ts";

export { titleInstanceTypeSets } from "./instance-types.ts";

const titlesByTopic: Readonly<Record<string, readonly TitledCase[]>> = {
  requirements: requirementTitles,
  resources: resourceTitles,
  "resized-pods": resizedPodTitles,
  scheduling: schedulingTitles,
  packing: packingTitles,
  fallback: fallbackTitles,
  nodes: nodeTitles,
  volumes: volumeTitles,
  "volume-topology": volumeTopologyTitles,
  spread: spreadTitles,
  affinity: affinityTitles,
  "instance-selection": instanceSelectionTitles,
  reservations: reservationTitles,
  "offering-overrides": offeringOverrideTitles,
  "resource-claims": resourceClaimTitles,
  "node-overlays": [...nodeOverlayConflictTitles, ...nodeOverlayTitles],
  "static-node-pools": staticNodePoolTitles,
  limits: limitTitles,
  "daemon-sets": daemonSetTitles,
  "node-claims": nodeClaimTitles,
  "node-pools": nodePoolTitles,
  quirks: [...quirkTitles, ...topologyQuirkTitles],
};

/** All of them, named `topic: title`; their topics are `titles: topic`. */
export function titleCases(): readonly ConformanceCase[] {
  return Object.entries(titlesByTopic).flatMap(([topic, titles]) =>
    titleCasesOf(topic, titles).map(withNodeClass),
  );
}

/** With the one that NodePools name, unless the case brings its own. */
function withNodeClass(testCase: ConformanceCase): ConformanceCase {
  const { kind, items } = testCase.objects;
  if (items.some((item) => item["kind"] === "EC2NodeClass")) return testCase;
  return { ...testCase, objects: { kind, items: [nodeClass("default"), ...items] } };
}
