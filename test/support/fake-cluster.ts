// An API server in memory, for tests: writes are applied at once and told to every observer. It
// keeps the rules that controllers rely on (finalizers, grace periods, uids) and nothing more.
import {
  type CapacityBuffer,
  type CsiNode,
  type DaemonSet,
  type Deployment,
  type Node,
  type NodeClaim,
  type NodeOverlay,
  type NodePool,
  type ObjectMeta,
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
  ClusterEvent,
  ClusterObject,
  EvictionResult,
  NodeClaimDraft,
  ScalableKind,
  WatchEvent,
} from "../../core/state/index.ts";
import { after, compareStrings, seconds, type SimTime } from "../../core/units/index.ts";
import { deepFreeze } from "./freeze.ts";

type Kind = ClusterObject["kind"];
type ObjectOf<K extends Kind> = Extract<ClusterObject, { readonly kind: K }>;

/** Told of every change, at once. */
export type ClusterObserver = (event: WatchEvent, now: SimTime) => void;

export class FakeCluster implements Cluster {
  /** Every event that was recorded, in order. */
  readonly events: ClusterEvent[] = [];
  /** Answers of the eviction subresource by pod key; others are granted. */
  readonly evictionAnswers = new Map<string, EvictionResult>();
  /** Pod keys for which an eviction was asked, in order. */
  readonly evictionRequests: string[] = [];
  readonly #now: () => SimTime;
  readonly #objectsByKind = new Map<Kind, Map<string, ClusterObject>>();
  readonly #observers: ClusterObserver[] = [];
  #created = 0;

  constructor(now: () => SimTime) {
    this.#now = now;
  }

  subscribe(observer: ClusterObserver): void {
    this.#observers.push(observer);
  }

  /** Adds or replaces an object. */
  put(object: ClusterObject): void {
    const key = objectKey(object);
    const before = this.#of(object.kind).get(key);
    if (before === object) return;
    this.#of(object.kind).set(key, deepFreeze(object));
    if (before === undefined) this.#publish({ type: "added", object });
    else this.#publish({ type: "modified", object, before });
  }

  /** Takes the object away, whatever holds it. */
  remove(kind: Kind, key: string): void {
    const before = this.#of(kind).get(key);
    if (before === undefined) return;
    this.#of(kind).delete(key);
    this.#publish({ type: "deleted", object: before, before });
  }

  list<K extends Kind>(kind: K): readonly ObjectOf<K>[] {
    return [...this.#of(kind).entries()]
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([, object]) => object as ObjectOf<K>);
  }

  get<K extends Kind>(kind: K, key: string): ObjectOf<K> | undefined {
    return this.#of(kind).get(key) as ObjectOf<K> | undefined;
  }

  nodePools(): readonly NodePool[] {
    return this.list("NodePool");
  }
  nodePool(name: string): NodePool | undefined {
    return this.get("NodePool", name);
  }
  nodeClaims(): readonly NodeClaim[] {
    return this.list("NodeClaim");
  }
  nodeClaim(name: string): NodeClaim | undefined {
    return this.get("NodeClaim", name);
  }
  nodes(): readonly Node[] {
    return this.list("Node");
  }
  node(name: string): Node | undefined {
    return this.get("Node", name);
  }
  pods(): readonly Pod[] {
    return this.list("Pod");
  }
  pod(key: string): Pod | undefined {
    return this.get("Pod", key);
  }
  podsOnNode(nodeName: string): readonly Pod[] {
    return this.pods().filter(({ spec }) => spec.nodeName === nodeName);
  }
  daemonSets(): readonly DaemonSet[] {
    return this.list("DaemonSet");
  }
  podDisruptionBudgets(): readonly PodDisruptionBudget[] {
    return this.list("PodDisruptionBudget");
  }
  nodeOverlays(): readonly NodeOverlay[] {
    return this.list("NodeOverlay");
  }
  capacityBuffers(): readonly CapacityBuffer[] {
    return this.list("CapacityBuffer");
  }
  podTemplate(key: string): PodTemplateObject | undefined {
    return this.get("PodTemplate", key);
  }
  scalable(kind: ScalableKind, key: string): Deployment | ReplicaSet | StatefulSet | undefined {
    return this.get(kind, key);
  }
  persistentVolumeClaim(key: string): PersistentVolumeClaim | undefined {
    return this.get("PersistentVolumeClaim", key);
  }
  persistentVolume(name: string): PersistentVolume | undefined {
    return this.get("PersistentVolume", name);
  }
  storageClass(name: string): StorageClass | undefined {
    return this.get("StorageClass", name);
  }
  storageClasses(): readonly StorageClass[] {
    return this.list("StorageClass");
  }
  csiNode(name: string): CsiNode | undefined {
    return this.get("CSINode", name);
  }
  volumeAttachments(nodeName: string): readonly VolumeAttachment[] {
    return this.list("VolumeAttachment").filter(({ spec }) => spec.nodeName === nodeName);
  }
  namespaceLabels(name: string): Readonly<Record<string, string>> {
    return { "kubernetes.io/metadata.name": name };
  }
  namespaces(): readonly string[] {
    return [...new Set(this.pods().map(({ metadata }) => metadata.namespace))].sort(compareStrings);
  }

  createNodeClaim(draft: NodeClaimDraft): NodeClaim {
    this.#created++;
    const name = `${draft.generateName}${String(this.#created).padStart(5, "0")}`;
    const creationTimestamp = this.#now();
    const server = { name, namespace: "", uid: name, creationTimestamp, generation: 1 };
    const nodeClaim: NodeClaim = {
      kind: "NodeClaim",
      metadata: { ...draft.metadata, ...server },
      spec: draft.spec,
      status: { capacity: {}, allocatable: {}, conditions: [] },
    };
    this.put(nodeClaim);
    return nodeClaim;
  }
  updateNodeClaim(nodeClaim: NodeClaim): boolean {
    return this.#update(nodeClaim);
  }
  deleteNodeClaim(name: string): boolean {
    return this.#delete("NodeClaim", name, 0);
  }
  updateNode(node: Node): boolean {
    return this.#update(node);
  }
  deleteNode(name: string): boolean {
    return this.#delete("Node", name, 0);
  }
  updateNodePoolStatus(nodePool: NodePool): boolean {
    return this.#update(nodePool);
  }
  updateNodeOverlayStatus(nodeOverlay: NodeOverlay): boolean {
    return this.#update(nodeOverlay);
  }
  updateCapacityBufferStatus(buffer: CapacityBuffer): boolean {
    return this.#update(buffer);
  }
  evictPod(key: string, uid: string): EvictionResult {
    this.evictionRequests.push(key);
    const pod = this.pod(key);
    if (pod === undefined) return { kind: "not-found" };
    if (pod.metadata.uid !== uid) return { kind: "conflict" };
    const answer = this.evictionAnswers.get(key) ?? { kind: "evicted" };
    if (answer.kind === "evicted") this.deletePod(key, pod.spec.terminationGracePeriodSeconds);
    return answer;
  }
  deletePod(key: string, gracePeriodSeconds: number): boolean {
    return this.#delete("Pod", key, gracePeriodSeconds);
  }
  recordEvent(event: ClusterEvent): void {
    this.events.push(event);
  }

  #of(kind: Kind): Map<string, ClusterObject> {
    let objects = this.#objectsByKind.get(kind);
    if (objects === undefined) {
      objects = new Map();
      this.#objectsByKind.set(kind, objects);
    }
    return objects;
  }

  #publish(event: WatchEvent): void {
    for (const observer of this.#observers) observer(event, this.#now());
  }

  /** The server keeps what it owns; an object that is being deleted goes with its last finalizer. */
  #update(object: CapacityBuffer | NodeClaim | Node | NodeOverlay | NodePool): boolean {
    const before = this.#of(object.kind).get(objectKey(object));
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return false;
    const { deletionTimestamp, generation } = before.metadata;
    const metadata = withDeletion({ ...object.metadata, generation }, deletionTimestamp);
    this.put({ ...object, metadata });
    if (deletionTimestamp !== undefined && metadata.finalizers.length === 0) {
      this.remove(object.kind, objectKey(object));
    }
    return true;
  }

  /** Pods stay until a test removes them, as they would wait for their kubelet. */
  #delete(kind: "NodeClaim" | "Node" | "Pod", key: string, graceSeconds: number): boolean {
    const object = this.get(kind, key);
    if (object === undefined) return false;
    const at = after(this.#now(), seconds(graceSeconds));
    const { deletionTimestamp, generation } = object.metadata;
    if (deletionTimestamp !== undefined && (kind !== "Pod" || deletionTimestamp <= at)) return true;
    const metadata = withDeletion({ ...object.metadata, generation: generation + 1 }, at);
    this.put({ ...object, metadata });
    if (kind !== "Pod" && metadata.finalizers.length === 0) this.remove(kind, key);
    return true;
  }
}

function withDeletion(metadata: ObjectMeta, deletionTimestamp: SimTime | undefined): ObjectMeta {
  return deletionTimestamp === undefined ? metadata : { ...metadata, deletionTimestamp };
}
