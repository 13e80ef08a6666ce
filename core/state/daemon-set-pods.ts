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
import type { Cluster } from "./cluster.ts";
import type { WatchEvent } from "./watch.ts";

/** The newest pod of each DaemonSet that has been seen. */
export class DaemonSetPods {
  readonly #cluster: Pick<Cluster, "daemonSets">;
  /** Living pods by key, by the DaemonSet's uid. */
  readonly #podsByOwner = new Map<string, Map<string, Pod>>();
  /** The last newest pod stays after it is gone, until the DaemonSet is. */
  readonly #newestByOwner = new Map<string, Pod>();
  #pods: readonly Pod[] | undefined;

  constructor(cluster: Pick<Cluster, "daemonSets">) {
    this.#cluster = cluster;
  }

  observeDaemonSet({ type, object }: WatchEvent<DaemonSet>): void {
    this.#pods = undefined;
    if (type !== "deleted") return;
    this.#podsByOwner.delete(object.metadata.uid);
    this.#newestByOwner.delete(object.metadata.uid);
  }

  observePod({ type, object }: WatchEvent<Pod>): void {
    const owner = controllerOf(object);
    if (owner?.kind !== "DaemonSet") return;
    let pods = this.#podsByOwner.get(owner.uid);
    if (pods === undefined) {
      pods = new Map();
      this.#podsByOwner.set(owner.uid, pods);
    }
    if (type === "deleted") pods.delete(objectKey(object));
    else pods.set(objectKey(object), object);
    const newest = newestOf([...pods.values()]);
    // The scheduler reads nothing of the status.
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

function isAlike(pod: Pod, known: Pod | undefined): boolean {
  return known?.spec === pod.spec && known.metadata === pod.metadata;
}

function newestOf(pods: readonly Pod[]): Pod | undefined {
  let newest: Pod | undefined;
  for (const pod of pods) {
    const isNewer =
      newest === undefined || pod.metadata.creationTimestamp > newest.metadata.creationTimestamp;
    if (isNewer) newest = pod;
  }
  return newest;
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
