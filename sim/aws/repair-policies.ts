import type { RepairPolicy } from "../../core/cloudprovider/index.ts";
import { minutes } from "../../core/units/index.ts";

/**
 * Which conditions get a node replaced, and after how long: the kubelet's own and those of the EKS
 * node monitoring agent.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/cloudprovider/cloudprovider.go RepairPolicies
 */
export const repairPolicies: readonly RepairPolicy[] = [
  ["Ready", "False", 30],
  ["Ready", "Unknown", 30],
  ["AcceleratedHardwareReady", "False", 10],
  ["StorageReady", "False", 30],
  ["NetworkingReady", "False", 30],
  ["KernelReady", "False", 30],
  ["ContainerRuntimeReady", "False", 30],
].map(([conditionType, conditionStatus, tolerationMinutes]) => ({
  conditionType: conditionType as string,
  conditionStatus: conditionStatus as "False" | "Unknown",
  tolerationDuration: minutes(tolerationMinutes as number),
}));
