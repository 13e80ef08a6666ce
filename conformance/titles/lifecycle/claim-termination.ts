// Upstream's nodeclaim/lifecycle/termination_test.go.
import type { Manifest } from "../../cases.ts";
import { claim, cloud, look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { machine, node } from "./build-machines.ts";
import { pod, stopsAfter } from "./build-pods.ts";

function world(details: Parameters<typeof machine>[1] = {}): readonly Manifest[] {
  return [pool(), nodeClass(), ...machine("a", details)];
}

const deletion = { delete: [{ kind: "NodeClaim", name: "a" }] } as const;
const terminationTimestamp = "karpenter.sh/nodeclaim-termination-timestamp";

export const claimTerminationStories: readonly TitledStory[] = [
  story(
    "should delete the node and the CloudProvider NodeClaim when NodeClaim deletion is triggered",
    world(),
    [{ atSeconds: 2.5, ...deletion }, ...look(3.5, 7.5, 9.5, 13.5, 20.5)],
  ),
  story(
    "should not mark the root condition of the NodeClaim as unknown when setting the Termination condition",
    world(),
    [{ atSeconds: 2.5, ...deletion }, ...look(8.5, 11.5, 20.5)],
    { answers: { ...cloud, terminationSeconds: 8 } },
  ),
  story(
    "should not remove the finalizer and terminate the NodeClaim if the cloudProvider instance is still around",
    world(),
    [{ atSeconds: 2.5, ...deletion }, ...look(30.5, 60.5, 63.5, 68.5, 80.5)],
    { answers: { ...cloud, terminationSeconds: 52 } },
  ),
  story(
    "should retry a deletion that fails, with back-off",
    world(),
    [{ atSeconds: 2.5, ...deletion }, { atSeconds: 30.5, answers: cloud }, ...look(40.5, 60.5)],
    { answers: { ...cloud, delete: { "*": "throttled" } } },
  ),
  story(
    "should delete multiple Nodes if multiple Nodes map to the NodeClaim",
    [...world(), node("another", { of: "a", taints: [] })],
    [{ atSeconds: 2.5, ...deletion }, ...look(4.5, 12.5)],
    { hasDuplicates: true },
  ),
  story(
    "should not delete the NodeClaim until all the Nodes are removed",
    [
      ...world(),
      node("another", {
        of: "a",
        taints: [],
        metadata: { finalizers: ["karpenter.sh/termination", "example.com/other"] },
      }),
    ],
    [
      { atSeconds: 2.5, ...deletion },
      ...look(12.5, 20.5),
      { atSeconds: 30.5, remove: [{ kind: "Node", name: "another" }] },
      ...look(31.5, 40.5),
    ],
    { hasDuplicates: true },
  ),
  story(
    "should not call Delete() on the CloudProvider if the NodeClaim hasn't been launched yet",
    [pool(), nodeClass(), claim("a")],
    [{ atSeconds: 2.5, ...deletion }, ...look(3.5, 20.5)],
    { answers: { ...cloud, create: { "*": { kind: "error", message: "throttled" } } } },
  ),
  story(
    "should not delete Nodes if the NodeClaim is not registered",
    [pool(), nodeClass(), claim("a", { spec: { startupTaints: [] } })],
    [
      { atSeconds: 2.5, ...deletion },
      { atSeconds: 3.5, apply: [node("node-a", { of: "a" })] },
      ...look(4.5, 20.5),
    ],
    { answers: { ...cloud, terminationSeconds: 10 } },
  ),
  story(
    "should annotate the node if the NodeClaim has a terminationGracePeriod",
    [...world({ claim: { terminationGracePeriod: "300s" } }), pod("web", "node-a")],
    [{ atSeconds: 2.5, ...deletion }, ...look(3.5, 20.5)],
  ),
  story(
    "should not annotate the node if the NodeClaim has no terminationGracePeriod",
    [...world(), pod("web", "node-a", { annotations: stopsAfter("10.27s") })],
    [{ atSeconds: 2.5, ...deletion }, ...look(3.5, 30.5)],
  ),
  story(
    "should not change the annotation if the NodeClaim has a terminationGracePeriod and the annotation already exists",
    [
      ...world({
        claim: { terminationGracePeriod: "300s" },
        annotations: { [terminationTimestamp]: time(600) },
      }),
      pod("web", "node-a", { annotations: stopsAfter("10.27s") }),
    ],
    [{ atSeconds: 2.5, ...deletion }, ...look(3.5, 30.5)],
  ),
  story("should delete the NodeClaim when its Node is deleted", world(), [
    { atSeconds: 2.5, delete: [{ kind: "Node", name: "node-a" }] },
    ...look(3.5, 9.5, 20.5),
  ]),
];
