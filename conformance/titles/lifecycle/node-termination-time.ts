// Upstream's node/termination/suite_test.go: terminationGracePeriod, volumes and the eviction API.
import type { Manifest } from "../../cases.ts";
import { look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { machine } from "./build-machines.ts";
import { budget, pod, stopsAfter } from "./build-pods.ts";

const on = "node-a";
const terminationTimestamp = "karpenter.sh/nodeclaim-termination-timestamp";
const deletion = { atSeconds: 2.5, delete: [{ kind: "NodeClaim", name: "a" }] } as const;
const nodeDeletion = { atSeconds: 2.5, delete: [{ kind: "Node", name: on }] } as const;

/** A machine whose drain may take so long. */
function limited(terminationGracePeriod: string, ...pods: readonly Manifest[]) {
  return [pool(), nodeClass(), ...machine("a", { claim: { terminationGracePeriod } }), ...pods];
}

function world(...pods: readonly Manifest[]): readonly Manifest[] {
  return [pool(), nodeClass(), ...machine("a"), ...pods];
}

function graceful(name: string, seconds: number, rest: Parameters<typeof pod>[2] = {}): Manifest {
  return pod(name, on, {
    annotations: stopsAfter("never"),
    ...rest,
    spec: { terminationGracePeriodSeconds: seconds, ...rest.spec },
  });
}

function volumePod(
  name: string,
  claimName: string,
  rest: Parameters<typeof pod>[2] = {},
): Manifest {
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName } }];
  return pod(name, on, { ...rest, spec: { volumes, ...rest.spec } });
}

function volume(name: string): readonly Manifest[] {
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: `claim-${name}`, namespace: "default", uid: `uid-claim-${name}` },
      spec: { volumeName: `pv-${name}`, storageClassName: "gp3", accessModes: ["ReadWriteOnce"] },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `pv-${name}`, uid: `uid-pv-${name}` },
      spec: { csi: { driver: "ebs.csi.aws.com", volumeHandle: name } },
    },
    attachment(name, on),
  ];
}

function attachment(name: string, nodeName: string): Manifest {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name: `va-${name}`, uid: `uid-va-${name}` },
    spec: {
      attacher: "ebs.csi.aws.com",
      nodeName,
      source: { persistentVolumeName: `pv-${name}` },
    },
    status: { attached: true },
  };
}

function detach(atSeconds: number, ...names: readonly string[]) {
  return {
    atSeconds,
    remove: names.map((name) => ({ kind: "VolumeAttachment" as const, name: `va-${name}` })),
  };
}

const stays = {
  spec: { tolerations: [{ key: "karpenter.sh/disrupted", operator: "Exists" }] },
};

export const nodeTerminationTimeStories: readonly TitledStory[] = [
  story(
    "should preemptively delete pods to satisfy their terminationGracePeriodSeconds",
    limited(
      "300s",
      graceful("blocked", 60, { labels: { app: "web" } }),
      graceful("kept", 120, {
        annotations: { ...stopsAfter("never"), "karpenter.sh/do-not-disrupt": "true" },
      }),
      budget("web", "web", 0),
    ),
    [deletion, ...look(3.5, 181.5, 182.4, 183.5, 241.5, 243.5, 300.5, 303.5, 361.5, 364.5, 380.5)],
  ),
  story(
    "should only delete pods when their terminationGracePeriodSeconds is less than the the node's remaining terminationGracePeriod",
    limited("60s", graceful("long", 120), graceful("short", 10), budget("none", "none", 0)),
    [deletion, ...look(2.9, 4.5, 30.5, 52.4, 54.5, 61.5, 64.5, 130.5)],
  ),
  story(
    "should update deletion timestamp for terminating pods when it is after node deletion timestamp",
    limited("60s", graceful("web", 600)),
    [
      { atSeconds: 1.5, delete: [{ kind: "Pod", namespace: "default", name: "web" }] },
      deletion,
      ...look(2.9, 4.5, 30.5, 62.5, 64.5, 125.5),
    ],
  ),
  story(
    "should clamp gracePeriodSeconds to >= 1 when nodeTerminationTime is in the past",
    [
      pool(),
      nodeClass(),
      ...machine("a", { annotations: { [terminationTimestamp]: time(-60) } }),
      graceful("web", 600),
      graceful("kept", 30, {
        annotations: { ...stopsAfter("2.27s"), "karpenter.sh/do-not-disrupt": "true" },
      }),
    ],
    [nodeDeletion, ...look(2.9, 4.5, 10.5, 66.5)],
  ),
  story(
    "should delete pods with time zones in the termination time",
    [
      pool(),
      nodeClass(),
      ...machine("a", { annotations: { [terminationTimestamp]: "2026-03-01T01:01:00+01:00" } }),
      graceful("web", 30),
    ],
    [nodeDeletion, ...look(2.9, 28.5, 31.5, 61.5, 100.5)],
  ),
  story(
    "should retry while the termination time cannot be read",
    [
      pool(),
      nodeClass(),
      ...machine("a", { annotations: { [terminationTimestamp]: "tomorrow" } }),
      pod("web", on),
    ],
    [
      nodeDeletion,
      ...look(10.5),
      {
        atSeconds: 20.5,
        change: [
          { kind: "NodeClaim", name: "a", annotations: { [terminationTimestamp]: time(600) } },
        ],
      },
      ...look(40.5),
    ],
  ),
  story(
    "should evict pods whose time has not come and delete the others",
    limited("90s", graceful("long", 80), graceful("short", 5, { annotations: {} })),
    [deletion, ...look(5.5, 12.4, 14.5, 92.5, 94.5, 160.5)],
  ),
  story(
    "should wait for volume attachments",
    [...world(volumePod("web", "claim-a")), ...volume("a")],
    [nodeDeletion, ...look(5.5, 8.5, 20.5), detach(30.5, "a"), ...look(32.5, 45.5)],
  ),
  story(
    "should only wait for volume attachments associated with drainable pods",
    [
      ...world(
        volumePod("goes", "claim-a"),
        volumePod("stays", "claim-b", stays),
        volumePod("static", "claim-c", { owner: "Node" }),
        volumePod("lost", "claim-z", stays),
      ),
      ...volume("a"),
      ...volume("b"),
      ...volume("c"),
      attachment("d", "another-node"),
    ],
    [nodeDeletion, ...look(8.5), detach(30.5, "a"), ...look(32.5, 45.5)],
  ),
  story(
    "should wait for volume attachments until the nodeclaim's termination grace period expires",
    [...limited("30s", volumePod("web", "claim-a")), ...volume("a")],
    [deletion, ...look(5.5, 8.5, 31.5, 34.5, 45.5)],
  ),
  story(
    "should name the first five volume attachments",
    [...world(), ...["a", "b", "c", "d", "e", "f", "g"].flatMap(volume)],
    [nodeDeletion, ...look(8.5), detach(10.5, "a", "b"), ...look(15.5)],
  ),
  story(
    "should succeed with no event when the pod is not found",
    [...world(pod("web", on, { labels: { app: "web" } })), budget("web", "web", 0)],
    [
      nodeDeletion,
      { atSeconds: 8.5, remove: [{ kind: "Pod", namespace: "default", name: "web" }] },
      ...look(30.5),
    ],
  ),
  story(
    "should return a NodeDrainError event when a PDB is blocking",
    [
      ...world(
        pod("web", on, { labels: { app: "web" } }),
        pod("other", on, { labels: { app: "other" } }),
      ),
      budget("web", "web", 0),
      budget("other", "other", 1),
    ],
    [nodeDeletion, ...look(2.9, 4.5, 10.5, 60.5)],
  ),
  story(
    "should return a NodeDrainError event when two PDBs refer to the same pod",
    [
      ...world(pod("web", on, { labels: { app: "web" } })),
      budget("web-1", "web", 1),
      budget("web-2", "web", 1),
    ],
    [
      nodeDeletion,
      ...look(4.5, 20.5),
      {
        atSeconds: 30.5,
        remove: [{ kind: "PodDisruptionBudget", namespace: "default", name: "web-2" }],
      },
      ...look(50.5),
    ],
  ),
  story(
    "should evict as many pods as the budget allows",
    [
      ...world(
        ...["a", "b", "c"].map((name) =>
          pod(name, on, { labels: { app: "web" }, annotations: stopsAfter("2.27s") }),
        ),
      ),
      budget("web", "web", 2),
    ],
    [
      nodeDeletion,
      ...look(3.5, 6.5),
      {
        atSeconds: 10.5,
        change: [
          {
            kind: "PodDisruptionBudget",
            namespace: "default",
            name: "web",
            status: { disruptionsAllowed: 1 },
          },
        ],
      },
      ...look(20.5, 30.5),
    ],
  ),
  story(
    "should give the NodeClaim's disruption reason for evictions",
    [
      pool(),
      nodeClass(),
      ...machine("a", {
        conditions: [
          {
            type: "DisruptionReason",
            status: "True",
            reason: "Underutilized",
            message: "Underutilized",
            lastTransitionTime: time(-5),
            observedGeneration: 1,
          },
        ],
      }),
      pod("web", on),
    ],
    [deletion, ...look(8.5)],
  ),
];
