import type { Manifest } from "../../cases.ts";
import { expression, typeKey } from "../build.ts";
import { type DisruptionTitle, machine, pool, titled, webPod } from "./build.ts";

const base = pool("default", { requirements: [expression(typeKey, "In", "m1.xlarge")] });
/** Its nodes drift in one pass. */
const fixed = pool("default", {
  replicas: 2,
  requirements: [expression(typeKey, "In", "m1.xlarge")],
});
const drifted = { conditions: { Drifted: "True" } } as const;
const big = { requests: { cpu: "3" } };
const slow = { launchSeconds: 5, initializeSeconds: 590, terminateSeconds: 6 };

/** Drifted machines, each full. */
function busy(...names: readonly string[]) {
  return names.flatMap((name) => [...machine(name, drifted), webPod(`pod-${name}`, name, big)]);
}

/** The replacement of this name once its node is there. */
function ready(claim: string, isInitialized = true): readonly Manifest[] {
  return machine(`node-${claim}`, { isInitialized }).map((it) =>
    it["kind"] === "NodeClaim"
      ? { ...it, metadata: { ...(it["metadata"] as object), name: claim } }
      : it,
  );
}

/** The same without its conditions. */
function unready(claim: string): Manifest {
  return { ...ready(claim)[0], status: { conditions: [] } };
}

/** The same when it is launched and has no node yet. */
function launched(claim: string): Manifest {
  const status = ready(claim)[0]?.["status"] as { readonly conditions: readonly Manifest[] };
  const conditions = status.conditions.filter(({ type }) => type === "Launched");
  return { ...ready(claim)[0], status: { ...status, conditions } };
}

export const queueTitles: readonly DisruptionTitle[] = [
  titled(
    "should keep nodes tainted when replacements haven't finished initialization",
    [base, busy("a")],
    { seconds: 60, script: [{ atSeconds: 20, put: ready("default-00001", false) }] },
  ),
  titled(
    "should not return an error when handling commands before the timeout",
    [base, busy("a")],
    { seconds: 590 },
  ),
  titled(
    "should not return an error when the NodeClaim doesn't exist but the NodeCliam is in cluster state",
    [base, busy("a")],
    { seconds: 60, script: [{ atSeconds: 20, put: [launched("default-00001")] }] },
  ),
  titled("should untaint nodes when a command times out", [base, busy("a")], { seconds: 660 }),
  titled("should leave a replacement that came too late as it is", [base, busy("a")], {
    seconds: 660,
    carryOut: { ...slow, initializeSeconds: 610 },
  }),
  titled("should finish a command whose replacement comes in the last seconds", [base, busy("a")], {
    seconds: 640,
    carryOut: slow,
  }),
  titled("should fully handle a command when replacements are initialized", [base, busy("a")], {
    seconds: 60,
    script: [{ atSeconds: 20, put: ready("default-00001") }],
  }),
  titled(
    "should only finish a command when all replacements are initialized",
    [
      base,
      machine("a", { ...drifted, type: "m1.2xlarge" }),
      webPod("one", "a", big),
      webPod("two", "a", big),
    ],
    {
      seconds: 90,
      script: [
        { atSeconds: 20, put: ready("default-00001") },
        { atSeconds: 45, put: ready("default-00002") },
      ],
    },
  ),
  titled(
    "should give up when one of several replacements is gone, and keep the other",
    [
      base,
      machine("a", { ...drifted, type: "m1.2xlarge" }),
      webPod("one", "a", big),
      webPod("two", "a", big),
    ],
    {
      seconds: 40,
      script: [
        { atSeconds: 20, put: ready("default-00001") },
        {
          atSeconds: 30,
          put: [pool("default", { budgets: [{ nodes: "0" }] })],
          delete: [{ kind: "NodeClaim", name: "default-00002" }],
        },
      ],
    },
  ),
  titled(
    "should not need a replacement that was initialized and is gone since",
    [
      base,
      machine("a", { ...drifted, type: "m1.2xlarge" }),
      webPod("one", "a", big),
      webPod("two", "a", big),
    ],
    {
      seconds: 60,
      script: [
        { atSeconds: 20, put: ready("default-00001") },
        { atSeconds: 30, put: [unready("default-00001")] },
        { atSeconds: 40, put: ready("default-00002") },
      ],
    },
  ),
  titled(
    "should not wait for replacements when none are needed",
    [base, machine("a", drifted), webPod("pod", "a"), machine("b"), webPod("other", "b")],
    { seconds: 10 },
  ),
  titled(
    "should finish two commands in order as replacements are initialized",
    [fixed, busy("a", "b")],
    {
      seconds: 90,
      script: [
        { atSeconds: 20, put: ready("default-00001") },
        { atSeconds: 50, put: ready("default-00002") },
      ],
    },
  ),
  titled(
    "should finish the second command first when its replacement is initialized first",
    [fixed, busy("a", "b")],
    {
      seconds: 90,
      script: [
        { atSeconds: 20, put: ready("default-00002") },
        { atSeconds: 50, put: ready("default-00001") },
      ],
    },
  ),
  titled("should delete the candidate although it is blocked by now", [base, busy("a")], {
    seconds: 60,
    script: [
      {
        atSeconds: 10,
        put: [
          webPod("late", "a", {
            metadata: { annotations: { "karpenter.sh/do-not-disrupt": "true" } },
          }),
          pool("default", { budgets: [{ nodes: "0" }] }),
        ],
      },
      { atSeconds: 20, put: ready("default-00001") },
    ],
  }),
  titled(
    "should go on with a command whose candidate is being deleted already",
    [base, busy("a")],
    {
      seconds: 60,
      script: [
        { atSeconds: 10, delete: [{ kind: "NodeClaim", name: "claim-a" }] },
        { atSeconds: 20, put: ready("default-00001") },
      ],
    },
  ),
];
