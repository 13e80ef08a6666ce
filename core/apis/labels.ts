/**
 * Label, annotation, taint and finalizer names that Karpenter reads and writes.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/labels.go
 */
export const labelNodePool = "karpenter.sh/nodepool";
export const labelNodeRegistered = "karpenter.sh/registered";
export const labelNodeInitialized = "karpenter.sh/initialized";
export const labelCapacityType = "karpenter.sh/capacity-type";
export const labelDoNotSyncTaints = "karpenter.sh/do-not-sync-taints";
export const labelInstanceType = "node.kubernetes.io/instance-type";
export const labelZone = "topology.kubernetes.io/zone";
export const labelZoneId = "topology.k8s.aws/zone-id";
export const labelRegion = "topology.kubernetes.io/region";
export const labelHostname = "kubernetes.io/hostname";
export const labelArch = "kubernetes.io/arch";
export const labelOs = "kubernetes.io/os";
export const labelWindowsBuild = "node.kubernetes.io/windows-build";
export const labelCapacityReservationId = "karpenter.k8s.aws/capacity-reservation-id";
export const labelEc2NodeClass = "karpenter.k8s.aws/ec2nodeclass";

export const annotationDoNotDisrupt = "karpenter.sh/do-not-disrupt";
export const annotationNodePoolHash = "karpenter.sh/nodepool-hash";
export const annotationNodePoolHashVersion = "karpenter.sh/nodepool-hash-version";
export const annotationTerminationTimestamp = "karpenter.sh/nodeclaim-termination-timestamp";
export const annotationMinValuesRelaxed = "karpenter.sh/nodeclaim-min-values-relaxed";
export const annotationEc2NodeClassHash = "karpenter.k8s.aws/ec2nodeclass-hash";
export const annotationEc2NodeClassHashVersion = "karpenter.k8s.aws/ec2nodeclass-hash-version";
export const annotationPodDeletionCost = "controller.kubernetes.io/pod-deletion-cost";

export const finalizerTermination = "karpenter.sh/termination";

export const taintDisrupted = "karpenter.sh/disrupted";
export const taintUnregistered = "karpenter.sh/unregistered";

export const capacityTypes = ["reserved", "spot", "on-demand"] as const;
export type CapacityType = (typeof capacityTypes)[number];
