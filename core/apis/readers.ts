import type { Decoder } from "./decoder.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { firstHorizontalPodAutoscaler, horizontalPodAutoscaler } from "./parse-autoscaler.ts";
import { capacityBuffer, podTemplateObject } from "./parse-capacity-buffer.ts";
import { namespace, node, priorityClass } from "./parse-cluster-kinds.ts";
import { betaPodDisruptionBudget, podDisruptionBudget } from "./parse-disruption-budget.ts";
import { ec2NodeClass } from "./parse-ec2-node-class.ts";
import { cronJob, job } from "./parse-jobs.ts";
import { nodeClaim } from "./parse-node-claim.ts";
import { nodeOverlay } from "./parse-node-overlay.ts";
import { nodePool } from "./parse-node-pool.ts";
import { pod } from "./parse-pod.ts";
import {
  csiNode,
  persistentVolume,
  persistentVolumeClaim,
  storageClass,
  volumeAttachment,
} from "./parse-storage.ts";
import { daemonSet, deployment, replicaSet, statefulSet } from "./parse-workloads.ts";
import type { ParsedObject } from "./parsed-object.ts";
import { awsNodeTemplate } from "./v1alpha5/convert-aws-node-template.ts";
import { machine } from "./v1alpha5/convert-machine.ts";
import { provisioner } from "./v1alpha5/convert-provisioner.ts";
import { ec2NodeClassV1Beta1 } from "./v1beta1/convert-ec2-node-class.ts";
import { nodeClaimV1Beta1 } from "./v1beta1/convert-node-claim.ts";
import { nodePoolV1Beta1 } from "./v1beta1/convert-node-pool.ts";

/** How one version of a kind is read. */
export interface Reader {
  readonly apiVersion: string;
  readonly kind: string;
  readonly support: "modelled" | "older";
  /** The form that an older one is turned into. */
  readonly becomes?: string;
  readonly read: Decoder<ParsedObject>;
}

function current(apiVersion: string, kind: string, decode: Decoder<ManifestObject>): Reader {
  const read: Decoder<ParsedObject> = (raw, place) => {
    const object = decode(raw, place);
    return object === undefined ? undefined : { object };
  };
  return { apiVersion, kind, support: "modelled", read };
}

function older(type: string, becomes: string, read: Decoder<ParsedObject>): Reader {
  const [apiVersion = "", kind = ""] = type.split(" ");
  return { apiVersion, kind, support: "older", becomes, read };
}

function olderForm(type: string, becomes: string, decode: Decoder<ManifestObject>): Reader {
  return older(type, becomes, (raw, place) => {
    const object = decode(raw, place);
    return object === undefined ? undefined : { object };
  });
}

/** Every version of every kind that becomes an object of the simulation. */
export const readers: readonly Reader[] = [
  current("karpenter.sh/v1", "NodePool", nodePool),
  current("karpenter.sh/v1", "NodeClaim", nodeClaim),
  current("karpenter.k8s.aws/v1", "EC2NodeClass", ec2NodeClass),
  current("karpenter.sh/v1alpha1", "NodeOverlay", nodeOverlay),
  current("autoscaling.x-k8s.io/v1beta1", "CapacityBuffer", capacityBuffer),
  older("karpenter.sh/v1beta1 NodePool", "karpenter.sh/v1 NodePool", nodePoolV1Beta1),
  older("karpenter.sh/v1beta1 NodeClaim", "karpenter.sh/v1 NodeClaim", nodeClaimV1Beta1),
  older(
    "karpenter.k8s.aws/v1beta1 EC2NodeClass",
    "karpenter.k8s.aws/v1 EC2NodeClass",
    ec2NodeClassV1Beta1,
  ),
  older("karpenter.sh/v1alpha5 Provisioner", "karpenter.sh/v1 NodePool", provisioner),
  older("karpenter.sh/v1alpha5 Machine", "karpenter.sh/v1 NodeClaim", machine),
  older(
    "karpenter.k8s.aws/v1alpha1 AWSNodeTemplate",
    "karpenter.k8s.aws/v1 EC2NodeClass",
    awsNodeTemplate,
  ),
  current("apps/v1", "Deployment", deployment),
  current("apps/v1", "ReplicaSet", replicaSet),
  current("apps/v1", "StatefulSet", statefulSet),
  current("apps/v1", "DaemonSet", daemonSet),
  current("batch/v1", "Job", job),
  current("batch/v1", "CronJob", cronJob),
  olderForm("batch/v1beta1 CronJob", "batch/v1 CronJob", cronJob),
  current("v1", "Pod", pod),
  current("v1", "PodTemplate", podTemplateObject),
  current("v1", "Node", node),
  current("v1", "Namespace", namespace),
  current("v1", "PersistentVolumeClaim", persistentVolumeClaim),
  current("v1", "PersistentVolume", persistentVolume),
  current("policy/v1", "PodDisruptionBudget", podDisruptionBudget),
  olderForm(
    "policy/v1beta1 PodDisruptionBudget",
    "policy/v1 PodDisruptionBudget",
    betaPodDisruptionBudget,
  ),
  current("scheduling.k8s.io/v1", "PriorityClass", priorityClass),
  current("autoscaling/v2", "HorizontalPodAutoscaler", horizontalPodAutoscaler),
  olderForm(
    "autoscaling/v2beta2 HorizontalPodAutoscaler",
    "autoscaling/v2 HorizontalPodAutoscaler",
    horizontalPodAutoscaler,
  ),
  current("autoscaling/v1", "HorizontalPodAutoscaler", firstHorizontalPodAutoscaler),
  current("storage.k8s.io/v1", "StorageClass", storageClass),
  current("storage.k8s.io/v1", "CSINode", csiNode),
  current("storage.k8s.io/v1", "VolumeAttachment", volumeAttachment),
];
