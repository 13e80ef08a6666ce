import {
  annotationDoNotDisrupt,
  labelCapacityType,
  labelInstanceType,
  labelNodePool,
  labelZone,
  type Node,
  type NodeClaim,
  type NodePool,
  objectKey,
  type Pod,
} from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import { isDisruptable, isNominated, isReschedulable, type StateNode } from "../state/index.ts";
import type { SimTime, UsdPerHour } from "../units/index.ts";
import { nodePrice, perNodeBaseDisruptionCost, rescheduleDisruptionCost } from "./costs.ts";
import { PdbLimits } from "./pdb-limits.ts";
import { type BlockedBy, type Refusal, type RefusalCode, sentence, sentences } from "./reasons.ts";
import type { DisruptionView } from "./view.ts";

/**
 * Graceful methods honour whatever blocks a pod; eventual ones need not when the NodeClaim has a
 * terminationGracePeriod, because the pods' time is limited anyway.
 */
export type DisruptionClass = "graceful" | "eventual";

/**
 * A machine that may be disrupted, with what methods want to know about it.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go Candidate
 */
export interface Candidate {
  readonly name: string;
  readonly providerId: string;
  readonly stateNode: StateNode;
  readonly node: Node;
  readonly nodeClaim: NodeClaim;
  readonly nodePool: NodePool;
  /** Absent when the NodePool doesn't offer the node's type any more. */
  readonly instanceType?: InstanceType;
  readonly zone?: string;
  readonly capacityType?: string;
  readonly reschedulablePods: readonly Pod[];
  readonly priceUsdPerHour: UsdPerHour;
  /** 1 plus the positive eviction costs of the reschedulable pods. */
  readonly rescheduleDisruptionCost: number;
}

/** What is known of the machines of a view. */
export interface CandidateListing {
  /** Sorted by name. */
  readonly candidates: readonly Candidate[];
  readonly refusals: readonly Refusal[];
}

/** USD per hour that disrupting one unit of cost sets free; the larger, the sooner. */
export function savingsRatio(candidate: Candidate): number {
  return candidate.priceUsdPerHour / candidate.rescheduleDisruptionCost;
}

/**
 * Whether no pod of the node makes rescheduling cost anything; pods that declare themselves free to
 * disrupt may still run there.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go IsEmpty
 */
export function isEmpty(candidate: Candidate): boolean {
  return candidate.rescheduleDisruptionCost <= perNodeBaseDisruptionCost;
}

export function isOfStaticNodePool({ nodePool }: Candidate): boolean {
  return nodePool.spec.replicas !== undefined;
}

/** The candidates of each NodePool, in their order; NodePools in the order of their first. */
export function candidatesByNodePool(
  candidates: readonly Candidate[],
): ReadonlyMap<string, readonly Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { name } = candidate.nodePool.metadata;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [candidate]);
    else group.push(candidate);
  }
  return groups;
}

/**
 * Every machine that could be disrupted by a method of the class, and why each other could not.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/helpers.go GetCandidatesWithTotals
 */
export function listCandidates(
  view: DisruptionView,
  disruptionClass: DisruptionClass,
  now: SimTime,
): CandidateListing {
  const context: ListingContext = {
    view,
    disruptionClass,
    now,
    nodePools: new Map(view.nodePools.map((it) => [it.metadata.name, it])),
    pdbLimits: new PdbLimits(view.podDisruptionBudgets),
  };
  const candidates: Candidate[] = [];
  const refusals: Refusal[] = [];
  for (const stateNode of view.stateNodes) {
    const result = newCandidate(stateNode, context);
    if ("code" in result) refusals.push(result);
    else candidates.push(result);
  }
  return { candidates, refusals };
}

interface ListingContext {
  readonly view: DisruptionView;
  readonly disruptionClass: DisruptionClass;
  readonly now: SimTime;
  readonly nodePools: ReadonlyMap<string, NodePool>;
  readonly pdbLimits: PdbLimits;
}

/** @see karpenter v1.14.1 pkg/controllers/disruption/types.go NewCandidate */
function newCandidate(stateNode: StateNode, context: ListingContext): Candidate | Refusal {
  const { view, nodePools, now } = context;
  const { node, nodeClaim, labels, name, providerId } = stateNode;
  if (view.queuedProviderIds.has(providerId)) {
    return silent(name, "disruption/already-being-disrupted", sentences.alreadyBeingDisrupted());
  }
  if (nodeClaim === undefined) {
    return silent(name, "disruption/not-managed", sentences.notManaged());
  }
  if (node === undefined) return blocked(name, "disruption/no-node", sentences.noNode());
  const refusal = refusalOfNode(stateNode, now);
  if (refusal !== undefined) return refusal;
  const nodePoolName = labels[labelNodePool];
  if (nodePoolName === undefined) {
    return blocked(name, "disruption/no-node-pool-label", sentences.noNodePoolLabel());
  }
  const nodePool = nodePools.get(nodePoolName);
  const instanceTypes = view.instanceTypesByNodePool.get(nodePoolName);
  if (nodePool === undefined || instanceTypes === undefined) {
    const text = sentences.nodePoolNotFound(nodePoolName);
    const by = { nodePool: nodePoolName };
    return blocked(name, "disruption/node-pool-not-found", text, by);
  }
  const pods = view.podsOnNode(node.metadata.name);
  const isForced =
    context.disruptionClass === "eventual" && nodeClaim.spec.terminationGracePeriod !== undefined;
  const podRefusal = isForced ? undefined : refusalOfPods(name, pods, context);
  if (podRefusal !== undefined) return podRefusal;
  const known = knownByNode.get(stateNode);
  if (known?.pods === pods && known.instanceTypes === instanceTypes) {
    if (known.candidate.nodePool === nodePool) return known.candidate;
  }
  const machine = { name, providerId, stateNode, node, nodeClaim };
  const candidate = candidateOf({ ...machine, nodePool }, instanceTypes, pods);
  knownByNode.set(stateNode, { pods, instanceTypes, candidate });
  return candidate;
}

interface KnownCandidate {
  readonly pods: readonly Pod[];
  readonly instanceTypes: readonly InstanceType[];
  readonly candidate: Candidate;
}

/** What a candidate is doesn't change with time; whether it is one, does. */
const knownByNode = new WeakMap<StateNode, KnownCandidate>();

type Machine = Pick<
  Candidate,
  "name" | "providerId" | "stateNode" | "node" | "nodeClaim" | "nodePool"
>;

function candidateOf(
  machine: Machine,
  instanceTypes: readonly InstanceType[],
  pods: readonly Pod[],
): Candidate {
  const { stateNode } = machine;
  const { labels } = stateNode;
  const instanceType = typesByName(instanceTypes).get(labels[labelInstanceType] ?? "");
  const zone = labels[labelZone];
  const capacityType = labels[labelCapacityType];
  const facts = podFacts(pods);
  return {
    ...machine,
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(zone === undefined ? {} : { zone }),
    ...(capacityType === undefined ? {} : { capacityType }),
    reschedulablePods: facts.reschedulablePods,
    priceUsdPerHour: nodePrice(stateNode, instanceType),
    rescheduleDisruptionCost: facts.rescheduleDisruptionCost,
  };
}

/** @see karpenter v1.14.1 pkg/controllers/state/statenode.go ValidateNodeDisruptable */
function refusalOfNode(stateNode: StateNode, now: SimTime): Refusal | undefined {
  const { name } = stateNode;
  if (!stateNode.isInitialized) {
    return blocked(name, "disruption/not-initialized", sentences.notInitialized());
  }
  if (stateNode.isMarkedForDeletion) {
    return blocked(name, "disruption/deleting", sentences.deleting());
  }
  if (isNominated(stateNode, now)) {
    return blocked(name, "disruption/nominated", sentences.nominated());
  }
  // Durations and other values mean something on pods only.
  if (stateNode.annotations[annotationDoNotDisrupt] === "true") {
    const by = { annotation: annotationDoNotDisrupt };
    return blocked(name, "disruption/node-do-not-disrupt", sentences.nodeDoNotDisrupt(), by);
  }
  return undefined;
}

/** @see karpenter v1.14.1 pkg/controllers/state/statenode.go ValidatePodsDisruptable */
function refusalOfPods(
  nodeName: string,
  pods: readonly Pod[],
  { pdbLimits, now }: ListingContext,
): Refusal | undefined {
  for (const pod of podFacts(pods).annotatedPods) {
    if (!isDisruptable(pod, now)) {
      const key = objectKey(pod);
      const by = { pods: [key], annotation: annotationDoNotDisrupt };
      return blocked(nodeName, "disruption/pod-do-not-disrupt", sentences.podDoNotDisrupt(key), by);
    }
  }
  const blockedPod = pdbLimits.blocked(pods, now);
  if (blockedPod === undefined) return undefined;
  const { podKey, podDisruptionBudgets } = blockedPod;
  const [first = "", ...others] = podDisruptionBudgets;
  const by = { pods: [podKey], podDisruptionBudgets };
  return others.length > 0
    ? blocked(
        nodeName,
        "disruption/multiple-pdbs",
        sentences.multiplePdbs(podDisruptionBudgets),
        by,
      )
    : blocked(nodeName, "disruption/pdb-blocks", sentences.pdbBlocks(first), by);
}

function silent(nodeName: string, code: RefusalCode, text: string): Refusal {
  return { nodeName, code, sentence: text };
}

function blocked(
  nodeName: string,
  code: RefusalCode,
  text: string,
  blockedBy?: BlockedBy,
): Refusal {
  const told = { nodeName, code, sentence: sentence(text), event: "DisruptionBlocked" } as const;
  return blockedBy === undefined ? told : { ...told, blockedBy };
}

/** What follows from the pods of a node alone, whatever the time. */
export interface PodFacts {
  readonly reschedulablePods: readonly Pod[];
  readonly rescheduleDisruptionCost: number;
  /** Pods with a do-not-disrupt annotation, whatever it says. */
  readonly annotatedPods: readonly Pod[];
}

const factsByPods = new WeakMap<readonly Pod[], PodFacts>();

/** The facts of a list of pods, computed once per list: lists are replaced when a pod changes. */
export function podFacts(pods: readonly Pod[]): PodFacts {
  let facts = factsByPods.get(pods);
  if (facts === undefined) {
    const reschedulablePods = pods.filter(isReschedulable);
    facts = {
      reschedulablePods,
      rescheduleDisruptionCost: rescheduleDisruptionCost(reschedulablePods),
      annotatedPods: pods.filter(
        ({ metadata }) => metadata.annotations[annotationDoNotDisrupt] !== undefined,
      ),
    };
    factsByPods.set(pods, facts);
  }
  return facts;
}

const indexes = new WeakMap<readonly InstanceType[], ReadonlyMap<string, InstanceType>>();

/** The last type of a name prevails, as in upstream's map. */
function typesByName(types: readonly InstanceType[]): ReadonlyMap<string, InstanceType> {
  let index = indexes.get(types);
  if (index === undefined) {
    index = new Map(types.map((it) => [it.name, it]));
    indexes.set(types, index);
  }
  return index;
}
