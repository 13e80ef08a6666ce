// Random lifecycle cases, the same for the same seed.
import { type RandomStream, stream } from "../../sim/engine/index.ts";
import { beginning, cloud, instanceTypes } from "../titles/lifecycle/build.ts";
import type { LifecycleCase } from "./cases.ts";
import { livenessStory, repairStory, staticStory } from "./generate-capacity.ts";
import { driftStory } from "./generate-drift.ts";
import { type Story, withLooks } from "./generate-moments.ts";
import { consolidatableStory } from "./generate-pods.ts";
import { expirationStory, terminationStory } from "./generate-termination.ts";

const stories: Readonly<Record<string, (random: RandomStream) => Story>> = {
  drift: driftStory,
  consolidatable: consolidatableStory,
  expiration: expirationStory,
  termination: terminationStory,
  static: staticStory,
  repair: repairStory,
  liveness: livenessStory,
};

/** What cases are about. */
export const lifecycleTopics: readonly string[] = Object.keys(stories);

/** `countByTopic` cases of every topic. */
export function generateLifecycleCases(
  seed: number,
  countByTopic: number,
): readonly LifecycleCase[] {
  return Object.entries(stories).flatMap(([topic, tell]) =>
    Array.from({ length: countByTopic }, (_, index) => {
      const name = `lifecycle-${topic}-${seed}-${String(index).padStart(3, "0")}`;
      const story = tell(stream(seed, "lifecycle-case", name));
      return {
        name,
        topic: `lifecycle: ${topic}`,
        now: beginning,
        featureGates: story.featureGates ?? {},
        instanceTypes,
        repairPolicies: story.repairPolicies ?? [],
        answers: story.answers ?? cloud,
        objects: { kind: "List", items: story.objects },
        steps: withLooks(story.steps, story.until),
      };
    }),
  );
}
