import { hostnameKey, pod, pods, pool, spread, titled, type TitledCase, zoneKey } from "./build.ts";
import { node } from "./build-nodes.ts";
import {
  bound,
  claim,
  csiNode,
  ephemeral,
  going,
  inZones,
  marked,
  mounts,
  storageClass,
  volume,
} from "./build-volumes.ts";

const base = pool("default");

const uses = pod("pod", { spec: mounts("claim") });
const ofClass = (name: string) => claim("claim", { storageClassName: name });
const ofVolume = claim("claim", { storageClassName: "any", volumeName: "volume" }, bound);

export const volumeTitles: readonly TitledCase[] = [
  titled("should launch multiple nodes if required due to volume limits", [
    base,
    storageClass("any"),
    node("n"),
    csiNode("n", 2),
    Array.from({ length: 4 }, (_, index) => [
      claim(`claim-${index}`, { storageClassName: "any" }),
      pod(`pod-${index}`, { spec: mounts(`claim-${index}`) }),
    ]).flat(),
  ]),
  titled("should launch a single node if all pods use the same PVC", [
    base,
    storageClass("any"),
    ofVolume,
    volume("volume", [inZones("test-zone-1")]),
    node("n"),
    csiNode("n", 1),
    pods(4, "pod", { spec: mounts("claim") }),
  ]),
  titled("should not fail for NFS volumes", [
    base,
    claim("claim", { storageClassName: "", volumeName: "volume" }, bound),
    volume("volume", [], { nfs: { server: "example", path: "/" } }),
    uses,
  ]),
  titled("should schedule pods using a PV with multiple zones", [
    base,
    storageClass("any"),
    ofVolume,
    volume("volume", [inZones("test-zone-2"), inZones("test-zone-3")]),
    uses,
  ]),
  ...(
    [
      ["for local volumes", { local: { path: "/data" } }],
      ["for hostpath volumes", { hostPath: { path: "/data" } }],
    ] as const
  ).map(([what, source]) =>
    titled(
      `should preserve unconstrained PV alternatives after ignoring hostname affinity: ${what}`,
      [
        base,
        storageClass("any"),
        ofVolume,
        volume(
          "volume",
          [
            inZones("test-zone-2"),
            { matchExpressions: [{ key: hostnameKey, operator: "In", values: ["gone"] }] },
          ],
          source,
        ),
        uses,
      ],
    ),
  ),
  titled("should schedule pods using a StorageClass with multiple zones in AllowedTopologies", [
    base,
    storageClass("some", { zones: ["test-zone-2", "test-zone-3"] }),
    ofClass("some"),
    uses,
  ]),
  titled(
    "should schedule pods when a valid multi-volume topology alternative remains after pruning disjoint branches",
    [
      base,
      storageClass("some", { zones: ["test-zone-1", "test-zone-3"] }),
      claim("a", { storageClassName: "some" }),
      claim("b", { storageClassName: "any", volumeName: "volume" }, bound),
      volume("volume", [inZones("test-zone-2"), inZones("test-zone-3")]),
      pod("pod", { spec: mounts("a", "b") }),
    ],
  ),
  titled(
    "should launch nodes for pods with ephemeral volume using the specified storage class name",
    [
      base,
      storageClass("some", { zones: ["test-zone-2"] }),
      ephemeral({ storageClassName: "some" }),
    ],
  ),
  titled("should launch nodes for pods with ephemeral volume using a default storage class", [
    base,
    storageClass("some", { zones: ["test-zone-2"], annotations: marked }),
    // The API server fills in the default.
    ephemeral({ storageClassName: "some" }),
  ]),
  titled("should launch nodes for pods with ephemeral volume using the newest storage class", [
    base,
    storageClass("old", {
      zones: ["test-zone-1"],
      annotations: marked,
      creationTimestamp: "2026-01-01T00:00:00Z",
    }),
    storageClass("young", {
      zones: ["test-zone-2"],
      annotations: marked,
      creationTimestamp: "2026-02-01T00:00:00Z",
    }),
    ephemeral({ storageClassName: "young" }),
  ]),
  titled("should not launch nodes for pod with storageClass that uses an unsupported provisioner", [
    base,
    storageClass("odd", { provisioner: "example.com/none", zones: ["nowhere"] }),
    ofClass("odd"),
    uses,
  ]),
  titled(
    "should not launch nodes for pod with storageClass that uses an unsupported topology key",
    [base, storageClass("odd", { key: "example.com/rack", zones: ["1"] }), ofClass("odd"), uses],
  ),
  titled("should not launch nodes for pod with unbound volume for volumeBindingMode immediate", [
    base,
    storageClass("now", { bindingMode: "Immediate" }),
    ofClass("now"),
    uses,
  ]),
  titled("should not launch nodes for pod with deleting persistentVolumeClaim", [
    base,
    storageClass("any"),
    claim("claim", { storageClassName: "any" }, going),
    uses,
  ]),
  titled(
    "should not launch nodes for pod with bound persistentVolume that is marked for deletion",
    [
      base,
      storageClass("any"),
      ofVolume,
      {
        ...volume("volume", [inZones("test-zone-2")]),
        metadata: { name: "volume", uid: "uid-volume", ...going },
      },
      uses,
    ],
  ),
  titled(
    "should not launch nodes for pod with bound persistentVolume that uses an unsupported provisioner",
    [
      base,
      storageClass("odd", { provisioner: "example.com/none" }),
      claim("claim", { storageClassName: "odd", volumeName: "volume" }, bound),
      volume("volume", [inZones("nowhere")], {
        csi: { driver: "example.com/none", volumeHandle: "volume" },
      }),
      uses,
    ],
  ),
  titled("should not launch nodes for pod with Lost persistentVolumeClaim", [
    base,
    storageClass("any"),
    claim("claim", { storageClassName: "any" }, {}, { phase: "Lost" }),
    uses,
  ]),
  titled(
    "should handle pods with PVCs with defined volumeName: when pv.kubernetes.io/bind-completed is missing",
    [
      base,
      storageClass("any"),
      claim("claim", { storageClassName: "any", volumeName: "volume" }),
      volume("volume", [inZones("test-zone-2")]),
      uses,
    ],
  ),
  titled(
    "should handle pods with PVCs with defined volumeName: when pv.kubernetes.io/bind-completed is present",
    [base, storageClass("any"), ofVolume, volume("volume", [inZones("test-zone-2")]), uses],
  ),
  ...(
    [
      ["non-existent storage class", "none"],
      ["explicitly disabled storage class (empty string)", ""],
    ] as const
  ).flatMap(([what, storageClassName]) => [
    titled(
      `should launch nodes for pods with ephemeral volume without a storage class when the PVC is bound: ${what}`,
      [
        base,
        ephemeral({ storageClassName, volumeName: "volume" }, bound),
        volume("volume", [inZones("test-zone-3")]),
      ],
    ),
    titled(
      `should not launch nodes for pods with ephemeral volume without a storage class when the PVC is unbound: ${what}`,
      [base, ephemeral({ storageClassName })],
    ),
  ]),
  titled("should launch nodes for pods with ephemeral volume using a migrated PVC/PV", [
    base,
    storageClass("old", { provisioner: "kubernetes.io/aws-ebs" }),
    ephemeral({ storageClassName: "old" }),
    node("n"),
    csiNode("n", 0),
  ]),
  titled("should launch nodes for pods with non-dynamic PVC using a migrated PVC/PV", [
    base,
    storageClass("old", { provisioner: "kubernetes.io/aws-ebs" }),
    claim("claim", { storageClassName: "old", volumeName: "volume" }, bound),
    volume("volume", [inZones("test-zone-1")], { awsElasticBlockStore: { volumeID: "volume" } }),
    node("n"),
    csiNode("n", 0),
    uses,
  ]),
  titled("should schedule pod with PVC and TSC minDomains=3 when pods are spread across 3 zones", [
    base,
    storageClass("any"),
    ofVolume,
    volume("volume", [inZones("test-zone-3")]),
    node("a"),
    node("b", { zone: "test-zone-2" }),
    pod("web-a", { labels: { app: "web" }, on: "a" }),
    pod("web-b", { labels: { app: "web" }, on: "b" }),
    pod("pod", {
      labels: { app: "web" },
      spec: {
        ...mounts("claim"),
        topologySpreadConstraints: [spread(zoneKey, { minDomains: 3 })],
      },
    }),
  ]),
];
