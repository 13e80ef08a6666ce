// Upstream's nodeclaim/lifecycle/liveness_test.go.
import type { Manifest } from "../../cases.ts";
import { claim, cloud, look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { node } from "./build-machines.ts";

const failing = {
  ...cloud,
  create: { "*": { kind: "error", message: "throttled" } },
} as const;
const denied = {
  ...cloud,
  create: { "*": { kind: "create-error", reason: "Denied", message: "no rights" } },
} as const;

function health(status: "True" | "False" | "Unknown"): Manifest {
  const condition = {
    type: "NodeRegistrationHealthy",
    status,
    reason: "NodeRegistrationHealthy",
    message: "",
    lastTransitionTime: time(-60),
    observedGeneration: 1,
  };
  return { conditions: [condition], nodeClassObservedGeneration: 1 };
}

const two = [claim("a"), claim("b", { createdAt: time(0) })];

export const livenessStories: readonly TitledStory[] = [
  story(
    "should delete the nodeClaim when the Node hasn't registered past the registration timeout",
    [pool(), nodeClass(), claim("claim")],
    look(899.5, 900.5, 910.5),
  ),
  story(
    "shouldn't delete the nodeClaim when the node has registered past the registration timeout",
    [pool(), nodeClass(), claim("claim")],
    [
      { atSeconds: 890.5, apply: [node("node", { ready: "False" })] },
      ...look(895.5, 905.5, 2000.5),
    ],
  ),
  story(
    "should delete the NodeClaim when the NodeClaim hasn't launched past the launch timeout",
    [pool(), nodeClass(), claim("claim")],
    look(299.5, 310.5, 400.5),
    { answers: failing },
  ),
  story(
    "should delete a NodeClaim that was created long ago and never launched, for both timeouts",
    [pool(), nodeClass()],
    [{ atSeconds: 1.5, apply: [claim("claim", { createdAt: time(-1000) })] }, ...look(2.5, 8.5)],
    { answers: failing },
  ),
  story(
    "should use the status condition transition time for registration timeout, not the creation timestamp",
    [
      pool(),
      nodeClass(),
      claim("claim", {
        createdAt: time(-3000),
        status: {
          providerID: "fake:///test-zone-1/claim",
          conditions: ["Launched", "Registered", "Initialized", "Ready"].map((type) => ({
            type,
            status: type === "Launched" ? "True" : "Unknown",
            reason: type,
            message: "",
            lastTransitionTime: time(type === "Registered" ? -600 : -3000),
            observedGeneration: 1,
          })),
        },
      }),
    ],
    look(0.5, 299.5, 301.5, 310.5),
  ),
  story(
    "should use the status condition transition time for launch timeout, not the creation timestamp",
    [
      pool(),
      nodeClass(),
      claim("claim", {
        createdAt: time(-3000),
        status: {
          conditions: ["Launched", "Registered", "Initialized", "Ready"].map((type) => ({
            type,
            status: "Unknown",
            reason: type,
            message: "",
            lastTransitionTime: time(type === "Launched" ? -200 : -500),
            observedGeneration: 1,
          })),
        },
      }),
    ],
    look(0.5, 50.5, 99.5, 130.5, 200.5),
    { answers: failing },
  ),
  story(
    "should not update NodeRegistrationHealthy status condition if there is one registration failure",
    [pool({ status: health("True") }), nodeClass(), claim("a")],
    look(895.5, 910.5),
  ),
  story(
    "should update NodeRegistrationHealthy status condition to False if it was previously set to True and there are >=2 registration failures",
    [pool({ status: health("True") }), nodeClass(), ...two],
    look(895.5, 910.5),
  ),
  story(
    "should update NodeRegistrationHealthy status condition to False if it was previously set to Unknown and there are >=2 registration failures",
    [pool({ status: health("Unknown") }), nodeClass(), ...two],
    look(895.5, 910.5),
  ),
  story(
    "should give the reason of failed launches for NodeRegistrationHealthy=False",
    [pool(), nodeClass(), ...two],
    look(295.5, 320.5, 340.5),
    { answers: denied },
  ),
  story(
    "should note the failure of a NodeClaim with several Nodes",
    [pool(), nodeClass(), ...two],
    [
      { atSeconds: 2.5, apply: [node("node-1", { of: "a" }), node("node-2", { of: "a" })] },
      {
        atSeconds: 890.5,
        remove: [
          { kind: "Node", name: "node-1" },
          { kind: "Node", name: "node-2" },
        ],
      },
      ...look(905.5, 910.5),
    ],
  ),
];
