/** Hand-made lifecycle cases, each with the title of upstream's own test of the same decision. */
import type { LifecycleCase } from "../../lifecycle/cases.ts";
import { beginning, cloud, instanceTypes, type TitledStory } from "./build.ts";
import { claimTerminationStories } from "./claim-termination.ts";
import { consolidatableStories } from "./consolidatable.ts";
import { driftStories } from "./drift.ts";
import { consistencyStories, expirationStories, garbageCollectionStories } from "./expiration.ts";
import { initializationStories } from "./initialization.ts";
import { launchStories } from "./launch.ts";
import { livenessStories } from "./liveness.ts";
import { nodePoolStories } from "./node-pool.ts";
import { nodeTerminationStories } from "./node-termination.ts";
import { nodeTerminationTimeStories } from "./node-termination-time.ts";
import { registrationStories } from "./registration.ts";
import { repairStories } from "./repair.ts";
import { costStories, stateStories } from "./state.ts";
import { staticStories } from "./static.ts";

const storiesByTopic: Readonly<Record<string, readonly TitledStory[]>> = {
  launch: launchStories,
  registration: registrationStories,
  initialization: initializationStories,
  liveness: livenessStories,
  "claim-termination": claimTerminationStories,
  "node-termination": [...nodeTerminationStories, ...nodeTerminationTimeStories],
  drift: driftStories,
  consolidatable: consolidatableStories,
  expiration: expirationStories,
  "garbage-collection": garbageCollectionStories,
  consistency: consistencyStories,
  "node-pool": nodePoolStories,
  repair: repairStories,
  static: staticStories,
  state: stateStories,
  cost: costStories,
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
