import type { RandomStream } from "../sim/engine/index.ts";
import type { CaseInstanceType, CaseOffering, Manifest } from "./cases.ts";
import { chance, perhaps } from "./dice.ts";
import { zones } from "./generate-instance-types.ts";
import { generateNodeTaints } from "./generate-taints.ts";

const conditionTime = "2026-02-28T00:00:00Z";

/** A node of the cluster, and what became of it as Kubernetes objects. */
export interface GeneratedNode {
  readonly name: string;
  readonly manifests: readonly Manifest[];
  /** False: its kubelet has not come up, so no pod can be on it. */
  readonly hasNode: boolean;
}

/** What the nodes of a case are drawn from. */
export interface NodeChoices {
  readonly pools: readonly Manifest[];
  readonly types: readonly CaseInstanceType[];
  /** With startup taints, and taints that come and go. */
  readonly withTaints: boolean;
  /** Which part of the nodes is being deleted. */
  readonly deletingFraction: number;
}

/** A node of one of the NodePools: mostly initialized, some under way, some being deleted. */
export function generateNode(
  random: RandomStream,
  index: number,
  { pools, types, withTaints, deletingFraction }: NodeChoices,
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
  const { taints = [], startupTaints = [] } = templateOf(pool).spec;
  const facts = { name, labels, type, taints, startupTaints };
  const isDeleting = hasNode && chance(random, deletingFraction);
  const nodeClaim = nodeClaimManifest(facts, { isInitialized, hasNode, isDeleting });
  if (!hasNode) return { name, hasNode, manifests: [nodeClaim] };
  const present = withTaints
    ? generateNodeTaints(random, isInitialized ? taints : [...taints, ...startupTaints])
    : taints;
  return { name, hasNode, manifests: [nodeClaim, nodeManifest({ ...facts, taints: present })] };
}

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly taints?: readonly Manifest[];
    readonly startupTaints?: readonly Manifest[];
  };
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
  readonly startupTaints: readonly Manifest[];
}

function nodeClaimManifest(
  { name, labels, type, taints, startupTaints }: NodeFacts,
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
      ...(startupTaints.length > 0 ? { startupTaints } : {}),
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
  return nodeManifest({ name, labels, type, taints: [], startupTaints: [] });
}
