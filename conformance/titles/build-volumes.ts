// Storage of hand-made cases.
import type { Manifest } from "../cases.ts";
import { pod, zoneKey } from "./build.ts";

interface ClassDetails {
  readonly zones?: readonly string[];
  readonly key?: string;
  readonly bindingMode?: string;
  readonly provisioner?: string;
  readonly annotations?: Manifest;
  readonly creationTimestamp?: string;
}

export function storageClass(name: string, details: ClassDetails = {}): Manifest {
  const { zones, key = zoneKey, annotations = {}, creationTimestamp } = details;
  const { bindingMode = "WaitForFirstConsumer", provisioner = "ebs.csi.aws.com" } = details;
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: {
      name,
      annotations,
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    provisioner,
    volumeBindingMode: bindingMode,
    ...(zones === undefined
      ? {}
      : { allowedTopologies: [{ matchLabelExpressions: [{ key, values: zones }] }] }),
  };
}

export function claim(
  name: string,
  spec: Manifest,
  metadata: Manifest = {},
  status?: Manifest,
): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default", uid: `uid-${name}`, ...metadata },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "10Gi" } },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

const ebs = { csi: { driver: "ebs.csi.aws.com", volumeHandle: "volume" } };

export function volume(name: string, terms: readonly Manifest[], source: Manifest = ebs): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, uid: `uid-${name}` },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "10Gi" },
      ...source,
      ...(terms.length === 0 ? {} : { nodeAffinity: { required: { nodeSelectorTerms: terms } } }),
    },
  };
}

export function inZones(...zones: string[]): Manifest {
  return { matchExpressions: [{ key: zoneKey, operator: "In", values: zones }] };
}

export function mounts(...claims: string[]): Manifest {
  return {
    volumes: claims.map((claimName, index) => ({
      name: `data-${index}`,
      persistentVolumeClaim: { claimName },
    })),
  };
}

/** A pod of an ephemeral volume with the claim that Kubernetes makes for it, and more pods. */
export function ephemeral(claimSpec: Manifest, metadata: Manifest = {}): readonly Manifest[] {
  const spec = {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
    ...claimSpec,
  };
  const volumes = [{ name: "data", ephemeral: { volumeClaimTemplate: { spec } } }];
  return [claim("pod-data", claimSpec, metadata), pod("pod", { spec: { volumes } }), pod("other")];
}

export const bound = { annotations: { "pv.kubernetes.io/bind-completed": "yes" } };
export const marked = { "storageclass.kubernetes.io/is-default-class": "true" };
export const going = {
  deletionTimestamp: "2026-02-28T23:00:00Z",
  finalizers: ["example.com/slow"],
};

export function csiNode(name: string, count: number): Manifest {
  const driver = {
    name: "ebs.csi.aws.com",
    nodeID: name,
    topologyKeys: [],
    allocatable: { count },
  };
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSINode",
    metadata: { name },
    spec: { drivers: [driver] },
  };
}
