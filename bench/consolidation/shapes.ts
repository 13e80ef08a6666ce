/**
 * The workloads of the scan benchmark: some forty shapes of pods, each a Deployment's. Of every class
 * of nodes each node has one large pod, which fits nowhere else, and some small ones, which do.
 */
import type { Manifest } from "../../conformance/cases.ts";

const zoneKey = "topology.kubernetes.io/zone";
const hostnameKey = "kubernetes.io/hostname";

/** What the pods of one Deployment have in common. */
export interface Shape {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpuMillicores: number;
  readonly memoryMib: number;
  /** Constraints, tolerations and the like. */
  readonly spec: Manifest;
  readonly isDaemon?: boolean;
  /** Pods that its PodDisruptionBudget may be without; no budget when absent. */
  readonly disruptionsAllowed?: number;
}

/** Nodes of one NodePool with what runs on them. */
export interface NodeClass {
  readonly nodePool: Manifest;
  readonly nodePoolName: string;
  /** What nodes of the class are bought as. */
  readonly capacityType: "spot" | "on-demand";
  /** Part of all nodes, in percent. */
  readonly percent: number;
  readonly taints: readonly Manifest[];
  readonly large: readonly Shape[];
  readonly small: readonly Shape[];
  readonly smallPerNode: number;
}

type Labels = Readonly<Record<string, string>>;

/** What runs on every node. */
export const daemonShapes: readonly Shape[] = [
  { name: "aws-node", cpuMillicores: 50, memoryMib: 64 },
  { name: "kube-proxy", cpuMillicores: 100, memoryMib: 64 },
  { name: "log-agent", cpuMillicores: 100, memoryMib: 200 },
].map((shape) => ({
  ...shape,
  labels: { app: shape.name },
  spec: { tolerations: [{ operator: "Exists" }] },
  isDaemon: true,
}));

function spread(key: string, labels: Labels, whenUnsatisfiable: string): Manifest {
  return {
    maxSkew: 1,
    topologyKey: key,
    whenUnsatisfiable,
    labelSelector: { matchLabels: labels },
  };
}

function apart(matchLabels: Labels): Manifest {
  const term = { labelSelector: { matchLabels }, topologyKey: hostnameKey };
  return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}

/** What small Deployments ask for beside their size, in turn. */
const smallConstraints: readonly ((labels: Labels) => Manifest)[] = [
  (labels) => ({ topologySpreadConstraints: [spread(zoneKey, labels, "DoNotSchedule")] }),
  () => ({}),
  (labels) => ({ affinity: apart(labels) }),
  (labels) => ({ topologySpreadConstraints: [spread(hostnameKey, labels, "ScheduleAnyway")] }),
  () => ({}),
  (labels) => ({
    topologySpreadConstraints: [
      spread(zoneKey, labels, "DoNotSchedule"),
      spread(hostnameKey, labels, "ScheduleAnyway"),
    ],
  }),
];

function smallShapes(name: string, count: number, millicores: number, more: Manifest): Shape[] {
  return Array.from({ length: count }, (_, index) => {
    const labels = { app: `${name}-small-${index}` };
    const constraints = smallConstraints[index % smallConstraints.length]?.(labels) ?? {};
    return {
      name: labels.app,
      labels,
      cpuMillicores: millicores + index,
      memoryMib: 64 + 32 * (index % 3),
      spec: { ...more, ...constraints },
      ...(index % 2 === 0 ? { disruptionsAllowed: 1 } : {}),
    };
  });
}

interface LargeShapes {
  readonly name: string;
  readonly count: number;
  readonly millicores: number;
  readonly step: number;
  readonly mibPerCore: number;
  readonly spec: (labels: Labels) => Manifest;
}

function largeShapes({ name, count, millicores, step, mibPerCore, spec }: LargeShapes): Shape[] {
  return Array.from({ length: count }, (_, index) => {
    const labels = { app: `${name}-${index}`, tier: name };
    const cpuMillicores = millicores + step * index;
    const memoryMib = Math.round((cpuMillicores / 1000) * mibPerCore);
    const budget = index % 3 === 0 ? { disruptionsAllowed: 1 } : {};
    return { name: labels.app, labels, cpuMillicores, memoryMib, spec: spec(labels), ...budget };
  });
}

function nodePool(name: string, requirements: readonly Manifest[], taints: readonly Manifest[]) {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}`, generation: 1 },
    spec: {
      limits: { cpu: "100000" },
      disruption: { consolidateAfter: "30s", consolidationPolicy: "WhenEmptyOrUnderutilized" },
      template: {
        metadata: { labels: { team: name } },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements,
          ...(taints.length === 0 ? {} : { taints }),
        },
      },
    },
  };
}

function requirement(key: string, operator: string, ...values: readonly string[]): Manifest {
  return { key, operator, values };
}

function dedicated(value: string): { readonly taints: Manifest[]; readonly more: Manifest } {
  return {
    taints: [{ key: "dedicated", value, effect: "NoSchedule" }],
    more: {
      nodeSelector: { team: value },
      tolerations: [{ key: "dedicated", operator: "Equal", value, effect: "NoSchedule" }],
    },
  };
}

const capacityTypeKey = "karpenter.sh/capacity-type";

/** Services that keep away from each other's hosts, on Spot, with on-demand to fall back to. */
function services(): NodeClass {
  const name = "services";
  return {
    nodePool: nodePool(name, [requirement(capacityTypeKey, "In", "spot", "on-demand")], []),
    nodePoolName: name,
    capacityType: "spot",
    percent: 40,
    taints: [],
    large: largeShapes({
      name,
      count: 12,
      millicores: 1800,
      step: 12,
      mibPerCore: 2048,
      spec: () => ({ affinity: apart({ tier: name }) }),
    }),
    small: smallShapes(name, 7, 60, {}),
    smallPerNode: 5,
  };
}

/** Half-node pods on Spot nodes of at most 16 cores. */
function batch(): NodeClass {
  const name = "batch";
  const { taints, more } = dedicated(name);
  const requirements = [
    requirement(capacityTypeKey, "In", "spot"),
    requirement("karpenter.k8s.aws/instance-cpu", "Lt", "17"),
  ];
  return {
    nodePool: nodePool(name, requirements, taints),
    nodePoolName: name,
    capacityType: "spot",
    percent: 30,
    taints,
    large: largeShapes({
      name,
      count: 6,
      millicores: 7900,
      step: 60,
      mibPerCore: 1900,
      spec: () => more,
    }),
    small: smallShapes(name, 5, 220, more),
    smallPerNode: 5,
  };
}

/** Databases on demand, one a host, spread over zones. */
function data(): NodeClass {
  const name = "data";
  const { taints, more } = dedicated(name);
  return {
    nodePool: nodePool(name, [requirement(capacityTypeKey, "In", "on-demand")], taints),
    nodePoolName: name,
    capacityType: "on-demand",
    percent: 30,
    taints,
    large: largeShapes({
      name,
      count: 6,
      millicores: 3900,
      step: 30,
      mibPerCore: 6144,
      spec: (labels) => ({
        ...more,
        affinity: apart({ tier: name }),
        topologySpreadConstraints: [spread(zoneKey, labels, "DoNotSchedule")],
      }),
    }),
    small: smallShapes(name, 5, 110, more),
    smallPerNode: 5,
  };
}

/** The classes of nodes; the same every time. */
export function nodeClasses(): readonly NodeClass[] {
  return [services(), batch(), data()];
}
