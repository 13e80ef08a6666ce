/**
 * Where a pod's volumes allow it to run.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/volumetopology.go VolumeTopology
 */
import {
  labelHostname,
  type NodeSelectorRequirement,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from "../apis/index.ts";
import { claimKey, Requirements } from "../scheduling/index.ts";
import type { VolumeReads, VolumeTopologyReader } from "./topology-tracker.ts";

type Alternatives =
  | { readonly ok: true; readonly alternatives: readonly Requirements[] }
  | { readonly ok: false; readonly error: string };

const unrestricted: Alternatives = { ok: true, alternatives: [] };
const bindCompleted = "pv.kubernetes.io/bind-completed";

/** A reader over the cluster's claims, volumes and classes. */
export function createVolumeTopology(cluster: VolumeReads): VolumeTopologyReader {
  return {
    requirements: (pod) => podAlternatives(pod, cluster),
    validatePersistentVolumeClaims: (pod) => claimsError(pod, cluster),
  };
}

function podAlternatives(pod: Pod, cluster: VolumeReads): Alternatives {
  let alternatives: readonly Requirements[] | undefined;
  for (const key of claimKeys(pod)) {
    const found = claimAlternatives(key, cluster);
    if (!found.ok) return found;
    if (found.alternatives.length === 0) continue;
    alternatives =
      alternatives === undefined ? found.alternatives : merge(alternatives, found.alternatives);
  }
  return alternatives === undefined ? unrestricted : { ok: true, alternatives };
}

/** All pairs that go together; all pairs, if none does. */
function merge(
  existing: readonly Requirements[],
  added: readonly Requirements[],
): readonly Requirements[] {
  const pairs = existing.flatMap((left) => added.map((right) => ({ left, right })));
  const compatible = pairs.filter(({ left, right }) => left.isIntersecting(right));
  return (compatible.length > 0 ? compatible : pairs).map(({ left, right }) => left.addAll(right));
}

function claimKeys(pod: Pod): readonly string[] {
  return pod.spec.volumes.flatMap((volume) => claimKey(pod, volume) ?? []);
}

function claimAlternatives(key: string, cluster: VolumeReads): Alternatives {
  const claim = cluster.persistentVolumeClaim(key);
  if (claim === undefined) {
    return { ok: false, error: `discovering persistent volume claim, ${claimNotFound(key)}` };
  }
  const { volumeName = "", storageClassName = "" } = claim.spec;
  if (volumeName !== "") {
    const volume = cluster.persistentVolume(volumeName);
    if (volume === undefined) {
      const error = `getting existing requirements, getting persistent volume, ${volumeNotFound(volumeName)}`;
      return { ok: false, error };
    }
    return { ok: true, alternatives: volumeAlternatives(volume) };
  }
  return storageClassName === "" ? unrestricted : classAlternatives(storageClassName, cluster);
}

function classAlternatives(name: string, cluster: VolumeReads): Alternatives {
  const storageClass = cluster.storageClass(name);
  if (storageClass === undefined) {
    return { ok: false, error: `getting storage class, ${classNotFound(name)}` };
  }
  const alternatives = storageClass.allowedTopologies
    .filter(({ matchLabelExpressions }) => matchLabelExpressions.length > 0)
    .map(({ matchLabelExpressions }) =>
      Requirements.fromNodeSelectorRequirements(
        matchLabelExpressions.map(({ key, values }) => ({ key, operator: "In", values })),
      ),
    );
  return { ok: true, alternatives };
}

/** A local volume's hostname is ignored: the pod moves to a new node, and so does its volume. */
function volumeAlternatives({ spec }: PersistentVolume): readonly Requirements[] {
  return (spec.requiredNodeTerms ?? []).flatMap(({ matchExpressions }) => {
    const kept: readonly NodeSelectorRequirement[] = spec.isLocal
      ? matchExpressions.filter(({ key }) => key !== labelHostname)
      : matchExpressions;
    if (matchExpressions.length === 0) return [];
    return [Requirements.fromNodeSelectorRequirements(kept)];
  });
}

function claimsError(pod: Pod, cluster: VolumeReads): string | undefined {
  for (const key of claimKeys(pod)) {
    const claim = cluster.persistentVolumeClaim(key);
    const error = claim === undefined ? claimNotFound(key) : claimError(claim, cluster);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Why kube-scheduler would refuse a pod with this claim. */
function claimError(claim: PersistentVolumeClaim, cluster: VolumeReads): string | undefined {
  if (claim.metadata.deletionTimestamp !== undefined) {
    return "persistentvolumeclaim is being deleted";
  }
  if (claim.isLost === true) return "persistentvolumeclaim bound to non-existent persistentvolume";
  const { volumeName = "", storageClassName = "" } = claim.spec;
  if (volumeName !== "") {
    const volume = cluster.persistentVolume(volumeName);
    if (volume === undefined) return `failed to validate pvc, ${volumeNotFound(volumeName)}`;
    if (volume.metadata.deletionTimestamp !== undefined) {
      return "failed to validate pvc, persistentvolume is being deleted";
    }
    return Object.hasOwn(claim.metadata.annotations, bindCompleted)
      ? undefined
      : "pvc is considered unbound because it does not contain annotation";
  }
  if (storageClassName === "") return "unbound pvc must define a storage class";
  const storageClass = cluster.storageClass(storageClassName);
  if (storageClass === undefined) {
    return `failed to validate pvc, failed to get storage class, ${classNotFound(storageClassName)}`;
  }
  return storageClass.volumeBindingMode === "Immediate"
    ? "failed to validate pvc, pvc with immediate volume binding mode must be bound"
    : undefined;
}

function claimNotFound(key: string): string {
  return `persistentvolumeclaims "${key.slice(key.indexOf("/") + 1)}" not found`;
}

function volumeNotFound(name: string): string {
  return `persistentvolumes "${name}" not found`;
}

function classNotFound(name: string): string {
  return `storageclasses.storage.k8s.io "${name}" not found`;
}
