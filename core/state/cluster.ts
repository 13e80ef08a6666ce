import type {
  CapacityBuffer,
  CsiNode,
  DaemonSet,
  Deployment,
  Node,
  NodeClaim,
  NodeOverlay,
  NodePool,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PodTemplateObject,
  ReplicaSet,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
} from "../apis/index.ts";

/**
 * Answer of the eviction subresource.
 *
 * @see kubernetes pkg/registry/core/pod/storage/eviction.go
 */
export type EvictionResult =
  | { readonly kind: "evicted" }
  | { readonly kind: "not-found" }
  | { readonly kind: "conflict" }
  | { readonly kind: "too-many-requests"; readonly podDisruptionBudget: string }
  | { readonly kind: "multiple-budgets"; readonly podDisruptionBudgets: readonly string[] };

/** Kinds of workloads whose pods a CapacityBuffer may imitate. */
export const scalableKinds = ["Deployment", "StatefulSet", "ReplicaSet"] as const;
export type ScalableKind = (typeof scalableKinds)[number];

/** A Kubernetes event. Recorders drop repeats of the same text within two minutes. */
export interface ClusterEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly objectKind: "CapacityBuffer" | "Node" | "NodeClaim" | "NodeOverlay" | "NodePool" | "Pod";
  readonly objectKey: string;
}

/**
 * The port to the Kubernetes API server: cached reads and writes.
 *
 * Lists are sorted by key (code units) and hold frozen objects; an update replaces the object, so
 * identity tells whether it changed. `undefined` means that the object does not exist. Writes to
 * an object that is gone answer `false` and change nothing.
 */
export interface Cluster {
  nodePools(): readonly NodePool[];
  nodePool(name: string): NodePool | undefined;
  nodeClaims(): readonly NodeClaim[];
  nodeClaim(name: string): NodeClaim | undefined;
  nodes(): readonly Node[];
  node(name: string): Node | undefined;
  pods(): readonly Pod[];
  /** By `namespace/name`. */
  pod(key: string): Pod | undefined;
  podsOnNode(nodeName: string): readonly Pod[];
  daemonSets(): readonly DaemonSet[];
  podDisruptionBudgets(): readonly PodDisruptionBudget[];
  nodeOverlays(): readonly NodeOverlay[];
  capacityBuffers(): readonly CapacityBuffer[];
  /** By `namespace/name`, as a workload. */
  podTemplate(key: string): PodTemplateObject | undefined;
  scalable(kind: ScalableKind, key: string): Deployment | ReplicaSet | StatefulSet | undefined;
  persistentVolumeClaim(key: string): PersistentVolumeClaim | undefined;
  persistentVolume(name: string): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
  storageClasses(): readonly StorageClass[];
  csiNode(name: string): CsiNode | undefined;
  volumeAttachments(nodeName: string): readonly VolumeAttachment[];
  /** Labels of a namespace, for namespace selectors; empty when unknown. */
  namespaceLabels(name: string): Readonly<Record<string, string>>;
  /** Names of all namespaces, sorted. */
  namespaces(): readonly string[];

  /** Adds the NodeClaim; the server gives uid, creation time and, for `generateName`, the name. */
  createNodeClaim(nodeClaim: NodeClaimDraft): NodeClaim;
  /** Replaces spec-independent parts: metadata maps, finalizers, status. */
  updateNodeClaim(nodeClaim: NodeClaim): boolean;
  /** Sets deletionTimestamp; the object goes once no finalizer is left. */
  deleteNodeClaim(name: string): boolean;
  updateNode(node: Node): boolean;
  deleteNode(name: string): boolean;
  /** Replaces spec-independent parts: metadata maps (the template's hash) and status. */
  updateNodePoolStatus(nodePool: NodePool): boolean;
  /** Replaces the status of a NodeOverlay; only where NodeOverlays are evaluated. */
  updateNodeOverlayStatus?(nodeOverlay: NodeOverlay): boolean;
  /** Replaces the status of a CapacityBuffer; only where CapacityBuffers are acted on. */
  updateCapacityBufferStatus?(buffer: CapacityBuffer): boolean;
  /** Through the eviction subresource, so PodDisruptionBudgets are respected. */
  evictPod(key: string, uid: string): EvictionResult;
  /** A plain delete; a later one can only shorten the grace. */
  deletePod(key: string, gracePeriodSeconds: number): boolean;
  recordEvent(event: ClusterEvent): void;
}

/** A NodeClaim before the server has named it. */
export interface NodeClaimDraft {
  readonly generateName: string;
  readonly metadata: Pick<ObjectMeta, "labels" | "annotations" | "finalizers" | "ownerReferences">;
  readonly spec: NodeClaim["spec"];
}
