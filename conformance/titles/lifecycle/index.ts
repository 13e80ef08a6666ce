/** Hand-made lifecycle cases, each with the title of upstream's own test of the same decision. */
import type { LifecycleCase } from "../../lifecycle/cases.ts";
import { beginning, cloud, instanceTypes, type TitledStory } from "./build.ts";
import { claimTerminationStories } from "./claim-termination.ts";
import { initializationStories } from "./initialization.ts";
import { launchStories } from "./launch.ts";
import { livenessStories } from "./liveness.ts";
import { nodeTerminationStories } from "./node-termination.ts";
import { nodeTerminationTimeStories } from "./node-termination-time.ts";
import { registrationStories } from "./registration.ts";

const storiesByTopic: Readonly<Record<string, readonly TitledStory[]>> = {
  launch: launchStories,
  registration: registrationStories,
  initialization: initializationStories,
  liveness: livenessStories,
  "claim-termination": claimTerminationStories,
  "node-termination": [...nodeTerminationStories, ...nodeTerminationTimeStories],
};

/** All of them, named `topic: title`; their topics are `lifecycle titles: topic`. */
export function lifecycleTitleCases(): readonly LifecycleCase[] {
  return Object.entries(storiesByTopic).flatMap(([topic, stories]) =>
    stories.map(({ title, objects, steps, ...rest }) => ({
      name: `${topic}: ${title}`,
      topic: `lifecycle titles: ${topic}`,
      now: beginning,
      featureGates: rest.featureGates ?? {},
      isConsistencyChecked: rest.isConsistencyChecked ?? false,
      hasDuplicates: rest.hasDuplicates ?? false,
      instanceTypes: rest.instanceTypes ?? instanceTypes,
      repairPolicies: rest.repairPolicies ?? [],
      answers: rest.answers ?? cloud,
      ...(rest.lostInstances === undefined ? {} : { lostInstances: rest.lostInstances }),
      objects: { kind: "List", items: objects },
      steps,
    })),
  );
}
