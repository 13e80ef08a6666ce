/** Takes the decision of a case with our core. */
import {
  assembleObjects,
  hasErrors,
  type NodeOverlay,
  parseObject,
  type ParseResult,
} from "../core/apis/index.ts";
import {
  type CloudProvider,
  computeAllocatable,
  type InstanceType,
  NodeOverlayStore,
  type Offering,
  OverlaidCloudProvider,
  totalOverhead,
} from "../core/cloudprovider/index.ts";
import { NodeOverlayController } from "../core/lifecycle/index.ts";
import {
  decideProvisioning,
  defaultSchedulingOptions,
  type ProvisioningDecision,
  type SchedulingNodeClaim,
  type SchedulingResults,
} from "../core/provisioning/index.ts";
import { Requirement, Requirements } from "../core/scheduling/index.ts";
import { type ClusterObject, ClusterState, replayCluster } from "../core/state/index.ts";
import {
  invariant,
  parseResourceList,
  parseTime,
  seconds,
  sortedEntries,
  usdPerHour,
} from "../core/units/index.ts";
import type {
  CaseInstanceType,
  CaseOffering,
  ConformanceCase,
  DecidedNodeClaim,
  Decision,
  Manifest,
} from "./cases.ts";
import { reconcileBuffers, settleBuffers } from "./buffers.ts";
import { CaseCloudProvider } from "./case-cloud-provider.ts";
import { CaseCluster } from "./case-cluster.ts";
import { type CaseWorld, consequences } from "./consequences.ts";

const labelReservation = "karpenter.k8s.aws/capacity-reservation-id";

/** What our provisioner decides on the case. Manifests that ours refuses are a defect of the case. */
export function decide(
  testCase: ConformanceCase,
  instanceTypes: readonly InstanceType[],
): Decision {
  const { name, options, objects } = testCase;
  const { featureGates = {}, ...policies } = options;
  const now = parseTime(testCase.now);
  const objectsOfCase = clusterObjects(objects);
  const cluster = new CaseCluster(() => now, objectsOfCase);
  const state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
  cluster.subscribe((event, at) => state.observe(event, at));
  replayCluster(cluster, (event, at) => state.observe(event, at), now);
  const nodeClasses = objectsOfCase.filter(({ kind }) => kind === "EC2NodeClass");
  const cloudProvider = new CaseCloudProvider(
    instanceTypes,
    nodeClasses.map(({ metadata }) => metadata.name),
  );
  const world: CaseWorld = {
    ...{ now, cluster, cloudProvider, state },
    isStaticCapacityOn: featureGates.StaticCapacity === true,
  };
  const buffers = featureGates.CapacityBuffer === true ? reconcileBuffers(cluster, now) : undefined;
  const overlaid = featureGates.NodeOverlay === true ? withNodeOverlays(world) : cloudProvider;
  const decision = decideProvisioning(
    {
      now,
      nodePools: cluster.nodePools(),
      instanceTypes: (nodePool) => overlaid.getInstanceTypes(nodePool),
      stateNodes: state.stateNodes(),
      pendingPods: state.pendingPods(),
      virtualPods: buffers?.virtualPods.getAll(now) ?? [],
      daemonSetPods: state.daemonSetPods(),
      podDisruptionBudgets: cluster.podDisruptionBudgets(),
      cluster,
    },
    {
      ...defaultSchedulingOptions,
      ...policies,
      reservedCapacity: featureGates.ReservedCapacity ?? true,
    },
  );
  const kept = buffers === undefined ? {} : settleBuffers(cluster, buffers, decision, now);
  const inFull =
    testCase.inFull === true ? { consequences: consequences(world, decision) } : undefined;
  return { name, ...describeDecision(decision), ...kept, ...inFull };
}

/** A provisioner's decision, as upstream's program prints it. */
export function describeDecision(decision: ProvisioningDecision): Omit<Decision, "name"> {
  const nothing = { newNodeClaims: [], existingNodes: [], podErrors: {} };
  switch (decision.kind) {
    case "failed":
      return { ...nothing, error: decision.error };
    case "no-pods":
    case "no-node-pools":
      return nothing;
    case "scheduled":
      return describe(decision.results);
  }
}

/** The cloud with the overlays applied that stand up to evaluation. */
function withNodeOverlays({ now, cluster, cloudProvider, state }: CaseWorld): CloudProvider {
  const store = new NodeOverlayStore();
  const controller = new NodeOverlayController({ cluster, cloudProvider, state, store });
  replayCluster(cluster, (event, at) => controller.observe(event, at), now);
  controller.reconcile(now);
  return new OverlaidCloudProvider(cloudProvider, store);
}

/** The objects of a list. */
export function clusterObjects(list: ConformanceCase["objects"]): readonly ClusterObject[] {
  const results = list.items.map((item) => withoutRuntimeValidation(item) ?? parseObject(item));
  for (const { issues } of results) {
    invariant(!hasErrors(issues), "the manifests of a case are valid", {
      issues: JSON.stringify(issues),
    });
  }
  return assembleObjects(results).objects as readonly ClusterObject[];
}

/**
 * A NodeOverlay that the API server takes and Karpenter refuses, which our readers refuse at once:
 * read without its requirements, it gets them back. Undefined for everything else.
 */
function withoutRuntimeValidation(manifest: Manifest): ParseResult | undefined {
  const { issues } = parseObject(manifest);
  const isRefused = issues.some(({ code }) => code === "apis/runtime-validation");
  if (manifest["kind"] !== "NodeOverlay" || !isRefused) return undefined;
  const { requirements, ...rest } = manifest["spec"] as Pick<NodeOverlay["spec"], "requirements">;
  const result = parseObject({ ...manifest, spec: { ...rest, requirements: [] } });
  const overlay = result.object as NodeOverlay;
  return { ...result, object: { ...overlay, spec: { ...overlay.spec, requirements } } };
}

/** The core's form of instance types. To be called once per set, so that caches by identity work. */
export function buildInstanceTypes(types: readonly CaseInstanceType[]): readonly InstanceType[] {
  return types.map(({ name, requirements, offerings, ...resources }) => {
    const capacity = parseResourceList(resources.capacity);
    const overhead = {
      kubeReserved: parseResourceList(resources.kubeReserved),
      systemReserved: {},
      evictionThreshold: {},
    };
    return Object.freeze<InstanceType>({
      name,
      requirements: Requirements.of(
        ...sortedEntries(requirements).map(([key, values]) => Requirement.of(key, "In", values)),
      ),
      offerings: offerings.map(buildOffering),
      capacity,
      overhead,
      allocatable: computeAllocatable(capacity, totalOverhead(overhead)),
    });
  });
}

function buildOffering(offering: CaseOffering): Offering {
  const { zone, capacityType, price, available, reservationId, reservationCapacity } = offering;
  const reservation =
    reservationId === undefined
      ? Requirement.of(labelReservation, "DoesNotExist")
      : Requirement.of(labelReservation, "In", [reservationId]);
  return Object.freeze<Offering>({
    requirements: Requirements.fromLabels({
      "topology.kubernetes.io/zone": zone,
      "karpenter.sh/capacity-type": capacityType,
    }).add(reservation),
    zone,
    capacityType,
    priceUsdPerHour: usdPerHour(price),
    available,
    ...(reservationId === undefined ? {} : { reservationId }),
    ...(reservationCapacity === undefined ? {} : { reservationCapacity }),
    ...overrides(offering),
  });
}

function overrides({
  capacityOverride,
  kubeReservedOverride,
}: CaseOffering): Pick<Offering, "capacityOverride" | "overheadOverride"> {
  const kubeReserved = kubeReservedOverride && parseResourceList(kubeReservedOverride);
  return {
    ...(capacityOverride && { capacityOverride: parseResourceList(capacityOverride) }),
    ...(kubeReserved && {
      overheadOverride: { kubeReserved, systemReserved: {}, evictionThreshold: {} },
    }),
  };
}

type Named = { readonly metadata: { readonly namespace: string; readonly name: string } };

function keysOf(pods: readonly Named[]): readonly string[] {
  return pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

function describe(results: SchedulingResults): Omit<Decision, "name"> {
  return {
    newNodeClaims: results.newNodeClaims.map(describeNodeClaim),
    existingNodes: results.existingNodes
      .filter(({ pods }) => pods.length > 0)
      .map(({ stateNode, pods }) => ({ name: stateNode.name, pods: keysOf(pods) })),
    podErrors: Object.fromEntries(
      [...results.podErrors].map(([pod, { message }]) => [keysOf([pod])[0], message]),
    ),
  };
}

/** A machine to be launched, as decisions have it. */
export function describeNodeClaim(nodeClaim: SchedulingNodeClaim): DecidedNodeClaim {
  return {
    nodePool: nodeClaim.nodePoolName,
    pods: keysOf(nodeClaim.pods),
    instanceTypes: nodeClaim.instanceTypeOptions.map(({ name }) => name),
    requirements: nodeClaim.requirements.list.map((it) => ({
      text: it.toString(),
      values: it.sortedValues,
    })),
    requests: { ...nodeClaim.requests },
  };
}
