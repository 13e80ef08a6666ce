import {
  type CapacityBuffer,
  type CsiNode,
  type DaemonSet,
  type Deployment,
  type Node,
  type NodeClaim,
  type NodeOverlay,
  type NodePool,
  objectKey,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type PodDisruptionBudget,
  type PodTemplateObject,
  type ReplicaSet,
  type StatefulSet,
  type StorageClass,
  type VolumeAttachment,
} from "../../core/apis/index.ts";
import type {
  Cluster,
  ClusterObject,
  EvictionResult,
  ScalableKind,
} from "../../core/state/index.ts";
import { compareStrings, invariant } from "../../core/units/index.ts";

type Kind = ClusterObject["kind"];
type ObjectOf<K extends Kind> = Extract<ClusterObject, { readonly kind: K }>;
type Labels = Readonly<Record<string, string>>;

/**
 * A cluster that stands still, for decisions that only read. Every write is a defect of the caller.
 *
 * A namespace that has objects and is not in the snapshot is known by its name alone, which is also
 * the one label that Kubernetes gives every namespace.
 */
export class SnapshotCluster implements Cluster {
  readonly #objectsByKind = new Map<Kind, ReadonlyMap<string, ClusterObject>>();
  readonly #podsByNode = new Map<string, Pod[]>();
  readonly #labelsByNamespace = new Map<string, Labels>();

  constructor(objects: readonly ClusterObject[], namespaceLabels: ReadonlyMap<string, Labels>) {
    const sorted = objects
      .map((object) => [objectKey(object), object] as const)
      .sort(([a], [b]) => compareStrings(a, b));
    for (const kind of new Set(objects.map((object) => object.kind))) {
      this.#objectsByKind.set(kind, new Map(sorted.filter(([, object]) => object.kind === kind)));
    }
    for (const pod of this.pods()) {
      const { nodeName } = pod.spec;
      if (nodeName === undefined) continue;
      const pods = this.#podsByNode.get(nodeName);
      if (pods === undefined) this.#podsByNode.set(nodeName, [pod]);
      else pods.push(pod);
    }
    const names = objects.map(({ metadata }) => metadata.namespace).filter((name) => name !== "");
    for (const name of [...new Set([...names, ...namespaceLabels.keys()])].sort(compareStrings)) {
      const labels = namespaceLabels.get(name) ?? {};
      this.#labelsByNamespace.set(name, { "kubernetes.io/metadata.name": name, ...labels });
    }
  }

  nodePools(): readonly NodePool[] {
    return this.#list("NodePool");
  }
  nodePool(name: string): NodePool | undefined {
    return this.#get("NodePool", name);
  }
  nodeClaims(): readonly NodeClaim[] {
    return this.#list("NodeClaim");
  }
  nodeClaim(name: string): NodeClaim | undefined {
    return this.#get("NodeClaim", name);
  }
  nodes(): readonly Node[] {
    return this.#list("Node");
  }
  node(name: string): Node | undefined {
    return this.#get("Node", name);
  }
  pods(): readonly Pod[] {
    return this.#list("Pod");
  }
  pod(key: string): Pod | undefined {
    return this.#get("Pod", key);
  }
  podsOnNode(nodeName: string): readonly Pod[] {
    return this.#podsByNode.get(nodeName) ?? [];
  }
  daemonSets(): readonly DaemonSet[] {
    return this.#list("DaemonSet");
  }
  podDisruptionBudgets(): readonly PodDisruptionBudget[] {
    return this.#list("PodDisruptionBudget");
  }
  nodeOverlays(): readonly NodeOverlay[] {
    return this.#list("NodeOverlay");
  }
  capacityBuffers(): readonly CapacityBuffer[] {
    return this.#list("CapacityBuffer");
  }
  podTemplate(key: string): PodTemplateObject | undefined {
    return this.#get("PodTemplate", key);
  }
  scalable(kind: ScalableKind, key: string): Deployment | ReplicaSet | StatefulSet | undefined {
    return this.#get(kind, key);
  }
  persistentVolumeClaim(key: string): PersistentVolumeClaim | undefined {
    return this.#get("PersistentVolumeClaim", key);
  }
  persistentVolume(name: string): PersistentVolume | undefined {
    return this.#get("PersistentVolume", name);
  }
  storageClass(name: string): StorageClass | undefined {
    return this.#get("StorageClass", name);
  }
  storageClasses(): readonly StorageClass[] {
    return this.#list("StorageClass");
  }
  csiNode(name: string): CsiNode | undefined {
    return this.#get("CSINode", name);
  }
  volumeAttachments(nodeName: string): readonly VolumeAttachment[] {
    return this.#list("VolumeAttachment").filter(({ spec }) => spec.nodeName === nodeName);
  }
  namespaceLabels(name: string): Labels {
    return this.#labelsByNamespace.get(name) ?? {};
  }
  namespaces(): readonly string[] {
    return [...this.#labelsByNamespace.keys()];
  }

  createNodeClaim(): never {
    return readOnly("createNodeClaim");
  }
  updateNodeClaim(): never {
    return readOnly("updateNodeClaim");
  }
  deleteNodeClaim(): never {
    return readOnly("deleteNodeClaim");
  }
  updateNode(): never {
    return readOnly("updateNode");
  }
  deleteNode(): never {
    return readOnly("deleteNode");
  }
  updateNodePoolStatus(): never {
    return readOnly("updateNodePoolStatus");
  }
  updateNodeOverlayStatus(): never {
    return readOnly("updateNodeOverlayStatus");
  }
  updateCapacityBufferStatus(): never {
    return readOnly("updateCapacityBufferStatus");
  }
  evictPod(): EvictionResult {
    return readOnly("evictPod");
  }
  deletePod(): never {
    return readOnly("deletePod");
  }
  recordEvent(): never {
    return readOnly("recordEvent");
  }

  #list<K extends Kind>(kind: K): readonly ObjectOf<K>[] {
    return [...(this.#objectsByKind.get(kind)?.values() ?? [])] as ObjectOf<K>[];
  }

  #get<K extends Kind>(kind: K, key: string): ObjectOf<K> | undefined {
    return this.#objectsByKind.get(kind)?.get(key) as ObjectOf<K> | undefined;
  }
}

function readOnly(verb: string): never {
  invariant(false, "a decision on a snapshot wrote to the cluster", { verb });
}
