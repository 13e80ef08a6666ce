/** Takes the decision of a case with our core. */
import { assembleObjects, hasErrors, parseObjects } from "../core/apis/index.ts";
import {
  computeAllocatable,
  type InstanceType,
  type Offering,
  totalOverhead,
} from "../core/cloudprovider/index.ts";
import {
  decideProvisioning,
  defaultSchedulingOptions,
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
} from "./cases.ts";
import { CaseCluster } from "./case-cluster.ts";

const labelReservation = "karpenter.k8s.aws/capacity-reservation-id";

/** What our provisioner decides on the case. Manifests that ours refuses are a defect of the case. */
export function decide(
  testCase: ConformanceCase,
  instanceTypes: readonly InstanceType[],
): Decision {
  const { name, options, objects } = testCase;
  const now = parseTime(testCase.now);
  const cluster = new CaseCluster(() => now, clusterObjects(objects));
  const state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
  replayCluster(cluster, (event, at) => state.observe(event, at), now);
  const decision = decideProvisioning(
    {
      now,
      nodePools: cluster.nodePools(),
      instanceTypes: () => instanceTypes,
      stateNodes: state.stateNodes(),
      pendingPods: state.pendingPods(),
      daemonSetPods: state.daemonSetPods(),
      podDisruptionBudgets: cluster.podDisruptionBudgets(),
      cluster,
    },
    { ...defaultSchedulingOptions, ...options },
  );
  const nothing = { name, newNodeClaims: [], existingNodes: [], podErrors: {} };
  switch (decision.kind) {
    case "failed":
      return { ...nothing, error: decision.error };
    case "no-pods":
    case "no-node-pools":
      return nothing;
    case "scheduled":
      return { name, ...describe(decision.results) };
  }
}

/** The objects of a list. */
export function clusterObjects(list: ConformanceCase["objects"]): readonly ClusterObject[] {
  const results = parseObjects(list);
  for (const { issues } of results) {
    invariant(!hasErrors(issues), "the manifests of a case are valid", {
      issues: JSON.stringify(issues),
    });
  }
  return assembleObjects(results).objects as readonly ClusterObject[];
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
  });
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
