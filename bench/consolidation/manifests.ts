/** Kubernetes objects of the scan benchmark, as `kubectl get -o json` prints them. */
import { computeAllocatable } from "../../core/cloudprovider/index.ts";
import { parseResourceList, sortedEntries } from "../../core/units/index.ts";
import type { CaseInstanceType, Manifest } from "../../conformance/cases.ts";
import type { NodeClass, Shape } from "./shapes.ts";

type Labels = Readonly<Record<string, string>>;
type Quantities = Readonly<Record<string, string>>;

const builtAt = "2026-03-01T00:00:00Z";
const namespace = "default";

function isTrue(type: string): Manifest {
  return { type, status: "True", reason: type, message: "", lastTransitionTime: builtAt };
}

/** The NodePool once Karpenter has found it in order. */
export function readyNodePool(nodePool: Manifest): Manifest {
  const conditions = ["ValidationSucceeded", "NodeClassReady", "Ready"].map(isTrue);
  return {
    ...nodePool,
    status: { conditions: conditions.map((it) => ({ ...it, observedGeneration: 1 })) },
  };
}

/** A machine of a type, as bought. */
export interface Machine {
  readonly name: string;
  readonly zone: string;
  readonly type: CaseInstanceType;
  readonly allocatable: Quantities;
  readonly nodeClass: NodeClass;
}

export function allocatableOf({ capacity, kubeReserved }: CaseInstanceType): Quantities {
  const left = computeAllocatable(parseResourceList(capacity), parseResourceList(kubeReserved));
  return Object.fromEntries(
    sortedEntries(left).map(([name, amount]) => [
      name,
      name === "cpu" ? `${amount}m` : String(amount),
    ]),
  );
}

function labelsOf({ name, zone, type, nodeClass }: Machine): Labels {
  const single = Object.entries(type.requirements).flatMap(([key, values]) =>
    values.length === 1 && values[0] !== undefined ? [[key, values[0]] as const] : [],
  );
  return {
    ...Object.fromEntries(single),
    team: nodeClass.nodePoolName,
    "topology.kubernetes.io/zone": zone,
    "karpenter.sh/capacity-type": nodeClass.capacityType,
    "karpenter.sh/nodepool": nodeClass.nodePoolName,
    "kubernetes.io/hostname": name,
    "karpenter.sh/registered": "true",
    "karpenter.sh/initialized": "true",
  };
}

/** The NodeClaim and the Node of a machine, long since initialized and consolidatable. */
export function machineManifests(machine: Machine): readonly Manifest[] {
  const { name, type, allocatable, nodeClass } = machine;
  const labels = labelsOf(machine);
  const taints = nodeClass.taints.length === 0 ? {} : { taints: nodeClass.taints };
  const conditions = ["Launched", "Registered", "Initialized", "Consolidatable"].map(isTrue);
  const providerID = `aws:///${machine.zone}/${name}`;
  const finalizers = ["karpenter.sh/termination"];
  return [
    {
      apiVersion: "karpenter.sh/v1",
      kind: "NodeClaim",
      metadata: { name: `claim-${name}`, uid: `uid-claim-${name}`, labels, finalizers },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        requirements: [],
        ...taints,
      },
      status: {
        providerID,
        nodeName: name,
        capacity: type.capacity,
        allocatable,
        conditions,
        lastPodEventTime: builtAt,
      },
    },
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, uid: `uid-${name}`, labels, finalizers },
      spec: { providerID, ...taints },
      status: { capacity: type.capacity, allocatable, conditions: [isTrue("Ready")] },
    },
  ];
}

/** A pod of the shape, running on the node or, without one, pending. */
export function podManifest(shape: Shape, name: string, nodeName?: string): Manifest {
  const { cpuMillicores, memoryMib, spec, labels } = shape;
  const requests = { cpu: `${cpuMillicores}m`, memory: `${memoryMib}Mi` };
  const isDaemon = shape.isDaemon === true;
  const owner = { kind: isDaemon ? "DaemonSet" : "ReplicaSet", name: shape.name };
  const controller = {
    apiVersion: "apps/v1",
    ...owner,
    uid: `uid-${shape.name}`,
    controller: true,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      uid: name,
      creationTimestamp: builtAt,
      labels,
      ownerReferences: [controller],
    },
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      containers: [{ name: "main", image: "main", resources: { requests } }],
      ...spec,
    },
    status:
      nodeName === undefined
        ? {
            phase: "Pending",
            conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
          }
        : { phase: "Running", startTime: builtAt, conditions: [isTrue("Ready")] },
  };
}

export function daemonSetManifest(shape: Shape): Manifest {
  const { name, labels, cpuMillicores, memoryMib, spec } = shape;
  const requests = { cpu: `${cpuMillicores}m`, memory: `${memoryMib}Mi` };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace, uid: `uid-${name}` },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: "main", image: "main", resources: { requests } }],
          ...spec,
        },
      },
    },
  };
}

/** The shape's PodDisruptionBudget, where it has one. */
export function budgetManifests({ name, labels, disruptionsAllowed }: Shape): readonly Manifest[] {
  if (disruptionsAllowed === undefined) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace, uid: `uid-budget-${name}` },
      spec: { maxUnavailable: disruptionsAllowed, selector: { matchLabels: labels } },
      status: { disruptionsAllowed, currentHealthy: 9, desiredHealthy: 8, expectedPods: 9 },
    },
  ];
}
