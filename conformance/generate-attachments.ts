// Volumes where it matters how many a node attaches: claims that pods share, several for one pod, claims
// that Kubernetes makes for a pod, and more than one driver.
import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { between, chance, perhaps, some } from "./dice.ts";
import { zones } from "./generate-instance-types.ts";
import {
  claimManifest,
  type ClaimTemplate,
  storageClass,
  volumeManifest,
} from "./generate-volumes.ts";

const drivers = ["ebs.csi.aws.com", "files.example.com"] as const;
const bound = { "pv.kubernetes.io/bind-completed": "yes" };
const sharedCount = 3;
const classes = ["blocks", "files", "old-blocks"] as const;

/** Classes of two drivers, one of them under its old name too, and claims that pods share. */
export function generateStorage(random: RandomStream): readonly Manifest[] {
  const shared = Array.from({ length: sharedCount }, (_, index) => {
    const name = `shared-${index}`;
    if (chance(random, 0.5)) {
      return [claimManifest(name, { storageClassName: random.pick(classes) }, {})];
    }
    const spec = { storageClassName: "blocks", volumeName: `volume-of-${name}` };
    return [claimManifest(name, spec, bound), volumeManifest(random, `volume-of-${name}`, "csi")];
  });
  return [
    storageClass("blocks", "WaitForFirstConsumer", {}),
    storageClass("files", "WaitForFirstConsumer", {
      provisioner: drivers[1],
      allowedTopologies: some(random, zones).map((zone) => ({
        matchLabelExpressions: [{ key: "topology.kubernetes.io/zone", values: [zone] }],
      })),
    }),
    storageClass("old-blocks", "WaitForFirstConsumer", { provisioner: "kubernetes.io/aws-ebs" }),
    ...shared.flat(),
  ];
}

/** Up to three volumes of a pod in namespace default; a pod that runs has those that it claims. */
export function generateAttachments(
  random: RandomStream,
  podName: string,
  isRunning: boolean,
): ClaimTemplate {
  const templates = Array.from({ length: between(random, 1, 3) }, (_, index) =>
    attachment(random, podName, `data-${index}`, isRunning),
  );
  return {
    volumes: templates.flatMap(({ volumes }) => volumes),
    manifests: templates.flatMap(({ manifests }) => manifests),
  };
}

function attachment(
  random: RandomStream,
  podName: string,
  name: string,
  isRunning: boolean,
): ClaimTemplate {
  if (chance(random, 0.2)) return { volumes: [{ name, emptyDir: {} }], manifests: [] };
  if (chance(random, 0.3)) {
    const claimName = `shared-${random.integer(sharedCount)}`;
    return { volumes: [{ name, persistentVolumeClaim: { claimName } }], manifests: [] };
  }
  const isEphemeral = chance(random, 0.4);
  const claimName = isEphemeral ? `${podName}-${name}` : `claim-${podName}-${name}`;
  const source = isEphemeral
    ? { ephemeral: { volumeClaimTemplate: { spec: claimSpec(random.pick(classes)) } } }
    : { persistentVolumeClaim: { claimName } };
  return {
    volumes: [{ name, ...source }],
    manifests: claimWithVolume(random, claimName, isRunning),
  };
}

function claimSpec(storageClassName: string): Manifest {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "10Gi" } },
    storageClassName,
  };
}

function claimWithVolume(
  random: RandomStream,
  name: string,
  isRunning: boolean,
): readonly Manifest[] {
  const storageClassName = random.pick([...classes, ...classes, "missing", ""]);
  if (chance(random, 0.5)) return [claimManifest(name, { storageClassName }, {})];
  const volumeName = `volume-of-${name}`;
  const source = random.pick(["csi", "csi", "local", "hostPath", "awsElasticBlockStore"] as const);
  return [
    claimManifest(name, { storageClassName, volumeName }, chance(random, 0.95) ? bound : {}),
    ...(isRunning || chance(random, 0.95) ? [volumeManifest(random, volumeName, source)] : []),
  ];
}

/** What a node says of its drivers; nothing for some nodes. */
export function generateCsiNode(random: RandomStream, name: string): readonly Manifest[] {
  if (chance(random, 0.15)) return [];
  const counts = drivers.map((driver) => ({
    name: driver,
    nodeID: name,
    topologyKeys: [],
    ...perhaps(random, 0.8, () => ({ allocatable: { count: between(random, 1, 4) } })),
  }));
  return [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSINode",
      metadata: { name, uid: `uid-csi-${name}` },
      spec: { drivers: counts },
    },
  ];
}
