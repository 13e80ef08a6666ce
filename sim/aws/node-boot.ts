/**
 * From a running instance to a node: how long it boots, and what its kubelet registers.
 *
 * The kubelet registers with the NodeClaim's taints and startup taints, and with Karpenter's
 * `unregistered` taint, which Karpenter takes off when it has synced the NodeClaim's labels.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/amifamily/bootstrap
 */
import {
  labelArch,
  labelHostname,
  labelInstanceType,
  labelOs,
  labelRegion,
  labelZone,
  taintUnregistered,
  type AmiFamily,
  type Taint,
} from "../../core/apis/index.ts";
import type { LaunchedInstance } from "../../core/cloudprovider/index.ts";
import type { DurationMs, ResourceList } from "../../core/units/index.ts";
import { durationMs, invariant } from "../../core/units/index.ts";
import { capacityPoolId, sampleDelay, type Ec2Instance } from "../ec2/index.ts";
import { hashUniform, type Distribution } from "../engine/index.ts";
import type { LaunchedNode } from "./aws-cloud-provider.ts";
import type { BootLatency } from "./settings.ts";

/** A node as its kubelet registers it. */
export interface NodeRegistration {
  readonly name: string;
  readonly providerId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  /** From registration to Ready. */
  readonly readyAfter: DurationMs;
}

/** How long the machine boots before its kubelet registers; `undefined`: it never joins. */
export function registrationDelay(
  boot: BootLatency,
  node: LaunchedNode,
  instance: Ec2Instance,
  seed: number | string,
): DurationMs | undefined {
  const entity = capacityPoolId(instance.pool);
  const index = instance.ordinal;
  if (hashUniform(seed, "join-failure", entity, index) < boot.joinFailureShare) return undefined;
  const { amiFamily, instanceStorePolicy } = node.nodeClass.spec;
  const base = sampleDelay(registrationSeconds(boot, amiFamily), {
    seed,
    purpose: "registration",
    entity,
    index,
  });
  const { requirements, capacity } = node.instanceType;
  const size = requirements.get("karpenter.k8s.aws/instance-size").only ?? "";
  const isBareMetal = size.includes("metal");
  const isAccelerated =
    Object.keys(capacity).some((name) => name.endsWith("/gpu")) ||
    capacity["habana.ai/gaudi"] !== undefined ||
    capacity["aws.amazon.com/neuron"] !== undefined;
  const hasRaid =
    instanceStorePolicy === "RAID0" &&
    requirements.get("karpenter.k8s.aws/instance-local-nvme").only !== undefined;
  const extraSeconds =
    (isBareMetal ? boot.bareMetalExtraSeconds : 0) +
    (isAccelerated ? boot.acceleratedExtraSeconds : 0) +
    (hasRaid ? boot.instanceStoreRaidExtraSeconds : 0);
  return durationMs(base + Math.round(extraSeconds * 1000));
}

function registrationSeconds(boot: BootLatency, amiFamily: AmiFamily): Distribution {
  if (amiFamily === "Bottlerocket") return boot.bottlerocketRegistrationSeconds;
  return amiFamily.startsWith("Windows")
    ? boot.windowsRegistrationSeconds
    : boot.registrationSeconds;
}

/** What the kubelet of a booted machine registers. */
export function nodeRegistration(
  boot: BootLatency,
  node: LaunchedNode,
  instance: Ec2Instance,
  seed: number | string,
): NodeRegistration {
  const { nodeClaim, launched } = node;
  const { spec } = nodeClaim;
  const name = privateDnsName(instance.instanceId, launched.labels[labelRegion] ?? "");
  const entity = capacityPoolId(instance.pool);
  const kubeletLabels = [labelArch, labelOs, labelInstanceType, labelRegion, labelZone];
  return {
    name,
    providerId: launched.providerId,
    labels: {
      ...Object.fromEntries(kubeletLabels.map((key) => [key, kubeletLabel(launched, key)])),
      [labelHostname]: name,
    },
    taints: [
      ...spec.taints,
      ...spec.startupTaints,
      { key: taintUnregistered, value: "", effect: "NoExecute" },
    ],
    capacity: launched.capacity,
    allocatable: launched.allocatable,
    readyAfter: sampleDelay(boot.readinessSeconds, {
      seed,
      purpose: "readiness",
      entity,
      index: instance.ordinal,
    }),
  };
}

function kubeletLabel({ labels, providerId }: LaunchedInstance, key: string): string {
  const value = labels[key];
  invariant(value !== undefined, "a launched machine lacks a label of its kubelet", {
    key,
    providerId,
  });
  return value;
}

/** @see Amazon EC2 User Guide, "EC2 instance hostnames and domains", IP name */
function privateDnsName(instanceId: string, region: string): string {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${hostAddress(instanceId).join("-")}.${domain}`;
}

/** An address of the 10.0.0.0/8 network out of the instance's number. */
function hostAddress(instanceId: string): readonly number[] {
  const number = Number.parseInt(instanceId.slice(-6), 16);
  return [10, (number >> 16) & 255, (number >> 8) & 255, number & 255];
}
