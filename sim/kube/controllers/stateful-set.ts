import { objectKey } from "../../../core/apis/index.ts";
import type { Pod, PodSpec, PodVolume, StatefulSet } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { draftMeta, podOfTemplate } from "../object-drafts.ts";
import { isPodReady, isPodTerminal, isPodTerminating } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, changesAvailability, controllerKey, WorkQueue } from "./controller.ts";
import { templateHash } from "./template-hash.ts";

const labelRevision = "controller-revision-hash";
const labelPodName = "statefulset.kubernetes.io/pod-name";
const labelPodIndex = "apps.kubernetes.io/pod-index";

/**
 * Keeps pods with an identity: `name-0` to `name-(n-1)`. A replacement waits until the object of its
 * predecessor is gone, so a pod on a lost node stays missing until that node is removed.
 *
 * @see kubernetes pkg/controller/statefulset/stateful_set_control.go updateStatefulSet
 */
export class StatefulSetController implements KubeController {
  readonly name = "stateful-set";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    if (event.object.kind === "StatefulSet") {
      if (event.type !== "deleted") this.#queue.add(objectKey(event.object));
      return;
    }
    const podEvent = asPodEvent(event);
    if (podEvent === undefined || !changesAvailability(podEvent)) return;
    const key = controllerKey(podEvent.object, "StatefulSet");
    if (key !== undefined) this.#queue.add(key);
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const { api } = this.#context;
    const set = api.get("StatefulSet", key);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    const pods = api.podsOf(set.metadata.uid);
    const podsByOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
    const revision = templateHash(set.spec.template);
    if (!this.#fill(set, podsByOrdinal, revision)) return;
    if (!this.#condemn(set, podsByOrdinal)) return;
    this.#update(set, podsByOrdinal, revision);
  }

  /** Creates what is missing, lowest ordinal first; false when something has to be waited for. */
  #fill(set: StatefulSet, podsByOrdinal: ReadonlyMap<number, Pod>, revision: string): boolean {
    const { api } = this.#context;
    const isOrdered = set.spec.podManagementPolicy === "OrderedReady";
    for (let ordinal = 0; ordinal < set.spec.replicas; ordinal++) {
      const pod = podsByOrdinal.get(ordinal);
      if (pod === undefined) this.#create(set, ordinal, revision);
      else if (isPodTerminal(pod) && !isPodTerminating(pod)) api.delete("Pod", objectKey(pod));
      else if (!isPodTerminating(pod) && isPodReady(pod)) continue;
      if (isOrdered) return false;
    }
    return true;
  }

  /** Deletes pods beyond the replicas, highest ordinal first; false while one is going. */
  #condemn(set: StatefulSet, podsByOrdinal: ReadonlyMap<number, Pod>): boolean {
    const isOrdered = set.spec.podManagementPolicy === "OrderedReady";
    const condemned = [...podsByOrdinal.keys()]
      .filter((ordinal) => ordinal >= set.spec.replicas)
      .sort((a, b) => b - a);
    for (const ordinal of condemned) {
      const pod = podsByOrdinal.get(ordinal);
      if (pod !== undefined && !isPodTerminating(pod)) {
        this.#context.api.delete("Pod", objectKey(pod));
      }
      if (isOrdered) return false;
    }
    return true;
  }

  /** Replaces pods of an older template, highest ordinal first, one at a time. */
  #update(set: StatefulSet, podsByOrdinal: ReadonlyMap<number, Pod>, revision: string): void {
    for (let ordinal = set.spec.replicas - 1; ordinal >= 0; ordinal--) {
      const pod = podsByOrdinal.get(ordinal);
      if (pod === undefined) return;
      if (pod.metadata.labels[labelRevision] !== revision) {
        if (!isPodTerminating(pod)) this.#context.api.delete("Pod", objectKey(pod));
        return;
      }
      if (isPodTerminating(pod) || !isPodReady(pod)) return;
    }
  }

  #create(set: StatefulSet, ordinal: number, revision: string): void {
    const { api } = this.#context;
    const { template, volumeClaimTemplates } = set.spec;
    const name = `${set.metadata.name}-${ordinal}`;
    const labels = {
      ...template.labels,
      [labelRevision]: revision,
      [labelPodName]: name,
      [labelPodIndex]: String(ordinal),
    };
    const claims = volumeClaimTemplates.map((claim): PodVolume => {
      const persistentVolumeClaimName = `${claim.name}-${name}`;
      this.#createClaim(set, persistentVolumeClaimName, claim.storageClassName);
      return { name: claim.name, persistentVolumeClaimName };
    });
    const pod = podOfTemplate(set, template, { name, labels });
    api.create(claims.length === 0 ? pod : { ...pod, spec: withVolumes(pod.spec, claims) });
  }

  #createClaim(set: StatefulSet, name: string, storageClassName: string | undefined): void {
    const { api } = this.#context;
    const { namespace } = set.metadata;
    if (api.persistentVolumeClaim(`${namespace}/${name}`) !== undefined) return;
    const className =
      storageClassName ?? api.storageClasses().find((it) => it.isDefault)?.metadata.name;
    api.create({
      kind: "PersistentVolumeClaim",
      metadata: draftMeta({ name, namespace }),
      spec: className === undefined ? {} : { storageClassName: className },
    });
  }
}

function ordinalOf(set: StatefulSet, pod: Pod): number {
  return Number(pod.metadata.name.slice(set.metadata.name.length + 1));
}

/** The claims of the templates take the place of the template's volumes of the same name. */
function withVolumes(spec: PodSpec, claims: readonly PodVolume[]): PodSpec {
  const names = new Set(claims.map((claim) => claim.name));
  return {
    ...spec,
    volumes: [...spec.volumes.filter((volume) => !names.has(volume.name)), ...claims],
  };
}
