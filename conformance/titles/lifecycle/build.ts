// Short ways to write the objects and steps of lifecycle cases.
import type { CaseInstanceType, Manifest } from "../../cases.ts";
import type {
  Answers,
  CaseRepairPolicy,
  CreateAnswer,
  LifecycleCase,
  LifecycleStep,
} from "../../lifecycle/cases.ts";

/** When every case begins. */
export const beginning = "2026-03-01T00:00:00Z";
/** A day before, when whatever is there already came to be. */
export const longAgo = "2026-02-28T00:00:00Z";

/** A story in the making; its title is the one of upstream's own test of the same decision. */
export interface TitledStory {
  readonly title: string;
  readonly objects: readonly Manifest[];
  readonly steps: readonly LifecycleStep[];
  readonly answers?: Answers;
  readonly featureGates?: LifecycleCase["featureGates"];
  readonly isConsistencyChecked?: boolean;
  readonly hasDuplicates?: boolean;
  readonly repairPolicies?: readonly CaseRepairPolicy[];
  readonly lostInstances?: readonly string[];
  readonly instanceTypes?: readonly CaseInstanceType[];
}

export function story(
  title: string,
  objects: readonly (Manifest | readonly Manifest[])[],
  steps: readonly LifecycleStep[],
  rest: Omit<TitledStory, "title" | "objects" | "steps"> = {},
): TitledStory {
  return { title, objects: objects.flat() as readonly Manifest[], steps, ...rest };
}

/** Looks at these seconds, without doing anything. */
export function look(...seconds: readonly number[]): readonly LifecycleStep[] {
  return seconds.map((atSeconds) => ({ atSeconds }));
}

/** The time so many seconds after the beginning, as Kubernetes writes it. */
export function time(seconds: number): string {
  return new Date(Date.parse(beginning) + seconds * 1000).toISOString().replace(".000", "");
}

export const launched: CreateAnswer = {
  kind: "launched",
  instanceType: "m1.large",
  zone: "test-zone-1",
  capacityType: "on-demand",
};

/** Launches succeed at once, instances take three seconds to go. */
export const cloud: Answers = { create: { "*": launched }, terminationSeconds: 3 };

/** The type of all nodes, on demand and spot in two zones; and a larger one. */
export const instanceTypes: readonly CaseInstanceType[] = [
  instanceType("m1.large", "4", 0.1),
  instanceType("m1.xlarge", "8", 0.2),
];

export function instanceType(name: string, cpu: string, price: number): CaseInstanceType {
  const zones = ["test-zone-1", "test-zone-2"];
  return {
    name,
    requirements: {
      "node.kubernetes.io/instance-type": [name],
      "kubernetes.io/arch": ["amd64"],
      "kubernetes.io/os": ["linux"],
      "topology.kubernetes.io/zone": zones,
      "karpenter.sh/capacity-type": ["on-demand", "spot"],
    },
    offerings: zones.flatMap((zone) => [
      { zone, capacityType: "on-demand", price, available: true } as const,
      { zone, capacityType: "spot", price: price / 2, available: true } as const,
    ]),
    capacity: { cpu, memory: "16Gi", pods: "20" },
    kubeReserved: { cpu: "100m" },
  };
}

const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };

/** The NodeClass; ready unless its condition says otherwise. */
export function nodeClass(
  ready: { readonly status: string; readonly reason?: string; readonly message?: string } = {
    status: "True",
  },
  metadata: Manifest = {},
): Manifest {
  const { status, reason = "Ready", message = "" } = ready;
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default", uid: "uid-class", generation: 1, ...metadata },
    spec: {
      amiFamily: "AL2023",
      role: "role",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { name: "subnet" } }],
      securityGroupSelectorTerms: [{ tags: { name: "group" } }],
    },
    status: {
      conditions: [{ type: "Ready", status, reason, message, lastTransitionTime: longAgo }],
    },
  };
}

interface PoolDetails {
  readonly name?: string;
  readonly metadata?: Manifest;
  /** Of the template. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly template?: Manifest;
  readonly disruption?: Manifest;
  readonly spec?: Manifest;
  readonly status?: Manifest;
}

/** What a NodePool's template is unless a case changes it. */
export function template(details: Pick<PoolDetails, "labels" | "template"> = {}): Manifest {
  return {
    metadata: { labels: details.labels ?? {} },
    spec: { nodeClassRef, requirements: [], expireAfter: "Never", ...details.template },
  };
}

/** A NodePool; nodes never expire and are consolidatable after 30 s. */
export function pool(details: PoolDetails = {}): Manifest {
  const { name = "default" } = details;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}`, generation: 1, ...details.metadata },
    spec: {
      template: template(details),
      disruption: { consolidateAfter: "30s", ...details.disruption },
      ...details.spec,
    },
    ...(details.status === undefined ? {} : { status: details.status }),
  };
}

/** What both halves of a machine have from their first day. */
function labelsOf(poolName: string): Readonly<Record<string, string>> {
  return { "karpenter.k8s.aws/ec2nodeclass": "default", "karpenter.sh/nodepool": poolName };
}

interface ClaimDetails {
  readonly pool?: string;
  readonly createdAt?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly metadata?: Manifest;
  readonly spec?: Manifest;
  readonly status?: Manifest;
}

/** A NodeClaim of the NodePool that nobody has looked at yet. */
export function claim(name: string, details: ClaimDetails = {}): Manifest {
  const { pool: poolName = "default", createdAt = beginning } = details;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name,
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: createdAt,
      labels: { ...labelsOf(poolName), ...details.labels },
      annotations: details.annotations ?? {},
      ownerReferences: [
        {
          apiVersion: "karpenter.sh/v1",
          kind: "NodePool",
          name: poolName,
          uid: `uid-${poolName}`,
          blockOwnerDeletion: true,
        },
      ],
      ...details.metadata,
    },
    spec: { nodeClassRef, requirements: [], expireAfter: "Never", ...details.spec },
    ...(details.status === undefined ? {} : { status: details.status }),
  };
}

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
  const labels = {
    ...labelsOf(poolName),
    "karpenter.sh/capacity-type": "on-demand",
    "node.kubernetes.io/instance-type": "m1.large",
    "topology.kubernetes.io/zone": "test-zone-1",
    ...details.labels,
  };
  const condition = (type: string, status: string): Manifest => ({
    type,
    status,
    reason: type,
    message: "",
    lastTransitionTime: createdAt,
    observedGeneration: 1,
  });
  const state = isInitialized ? "True" : "Unknown";
  const conditions = [
    condition("Launched", "True"),
    condition("Registered", "True"),
    condition("Initialized", state),
    ...(details.conditions ?? []),
    condition("Ready", state),
  ];
  const allocatable = { ...resources, cpu: "3900m" };
  return [
    claim(name, {
      pool: poolName,
      createdAt,
      labels,
      ...(details.annotations === undefined ? {} : { annotations: details.annotations }),
      metadata: { finalizers: ["karpenter.sh/termination"] },
      ...(details.claim === undefined ? {} : { spec: details.claim }),
      status: {
        providerID: `fake:///test-zone-1/${name}`,
        nodeName: `node-${name}`,
        imageID: "image-1",
        capacity: resources,
        allocatable,
        conditions,
        ...(details.lastPodEventTime === undefined
          ? {}
          : { lastPodEventTime: details.lastPodEventTime }),
      },
    }),
    node(`node-${name}`, {
      of: name,
      taints: [],
      createdAt,
      ...details.node,
      labels: {
        ...labels,
        "karpenter.sh/registered": "true",
        ...(isInitialized ? { "karpenter.sh/initialized": "true" } : {}),
      },
      ...(details.annotations === undefined ? {} : { annotations: details.annotations }),
      metadata: {
        finalizers: ["karpenter.sh/termination"],
        ownerReferences: [
          {
            apiVersion: "karpenter.sh/v1",
            kind: "NodeClaim",
            name,
            uid: `uid-${name}`,
            blockOwnerDeletion: true,
          },
        ],
        ...details.node?.metadata,
      },
    }),
  ];
}

interface PodDetails {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: "DaemonSet" | "ReplicaSet" | "StatefulSet" | "Node" | "none";
  readonly cpu?: string;
  readonly metadata?: Manifest;
  readonly spec?: Manifest;
  readonly status?: Manifest;
}

/** A pod on the node, running since long ago. Without a node it waits. */
export function pod(name: string, on: string | undefined, details: PodDetails = {}): Manifest {
  const { owner = "ReplicaSet", cpu = "100m" } = details;
  const apiVersion = owner === "Node" ? "v1" : "apps/v1";
  const owners = [{ apiVersion, kind: owner, name: "owner", uid: `uid-${owner}` }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${name}`,
      creationTimestamp: longAgo,
      labels: details.labels ?? {},
      annotations: details.annotations ?? {},
      ...(owner === "none" ? {} : { ownerReferences: owners }),
      ...details.metadata,
    },
    spec: {
      terminationGracePeriodSeconds: 30,
      containers: [{ name: "main", image: "example/app", resources: { requests: { cpu } } }],
      ...details.spec,
      ...(on === undefined ? {} : { nodeName: on }),
    },
    status: {
      phase: on === undefined ? "Pending" : "Running",
      conditions: [],
      startTime: longAgo,
      ...details.status,
    },
  };
}

/** A PodDisruptionBudget of pods with the label `app`. */
export function budget(name: string, app: string, disruptionsAllowed: number): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default", uid: `uid-${name}` },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app } } },
    status: {
      disruptionsAllowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
    },
  };
}

/** The annotation that tells the pods of a case how long they take to stop. */
export function stopsAfter(duration: string): Readonly<Record<string, string>> {
  return { "dryfit.dev/stops-after": duration };
}
