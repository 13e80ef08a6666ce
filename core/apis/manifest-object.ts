import type { CapacityBuffer, PodTemplateObject } from "./capacity-buffer.ts";
import type { Ec2NodeClass } from "./ec2-node-class.ts";
import type { Namespace } from "./namespace.ts";
import type { NodeClaim } from "./node-claim.ts";
import type { NodeOverlay } from "./node-overlay.ts";
import type { NodePool } from "./node-pool.ts";
import type { Node } from "./node.ts";
import type { Pod } from "./pod.ts";
import type {
  CsiNode,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from "./storage.ts";
import type {
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  PodDisruptionBudget,
  PriorityClass,
  ReplicaSet,
  StatefulSet,
} from "./workloads.ts";

/** Every kind of object that a manifest can bring in; `kind` tells them apart. */
export type ManifestObject =
  | CapacityBuffer
  | CronJob
  | CsiNode
  | DaemonSet
  | Deployment
  | Ec2NodeClass
  | HorizontalPodAutoscaler
  | Job
  | Namespace
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
