// What the scheduler takes for the next pod of each DaemonSet: a copy of the newest living one,
// because admission may have changed it, or else a pod made from the template.
import {
  controllerOf,
  type Container,
  type DaemonSet,
  objectKey,
  type Pod,
  type PodSpec,
} from "../apis/index.ts";
import { heldPodSpec } from "../scheduling/index.ts";
import type { Cluster } from "./cluster.ts";
import type { WatchEvent } from "./watch.ts";

/** The newest pod of each DaemonSet that has been seen. */
export class DaemonSetPods {
  readonly #cluster: Pick<Cluster, "daemonSets">;
  /** By the DaemonSet's uid. */
  readonly #livingByOwner = new Map<string, LivingPods>();
  /** The last newest pod stays after it is gone, until the DaemonSet is. */
  readonly #newestByOwner = new Map<string, Pod>();
  #pods: readonly Pod[] | undefined;

  constructor(cluster: Pick<Cluster, "daemonSets">) {
    this.#cluster = cluster;
  }

  observeDaemonSet({ type, object }: WatchEvent<DaemonSet>): void {
    this.#pods = undefined;
    if (type !== "deleted") return;
    this.#livingByOwner.delete(object.metadata.uid);
    this.#newestByOwner.delete(object.metadata.uid);
  }

  observePod({ type, object }: WatchEvent<Pod>): void {
    const owner = controllerOf(object);
    if (owner?.kind !== "DaemonSet") return;
    let living = this.#livingByOwner.get(owner.uid);
    if (living === undefined) {
      living = new LivingPods();
      this.#livingByOwner.set(owner.uid, living);
    }
    if (type === "deleted") living.delete(objectKey(object));
    else living.set(objectKey(object), object);
    const { newest } = living;
    // Of the status the scheduler reads what containers hold, and nothing else.
    const known = this.#newestByOwner.get(owner.uid);
    if (newest === undefined || isAlike(newest, known)) return;
    this.#newestByOwner.set(owner.uid, newest);
    this.#pods = undefined;
  }

  /** The newest pod of the DaemonSet that was seen; differs: upstream looks once a minute. */
  newest(daemonSet: DaemonSet): Pod | undefined {
    return this.#newestByOwner.get(daemonSet.metadata.uid);
  }

  /** One pod per DaemonSet, in order of the DaemonSets' keys. */
  pods(): readonly Pod[] {
    this.#pods ??= this.#cluster
      .daemonSets()
      .map((daemonSet) => daemonSetPod(daemonSet, this.newest(daemonSet)));
    return this.#pods;
  }
}

/** Pods of one DaemonSet that exist. */
class LivingPods {
  readonly #podsByKey = new Map<string, Pod>();
  /** Of equally young ones the first seen. */
  #newest: readonly [key: string, pod: Pod] | undefined;

  get newest(): Pod | undefined {
    return this.#newest?.[1];
  }

  set(key: string, pod: Pod): void {
    this.#podsByKey.set(key, pod);
    const [newestKey, newest] = this.#newest ?? [];
    if (newest === undefined || key === newestKey || isNewer(pod, newest)) {
      this.#newest = [key, pod];
    }
  }

  delete(key: string): void {
    this.#podsByKey.delete(key);
    if (key !== this.#newest?.[0]) return;
    this.#newest = undefined;
    for (const entry of this.#podsByKey) {
      if (this.#newest === undefined || isNewer(entry[1], this.#newest[1])) this.#newest = entry;
    }
  }
}

function isNewer({ metadata }: Pod, than: Pod): boolean {
  return metadata.creationTimestamp > than.metadata.creationTimestamp;
}

function isAlike(pod: Pod, known: Pod | undefined): boolean {
  return (
    known?.spec === pod.spec &&
    known.metadata === pod.metadata &&
    heldPodSpec(known) === heldPodSpec(pod)
  );
}

/**
 * The pod that the DaemonSet would place on a new node. The template's required node affinity
 * prevails, because the DaemonSet controller pins each living pod to its own node.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Provisioner.getDaemonSetPods
 */
export function daemonSetPod(daemonSet: DaemonSet, newest: Pod | undefined): Pod {
  const { template } = daemonSet.spec;
  const pod = newest ?? podOfTemplate(daemonSet);
  const requiredNodeTerms = template.spec.affinity?.requiredNodeTerms;
  if (requiredNodeTerms === undefined) return pod;
  const affinity = pod.spec.affinity ?? {
    preferredNodeTerms: [],
    requiredPodAffinity: [],
    preferredPodAffinity: [],
    requiredPodAntiAffinity: [],
    preferredPodAntiAffinity: [],
  };
  return { ...pod, spec: { ...pod.spec, affinity: { ...affinity, requiredNodeTerms } } };
}

function podOfTemplate(daemonSet: DaemonSet): Pod {
  const { metadata, spec } = daemonSet;
  return {
    kind: "Pod",
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      uid: "",
      labels: spec.template.labels,
      annotations: spec.template.annotations,
      creationTimestamp: metadata.creationTimestamp,
      finalizers: [],
      ownerReferences: [],
      generation: 1,
    },
    spec: withRequestsFromLimits(spec.template.spec),
    status: { phase: "Pending", conditions: [] },
  };
}

/** Admission would have made requests out of limits. */
function withRequestsFromLimits(spec: PodSpec): PodSpec {
  const defaulted = (container: Container): Container => ({
    ...container,
    resources: {
      ...container.resources,
      requests: { ...container.resources.limits, ...container.resources.requests },
    },
  });
  return {
    ...spec,
    containers: spec.containers.map(defaulted),
    initContainers: spec.initContainers.map(defaulted),
  };
}
