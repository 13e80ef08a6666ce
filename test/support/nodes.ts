import {
  labelCapacityType,
  labelHostname,
  labelInstanceType,
  labelNodeInitialized,
  labelNodePool,
  labelNodeRegistered,
  labelZone,
  type Node,
  type NodeClaim,
  type Pod,
  type Taint,
} from "../../core/apis/index.ts";
import {
  HostPortUsage,
  hostPorts,
  requestsForPods,
  VolumeUsage,
} from "../../core/scheduling/index.ts";
import type { StateNode } from "../../core/state/index.ts";
import {
  mergeResources,
  Never,
  parseResourceList,
  simTime,
  subtractResources,
} from "../../core/units/index.ts";
import { deepFreeze } from "./freeze.ts";
import { objectMeta, type Quantities } from "./pods.ts";

/** What a test may say about a node of the cluster. */
export interface StateNodeOverrides {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly zone?: string;
  readonly nodePool?: string;
  /** False: no NodeClaim, no NodePool label. */
  readonly isManaged?: boolean;
  readonly isInitialized?: boolean;
  readonly capacity?: Quantities;
  readonly allocatable?: Quantities;
  readonly pods?: readonly Pod[];
  readonly daemonSetPods?: readonly Pod[];
  readonly view?: Partial<StateNode>;
}

const defaultResources: Quantities = { cpu: "4", memory: "4Gi", pods: "5" };

/** A managed, initialized on-demand node of the default type in test-zone-1, empty and ready. */
export function stateNode(overrides: StateNodeOverrides = {}): StateNode {
  const { name = "node", isManaged = true, isInitialized = true, taints = [] } = overrides;
  const labels = labelsOf(name, isManaged, isInitialized, overrides);
  const capacity = parseResourceList(overrides.capacity ?? defaultResources);
  const allocatable = parseResourceList(
    overrides.allocatable ?? overrides.capacity ?? defaultResources,
  );
  const daemons = overrides.daemonSetPods ?? [];
  const pods = [...(overrides.pods ?? []), ...daemons];
  const podRequests = mergeResources(...pods.map((pod) => requestsForPods([pod])));
  const node = nodeOf(name, labels, taints, { capacity, allocatable });
  let hostPortUsage = HostPortUsage.empty;
  for (const pod of pods) hostPortUsage = hostPortUsage.add(pod, hostPorts(pod));
  return deepFreeze<StateNode>({
    providerId: node.spec.providerId,
    node,
    ...(isManaged ? { nodeClaim: nodeClaimOf(name, labels, node, isInitialized) } : {}),
    name,
    hostName: labels[labelHostname] ?? name,
    labels,
    annotations: overrides.annotations ?? {},
    taints,
    capacity,
    allocatable,
    podRequests,
    daemonSetRequests: mergeResources(...daemons.map((pod) => requestsForPods([pod]))),
    available: subtractResources(allocatable, podRequests),
    pods,
    hostPortUsage,
    volumeUsage: VolumeUsage.empty,
    isManaged,
    isRegistered: true,
    isInitialized,
    isMarkedForDeletion: false,
    ...overrides.view,
  });
}

function labelsOf(
  name: string,
  isManaged: boolean,
  isInitialized: boolean,
  overrides: StateNodeOverrides,
): Readonly<Record<string, string>> {
  const managed = {
    [labelNodePool]: overrides.nodePool ?? "default",
    [labelNodeRegistered]: "true",
    ...(isInitialized ? { [labelNodeInitialized]: "true" } : {}),
    [labelInstanceType]: "default-instance-type",
    [labelCapacityType]: "on-demand",
  };
  return {
    [labelHostname]: name,
    [labelZone]: overrides.zone ?? "test-zone-1",
    ...(isManaged ? managed : {}),
    ...overrides.labels,
  };
}

function nodeOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  taints: readonly Taint[],
  resources: Pick<Node["status"], "capacity" | "allocatable">,
): Node {
  return {
    kind: "Node",
    metadata: objectMeta({ name, namespace: "", labels }),
    spec: { providerId: `aws:///test-zone-1/${name}`, taints, unschedulable: false },
    status: { ...resources, conditions: [] },
  };
}

function nodeClaimOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  node: Node,
  isInitialized: boolean,
): NodeClaim {
  const conditions = ["Launched", "Registered", "Initialized"].map((type) => ({
    type,
    status: type === "Initialized" && !isInitialized ? ("Unknown" as const) : ("True" as const),
    reason: type,
    message: "",
    lastTransitionTime: simTime(0),
  }));
  return {
    kind: "NodeClaim",
    metadata: objectMeta({ name: `${name}-claim`, namespace: "", labels }),
    spec: {
      taints: node.spec.taints,
      startupTaints: [],
      requirements: [],
      requests: {},
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      expireAfter: Never,
    },
    status: {
      nodeName: name,
      providerId: node.spec.providerId,
      capacity: node.status.capacity,
      allocatable: node.status.allocatable,
      conditions,
    },
  };
}
