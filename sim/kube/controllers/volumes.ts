import { objectKey } from "../../../core/apis/index.ts";
import type { PersistentVolumeClaim, Pod } from "../../../core/apis/index.ts";
import { claimKey } from "../../../core/scheduling/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { simTime } from "../../../core/units/index.ts";
import { controllerReference, draftMeta } from "../object-drafts.ts";
import { isPodTerminal } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, WorkQueue } from "./controller.ts";

const detachMs = 2_000;

/**
 * Makes the claims of ephemeral volumes, attaches the volumes of bound pods to their nodes, and
 * detaches them about 2 s after the last pod that used them there is gone.
 *
 * Differs: attaching takes no time; a volume leaves a lost node with its pods' objects.
 *
 * @see kubernetes pkg/controller/volume/attachdetach pkg/controller/volume/ephemeral
 */
export class VolumeController implements KubeController {
  readonly name = "volume";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object } = event;
    if (object.kind === "PersistentVolumeClaim" && event.type !== "deleted") {
      this.#warnOfImmediate(object);
    }
    const podEvent = asPodEvent(event);
    if (podEvent === undefined || podEvent.object.spec.volumes.length === 0) return;
    if (event.type === "added") this.#createEphemeralClaims(podEvent.object);
    const { before } = podEvent;
    const isSettled =
      event.type === "modified" &&
      before?.spec.nodeName === podEvent.object.spec.nodeName &&
      before !== undefined &&
      isPodTerminal(before) === isPodTerminal(podEvent.object);
    if (!isSettled) this.#addVolumes(podEvent.object, event.type === "deleted");
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const { api, timeline } = this.#context;
    const space = key.indexOf(" ");
    const nodeName = key.slice(0, space);
    const persistentVolumeName = key.slice(space + 1);
    const attachment = api
      .volumeAttachments(nodeName)
      .find((it) => it.spec.persistentVolumeName === persistentVolumeName);
    const isUsed = api
      .podsOnNode(nodeName)
      .some((pod) => !isPodTerminal(pod) && this.#volumesOf(pod).includes(persistentVolumeName));
    if (isUsed && attachment === undefined) {
      api.create({
        kind: "VolumeAttachment",
        metadata: draftMeta({ name: `csi-${persistentVolumeName}-${nodeName}` }),
        spec: { nodeName, persistentVolumeName },
        attachedAt: timeline.now,
      });
    } else if (!isUsed && attachment !== undefined) {
      api.delete("VolumeAttachment", objectKey(attachment));
    }
  }

  #addVolumes(pod: Pod, isGone: boolean): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined) return;
    const isLeaving = isGone || isPodTerminal(pod);
    const now = this.#context.timeline.now;
    for (const volumeName of this.#volumesOf(pod)) {
      this.#queue.add(`${nodeName} ${volumeName}`, isLeaving ? simTime(now + detachMs) : now);
    }
  }

  /** Names of the PersistentVolumes behind the pod's claims, those that are bound. */
  #volumesOf(pod: Pod): readonly string[] {
    const names: string[] = [];
    for (const volume of pod.spec.volumes) {
      const key = claimKey(pod, volume);
      const claim = key === undefined ? undefined : this.#context.api.persistentVolumeClaim(key);
      const name = claim?.spec.volumeName;
      if (name !== undefined && name !== "") names.push(name);
    }
    return names;
  }

  #createEphemeralClaims(pod: Pod): void {
    const { api } = this.#context;
    const { name, namespace } = pod.metadata;
    for (const volume of pod.spec.volumes) {
      if (volume.ephemeral === undefined) continue;
      const fallback = api.storageClasses().find((it) => it.isDefault)?.metadata.name;
      const storageClassName = volume.ephemeral.storageClassName ?? fallback;
      api.create({
        kind: "PersistentVolumeClaim",
        metadata: draftMeta({
          name: `${name}-${volume.name}`,
          namespace,
          ownerReferences: [controllerReference(pod)],
        }),
        spec: storageClassName === undefined ? {} : { storageClassName },
      });
    }
  }

  #warnOfImmediate(claim: PersistentVolumeClaim): void {
    const { storageClassName, volumeName } = claim.spec;
    if (storageClassName === undefined || (volumeName ?? "") !== "") return;
    const storageClass = this.#context.api.storageClass(storageClassName);
    if (storageClass?.volumeBindingMode !== "Immediate") return;
    this.#context.notices.add({
      code: "kube/immediate-binding-not-supported",
      objectKind: "StorageClass",
      objectKey: storageClassName,
      message:
        `StorageClass ${storageClassName} binds volumes immediately, which is not supported: its ` +
        "claims are bound where their first pod is scheduled",
    });
  }
}
