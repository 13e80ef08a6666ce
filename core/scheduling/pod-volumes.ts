// Which attachable volumes a pod brings along, by CSI driver. A claim that is bound tells by its
// PersistentVolume, one that isn't by the provisioner of its StorageClass.
import {
  objectKey,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type PodVolume,
  type StorageClass,
} from "../apis/index.ts";
import type { Volumes } from "./volume-usage.ts";

/** Where claims, volumes and classes are looked up; the `Cluster` port is one. */
export interface VolumeLookup {
  /** By `namespace/name`. */
  persistentVolumeClaim(key: string): PersistentVolumeClaim | undefined;
  persistentVolume(name: string): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
}

/** Volumes of a pod, or why they cannot be told. */
export type PodVolumesResult =
  | { readonly kind: "volumes"; readonly volumes: Volumes }
  | { readonly kind: "persistent-volume-not-found"; readonly message: string };

/** In-tree provisioners by the CSI driver that took over from them. */
const csiDriverByInTreeProvisioner: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/aws-ebs", "ebs.csi.aws.com"],
  ["kubernetes.io/gce-pd", "pd.csi.storage.gke.io"],
  ["kubernetes.io/azure-disk", "disk.csi.azure.com"],
  ["kubernetes.io/azure-file", "file.csi.azure.com"],
  ["kubernetes.io/cinder", "cinder.csi.openstack.org"],
  ["kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"],
  ["kubernetes.io/portworx-volume", "pxd.portworx.com"],
]);

/**
 * The key of the claim behind a volume: the named one, or `<pod>-<volume>` for an ephemeral one;
 * `undefined` for volumes without a claim.
 *
 * @see karpenter v1.14.1 pkg/utils/volume/volume.go GetPersistentVolumeClaim
 */
export function claimKey(pod: Pod, volume: PodVolume): string | undefined {
  const { namespace, name } = pod.metadata;
  if (volume.persistentVolumeClaimName !== undefined) {
    return `${namespace}/${volume.persistentVolumeClaimName}`;
  }
  return volume.ephemeral === undefined ? undefined : `${namespace}/${name}-${volume.name}`;
}

/**
 * The pod's volumes that count against attach limits. Claims that are gone, classes that are gone
 * and volumes without a CSI driver are left out; a bound claim without its volume is an error.
 *
 * @see karpenter v1.14.1 pkg/scheduling/volumeusage.go GetVolumes
 */
export function podVolumes(pod: Pod, lookup: VolumeLookup): PodVolumesResult {
  const volumes = new Map<string, Set<string>>();
  for (const volume of pod.spec.volumes) {
    const key = claimKey(pod, volume);
    const claim = key === undefined ? undefined : lookup.persistentVolumeClaim(key);
    if (claim === undefined) continue;
    const { volumeName } = claim.spec;
    if (isNamed(volumeName) && lookup.persistentVolume(volumeName) === undefined) {
      const message = `persistentvolumes "${volumeName}" not found`;
      return { kind: "persistent-volume-not-found", message };
    }
    const driver = claimDriver(claim, lookup);
    if (driver === undefined) continue;
    const claims = volumes.get(driver) ?? new Set();
    volumes.set(driver, claims.add(objectKey(claim)));
  }
  return { kind: "volumes", volumes };
}

/**
 * The CSI driver that attaches the claim's volume; `undefined` when none does or none is known.
 *
 * @see karpenter v1.14.1 pkg/scheduling/volumeusage.go ResolveDriver
 */
export function claimDriver(
  claim: PersistentVolumeClaim,
  lookup: VolumeLookup,
): string | undefined {
  const { volumeName, storageClassName } = claim.spec;
  if (isNamed(volumeName)) return lookup.persistentVolume(volumeName)?.spec.csiDriver;
  if (!isNamed(storageClassName)) return undefined;
  const provisioner = lookup.storageClass(storageClassName)?.provisioner;
  if (provisioner === undefined) return undefined;
  return csiDriverByInTreeProvisioner.get(provisioner) ?? provisioner;
}

function isNamed(name: string | undefined): name is string {
  return name !== undefined && name !== "";
}
