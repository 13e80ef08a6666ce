/**
 * Karpenter's AWS cloud provider over the simulated EC2.
 *
 * `create` sends a fleet request and answers `in-progress` until EC2 has answered; the answer is kept
 * by the NodeClaim's uid, so asking twice never launches twice. Refusals of EC2 go to the cache of
 * unavailable offerings and make the next decision choose differently.
 *
 * Differs: equal launches within 35 ms are not batched into one fleet request, so each meets the
 * pool's headroom by itself; reservations, placement groups and the addresses that launches take from
 * subnets are not modelled.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/cloudprovider/cloudprovider.go CloudProvider
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/instance.go DefaultProvider
 */
import {
  annotationEc2NodeClassHash,
  annotationEc2NodeClassHashVersion,
  ec2NodeClassHashVersion,
  labelCapacityType,
  labelInstanceType,
  labelNodePool,
  labelZone,
  labelZoneId,
  type CapacityType,
  type Ec2NodeClass,
  type NodeClaim,
  type NodePool,
} from "../../core/apis/index.ts";
import type {
  CloudProvider,
  CreateResult,
  DeleteResult,
  DriftResult,
  InstanceType,
  LaunchedInstance,
  NodeClassReadiness,
  NodeOverlayStore,
  ProviderInstance,
  RepairPolicy,
} from "../../core/cloudprovider/index.ts";
import { Requirements } from "../../core/scheduling/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { compareStrings, invariant } from "../../core/units/index.ts";
import type { Ec2, Ec2Instance, FleetAnswer } from "../ec2/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import type { InstanceTypeProvider } from "./instance-type-provider.ts";
import { fleetOverrides } from "./fleet-overrides.ts";
import { launchChoices, type OnDemandReason } from "./launch-filters.ts";
import { nodeClassDrift } from "./node-class-drift.ts";
import { nodeClassHash } from "./node-class-hash.ts";
import { launchObstacle, readinessOf } from "./node-class-readiness.ts";
import { zoneIdOf } from "./node-class-zones.ts";
import { repairPolicies } from "./repair-policies.ts";
import { volumesUsdPerHour } from "./root-volume.ts";
import type { AwsSettings } from "./settings.ts";
import type { UnavailableOfferings } from "./unavailable-offerings.ts";

/** What the provider works with. */
export interface AwsCloudProviderOptions {
  readonly ec2: Ec2;
  readonly instanceTypes: InstanceTypeProvider;
  readonly unavailable: UnavailableOfferings;
  /** What the API server has of a NodeClass and of a NodePool, by name. */
  readonly nodeClass: (name: string) => Ec2NodeClass | undefined;
  readonly nodePool: (name: string) => NodePool | undefined;
  readonly settings: AwsSettings;
  readonly ledger: LedgerSink;
  readonly now: () => SimTime;
  /** Whether the NodeClaim is still there and not being deleted; always, where it isn't given. */
  readonly isWanted?: (nodeClaim: NodeClaim) => boolean;
  /** Overlays on what is launched; absent while the feature gate NodeOverlay is off. */
  readonly nodeOverlays?: NodeOverlayStore | undefined;
  /** Called when the answer to a NodeClaim's launch has come. */
  readonly onProgress: (nodeClaimName: string) => void;
}

interface Launch {
  readonly nodeClaim: NodeClaim;
  readonly nodeClass: Ec2NodeClass;
  readonly capacityType: CapacityType;
  readonly onDemandReason: OnDemandReason | undefined;
  result: CreateResult;
}

/** A launched machine, for whoever boots it. */
export interface LaunchedNode {
  readonly nodeClaim: NodeClaim;
  readonly instanceType: InstanceType;
  readonly nodeClass: Ec2NodeClass;
  readonly launched: LaunchedInstance;
}

const group = "karpenter.k8s.aws";
/** One array, so that its identity stays. */
const noInstanceTypes: readonly InstanceType[] = Object.freeze([]);
/** On NodeClaims whose choice rests on overlaid prices: EC2 is to follow these, not its own. */
const annotationPriceOverlay = "karpenter.sh/price-overlay-applied";
const labelTenancy = "karpenter.k8s.aws/instance-tenancy";
/** Which reservation an instance is in is known only when it is in one. */
const reservationLabels = ["id", "type", "interruptible"].map(
  (name) => `karpenter.k8s.aws/capacity-reservation-${name}`,
);

/** See the head of this file. */
export class AwsCloudProvider implements CloudProvider {
  readonly name = "aws";
  readonly #options: AwsCloudProviderOptions;
  readonly #launchesByUid = new Map<string, Launch>();
  readonly #launchesByRequest = new Map<number, Launch>();
  readonly #launchedById = new Map<string, LaunchedNode>();

  constructor(options: AwsCloudProviderOptions) {
    this.#options = options;
  }

  getInstanceTypes(nodePool: NodePool): readonly InstanceType[] {
    const nodeClass = this.#nodeClass(nodePool.spec.template.spec.nodeClassRef);
    if (nodeClass === undefined || nodeClass.status.subnets.length === 0) return noInstanceTypes;
    return this.#options.instanceTypes.list(nodeClass, this.#options.now());
  }

  create(nodeClaim: NodeClaim, now: SimTime): CreateResult {
    const { uid } = nodeClaim.metadata;
    const known = this.#launchesByUid.get(uid);
    if (known !== undefined) {
      // A refusal is told once; who asks again wants another attempt.
      if (known.result.kind === "insufficient-capacity") this.#launchesByUid.delete(uid);
      return known.result;
    }
    const nodeClass = this.#nodeClass(nodeClaim.spec.nodeClassRef);
    if (nodeClass === undefined) {
      const message = `resolving nodeclass, ec2nodeclasses.karpenter.k8s.aws "${nodeClaim.spec.nodeClassRef.name}" not found`;
      return this.#refuse(nodeClaim, now, "NodeClassNotFound", message);
    }
    const unready = launchObstacle(nodeClass);
    if (unready !== undefined) return unready;
    const instanceTypes = this.#launchTypes(nodeClaim, nodeClass);
    if (instanceTypes === undefined) {
      const message = `creating instance, nodepool "${nodePoolName(nodeClaim)}" is awaiting evaluation`;
      return { kind: "error", message };
    }
    const choices = launchChoices(
      instanceTypes,
      Requirements.fromNodeSelectorRequirements(nodeClaim.spec.requirements),
      nodeClaim.spec.requests,
      this.#options.settings.minValuesPolicy,
    );
    if (choices.kind === "none") {
      return this.#refuse(nodeClaim, now, "InsufficientInstanceCapacity", choices.message);
    }
    const isPrioritized = nodeClaim.metadata.annotations[annotationPriceOverlay] !== undefined;
    const overrides = fleetOverrides(nodeClass, choices.choices, { isPrioritized });
    if (overrides.kind === "none") return { ...overrides, kind: "create-error" };
    const requestId = this.#options.ec2.createFleet({
      purchaseOption: choices.capacityType === "spot" ? "spot" : "on-demand",
      overrides: overrides.overrides,
      securityGroupIds: nodeClass.status.securityGroups.map(({ id }) => id),
      count: 1,
      tags: {
        [`kubernetes.io/cluster/${this.#options.settings.clusterName}`]: "owned",
        "karpenter.sh/nodepool": nodePoolName(nodeClaim),
        "karpenter.k8s.aws/ec2nodeclass": nodeClass.metadata.name,
      },
      storageUsdPerHour: volumesUsdPerHour(nodeClass),
      hasPublicIpv4: nodeClass.spec.associatePublicIpAddress === true,
    });
    const launch: Launch = {
      nodeClaim,
      nodeClass,
      capacityType: choices.capacityType,
      onDemandReason: choices.onDemandReason,
      result: { kind: "in-progress" },
    };
    this.#launchesByUid.set(uid, launch);
    this.#launchesByRequest.set(requestId, launch);
    return launch.result;
  }

  /** Takes EC2's answer to a request of `create`. */
  fleetAnswered(answer: FleetAnswer): void {
    const launch = this.#launchesByRequest.get(answer.requestId);
    invariant(launch !== undefined, "EC2 answered a request that was not sent");
    this.#launchesByRequest.delete(answer.requestId);
    const now = this.#options.now();
    for (const { instanceType, zone } of answer.errors) {
      this.#options.unavailable.mark(launch.capacityType, instanceType, zone, now);
    }
    const [instance] = answer.instances;
    launch.result =
      instance === undefined
        ? this.#refuse(
            launch.nodeClaim,
            now,
            answer.errors[0]?.code ?? "UnfulfillableCapacity",
            `with fleet error(s), ${describeErrors(answer)}`,
          )
        : { kind: "launched", instance: this.#launched(launch, instance) };
    if (this.#options.isWanted?.(launch.nodeClaim) === false) this.#abandon(launch, instance);
    this.#options.onProgress(launch.nodeClaim.metadata.name);
  }

  delete(nodeClaim: NodeClaim): DeleteResult {
    const instanceId = instanceIdOf(nodeClaim.status.providerId ?? "");
    if (this.#options.ec2.instance(instanceId) === undefined) {
      this.#launchedById.delete(instanceId);
      this.#launchesByUid.delete(nodeClaim.metadata.uid);
      return { kind: "not-found" };
    }
    this.#options.ec2.terminateInstance(instanceId);
    return { kind: "terminating" };
  }

  get(providerId: string): ProviderInstance | undefined {
    const instance = this.#options.ec2.instance(instanceIdOf(providerId));
    return instance === undefined ? undefined : toProviderInstance(instance);
  }

  list(): readonly ProviderInstance[] {
    return this.#options.ec2
      .instances()
      .map(toProviderInstance)
      .sort((left, right) => compareStrings(left.providerId, right.providerId));
  }

  isDrifted(nodeClaim: NodeClaim): DriftResult {
    const { instanceTypes, ec2 } = this.#options;
    const { labels } = nodeClaim.metadata;
    const nodePool = this.#options.nodePool(labels[labelNodePool] ?? "");
    const nodeClass = nodePool && this.#nodeClass(nodePool.spec.template.spec.nodeClassRef);
    if (nodeClass === undefined) return { kind: "not-drifted" };
    return nodeClassDrift({
      nodeClaim,
      nodeClass,
      typeRequirements: instanceTypes.requirementsOf(nodeClass, labels[labelInstanceType] ?? ""),
      instance: ec2.instance(instanceIdOf(nodeClaim.status.providerId ?? "")),
    });
  }

  repairPolicies(): readonly RepairPolicy[] {
    return repairPolicies;
  }

  nodeClassReadiness(nodePool: NodePool): NodeClassReadiness {
    const nodeClass = this.#nodeClass(nodePool.spec.template.spec.nodeClassRef);
    return nodeClass === undefined ? { kind: "not-found" } : readinessOf(nodeClass);
  }

  /** What was launched as an instance; `undefined` for instances that are not the cluster's. */
  launchedNode(instanceId: string): LaunchedNode | undefined {
    return this.#launchedById.get(instanceId);
  }

  /**
   * The NodeClaim went while EC2 was launching. Upstream's call blocks the NodeClaim until it has the
   * instance's id, and then terminates the instance at once.
   */
  #abandon({ nodeClaim }: Launch, instance: Ec2Instance | undefined): void {
    this.#launchesByUid.delete(nodeClaim.metadata.uid);
    if (instance === undefined) return;
    this.#launchedById.delete(instance.instanceId);
    this.#options.ec2.terminateInstance(instance.instanceId);
  }

  #launched(launch: Launch, instance: Ec2Instance): LaunchedInstance {
    const { nodeClaim, nodeClass, capacityType, onDemandReason } = launch;
    const { instanceType: typeName, zone } = instance.pool;
    const plain = this.#options.instanceTypes.list(nodeClass, this.#options.now());
    const overlaid = this.#launchTypes(nodeClaim, nodeClass) ?? plain;
    const type = overlaid.find(({ name }) => name === typeName);
    invariant(type !== undefined, "EC2 launched a type that the NodeClass has not", { typeName });
    const zoneId = zoneIdOf(nodeClass, zone);
    const providerId = `aws:///${zone}/${instance.instanceId}`;
    const launched: LaunchedInstance = {
      providerId,
      imageId: instance.imageId,
      labels: {
        ...singleValuedLabels(type.requirements),
        [labelZone]: zone,
        ...(zoneId === undefined ? {} : { [labelZoneId]: zoneId }),
        [labelCapacityType]: capacityType,
        [labelTenancy]: tenancy(nodeClaim),
      },
      annotations: {
        [annotationEc2NodeClassHash]: nodeClassHash(nodeClass),
        [annotationEc2NodeClassHashVersion]: ec2NodeClassHashVersion,
      },
      capacity: withoutUnrequestedEfa(type.capacity, nodeClaim),
      allocatable: withoutUnrequestedEfa(type.allocatable, nodeClaim),
    };
    this.#launchedById.set(instance.instanceId, {
      nodeClaim,
      instanceType: type,
      nodeClass,
      launched,
    });
    // What EC2 asks for it, whatever overlays say.
    const onDemand = plain
      .find(({ name }) => name === typeName)
      ?.offerings.find((offering) => offering.capacityType === "on-demand");
    invariant(onDemand !== undefined, "a launched type has no On-Demand price", { typeName });
    this.#options.ledger.record({
      kind: "instance-launched",
      at: this.#options.now(),
      instanceId: instance.instanceId,
      nodeClaimName: nodeClaim.metadata.name,
      nodePoolName: nodePoolName(nodeClaim),
      instanceType: typeName,
      instanceFamily: typeName.slice(0, typeName.indexOf(".")),
      zone,
      capacityType,
      vcpus: instance.vcpus,
      memoryBytes: type.capacity["memory"] ?? 0,
      onDemandUsdPerHour: onDemand.priceUsdPerHour,
      ...(onDemandReason === undefined ? {} : { onDemandReason }),
    });
    return launched;
  }

  /** Overlays are by NodePool, so other NodeClaims have none. `undefined` before evaluation. */
  #launchTypes(nodeClaim: NodeClaim, nodeClass: Ec2NodeClass): readonly InstanceType[] | undefined {
    const { instanceTypes, nodeOverlays, now } = this.#options;
    const plain = instanceTypes.list(nodeClass, now());
    const nodePool = nodePoolName(nodeClaim);
    if (nodeOverlays === undefined || nodePool === "") return plain;
    const applied = nodeOverlays.apply(nodePool, plain);
    return applied.kind === "applied" ? applied.instanceTypes : undefined;
  }

  #refuse(nodeClaim: NodeClaim, at: SimTime, code: string, reason: string): CreateResult {
    const message = `insufficient capacity, ${reason}`;
    this.#options.ledger.record({
      kind: "launch-failed",
      at,
      nodeClaimName: nodeClaim.metadata.name,
      nodePoolName: nodePoolName(nodeClaim),
      code,
      message,
    });
    return { kind: "insufficient-capacity", message };
  }

  #nodeClass(reference: { readonly group: string; readonly name: string }) {
    return reference.group === group ? this.#options.nodeClass(reference.name) : undefined;
  }
}

/**
 * A label for every requirement that leaves one value only.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/cloudprovider/cloudprovider.go instanceToNodeClaim
 */
function singleValuedLabels(requirements: Requirements): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  for (const { key, only } of requirements) {
    if (only !== undefined && !reservationLabels.includes(key)) labels[key] = only;
  }
  return labels;
}

/** @see karpenter-provider-aws v1.14.1 pkg/providers/instance/instance.go getTenancyType */
function tenancy({ spec }: NodeClaim): "default" | "dedicated" {
  const allowed = Requirements.fromNodeSelectorRequirements(spec.requirements).get(labelTenancy);
  return !allowed.has("default") && allowed.has("dedicated") ? "dedicated" : "default";
}

/** @see karpenter-provider-aws v1.14.1 pkg/providers/instance/instance.go combineFleetErrors */
function describeErrors({ errors }: FleetAnswer): string {
  return [...new Set(errors.map(({ code, message }) => `${code}: ${message}`))].join("; ");
}

function withoutUnrequestedEfa(
  resources: InstanceType["capacity"],
  nodeClaim: NodeClaim,
): InstanceType["capacity"] {
  const efa = "vpc.amazonaws.com/efa";
  if ((nodeClaim.spec.requests[efa] ?? 0) > 0 || resources[efa] === undefined) return resources;
  return Object.fromEntries(Object.entries(resources).filter(([name]) => name !== efa));
}

function toProviderInstance(instance: Ec2Instance): ProviderInstance {
  return {
    providerId: `aws:///${instance.pool.zone}/${instance.instanceId}`,
    isTerminating: instance.state === "shutting-down",
    launchedAt: instance.launchedAt,
  };
}

/** The instance id of `aws:///zone/i-…`; empty for other provider ids. */
export function instanceIdOf(providerId: string): string {
  return providerId.startsWith("aws:///") ? providerId.slice(providerId.lastIndexOf("/") + 1) : "";
}

function nodePoolName(nodeClaim: NodeClaim): string {
  return nodeClaim.metadata.labels[labelNodePool] ?? "";
}
