import type { Condition, KubernetesObject } from "./object-meta.ts";
import type { NodeSelectorRequirement } from "./selectors.ts";

/** One selector term; the keys of one term are ANDed, terms are ORed. */
export interface SelectorTerm {
  readonly tags?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly name?: string;
  readonly alias?: string;
  readonly owner?: string;
  readonly ownerId?: string;
  readonly ssmParameter?: string;
  readonly instanceMatchCriteria?: string;
}

export const amiFamilies = [
  "AL2",
  "AL2023",
  "Bottlerocket",
  "Custom",
  "Windows2019",
  "Windows2022",
  "Windows2025",
] as const;
export type AmiFamily = (typeof amiFamilies)[number];

/** Kubelet settings that change allocatable; maps keep the strings as written. */
export interface KubeletConfiguration {
  readonly maxPods?: number;
  readonly podsPerCore?: number;
  readonly systemReserved: Readonly<Record<string, string>>;
  readonly kubeReserved: Readonly<Record<string, string>>;
  readonly evictionHard: Readonly<Record<string, string>>;
}

export interface BlockDeviceMapping {
  readonly deviceName: string;
  readonly rootVolume: boolean;
  readonly ebs?: {
    readonly volumeSizeBytes?: number;
    readonly volumeType: string;
    readonly iops?: number;
    readonly throughputMibPerSecond?: number;
    readonly deleteOnTermination: boolean;
  };
}

/** An AMI as the NodeClass resolved it. */
export interface ResolvedAmi {
  readonly id: string;
  readonly name: string;
  readonly requirements: readonly NodeSelectorRequirement[];
}

export interface ResolvedSubnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneId?: string;
}

export interface ResolvedSecurityGroup {
  readonly id: string;
  readonly name: string;
}

/**
 * An EC2NodeClass, `karpenter.k8s.aws/v1`: the AWS half of a NodePool.
 *
 * `raw` keeps the whole spec as written, for hashing and for the list of unmodelled fields.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/ec2nodeclass.go EC2NodeClass
 */
export interface Ec2NodeClass extends KubernetesObject {
  readonly kind: "EC2NodeClass";
  readonly spec: {
    readonly amiFamily: AmiFamily;
    readonly amiSelectorTerms: readonly SelectorTerm[];
    readonly subnetSelectorTerms: readonly SelectorTerm[];
    readonly securityGroupSelectorTerms: readonly SelectorTerm[];
    readonly capacityReservationSelectorTerms: readonly SelectorTerm[];
    readonly kubelet: KubeletConfiguration;
    readonly blockDeviceMappings: readonly BlockDeviceMapping[];
    readonly instanceStorePolicy?: "RAID0";
    readonly associatePublicIpAddress?: boolean;
    readonly detailedMonitoring: boolean;
    readonly tags: Readonly<Record<string, string>>;
    readonly userData?: string;
    readonly raw: Readonly<Record<string, unknown>>;
  };
  readonly status: {
    readonly subnets: readonly ResolvedSubnet[];
    readonly securityGroups: readonly ResolvedSecurityGroup[];
    readonly amis: readonly ResolvedAmi[];
    readonly conditions: readonly Condition[];
  };
}
