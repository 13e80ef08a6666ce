// Upstream's nodeclaim/lifecycle/launch_test.go.
import { type Answers } from "../../lifecycle/cases.ts";
import { claim, cloud, look, nodeClass, pool, story, type TitledStory } from "./build.ts";

const message = "all requested instance types were unavailable during launch";
const longMessage = "creating instance, ".padEnd(400, "no capacity in this zone; ");

function failing(answer: NonNullable<Answers["create"]>[string]): { readonly answers: Answers } {
  return { answers: { ...cloud, create: { "*": answer } } };
}

const objects = [pool(), nodeClass(), claim("claim")];

export const launchStories: readonly TitledStory[] = [
  story("should launch an instance when a new NodeClaim is created", objects, look(0.5, 2.5)),
  story("should add the Launched status condition after creating the NodeClaim", objects, [
    { atSeconds: 1.5, apply: [claim("later", { createdAt: "2026-03-01T00:00:01Z" })] },
    ...look(2.5, 10.5),
  ]),
  story(
    "should delete the nodeclaim if InsufficientCapacity is returned from the cloudprovider",
    objects,
    look(0.5, 5.5),
    failing({ kind: "insufficient-capacity", message }),
  ),
  story(
    "should delete the nodeclaim if NodeClassNotReady is returned from the cloudprovider",
    objects,
    look(0.5, 5.5),
    failing({ kind: "node-class-not-ready", message: "the AMIs are not resolved" }),
  ),
  story(
    "should set nodeClaim status condition from the condition message received if error returned is CreateError",
    objects,
    look(0.5, 1.5, 3.5, 10.5, 70.5),
    failing({ kind: "create-error", reason: "CustomReason", message: "instance creation failed" }),
  ),
  story(
    "should set the message of any other error, cut to 300 bytes",
    objects,
    look(0.5, 20.5),
    failing({ kind: "error", message: longMessage }),
  ),
  story(
    "should launch once an error has gone",
    objects,
    [{ atSeconds: 20.5, answers: cloud }, ...look(40.5, 80.5)],
    failing({ kind: "error", message: "throttled" }),
  ),
  story(
    "should delete a NodeClaim that lacks capacity with the message cut to 300 bytes",
    objects,
    look(0.5),
    failing({ kind: "insufficient-capacity", message: longMessage }),
  ),
  story(
    "should let the labels of the NodeClaim prevail, and the annotations of the cloud",
    [
      pool(),
      nodeClass(),
      claim("claim", { labels: { team: "blue" }, annotations: { note: "ours", mine: "1" } }),
    ],
    look(2.5),
    {
      answers: {
        ...cloud,
        create: {
          "*": {
            kind: "launched",
            instanceType: "m1.large",
            zone: "test-zone-1",
            capacityType: "spot",
            labels: { team: "red", rack: "7" },
            annotations: { note: "theirs" },
          },
        },
      },
    },
  ),
];
