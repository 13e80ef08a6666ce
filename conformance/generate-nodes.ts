import type { RandomStream } from "../sim/engine/index.ts";
import { zones } from "./generate-instance-types.ts";
import type { CaseInstanceType, CaseOffering, Manifest } from "./cases.ts";
import { chance, perhaps, some } from "./dice.ts";

const conditionTime = "2026-02-28T00:00:00Z";
const taintTeam = { key: "dedicated", value: "team", effect: "NoSchedule" };
const taintSoft = { key: "soft", value: "yes", effect: "PreferNoSchedule" };

/** What the NodePools of a case shall show. */
export interface NodePoolChoices {
  readonly count: number;
  readonly withLimits: boolean;
  readonly withMinValues: boolean;
  /** With a label of the user's own that NodePools leave open: `rack`. */
  readonly withRacks: boolean;
}

/** NodePools `pool-a`, `pool-b` and so on, with weights, taints, labels and requirements at random. */
export function generateNodePools(
  random: RandomStream,
  { count, withLimits, ...choices }: NodePoolChoices,
): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: `pool-${"abcdef"[index] ?? "z"}`, uid: `uid-pool-${index}`, generation: 1 },
    spec: {
      ...perhaps(random, 0.4, () => ({ weight: random.pick([1, 10, 50]) })),
      ...(withLimits ? perhaps(random, 0.6, () => ({ limits: limits(random) })) : {}),
      template: {
        metadata: {
          labels: { ...perhaps(random, 0.4, () => ({ team: random.pick(["red", "blue"]) })) },
        },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: poolRequirements(random, choices),
          ...(index > 0 ? perhaps(random, 0.4, () => ({ taints: [taintTeam] })) : {}),
          ...(index === 0 ? perhaps(random, 0.1, () => ({ taints: [taintSoft] })) : {}),
        },
      },
    },
    status: {
      // Ready is worked out anew from the other two.
      conditions: ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
        type,
        status: "True",
        reason: type,
        message: "",
        lastTransitionTime: conditionTime,
        observedGeneration: 1,
      })),
    },
  }));
}

function limits(random: RandomStream): Manifest {
  return random.pick<Manifest>([
    { cpu: "16" },
    { cpu: "64", memory: "256Gi" },
    { cpu: "400" },
    { nodes: "2" },
    { memory: "100Gi" },
  ]);
}

function poolRequirements(
  random: RandomStream,
  { withMinValues, withRacks }: Pick<NodePoolChoices, "withMinValues" | "withRacks">,
): readonly Manifest[] {
  const requirements: Manifest[] = withRacks ? rackRequirement(random) : [];
  if (chance(random, 0.3)) {
    requirements.push(inValues("topology.kubernetes.io/zone", some(random, zones)));
  }
  if (chance(random, 0.4)) {
    const values = some(random, ["on-demand", "spot"]);
    requirements.push(inValues("karpenter.sh/capacity-type", values));
  }
  if (chance(random, 0.3)) requirements.push(inValues("kubernetes.io/arch", ["amd64"]));
  if (chance(random, 0.2)) {
    const key = "karpenter.k8s.aws/instance-cpu";
    requirements.push({ key, operator: "Gt", values: [random.pick(["1", "3"])] });
  }
  if (chance(random, 0.2)) {
    const key = "karpenter.k8s.aws/instance-category";
    requirements.push({ key, operator: "NotIn", values: [random.pick(["c", "m", "r"])] });
  }
  if (withMinValues && chance(random, 0.7)) {
    const key = random.pick([
      "karpenter.k8s.aws/instance-family",
      "node.kubernetes.io/instance-type",
    ]);
    requirements.push({ key, operator: "Exists", minValues: random.pick([2, 5, 12]) });
  }
  return requirements;
}

function rackRequirement(random: RandomStream): Manifest[] {
  return random.pick<Manifest[]>([
    [{ key: "rack", operator: "In", values: some(random, ["1", "2", "3"]) }],
    [{ key: "rack", operator: "In", values: some(random, ["3", "4", "5"]) }],
    [{ key: "rack", operator: "NotIn", values: ["2"] }],
    [{ key: "rack", operator: "Exists" }],
    [],
  ]);
}

function inValues(key: string, values: readonly string[]): Manifest {
  return { key, operator: "In", values };
}

/** A node of the cluster, and what became of it as Kubernetes objects. */
export interface GeneratedNode {
  readonly name: string;
  readonly manifests: readonly Manifest[];
  /** False: its kubelet has not come up, so no pod can be on it. */
  readonly hasNode: boolean;
}

/** A node of one of the NodePools: mostly initialized, some under way, some being deleted. */
export function generateNode(
  random: RandomStream,
  index: number,
  pools: readonly Manifest[],
  types: readonly CaseInstanceType[],
): GeneratedNode {
  const name = `node-${String(index).padStart(2, "0")}`;
  const type = random.pick(types);
  const bought = random.pick(type.offerings);
  if (chance(random, 0.1)) {
    return { name, hasNode: true, manifests: [unmanagedNode(random, name, type)] };
  }
  const pool = random.pick(pools);
  const stage = random.next();
  const [isInitialized, hasNode] = [stage < 0.75, stage < 0.9];
  const labels = nodeLabels({ name, pool, type, bought, isInitialized, hasNode });
  const facts = { name, labels, type, taints: templateOf(pool).spec.taints ?? [] };
  const isDeleting = hasNode && chance(random, 0.1);
  const nodeClaim = nodeClaimManifest(facts, { isInitialized, hasNode, isDeleting });
  return { name, hasNode, manifests: hasNode ? [nodeClaim, nodeManifest(facts)] : [nodeClaim] };
}

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly taints?: readonly Manifest[] };
}

function templateOf(pool: Manifest): Template {
  return (pool["spec"] as { readonly template: Template }).template;
}

function nodeLabels(facts: {
  readonly name: string;
  readonly pool: Manifest;
  readonly type: CaseInstanceType;
  readonly bought: CaseOffering;
  readonly isInitialized: boolean;
  readonly hasNode: boolean;
}): Readonly<Record<string, string>> {
  const { name, pool, type, bought } = facts;
  const single = Object.entries(type.requirements).flatMap(([key, values]) =>
    values.length === 1 && values[0] !== undefined ? [[key, values[0]] as const] : [],
  );
  return {
    ...Object.fromEntries(single),
    ...templateOf(pool).metadata.labels,
    "topology.kubernetes.io/zone": bought.zone,
    "karpenter.sh/capacity-type": bought.capacityType,
    "karpenter.sh/nodepool": (pool["metadata"] as { readonly name: string }).name,
    ...(facts.hasNode ? { "kubernetes.io/hostname": name, "karpenter.sh/registered": "true" } : {}),
    ...(facts.isInitialized ? { "karpenter.sh/initialized": "true" } : {}),
  };
}

interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly type: CaseInstanceType;
  readonly taints: readonly Manifest[];
}

function nodeClaimManifest(
  { name, labels, type, taints }: NodeFacts,
  stage: {
    readonly isInitialized: boolean;
    readonly hasNode: boolean;
    readonly isDeleting: boolean;
  },
): Manifest {
  const isTrue = { Launched: true, Registered: stage.hasNode, Initialized: stage.isInitialized };
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `claim-${name}`,
      uid: `uid-claim-${name}`,
      labels,
      finalizers: ["karpenter.sh/termination"],
      ...(stage.isDeleting ? { deletionTimestamp: "2026-02-28T23:00:00Z" } : {}),
    },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      requirements: [],
      ...(taints.length > 0 ? { taints } : {}),
    },
    status: {
      providerID: `aws:///zone/${name}`,
      ...(stage.hasNode ? { nodeName: name } : {}),
      capacity: type.capacity,
      allocatable: type.capacity,
      conditions: Object.entries(isTrue).map(([condition, it]) => ({
        type: condition,
        status: it ? "True" : "Unknown",
        reason: condition,
        message: "",
        lastTransitionTime: conditionTime,
      })),
    },
  };
}

function nodeManifest({ name, labels, type, taints }: NodeFacts): Manifest {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `uid-${name}`, labels },
    spec: { providerID: `aws:///zone/${name}`, ...(taints.length > 0 ? { taints } : {}) },
    status: {
      capacity: type.capacity,
      allocatable: type.capacity,
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: conditionTime }],
    },
  };
}

/** A node that Karpenter did not launch, now and then without a zone. */
function unmanagedNode(random: RandomStream, name: string, type: CaseInstanceType): Manifest {
  const labels = {
    ...perhaps(random, 0.8, () => ({ "kubernetes.io/hostname": name })),
    ...perhaps(random, 0.3, () => ({ rack: random.pick(["1", "6", ""]) })),
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
    ...perhaps(random, 0.7, () => ({
      "topology.kubernetes.io/zone": random.pick([...zones, "elsewhere"]),
    })),
  };
  return nodeManifest({ name, labels, type, taints: [] });
}
