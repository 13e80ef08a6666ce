// Upstream's node/health/suite_test.go.
import type { Manifest } from "../../cases.ts";
import type { CaseRepairPolicy, LifecycleStep } from "../../lifecycle/cases.ts";
import { look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { machine, node, nodeCondition } from "./build-machines.ts";
import { budget, pod, stopsAfter } from "./build-pods.ts";

const minutes = 60;
const bad: CaseRepairPolicy = {
  conditionType: "BadNode",
  conditionStatus: "False",
  tolerationSeconds: 30 * minutes,
};
const accelerator: CaseRepairPolicy = {
  conditionType: "AcceleratedHardwareReady",
  conditionStatus: "False",
  tolerationSeconds: 10 * minutes,
};
const notReady: CaseRepairPolicy = {
  conditionType: "Ready",
  conditionStatus: "Unknown",
  tolerationSeconds: 30 * minutes,
};
/** So long before the beginning a condition has its node repaired ten seconds after it. */
const almost = 30 * minutes - 10;
const gate = { featureGates: { nodeRepair: true }, repairPolicies: [bad, accelerator, notReady] };
const terminationTimestamp = "karpenter.sh/nodeclaim-termination-timestamp";

/** Since when a condition has been false, seconds before the beginning. */
function since(seconds: number, type = "BadNode"): Manifest {
  return nodeCondition(type, "False", time(-seconds));
}

function sick(name: string, ...conditions: readonly Manifest[]): readonly Manifest[] {
  return machine(name, { node: { conditions } });
}

function world(...machines: readonly (readonly Manifest[])[]): readonly Manifest[] {
  return [pool(), nodeClass(), ...machines.flat()];
}

function healthy(count: number, poolName = "default"): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) =>
    machine(`${poolName}-healthy-${index}`, { pool: poolName }),
  ).flat();
}

function becomes(
  atSeconds: number,
  name: string,
  ...conditions: readonly Manifest[]
): LifecycleStep {
  return { atSeconds, change: [{ kind: "Node", name, status: { conditions } }] };
}

export const repairStories: readonly TitledStory[] = [
  story(
    "should delete nodes that are unhealthy by the cloud provider",
    world(sick("a", since(almost))),
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should not delete nodes without the feature gate",
    world(sick("a", since(almost))),
    look(9.5, 10.5, 20.5),
    { ...gate, featureGates: {} },
  ),
  story(
    "should not delete node when unhealthy type does not match cloud provider passed in value",
    world(sick("a", since(31 * minutes, "FakeHealthyNode"))),
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should not delete node when health status does not match cloud provider passed in value",
    world(sick("a", nodeCondition("BadNode", "Unknown", time(-1790)))),
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should not delete node when health duration is not reached",
    world(sick("a", since(20 * minutes))),
    look(0.5, 599.5, 600.5, 620.5),
    gate,
  ),
  story(
    "should set annotation termination grace period when force termination is started",
    world(sick("a", since(almost)), [
      pod("web", "node-a", {
        annotations: { ...stopsAfter("never"), "karpenter.sh/do-not-disrupt": "true" },
      }),
    ]),
    look(9.5, 12.5, 80.5),
    gate,
  ),
  story(
    "should not respect termination grace period if set on the nodepool",
    world(
      machine("a", {
        claim: { terminationGracePeriod: "1h" },
        node: { conditions: [since(almost)] },
      }),
      [pod("web", "node-a", { annotations: stopsAfter("never") })],
    ),
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should not update termination grace period if set before the current time",
    world(
      machine("a", {
        annotations: { [terminationTimestamp]: time(-120) },
        node: { conditions: [since(almost)] },
      }),
    ),
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should update a termination time that lies ahead, and one that cannot be read",
    [
      ...world(
        machine("a", {
          annotations: { [terminationTimestamp]: time(3600) },
          node: { conditions: [since(almost)] },
        }),
      ),
      ...healthy(5),
    ],
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should return the requeue interval for the condition closest to its terminationDuration",
    world(sick("a", since(5 * minutes), since(5 * minutes, "AcceleratedHardwareReady"))),
    look(299.5, 300.5, 320.5),
    gate,
  ),
  story(
    "should return the requeue interval for the time between now and when the nodeClaim termination time",
    world(sick("a", since(29 * minutes))),
    [
      becomes(
        30.5,
        "node-a",
        nodeCondition("Ready", "True", time(-60)),
        nodeCondition("BadNode", "False", time(30)),
      ),
      ...look(60.5, 1829.5, 1830.5),
    ],
    gate,
  ),
  story(
    "should let a node be that has recovered in time",
    world(sick("a", since(29 * minutes))),
    [
      becomes(
        30.5,
        "node-a",
        nodeCondition("Ready", "True", time(-60)),
        nodeCondition("BadNode", "True", time(30)),
      ),
      ...look(60.5, 1900.5),
    ],
    gate,
  ),
  story(
    "should ignore node disruption budgets",
    [pool({ disruption: { budgets: [{ nodes: "0" }] } }), nodeClass(), ...sick("a", since(almost))],
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should ignore do-not-disrupt on a node",
    world(
      machine("a", {
        annotations: { "karpenter.sh/do-not-disrupt": "true" },
        node: { conditions: [since(almost)] },
      }),
    ),
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should ignore PodDisruptionBudgets",
    [
      ...world(sick("a", since(almost)), [pod("web", "node-a", { labels: { app: "web" } })]),
      budget("web", "web", 0),
    ],
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should ignore unhealthy nodes if more then 20% of the nodes are unhealthy in a nodepool",
    world(sick("a", since(almost)), sick("b", since(almost)), sick("c", since(almost)), healthy(7)),
    look(10.5, 309.5, 320.5),
    gate,
  ),
  story(
    "should go on five minutes later once few enough are unhealthy",
    world(sick("a", since(almost)), sick("b", since(almost)), sick("c", since(almost)), healthy(7)),
    [
      becomes(
        100.5,
        "node-b",
        nodeCondition("Ready", "True", time(-60)),
        nodeCondition("BadNode", "True", time(100)),
      ),
      ...look(309.5, 310.5, 330.5),
    ],
    gate,
  ),
  story(
    "should count nodes that have been unhealthy for a short time only",
    world(sick("a", since(almost)), sick("b", since(1)), healthy(3)),
    look(10.5, 320.5),
    gate,
  ),
  story(
    "should consider round up when there is a low number of nodes for a nodepool",
    world(sick("a", since(almost)), sick("b", since(1 * minutes)), healthy(4)),
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should count each NodePool by itself",
    [
      ...world(sick("a", since(almost)), healthy(4)),
      pool({ name: "other" }),
      ...["x", "y"].flatMap((name) =>
        machine(name, { pool: "other", node: { conditions: [since(almost)] } }),
      ),
    ],
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should ignore unhealthy nodes if more then 20% of the nodes are unhealthy in the cluster",
    [
      nodeClass(),
      ...["x", "y", "z"].flatMap((name) => {
        const [claimOf, nodeOf] = machine(name, { node: { conditions: [since(almost)] } });
        return [withoutPool(claimOf), withoutPool(nodeOf)];
      }),
      ...healthy(5, "default"),
    ],
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should not emit an event for a nodepool that is gone",
    [nodeClass(), ...["x", "y", "z"].flatMap((name) => sick(name, since(almost)))],
    look(9.5, 10.5, 20.5),
    gate,
  ),
  story(
    "should not repair nodes without NodeClaim, but count them",
    [
      ...world(sick("a", since(almost)), healthy(3)),
      node("alone", {
        of: "nobody",
        taints: [],
        conditions: [since(almost)],
      }),
    ],
    look(10.5, 320.5),
    gate,
  ),
  story(
    "should force a drain that is under way",
    world(sick("a", since(29 * minutes)), [
      pod("web", "node-a", {
        annotations: { ...stopsAfter("never"), "karpenter.sh/do-not-disrupt": "true" },
      }),
    ]),
    [
      { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "a" }] },
      ...look(20.5, 59.5, 62.5, 125.5, 140.5),
    ],
    gate,
  ),
  story(
    "should repair a node whose readiness is Unknown",
    world(machine("a", { node: { ready: "Unknown", createdAt: time(-1790) } })),
    look(9.5, 10.5, 20.5),
    gate,
  ),
];

function withoutPool(manifest: Manifest | undefined): Manifest {
  const metadata = manifest?.["metadata"] as { readonly labels: Manifest };
  const { "karpenter.sh/nodepool": _, ...labels } = metadata.labels;
  return { ...manifest, metadata: { ...metadata, labels } };
}
