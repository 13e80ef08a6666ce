import type {
  CapacityBuffer,
  CronJob,
  CsiNode,
  DaemonSet,
  Deployment,
  Ec2NodeClass,
  HorizontalPodAutoscaler,
  Job,
  Node,
  NodeClaim,
  NodeOverlay,
  NodePool,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PodTemplateObject,
  PriorityClass,
  ReplicaSet,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
} from "../apis/index.ts";

/** Every kind of object that the cluster holds; `kind` tells them apart. */
export type ClusterObject =
  | CapacityBuffer
  | CronJob
  | CsiNode
  | DaemonSet
  | Deployment
  | Ec2NodeClass
  | HorizontalPodAutoscaler
  | Job
  | Node
  | NodeClaim
  | NodeOverlay
  | NodePool
  | PersistentVolume
  | PersistentVolumeClaim
  | Pod
  | PodDisruptionBudget
  | PodTemplateObject
  | PriorityClass
  | ReplicaSet
  | StatefulSet
  | StorageClass
  | VolumeAttachment;

/** What a watch on the API server delivers; `before` is absent for additions. */
export interface WatchEvent<T extends ClusterObject = ClusterObject> {
  readonly type: "added" | "modified" | "deleted";
  readonly object: T;
  readonly before?: T;
}
