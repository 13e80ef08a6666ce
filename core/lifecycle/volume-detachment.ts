import type { PersistentVolumeClaim, Pod, VolumeAttachment } from "../apis/index.ts";
import { claimKey } from "../scheduling/index.ts";
import { isDrainable } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

const shownAttachments = 5;

/**
 * Attachments that have to go before the machine does: those with a volume that no pod uses which
 * stays on the node.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/termination/controller.go filterVolumeAttachments
 */
export function pendingVolumeAttachments(
  attachments: readonly VolumeAttachment[],
  pods: readonly Pod[],
  claimOf: (key: string) => PersistentVolumeClaim | undefined,
  now: SimTime,
): readonly VolumeAttachment[] {
  if (attachments.length === 0) return attachments;
  const kept = new Set<string>();
  for (const pod of pods) {
    if (isDrainable(pod, now)) continue;
    for (const volume of pod.spec.volumes) {
      const key = claimKey(pod, volume);
      const volumeName = key === undefined ? undefined : claimOf(key)?.spec.volumeName;
      if (volumeName !== undefined) kept.add(volumeName);
    }
  }
  return attachments.filter(
    ({ spec }) => spec.persistentVolumeName !== undefined && !kept.has(spec.persistentVolumeName),
  );
}

/** Upstream's sentence, with the names of the first five. */
export function awaitingDetachmentMessage(attachments: readonly VolumeAttachment[]): string {
  const names = attachments.slice(0, shownAttachments).map(({ metadata }) => metadata.name);
  const others = attachments.length - names.length;
  const rest = others > 0 ? ` and ${others} other(s)` : "";
  return `Awaiting deletion of bound volumeattachments (${names.join(", ")}${rest})`;
}
