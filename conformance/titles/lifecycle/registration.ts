// Upstream's nodeclaim/lifecycle/registration_test.go.
import type { Manifest } from "../../cases.ts";
import { claim, cloud, look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { node, unregistered } from "./build-machines.ts";

const taint: Manifest = { key: "custom-taint", value: "custom-value", effect: "NoSchedule" };
const startupTaint: Manifest = { key: "startup-taint", value: "on", effect: "NoExecute" };
const taints = { taints: [taint], startupTaints: [startupTaint] };

function world(details: Parameters<typeof claim>[1] = {}): readonly Manifest[] {
  return [pool(), nodeClass(), claim("claim", details)];
}

/** The node joins after two and a half seconds. */
function joining(...nodes: readonly Manifest[]) {
  return [{ atSeconds: 2.5, apply: nodes }, ...look(2.9, 4.5)];
}

/** Two of the last registrations have failed, one has succeeded. */
const twiceFailed = [
  claim("a", { createdAt: time(-800) }),
  claim("b", { createdAt: time(-700) }),
  claim("c", { createdAt: time(0) }),
];

export const registrationStories: readonly TitledStory[] = [
  story(
    "should match the nodeClaim to the Node when the Node comes online",
    world(),
    joining(node("node")),
  ),
  story(
    "should add the owner reference to the Node when the Node comes online",
    world(),
    joining(
      node("node", {
        metadata: {
          ownerReferences: [{ apiVersion: "v1", kind: "Other", name: "other", uid: "uid-other" }],
        },
      }),
    ),
  ),
  story(
    "should sync the karpenter.sh/registered label to the Node and remove the karpenter.sh/unregistered taint when the Node comes online",
    world(),
    joining(
      node("node", {
        taints: [unregistered, { key: "other", effect: "NoSchedule" }],
        ready: "False",
      }),
    ),
  ),
  story(
    "should succeed registration if the karpenter.sh/unregistered taint is not present and emit an event",
    world(),
    joining(node("node", { taints: [] })),
  ),
  story(
    "should sync the labels to the Node when the Node comes online",
    world({ labels: { team: "blue", shared: "claim" } }),
    joining(node("node", { labels: { shared: "node", mine: "yes" } })),
  ),
  story(
    "should sync the annotations to the Node when the Node comes online",
    world({ annotations: { "karpenter.sh/do-not-disrupt": "true", shared: "claim" } }),
    joining(node("node", { annotations: { shared: "node", mine: "yes" } })),
  ),
  story(
    "should sync the taints to the Node when the Node comes online",
    world({ spec: { taints: [taint] } }),
    joining(node("node")),
  ),
  story(
    "should sync the startupTaints to the Node when the Node comes online",
    world({ spec: taints }),
    joining(node("node")),
  ),
  story(
    "should let a taint that the Node has already prevail",
    world({ spec: taints }),
    joining(node("node", { taints: [unregistered, { ...taint, value: "of-the-node" }] })),
  ),
  story(
    "should not sync the taints to the Node when the Node comes online, with node label do not sync taints",
    world({ spec: { taints: [taint] } }),
    joining(node("node", { labels: { "karpenter.sh/do-not-sync-taints": "true" } })),
  ),
  story(
    "should not sync the startupTaints to the Node when the Node comes online, with node label do not sync taints",
    world({ spec: taints }),
    joining(node("node", { labels: { "karpenter.sh/do-not-sync-taints": "true" } })),
  ),
  story(
    "should sync the taints when the label do not sync taints is not true",
    world({ spec: taints }),
    joining(node("node", { labels: { "karpenter.sh/do-not-sync-taints": "false" } })),
  ),
  story(
    "should not re-sync the startupTaints to the Node when the startupTaints are removed",
    world({ spec: taints }),
    [
      { atSeconds: 2.5, apply: [node("node")] },
      { atSeconds: 5.5, change: [{ kind: "Node", name: "node", spec: { taints: [taint] } }] },
      ...look(7.5, 30.5),
    ],
  ),
  story(
    "should add NodeRegistrationHealthy=true on the nodePool if registration succeeds and if it was previously false",
    [
      pool({
        status: {
          conditions: [
            {
              type: "NodeRegistrationHealthy",
              status: "False",
              reason: "RegistrationFailed",
              message: "Failed to register node",
              lastTransitionTime: time(-60),
              observedGeneration: 1,
            },
          ],
          nodeClassObservedGeneration: 1,
        },
      }),
      nodeClass(),
      ...["a", "b", "c", "d"].map((name) => claim(name)),
    ],
    [
      { atSeconds: 2.5, apply: [node("node-a", { of: "a" })] },
      { atSeconds: 5.5, apply: [node("node-b", { of: "b" })] },
      { atSeconds: 8.5, apply: [node("node-c", { of: "c" })] },
      { atSeconds: 11.5, apply: [node("node-d", { of: "d" })] },
      ...look(15.5),
    ],
  ),
  story(
    "should not add NodeRegistrationHealthy=true on the nodePool if registration succeeds once and if it had previously failed twice in the registrationHealthBuffer",
    [pool(), nodeClass(), ...twiceFailed],
    [
      ...look(90.5, 195.5),
      { atSeconds: 205.5, apply: [node("node-c", { of: "c" })] },
      ...look(215.5),
    ],
  ),
  story(
    "should not add NodeRegistrationHealthy=true on a nodePool that does not own the NodeClaim",
    [
      pool(),
      nodeClass(),
      claim("claim", {
        metadata: {
          ownerReferences: [
            { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "default", uid: "another" },
          ],
        },
      }),
    ],
    joining(node("node")),
  ),
  story("should not register a NodeClaim with several Nodes, ever", world(), [
    { atSeconds: 2.5, apply: [node("node-1"), node("node-2")] },
    ...look(4.5),
    { atSeconds: 10.5, remove: [{ kind: "Node", name: "node-2" }] },
    ...look(20.5, 899.5, 910.5),
  ]),
  story(
    "should defer registration when a hook returns false",
    world({ spec: taints }),
    [
      { atSeconds: 2.5, apply: [node("node")] },
      { atSeconds: 14.5, answers: { ...cloud, hooks: { gate: { kind: "ready" } } } },
      ...look(19.5, 23.5, 40.5),
    ],
    { answers: { ...cloud, hooks: { gate: { kind: "pending", seconds: 10 } } } },
  ),
  story(
    "should retry with back-off when a hook asks for no time",
    world(),
    [
      { atSeconds: 2.5, apply: [node("node")] },
      { atSeconds: 14.5, answers: { ...cloud, hooks: { gate: { kind: "ready" } } } },
      ...look(19.5, 23.5, 40.5),
    ],
    { answers: { ...cloud, hooks: { gate: { kind: "pending" } } } },
  ),
  story(
    "should return error when a hook returns an error",
    world(),
    [
      { atSeconds: 2.5, apply: [node("node")] },
      { atSeconds: 14.5, answers: { ...cloud, hooks: { gate: { kind: "ready" } } } },
      ...look(19.5, 23.5, 40.5),
    ],
    { answers: { ...cloud, hooks: { gate: { kind: "error", message: "out of order" } } } },
  ),
  story(
    "should call all hooks in parallel and list all pending hooks in status",
    world(),
    [{ atSeconds: 2.5, apply: [node("node")] }, ...look(4.5, 12.5)],
    {
      answers: {
        ...cloud,
        hooks: {
          a: { kind: "pending", seconds: 30 },
          b: { kind: "ready" },
          c: { kind: "pending", seconds: 5 },
        },
      },
    },
  ),
  story(
    "should propagate labels added by a registration hook to both the node and the nodeclaim",
    world(),
    joining(node("node")),
    { answers: { ...cloud, hooks: { gate: { kind: "ready", labels: { rack: "7" } } } } },
  ),
];
