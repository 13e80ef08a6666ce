/** Hand-made disruption cases, each with the title of upstream's own test of the same decision. */
import type { DisruptionCase } from "../../disruption/cases.ts";
import { balancedTitles } from "./balanced.ts";
import { type DisruptionTitle, start } from "./build.ts";
import { budgetTitles } from "./budgets.ts";
import { budgetApiTitles } from "./budgets-api.ts";
import { bufferTitles } from "./capacity-buffers.ts";
import { candidateTitles } from "./candidates.ts";
import { consolidationEventTitles } from "./consolidation-events.ts";
import { deleteTitles } from "./delete.ts";
import { driftTitles } from "./drift.ts";
import { emptinessTitles } from "./emptiness.ts";
import { queueTitles } from "./queue.ts";
import { replaceTitles } from "./replace.ts";
import { simulationTitles } from "./simulation.ts";
import { singleNodeOrderTitles } from "./single-node-order.ts";
import { staticDriftTitles } from "./static-drift.ts";
import { ttlAndMultiTitles } from "./ttl-and-multi.ts";

export { titleInstanceTypeSets } from "./instance-type-sets.ts";

const titlesByTopic: Readonly<Record<string, readonly DisruptionTitle[]>> = {
  candidates: candidateTitles,
  budgets: budgetTitles,
  emptiness: emptinessTitles,
  drift: driftTitles,
  "static-drift": staticDriftTitles,
  simulation: simulationTitles,
  "capacity-buffers": bufferTitles,
  "consolidation-events": consolidationEventTitles,
  replace: replaceTitles,
  delete: deleteTitles,
  "ttl-and-multi": ttlAndMultiTitles,
  "single-node-order": singleNodeOrderTitles,
  balanced: balancedTitles,
  queue: queueTitles,
  "budgets-api": budgetApiTitles,
};

/** Topics, each recorded in a file of its own. */
export const disruptionTitleTopics: readonly string[] = Object.keys(titlesByTopic);

/** Long enough for a command that waits for its second look, and for the pass after it. */
const secondsDefault = 20;

/** The cases of a topic, named `topic: title`. */
export function disruptionTitleCases(topic: string): readonly DisruptionCase[] {
  return (titlesByTopic[topic] ?? []).map((it) => {
    const { title, objects, options = {}, seconds = secondsDefault, ...rest } = it;
    return {
      name: `${topic}: ${title}`,
      topic: `disruption titles: ${topic}`,
      now: start,
      options: { preferencePolicy: "Respect", minValuesPolicy: "Strict", ...options },
      instanceTypeSet: "assorted",
      seconds: rest.facts?.queued === undefined ? seconds : 0,
      objects: { kind: "List", items: [namespace("default"), namespace("other"), ...objects] },
      ...rest,
    };
  });
}

function namespace(name: string) {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { name } } };
}
