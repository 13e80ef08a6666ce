import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { chance, some } from "./dice.ts";
import { zones } from "./generate-instance-types.ts";

/** A claim for one pod: the pod's volumes, and the claim and volume behind them. */
export interface ClaimTemplate {
  readonly volumes: readonly Manifest[];
  readonly manifests: readonly Manifest[];
}

/** Storage of a case. */
export interface GeneratedVolumes {
  readonly manifests: readonly Manifest[];
  readonly claim: (random: RandomStream, serial: number) => ClaimTemplate;
}

const zoneKey = "topology.kubernetes.io/zone";

/** Three classes: anywhere, some zones, bound at once; claims that are bound or wait for a node. */
export function generateVolumes(random: RandomStream): GeneratedVolumes {
  const allowed = some(random, zones);
  return {
    manifests: [
      storageClass("anywhere", "WaitForFirstConsumer", {}),
      storageClass("zonal", "WaitForFirstConsumer", {
        allowedTopologies: allowed.map((zone) => ({
          matchLabelExpressions: [{ key: "topology.ebs.csi.aws.com/zone", values: [zone] }],
        })),
      }),
      storageClass("immediate", "Immediate", {}),
    ],
    claim: (stream, serial) => claimOf(stream, serial),
  };
}

export function storageClass(name: string, volumeBindingMode: string, rest: Manifest): Manifest {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    provisioner: "ebs.csi.aws.com",
    volumeBindingMode,
    ...rest,
  };
}

/** In namespace default; a pod elsewhere then names a claim that does not exist. */
function claimOf(random: RandomStream, serial: number): ClaimTemplate {
  const name = `claim-${serial}`;
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: name } }];
  if (chance(random, 0.5)) {
    const storageClassName = random.pick(["anywhere", "zonal", "zonal", "immediate", "missing"]);
    return { volumes, manifests: [claimManifest(name, { storageClassName }, {})] };
  }
  const volumeName = `volume-${serial}`;
  const isLocal = chance(random, 0.2);
  const annotations = { "pv.kubernetes.io/bind-completed": "yes" };
  const spec = { storageClassName: "anywhere", volumeName };
  return {
    volumes,
    manifests: [
      claimManifest(name, spec, annotations),
      ...(chance(random, 0.95)
        ? [volumeManifest(random, volumeName, isLocal ? "local" : "csi")]
        : []),
    ],
  };
}

export function claimManifest(name: string, spec: Manifest, annotations: Manifest): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default", uid: `uid-${name}`, annotations },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
      ...spec,
    },
  };
}

/** What a volume is made of: the first two are bound to a node, and that counts for nothing. */
const sources = {
  local: () => ({ local: { path: "/data" } }),
  hostPath: () => ({ hostPath: { path: "/data" } }),
  csi: (name: string) => ({ csi: { driver: "ebs.csi.aws.com", volumeHandle: name } }),
  awsElasticBlockStore: (name: string) => ({ awsElasticBlockStore: { volumeID: name } }),
} as const;

export function volumeManifest(
  random: RandomStream,
  name: string,
  source: keyof typeof sources,
): Manifest {
  const isLocal = source === "local" || source === "hostPath";
  const terms = some(random, zones)
    .slice(0, 2)
    .map((zone) => ({
      matchExpressions: [
        { key: zoneKey, operator: "In", values: [zone] },
        ...(isLocal
          ? [{ key: "kubernetes.io/hostname", operator: "In", values: ["some-node"] }]
          : []),
      ],
    }));
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, uid: `uid-${name}` },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "10Gi" },
      storageClassName: "anywhere",
      ...sources[source](name),
      nodeAffinity: { required: { nodeSelectorTerms: terms } },
    },
  };
}
