// One run of Karpenter's provisioner on a cluster that stands still: the snapshot becomes a cluster
// state, the state a decision, the decision plain data. Nothing is launched, nothing changes.
import {
  labelNodePool,
  type Ec2NodeClass,
  type NodePool,
  objectKey,
  type Pod,
} from "../../core/apis/index.ts";
import { isVirtualPod, realPods } from "../../core/capacitybuffer/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import {
  decideProvisioning,
  defaultProvisioningOptions,
  deletingNodePods,
  type ProvisioningDecision,
  type ProvisioningView,
  schedulingOptionsOf,
} from "../../core/provisioning/index.ts";
import { ClusterState, isConditionTrue, replayCluster } from "../../core/state/index.ts";
import {
  compareStrings,
  type Diagnostic,
  formatTime,
  type SimTime,
} from "../../core/units/index.ts";
import type { SpotMarket } from "../../sim/ec2/index.ts";
import type { Catalogue } from "../../traces/index.ts";
import { karpenterVersion } from "../karpenter-version.ts";
import { assumeStatus } from "./assumed-status.ts";
import { decideDisruption } from "./decide-disruption.ts";
import { advisedSpotMarket, typesByNodePool, withOverlays } from "./instance-types.ts";
import type { Snapshot } from "./load-snapshot.ts";
import { namedPods } from "./named-pods.ts";
import { tellsReadiness, withReadiness } from "./node-pool-readiness.ts";
import { asUnschedulable, isSilentlyPending, waitsForOther } from "./pending-pods.ts";
import type { SnapshotPlace } from "./place.ts";
import { idleNodePools, planNotes } from "./plan-notes.ts";
import type { Plan, PlanChoices } from "./plan.ts";
import { plannedBuffers, type ResolvedBuffers, resolveBuffers } from "./planned-buffers.ts";
import { plannedNodeClaim } from "./planned-node-claim.ts";
import { SnapshotCluster } from "./snapshot-cluster.ts";
import { findUnknownLabels, findUnknownZones } from "./unknown-labels.ts";
import { unschedulablePods } from "./unschedulable-pods.ts";

/** Under what is decided. */
export interface PlanRequest {
  readonly now: SimTime;
  /** Neither the snapshot nor anybody told the time, so that it is the present. */
  readonly isPresent?: boolean;
  readonly place: SnapshotPlace;
  readonly catalogue: Catalogue;
  /** Recorded Spot prices; absent: the Spot Instance Advisor's savings. */
  readonly market?: SpotMarket;
  /** What a NodePool with an EC2NodeClass is offered; absent: the catalogue in the place. */
  readonly instanceTypes?: readonly InstanceType[];
  readonly choices: PlanChoices;
}

/** What would happen, and what the author of the snapshot should know about it. */
export interface DecidedPlan {
  readonly plan: Plan;
  readonly warnings: readonly Diagnostic[];
}

/**
 * What Karpenter would decide on the snapshot. Pure: the same snapshot and request give the same plan.
 */
export function decidePlan(snapshot: Snapshot, request: PlanRequest): DecidedPlan {
  const { now, place, choices } = request;
  const situation = prepare(snapshot, request);
  const { view, state, cluster, buffers } = situation;
  const options = schedulingOptionsOf({
    ...defaultProvisioningOptions,
    preferencePolicy: choices.preferencePolicy,
    minValuesPolicy: choices.minValuesPolicy,
    featureGates: {
      ...defaultProvisioningOptions.featureGates,
      reservedCapacity: choices.featureGates.reservedCapacity,
    },
  });
  const decision = decideProvisioning(view, options);
  const pods = [...view.pendingPods, ...deletingNodePods(view)];
  const plan: Plan = {
    schema: "dryfit.dev/plan/v1",
    karpenter: karpenterVersion,
    now: formatTime(now),
    region: place.region,
    zones: place.zones,
    zonesSource: place.source,
    options: choices,
    prices: describePrices(request),
    outcome: decision.kind,
    ...(decision.kind === "failed" ? { error: decision.error } : {}),
    podCount: pods.length,
    virtualPodCount: view.virtualPods?.length ?? 0,
    ...placements(decision, situation, request),
    ignored: [
      ...decision.ignoredPods.map(({ pod, message }) => ({ pod: objectKey(pod), message })),
      ...cluster.pods().flatMap((pod) => {
        const message = waitsForOther(pod);
        return message === undefined ? [] : [{ pod: objectKey(pod), message }];
      }),
    ].sort((a, b) => compareStrings(a.pod, b.pod)),
    buffers: buffers === undefined ? [] : plannedBuffers(buffers, decision, now),
    idleNodePools: idleNodePools(cluster.nodePools(), choices.featureGates.staticCapacity),
    notes: planNotes({
      ...situation,
      snapshot,
      unlaunched: state.unlaunchedNodeClaims(),
      presentTime: request.isPresent === true ? now : undefined,
      isStaticCapacityOn: choices.featureGates.staticCapacity,
      isNodeOverlayOn: choices.featureGates.nodeOverlay,
      isCapacityBufferOn: choices.featureGates.capacityBuffer,
    }),
    // Last, since it marks and nominates nodes.
    disruption: decideDisruption({ ...situation, provisioning: decision, choices, now }),
  };
  const { objects, origins } = snapshot;
  const warnings = [
    ...findUnknownLabels(pods, objects, place.zones, origins),
    ...findUnknownZones(objects, place, origins),
  ];
  return { plan, warnings };
}

function describePrices({ catalogue, market, place }: PlanRequest): Plan["prices"] {
  const sources = new Set(
    catalogue.instanceTypes.flatMap(({ instanceType }) => {
      const price = catalogue.findOnDemandPrice(place.region, instanceType);
      return price === undefined ? [] : [`${price.source.name} of ${price.source.asOf}`];
    }),
  );
  return {
    onDemand: [...sources].join(", "),
    spot:
      market?.description ??
      "modelled: On-Demand less the Spot Instance Advisor's monthly mean, equal in every zone",
    isSpotModelled: market === undefined,
  };
}

interface Situation {
  readonly view: ProvisioningView;
  readonly state: ClusterState;
  readonly cluster: SnapshotCluster;
  readonly types: ReadonlyMap<string, readonly InstanceType[]>;
  /** Pods that nothing but the lack of a condition says are pending. */
  readonly assumedPods: readonly Pod[];
  /** NodePools that do not say whether they are ready. */
  readonly assumedNodePools: readonly NodePool[];
  readonly overlayRefusals: readonly string[];
  readonly deletingPodCount: number;
  /** Absent while their feature gate is off. */
  readonly buffers: ResolvedBuffers | undefined;
  /** What NodeClaims and PodDisruptionBudgets did not say of themselves. */
  readonly assumptions: readonly string[];
}

function prepare(snapshot: Snapshot, request: PlanRequest): Situation {
  const { now, place, choices, catalogue } = request;
  const assumedPods: Pod[] = [];
  const assumedNodePools: NodePool[] = [];
  const nodeClasses = snapshot.objects.filter(
    (object): object is Ec2NodeClass => object.kind === "EC2NodeClass",
  );
  const classNames = new Set(nodeClasses.map(({ metadata }) => metadata.name));
  const objects = snapshot.objects.map((object) => {
    if (object.kind === "Pod" && isSilentlyPending(object)) {
      assumedPods.push(object);
      return asUnschedulable(object, now);
    }
    if (object.kind === "NodePool") {
      const known = withReadiness(object, classNames, now);
      if (!tellsReadiness(object) && isConditionTrue(known, "Ready")) assumedNodePools.push(object);
      return known;
    }
    return object;
  });
  const market = request.market ?? advisedSpotMarket(catalogue, place.region, now);
  const sources = { ...place, catalogue, market, now, given: request.instanceTypes };
  const declared = new SnapshotCluster(objects, snapshot.namespaceLabels);
  const nodePools = declared.nodePools();
  const plain = typesByNodePool(nodePools, nodeClasses, sources);
  const assumed = assumeStatus(objects, plain, now);
  const cluster = new SnapshotCluster(assumed.objects, snapshot.namespaceLabels);
  const { batchMaxDuration } = defaultProvisioningOptions;
  const state = new ClusterState({ cluster, options: { batchMaxDuration } });
  replayCluster(cluster, (event, at) => state.observe(event, at), now);
  const overlays = choices.featureGates.nodeOverlay ? cluster.nodeOverlays() : [];
  const { types, verdicts } = withOverlays(nodePools, plain, overlays);
  const buffers = choices.featureGates.capacityBuffer ? resolveBuffers(cluster, now) : undefined;
  const view: ProvisioningView = {
    now,
    nodePools,
    instanceTypes: ({ metadata }) => types.get(metadata.name) ?? [],
    stateNodes: state.stateNodes(),
    pendingPods: state.pendingPods(),
    ...(buffers === undefined ? {} : { virtualPods: buffers.virtualPods.getAll(now) }),
    daemonSetPods: state.daemonSetPods(),
    podDisruptionBudgets: cluster.podDisruptionBudgets(),
    cluster,
  };
  return {
    view,
    state,
    cluster,
    types,
    assumedPods,
    assumedNodePools,
    overlayRefusals: verdicts.flatMap((it) =>
      it.status === "False" ? [`NodeOverlay ${it.name} is not applied: ${it.message}`] : [],
    ),
    deletingPodCount: deletingNodePods(view).length,
    buffers,
    assumptions: assumed.notes,
  };
}

type Placements = Pick<Plan, "nodeClaims" | "existingNodes" | "unschedulable">;

function placements(
  decision: ProvisioningDecision,
  situation: Situation,
  request: PlanRequest,
): Placements {
  if (decision.kind === "no-node-pools") {
    const message = "no dynamic nodepools found";
    const unschedulable = realPods(decision.pods).map((pod) => ({
      pod: objectKey(pod),
      message,
      nodePools: [],
    }));
    return { nodeClaims: [], existingNodes: [], unschedulable };
  }
  if (decision.kind !== "scheduled") {
    return { nodeClaims: [], existingNodes: [], unschedulable: [] };
  }
  const { newNodeClaims, existingNodes, podErrors } = decision.results;
  return {
    nodeClaims: newNodeClaims.map((it) =>
      plannedNodeClaim(it, situation, request.choices.minValuesPolicy),
    ),
    existingNodes: existingNodes
      .filter(({ pods }) => pods.length > 0)
      .map(({ stateNode, pods }) => {
        const nodePool = stateNode.labels[labelNodePool];
        const owner = nodePool === undefined ? {} : { nodePool };
        return { node: stateNode.name, ...owner, ...namedPods(pods) };
      })
      .sort((a, b) => compareStrings(a.node, b.node)),
    unschedulable: unschedulablePods([...podErrors].filter(([pod]) => !isVirtualPod(pod))),
  };
}
