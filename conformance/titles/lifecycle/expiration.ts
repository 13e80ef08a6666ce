// Upstream's nodeclaim/expiration, garbagecollection and consistency suites.
import type { Manifest } from "../../cases.ts";
import { claim, cloud, look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { machine, nodeCondition } from "./build-machines.ts";
import { pod } from "./build-pods.ts";

function world(details: Parameters<typeof machine>[1] = {}): readonly Manifest[] {
  return [pool(), nodeClass(), ...machine("a", details)];
}

const lost = { lostInstances: ["fake:///test-zone-1/a"] };
const notReady = { node: { ready: "False" } } as const;

export const expirationStories: readonly TitledStory[] = [
  story(
    "should remove nodeclaims that are expired",
    world({ claim: { expireAfter: "60s" }, createdAt: time(-120) }),
    look(0.5, 20.5),
  ),
  story(
    "should not remove the NodeClaims when expiration is disabled",
    world({ claim: { expireAfter: "Never" }, createdAt: time(-864000) }),
    look(0.5, 3600.5),
  ),
  story(
    "should return the requeue interval for the time between now and when the nodeClaim expires",
    world({ claim: { expireAfter: "200s" }, createdAt: time(-100) }),
    look(99.5, 100.5, 110.5, 130.5),
  ),
  story(
    "should expire a NodeClaim by its own value, not by its NodePool's",
    [
      pool({ template: { expireAfter: "10s" } }),
      nodeClass(),
      ...machine("a", { claim: { expireAfter: "300s" }, createdAt: time(-100) }),
    ],
    look(10.5, 199.5, 200.5, 220.5),
  ),
  story(
    "should expire a NodeClaim that was never launched",
    [pool(), nodeClass(), claim("a", { spec: { expireAfter: "30s" } })],
    look(29.5, 32.5, 40.5),
    { answers: { ...cloud, create: { "*": { kind: "error", message: "throttled" } } } },
  ),
  story(
    "should expire nodeclaims whose pods may not be disrupted, and drain them in vain",
    [
      ...world({ claim: { expireAfter: "60s" }, createdAt: time(-25) }),
      pod("web", "node-a", { annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
    ],
    look(34.5, 36.5, 300.5),
  ),
  story(
    "shouldn't expire the same NodeClaim multiple times",
    [
      ...world({ claim: { expireAfter: "60s" }, createdAt: time(-120) }),
      pod("web", "node-a", { annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
    ],
    look(0.5, 10.5, 700.5),
  ),
];

export const garbageCollectionStories: readonly TitledStory[] = [
  story(
    "should delete the NodeClaim when the Node is there in a NotReady state and the instance is gone",
    world(notReady),
    look(0.5, 20.5),
    lost,
  ),
  story("should look every two minutes", world(notReady), [
    { atSeconds: 1.5, loseInstances: ["fake:///test-zone-1/a"] },
    ...look(119.5, 120.5, 140.5),
  ]),
  story(
    "shouldn't delete the NodeClaim when the Node is there in a Ready state and the instance is gone",
    world(),
    [
      ...look(0.5, 130.5),
      {
        atSeconds: 140.5,
        change: [
          {
            kind: "Node",
            name: "node-a",
            status: { conditions: [nodeCondition("Ready", "Unknown", time(140))] },
          },
        ],
      },
      ...look(239.5, 240.5, 260.5),
    ],
    lost,
  ),
  story(
    "shouldn't delete the NodeClaim when the Node isn't there but the instance is there",
    world().slice(0, 3),
    look(0.5, 130.5, 300.5),
  ),
  story(
    "should delete the NodeClaim when the Node isn't there and the instance is gone",
    world().slice(0, 3),
    look(0.5, 10.5),
    lost,
  ),
  story(
    "shouldn't delete the NodeClaim when it isn't registered and the instance is gone",
    [pool(), nodeClass(), claim("a")],
    [{ atSeconds: 1.5, loseInstances: ["fake:///test-zone-1/a"] }, ...look(130.5, 300.5)],
  ),
  story(
    "should delete many NodeClaims",
    [pool(), nodeClass(), ...["a", "b", "c", "d", "e"].flatMap((name) => machine(name, notReady))],
    look(0.5, 30.5),
    { lostInstances: ["a", "b", "d"].map((name) => `fake:///test-zone-1/${name}`) },
  ),
];

const requests = { resources: { requests: { cpu: "1", memory: "1Gi", "nvidia.com/gpu": "0" } } };

export const consistencyStories: readonly TitledStory[] = [
  story(
    "should detect issues that launch with much fewer resources than expected",
    world({
      claim: requests,
      node: { capacity: { cpu: "3500m", memory: "13Gi", pods: "10" } },
    }),
    look(0.5, 700.5),
    { isConsistencyChecked: true },
  ),
  story(
    "should find no issue with nine tenths, nor with what was not asked for",
    world({
      claim: requests,
      node: { capacity: { cpu: "3600m", memory: "15Gi", pods: "10" } },
    }),
    look(0.5, 700.5),
    { isConsistencyChecked: true },
  ),
  story(
    "should change the verdict at the next look, ten minutes later",
    world({ claim: requests }),
    [
      {
        atSeconds: 100.5,
        change: [
          {
            kind: "Node",
            name: "node-a",
            status: { capacity: { cpu: "3500m", memory: "3Gi" } },
          },
        ],
      },
      ...look(599.5, 601.5),
      {
        atSeconds: 800.5,
        change: [
          {
            kind: "Node",
            name: "node-a",
            status: { capacity: { cpu: "4", memory: "16Gi" } },
          },
        ],
      },
      ...look(1199.5, 1201.5),
    ],
    { isConsistencyChecked: true },
  ),
  story(
    "should not look for issues of a node that isn't initialized",
    world({
      claim: { ...requests, startupTaints: [{ key: "booting", effect: "NoSchedule" }] },
      isInitialized: false,
      node: {
        capacity: { cpu: "1", memory: "1Gi" },
        taints: [{ key: "booting", effect: "NoSchedule" }],
      },
    }),
    look(0.5, 100.5),
    { isConsistencyChecked: true },
  ),
];
