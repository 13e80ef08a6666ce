import type { Manifest } from "../cases.ts";
import {
  expression as is,
  hostnameKey,
  pod,
  pool,
  preferring,
  requiring,
  titled,
  type TitledCase,
  zoneKey,
} from "./build.ts";
import { bound, claim, ephemeral, inZones, mounts, storageClass, volume } from "./build-volumes.ts";

const base = pool("default");
const uses = pod("pod", { spec: mounts("claim") });
const other = pod("other");
const zone = (name: string) => ({ affinity: requiring([is(zoneKey, "In", name)]) });
const boundTo = (storageClassName: string) =>
  claim("claim", { storageClassName, volumeName: "volume" }, bound);

/** The same with a claim of the pod's own, and with one that Kubernetes makes for the pod. */
function eitherWay(
  title: string,
  claimSpec: Manifest,
  rest: readonly Manifest[],
  metadata: Manifest = {},
): readonly TitledCase[] {
  return [
    titled(title, [base, claim("claim", claimSpec, metadata), uses, rest]),
    titled(`${title} (ephemeral volume)`, [base, ephemeral(claimSpec, metadata), rest]),
  ];
}

/** Only where the named zone is; the ephemeral pod asks nothing, so the NodePool does. */
function incompatible(
  title: string,
  claimSpec: Manifest,
  rest: readonly Manifest[],
  metadata: Manifest = {},
): readonly TitledCase[] {
  const zonal = pool("default", { requirements: [is(zoneKey, "In", "test-zone-1")] });
  return [
    titled(title, [
      base,
      claim("claim", claimSpec, metadata),
      pod("pod", { spec: { ...mounts("claim"), ...zone("test-zone-1") } }),
      rest,
    ]),
    titled(`${title} (ephemeral volume)`, [zonal, ephemeral(claimSpec, metadata), rest]),
  ];
}

const onHost: Manifest = {
  matchExpressions: [
    { key: zoneKey, operator: "In", values: ["test-zone-3"] },
    { key: hostnameKey, operator: "In", values: ["gone"] },
  ],
};

const localTitles: readonly TitledCase[] = (
  [
    ["when using local volumes", { local: { path: "/data" } }],
    ["when using hostpath volumes", { hostPath: { path: "/data" } }],
  ] as const
).flatMap(([what, source]) => [
  titled(`should ignore hostname affinity scheduling when using local path volumes: ${what}`, [
    base,
    boundTo(""),
    volume("volume", [onHost], source),
    uses,
  ]),
  titled(
    `should ignore hostname affinity scheduling when using local path volumes (ephemeral volume): ${what}`,
    [
      base,
      ephemeral({ storageClassName: "", volumeName: "volume" }, bound),
      volume("volume", [onHost], source),
    ],
  ),
]);

export const volumeTopologyTitles: readonly TitledCase[] = [
  titled("should not schedule if invalid pvc", [base, uses]),
  titled("should schedule with an empty storage class if the pvc is bound", [
    base,
    boundTo(""),
    volume("volume", [inZones("test-zone-3")]),
    uses,
  ]),
  titled("should not schedule with an empty storage class if the pvc is not bound", [
    base,
    claim("claim", { storageClassName: "" }),
    uses,
  ]),
  titled("should schedule with a missing storage class if the pvc is bound", [
    base,
    boundTo("missing"),
    volume("volume", [inZones("test-zone-3")]),
    uses,
  ]),
  titled("should not schedule with a missing storage class if the pvc is not bound", [
    base,
    claim("claim", { storageClassName: "missing" }),
    uses,
  ]),
  titled("should schedule valid pods when a pod with an invalid pvc is encountered (pvc)", [
    base,
    uses,
    other,
  ]),
  titled(
    "should schedule valid pods when a pod with an invalid pvc is encountered (storage class)",
    [base, claim("claim", { storageClassName: "invalid" }), uses, other],
  ),
  titled("should schedule valid pods when a pod with an invalid pvc is encountered (volume name)", [
    base,
    claim("claim", { storageClassName: "any", volumeName: "invalid" }, bound),
    uses,
    other,
  ]),
  ...eitherWay(
    "should schedule to storage class zones if volume does not exist",
    { storageClassName: "some" },
    [storageClass("some", { zones: ["test-zone-1", "test-zone-3"] })],
  ),
  ...incompatible(
    "should not schedule if storage class zones are incompatible",
    { storageClassName: "some" },
    [storageClass("some", { zones: ["test-zone-2", "test-zone-3"] })],
  ),
  ...eitherWay(
    "should schedule to volume zones if volume already bound",
    { storageClassName: "any", volumeName: "volume" },
    [storageClass("any"), volume("volume", [inZones("test-zone-3")])],
    bound,
  ),
  ...localTitles,
  titled("should not ignore hostname affinity when using non-local path volumes", [
    base,
    boundTo(""),
    volume("volume", [onHost]),
    uses,
  ]),
  ...incompatible(
    "should not schedule if volume zones are incompatible",
    { storageClassName: "any", volumeName: "volume" },
    [storageClass("any"), volume("volume", [inZones("test-zone-3")])],
    bound,
  ),
  titled("should not relax an added volume topology zone node-selector away", [
    base,
    boundTo("any"),
    storageClass("any"),
    volume("volume", [inZones("test-zone-3")]),
    pod("pod", {
      spec: {
        ...mounts("claim"),
        affinity: preferring(
          [is(zoneKey, "In", "unknown")],
          [is(zoneKey, "In", "unknown")],
          [is("example.com/label", "NotIn", "value")],
        ),
      },
    }),
  ]),
  titled("should ask for the zone of the volume under another name of the label", [
    base,
    claim("claim", { storageClassName: "some" }),
    storageClass("some", { zones: ["test-zone-2"], key: "topology.ebs.csi.aws.com/zone" }),
    uses,
  ]),
];
