// Machines with everything that keeps one from being disrupted, each now and then.
import { parseResourceList, type ResourceList, subtractResources } from "../../core/units/index.ts";
import type { RandomStream } from "../../sim/engine/index.ts";
import type { CaseInstanceType, CaseOffering, Manifest } from "../cases.ts";
import { chance, perhaps } from "../dice.ts";

/** How often machines are in these states. */
export interface MachineChoices {
  readonly drifted: number;
  /** Of any of the things that stand in the way of disruption. */
  readonly blocked: number;
  /** Capacity type that most of them have; absent: any. */
  readonly capacityType?: CaseOffering["capacityType"];
}

/** A machine of the case, with what is left on it. */
export interface GeneratedMachine {
  readonly name: string;
  readonly manifests: readonly Manifest[];
  /** Pods can be on it. */
  readonly hasNode: boolean;
  readonly isManaged: boolean;
  readonly allocatable: ResourceList;
}

interface Facts {
  readonly name: string;
  readonly pool: Manifest;
  readonly type: CaseInstanceType;
  readonly bought: CaseOffering;
  readonly isInitialized: boolean;
  readonly isDeleting: boolean;
  readonly annotations: Readonly<Record<string, string>>;
}

const day = "2026-02-28T";
const created = ["2026-01-20T00:00:00Z", "2026-02-10T12:00:00Z", `${day}23:30:00Z`] as const;
const finalizers = ["karpenter.sh/termination"];

/** A machine of one of the NodePools, or rarely one that Karpenter did not launch. */
export function generateMachine(
  random: RandomStream,
  index: number,
  pools: readonly Manifest[],
  types: readonly CaseInstanceType[],
  choices: MachineChoices,
): GeneratedMachine {
  const name = `node-${String(index).padStart(3, "0")}`;
  const type = random.pick(types);
  const wanted = type.offerings.filter((it) => it.capacityType === choices.capacityType);
  const bought = random.pick(wanted.length > 0 && chance(random, 0.9) ? wanted : type.offerings);
  const blocked = (probability: number): boolean => chance(random, probability * choices.blocked);
  const isInitialized = !blocked(0.08);
  const hasNode = isInitialized || chance(random, 0.6);
  const isManaged = !blocked(0.05);
  const annotations = blocked(0.08)
    ? { "karpenter.sh/do-not-disrupt": random.pick(["true", "true", "false", "1h"]) }
    : {};
  const isDeleting = hasNode && blocked(0.05);
  const facts = {
    name,
    pool: random.pick(pools),
    type,
    bought,
    isInitialized,
    isDeleting,
    annotations,
  };
  const labels = nodeLabels(random, facts, blocked(0.06));
  const claim = nodeClaim(random, facts, labels, { hasNode, drifted: choices.drifted });
  const isReady = !blocked(0.08);
  const node = nodeManifest(facts, isManaged ? labels : unmanaged(labels), isReady, isManaged);
  return {
    name,
    hasNode: hasNode || !isManaged,
    isManaged,
    allocatable: allocatableOf(type),
    manifests: isManaged ? (hasNode ? [claim, node] : [claim]) : [node],
  };
}

function allocatableOf(type: CaseInstanceType): ResourceList {
  return subtractResources(parseResourceList(type.capacity), parseResourceList(type.kubeReserved));
}

/** In a form that both sides read alike: cpu in thousandths, everything else in units. */
function allocatableTexts(type: CaseInstanceType): Readonly<Record<string, string>> {
  const { cpu = 0, ...others } = allocatableOf(type);
  const texts = Object.entries(others).map(([name, amount]) => [name, String(amount)] as const);
  return { cpu: `${cpu}m`, ...Object.fromEntries(texts) };
}

type Labels = Readonly<Record<string, string>>;

function nodeLabels(random: RandomStream, facts: Facts, isDamaged: boolean): Labels {
  const { name, pool, type, bought, isInitialized } = facts;
  const single = Object.entries(type.requirements).flatMap(([key, values]) =>
    values.length === 1 && values[0] !== undefined ? [[key, values[0]] as const] : [],
  );
  const { metadata, spec } = pool as {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly template: { readonly metadata: { readonly labels: Labels } } };
  };
  const labels: Labels = {
    ...Object.fromEntries(single),
    ...spec.template.metadata.labels,
    "topology.kubernetes.io/zone": bought.zone,
    "karpenter.sh/capacity-type": bought.capacityType,
    "karpenter.sh/nodepool": metadata.name,
    "karpenter.sh/registered": "true",
    "kubernetes.io/hostname": name,
    ...(isInitialized ? { "karpenter.sh/initialized": "true" } : {}),
  };
  if (!isDamaged) return labels;
  const key = random.pick([
    "topology.kubernetes.io/zone",
    "karpenter.sh/capacity-type",
    "node.kubernetes.io/instance-type",
    "karpenter.sh/nodepool",
  ]);
  const changed = random.pick([{ ...labels, [key]: "unknown" }, without(labels, key)]);
  return changed;
}

function without(labels: Labels, key: string): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== key));
}

function unmanaged(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels).filter(([key]) => !key.startsWith("karpenter.")),
  );
}

function nodeClaim(
  random: RandomStream,
  { name, type, isInitialized, isDeleting, annotations }: Facts,
  labels: Labels,
  { hasNode, drifted }: { readonly hasNode: boolean; readonly drifted: number },
): Manifest {
  const creationTimestamp = random.pick(created);
  const podEvent = random.pick([undefined, `${day}20:00:00Z`, `${day}23:50:00Z`]);
  const conditions: [string, string, string][] = [
    ["Launched", "True", creationTimestamp],
    ["Registered", hasNode ? "True" : "Unknown", creationTimestamp],
    [
      "Initialized",
      isInitialized ? "True" : "Unknown",
      random.pick([creationTimestamp, `${day}23:59:45Z`]),
    ],
  ];
  if (!chance(random, 0.08)) {
    conditions.push(["Consolidatable", chance(random, 0.95) ? "True" : "False", `${day}23:55:00Z`]);
  }
  if (chance(random, drifted)) {
    const minute = String(random.integer(60)).padStart(2, "0");
    conditions.push(["Drifted", "True", `${day}22:${minute}:00Z`]);
  }
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `claim-${name}`,
      uid: `uid-claim-${name}`,
      labels,
      annotations,
      creationTimestamp,
      finalizers,
      ...(isDeleting ? { deletionTimestamp: `${day}23:58:00Z` } : {}),
    },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      requirements: [],
      expireAfter: random.pick(["720h", "Never"]),
      ...perhaps(random, 0.2, () => ({ terminationGracePeriod: "1h0m0s" })),
    },
    status: {
      providerID: `aws:///zone/${name}`,
      ...(hasNode ? { nodeName: name } : {}),
      capacity: type.capacity,
      allocatable: allocatableTexts(type),
      ...(podEvent === undefined ? {} : { lastPodEventTime: podEvent }),
      conditions: conditions.map(([condition, status, lastTransitionTime]) => ({
        type: condition,
        status,
        reason: condition,
        message: "",
        lastTransitionTime,
      })),
    },
  };
}

function nodeManifest(
  { name, type, annotations }: Facts,
  labels: Labels,
  isReady: boolean,
  isManaged: boolean,
): Manifest {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `uid-${name}`,
      labels,
      annotations,
      creationTimestamp: created[0],
      ...(isManaged ? { finalizers } : {}),
    },
    spec: { providerID: `aws:///zone/${name}` },
    status: {
      capacity: type.capacity,
      allocatable: allocatableTexts(type),
      conditions: [
        {
          type: "Ready",
          status: isReady ? "True" : "Unknown",
          lastTransitionTime: created[0],
        },
      ],
    },
  };
}
