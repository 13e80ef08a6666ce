/**
 * Where a pod's volumes allow it to run.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/volumetopology.go VolumeTopology
 */
import {
  labelHostname,
  type NodeSelectorRequirement,
  objectKey,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from "../apis/index.ts";
import { claimKey, Requirements } from "../scheduling/index.ts";
import { sortedEntries } from "../units/index.ts";
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
    const error = claim === undefined ? claimMissing(key) : claimError(claim, cluster);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Why kube-scheduler would refuse a pod with this claim. */
function claimError(claim: PersistentVolumeClaim, cluster: VolumeReads): string | undefined {
  const { volumeName = "" } = claim.spec;
  const named = { PersistentVolumeClaim: objectKey(claim) };
  if (claim.metadata.deletionTimestamp !== undefined) {
    return withValues("persistentvolumeclaim is being deleted", named);
  }
  if (claim.isLost === true) {
    const message = "persistentvolumeclaim bound to non-existent persistentvolume";
    return withValues(message, { ...named, PersistentVolume: volumeName });
  }
  return volumeName === ""
    ? unboundClaimError(claim, cluster)
    : boundClaimError(claim, volumeName, cluster);
}

function boundClaimError(
  claim: PersistentVolumeClaim,
  volumeName: string,
  cluster: VolumeReads,
): string | undefined {
  const volume = cluster.persistentVolume(volumeName);
  const isDeleting = volume?.metadata.deletionTimestamp !== undefined;
  if (volume === undefined || isDeleting) {
    const reason = isDeleting ? "persistentvolume is being deleted" : volumeNotFound(volumeName);
    return withValues(`failed to validate pvc, ${reason}`, {
      PersistentVolumeClaim: objectKey(claim),
      PersistentVolume: volumeName,
      StorageClass: claim.spec.storageClassName ?? "",
    });
  }
  if (Object.hasOwn(claim.metadata.annotations, bindCompleted)) return undefined;
  return withValues("pvc is considered unbound because it does not contain annotation", {
    annotation: bindCompleted,
    PersistentVolumeClaim: claim.metadata.name,
    PersistentVolume: volumeName,
  });
}

function unboundClaimError(claim: PersistentVolumeClaim, cluster: VolumeReads): string | undefined {
  const { storageClassName = "" } = claim.spec;
  const values = { PersistentVolumeClaim: objectKey(claim), StorageClass: storageClassName };
  if (storageClassName === "") return withValues("unbound pvc must define a storage class", values);
  const storageClass = cluster.storageClass(storageClassName);
  if (storageClass === undefined) {
    const reason = `failed to get storage class, ${classNotFound(storageClassName)}`;
    return withValues(`failed to validate pvc, ${reason}`, values);
  }
  if (storageClass.volumeBindingMode !== "Immediate") return undefined;
  const reason = "pvc with immediate volume binding mode must be bound";
  return withValues(`failed to validate pvc, ${reason}`, values);
}

/**
 * A message with what it is about, by name.
 *
 * @see https://pkg.go.dev/github.com/awslabs/operatorpkg/serrors#Error
 */
function withValues(message: string, values: Readonly<Record<string, string>>): string {
  const pairs = sortedEntries(values).map(([name, value]) => `${name}=${value}`);
  return `${message} (${pairs.join(", ")})`;
}

function claimMissing(key: string): string {
  const message = `getting persistent volume claim, ${claimNotFound(key)}`;
  return withValues(message, { PersistentVolumeClaim: key.slice(key.indexOf("/") + 1) });
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
