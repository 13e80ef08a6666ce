// Short ways to write Nodes and whole machines of lifecycle cases.
import type { Manifest } from "../../cases.ts";
import { beginning, claim, labelsOf, longAgo } from "./build.ts";

interface NodeDetails {
  readonly of?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly metadata?: Manifest;
  readonly taints?: readonly Manifest[];
  readonly ready?: "True" | "False" | "Unknown";
  readonly conditions?: readonly Manifest[];
  readonly capacity?: Manifest;
  readonly allocatable?: Manifest;
  readonly createdAt?: string;
}

export const unregistered: Manifest = { key: "karpenter.sh/unregistered", effect: "NoExecute" };
const resources: Manifest = { cpu: "4", memory: "16Gi", pods: "20" };

/** The Node of a NodeClaim that was launched in a case, as it joins the cluster. */
export function node(name: string, details: NodeDetails = {}): Manifest {
  const { of = "claim", ready = "True", taints = [unregistered], capacity = resources } = details;
  const condition = nodeCondition("Ready", ready, details.createdAt ?? beginning);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: details.createdAt ?? beginning,
      labels: {
        ...labelsOf("default"),
        "node.kubernetes.io/instance-type": "m1.large",
        ...details.labels,
      },
      annotations: details.annotations ?? {},
      ...details.metadata,
    },
    spec: { providerID: `fake:///test-zone-1/${of}`, ...(taints.length > 0 ? { taints } : {}) },
    status: {
      capacity,
      allocatable: details.allocatable ?? { ...resources, cpu: "3900m" },
      conditions: [condition, ...(details.conditions ?? [])],
    },
  };
}

export function nodeCondition(
  type: string,
  status: "True" | "False" | "Unknown",
  since: string = beginning,
): Manifest {
  return { type, status, reason: type, message: "", lastTransitionTime: since };
}

interface MachineDetails {
  readonly pool?: string;
  readonly createdAt?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly claim?: Manifest;
  readonly node?: Omit<NodeDetails, "of" | "labels" | "annotations">;
  /** Conditions of the NodeClaim besides those of an initialized one. */
  readonly conditions?: readonly Manifest[];
  readonly lastPodEventTime?: string;
  readonly isInitialized?: boolean;
}

/** A NodeClaim `name` with its Node `node-NAME`, launched, registered and initialized long ago. */
export function machine(name: string, details: MachineDetails = {}): readonly Manifest[] {
  const { pool: poolName = "default", createdAt = longAgo, isInitialized = true } = details;
  const { annotations = {}, claim: spec = {} } = details;
  const finalizers = ["karpenter.sh/termination"];
  const labels = {
    ...labelsOf(poolName),
    "karpenter.sh/capacity-type": "on-demand",
    "node.kubernetes.io/instance-type": "m1.large",
    "topology.kubernetes.io/zone": "test-zone-1",
    ...details.labels,
  };
  const status = launchedStatus(name, createdAt, details);
  const owner = { apiVersion: "karpenter.sh/v1", kind: "NodeClaim", name, uid: `uid-${name}` };
  const ownerReferences = [{ ...owner, blockOwnerDeletion: true }];
  const states = {
    "karpenter.sh/registered": "true",
    ...(isInitialized ? { "karpenter.sh/initialized": "true" } : {}),
  };
  return [
    claim(name, {
      pool: poolName,
      createdAt,
      labels,
      annotations,
      spec,
      status,
      metadata: { finalizers },
    }),
    node(`node-${name}`, {
      of: name,
      taints: [],
      createdAt,
      annotations,
      ...details.node,
      labels: { ...labels, ...states },
      metadata: { finalizers, ownerReferences, ...details.node?.metadata },
    }),
  ];
}

function launchedStatus(name: string, createdAt: string, details: MachineDetails): Manifest {
  const { isInitialized = true, conditions = [], lastPodEventTime } = details;
  const condition = (type: string, status: string): Manifest => ({
    type,
    status,
    reason: type,
    message: "",
    lastTransitionTime: createdAt,
    observedGeneration: 1,
  });
  const state = isInitialized ? "True" : "Unknown";
  return {
    providerID: `fake:///test-zone-1/${name}`,
    nodeName: `node-${name}`,
    imageID: "image-1",
    capacity: resources,
    allocatable: { ...resources, cpu: "3900m" },
    conditions: [
      condition("Launched", "True"),
      condition("Registered", "True"),
      condition("Initialized", state),
      ...conditions,
      condition("Ready", state),
    ],
    ...(lastPodEventTime === undefined ? {} : { lastPodEventTime }),
  };
}
