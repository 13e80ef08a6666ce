// One disruption pass of Karpenter on a snapshot: what it would start, and what keeps every other
// node. The second look after 15 seconds is left out, since nothing changes in a snapshot.
import {
  labelCapacityType,
  labelInstanceType,
  labelNodePool,
  labelZone,
  objectKey,
  type Pod,
} from "../../core/apis/index.ts";
import { isVirtualPod, realPods, type VirtualPods } from "../../core/capacitybuffer/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import {
  buildBudgetMapping,
  defaultDisruptionOptions,
  type DisruptionOptions,
  type DisruptionView,
  ListedView,
  liveView,
  PdbLimits,
} from "../../core/disruption/index.ts";
import { bufferPodCounts, type ProvisioningDecision } from "../../core/provisioning/index.ts";
import {
  type ClusterState,
  CostTracker,
  isConditionTrue,
  replayCluster,
  type StateNode,
} from "../../core/state/index.ts";
import { CompensatedSum, type SimTime } from "../../core/units/index.ts";
import { askMethods, type FoundCommand, type MethodFindings } from "./disruption-methods.ts";
import type { PlannedDisruption, PlannedVerdict } from "./disruption-plan.ts";
import { NodeVerdicts } from "./node-verdicts.ts";
import type { PlanChoices } from "./plan.ts";
import { some } from "./plan-notes.ts";
import { plannedBudgets } from "./planned-budgets.ts";
import { knownPrice, plannedCommand } from "./planned-command.ts";
import type { SnapshotCluster } from "./snapshot-cluster.ts";
import { type DetailFacts, stayDetails } from "./stay-details.ts";

/** What is decided on. */
export interface DisruptionSituation {
  readonly cluster: SnapshotCluster;
  /** Is told of nominations and of commands under way. */
  readonly state: ClusterState;
  /** By NodePool. */
  readonly types: ReadonlyMap<string, readonly InstanceType[]>;
  /** What the provisioner decides at the same time: it nominates nodes for pods. */
  readonly provisioning: ProvisioningDecision;
  /** Of CapacityBuffers; absent while their feature gate is off. */
  readonly buffers: { readonly virtualPods: VirtualPods } | undefined;
  readonly choices: PlanChoices;
  readonly now: SimTime;
  /** What the snapshot did not say of NodeClaims and PodDisruptionBudgets. */
  readonly assumptions: readonly string[];
}

/** What Karpenter would disrupt, and why everything else stays. */
export function decideDisruption(situation: DisruptionSituation): PlannedDisruption {
  const { now, cluster, state, assumptions } = situation;
  const { minValuesPolicy } = situation.choices;
  const underWay = markCommandsUnderWay(situation);
  const nominated = nominate(situation);
  const kept = keepForBuffers(situation);
  const listed = new ListedView(viewOf(situation, underWay.providerIds), now);
  const findings = askMethods(listed);
  const waitingFor = whatIsWaitedFor(situation);
  const acting = findings.find(({ commands, error }) => commands.length > 0 || error !== undefined);
  const started = acting === undefined ? [] : startedAtOnce(acting);
  const budgets = plannedBudgets(
    cluster.nodePools(),
    (reason) => buildBudgetMapping(listed.view, reason, now),
    now,
  );
  const verdicts = new NodeVerdicts(listed, findings, started);
  const facts: DetailFacts = {
    now,
    pdbLimits: new PdbLimits(cluster.podDisruptionBudgets()),
    podDisruptionBudgets: cluster.podDisruptionBudgets(),
    budgets,
    disruptingByNodePool: disruptingNodes(listed.view, now),
    nominatedPods: nominated,
    virtualPods: kept,
    underWay: underWay.nodeClaims,
    podsOnNode: (name) => cluster.podsOnNode(name),
    nodePool: (name) => cluster.nodePool(name),
  };
  const nodes = state
    .stateNodes()
    .map((stateNode) => plannedVerdict(stateNode, verdicts, situation, facts));
  const total = new CompensatedSum<number>();
  for (const { usdPerHour } of nodes) total.add(usdPerHour ?? 0);
  return {
    outcome:
      waitingFor.length > 0
        ? "waiting"
        : acting === undefined
          ? "nothing"
          : started.length > 0
            ? "command"
            : "failed",
    ...(acting?.error === undefined || started.length > 0 ? {} : { error: acting.error }),
    waitingFor,
    commands: started.map((it) => plannedCommand(it, situation, minValuesPolicy)),
    methods: findings.map(({ method, candidates, commands, considered, error }) => ({
      method: method.name,
      reason: method.reason,
      candidateCount: candidates.length,
      commands: commands.map((it) => plannedCommand(it, situation, minValuesPolicy)),
      considered,
      ...(error === undefined ? {} : { error }),
    })),
    budgets,
    nodes,
    usdPerHour: total.total,
    notes: [...assumptions, ...notesOf(situation, [...underWay.nodeClaims])],
  };
}

/** Static drift starts all of its commands in one pass; any other method has one. */
function startedAtOnce({ method, commands }: MethodFindings): readonly FoundCommand[] {
  return method.name === "static-drift" ? commands : commands.slice(0, 1);
}

/**
 * Commands are in Karpenter's memory only; what they have done to NodeClaims tells of them. A
 * machine of one is as good as deleted and cannot be in another.
 */
function markCommandsUnderWay({ state, cluster }: DisruptionSituation): {
  readonly providerIds: ReadonlySet<string>;
  readonly nodeClaims: ReadonlySet<string>;
} {
  const nodeClaims = cluster
    .nodeClaims()
    .filter((nodeClaim) => isConditionTrue(nodeClaim, "DisruptionReason"))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const providerIds = nodeClaims.flatMap(({ status }) => status.providerId ?? []);
  state.markForDeletion(providerIds);
  return {
    providerIds: new Set(providerIds),
    nodeClaims: new Set(nodeClaims.map(({ metadata }) => metadata.name)),
  };
}

/** The provisioner keeps nodes for the pods that it sends there. Answers the pods by node. */
function nominate({
  state,
  provisioning,
  now,
}: DisruptionSituation): ReadonlyMap<string, readonly string[]> {
  const pods = new Map<string, readonly string[]>();
  if (provisioning.kind !== "scheduled") return pods;
  for (const existing of provisioning.results.existingNodes) {
    // Room for a CapacityBuffer is kept otherwise.
    const real = realPods(existing.pods);
    if (real.length === 0) continue;
    state.nominate(existing.stateNode.providerId, now);
    pods.set(existing.stateNode.name, real.map(objectKey));
  }
  return pods;
}

/** Nodes with room for CapacityBuffers don't count as empty. Answers the virtual pods by node. */
function keepForBuffers({
  state,
  provisioning,
}: DisruptionSituation): ReadonlyMap<string, readonly Pod[]> {
  if (provisioning.kind !== "scheduled") return new Map();
  const { existingNodes } = provisioning.results;
  state.bufferPods.replace(bufferPodCounts(provisioning.results));
  return new Map(
    existingNodes.map(({ stateNode, pods }) => [stateNode.name, pods.filter(isVirtualPod)]),
  );
}

function viewOf(
  { cluster, state, types, choices, now, buffers }: DisruptionSituation,
  queuedProviderIds: ReadonlySet<string>,
): DisruptionView {
  const cloudProvider = {
    getInstanceTypes: ({ metadata }: { readonly metadata: { readonly name: string } }) =>
      types.get(metadata.name) ?? [],
  };
  const costs = new CostTracker({ cluster, cloudProvider });
  replayCluster(cluster, (event, at) => costs.observe(event, at), now);
  const { featureGates } = choices;
  const options: DisruptionOptions = {
    ...defaultDisruptionOptions,
    preferencePolicy: choices.preferencePolicy,
    minValuesPolicy: choices.minValuesPolicy,
    reservedCapacity: featureGates.reservedCapacity,
    spotToSpotConsolidation: featureGates.spotToSpotConsolidation,
  };
  const virtualPods = buffers === undefined ? {} : { virtualPods: buffers.virtualPods };
  const sources = { cluster, cloudProvider, state, costs, options, ...virtualPods };
  return liveView(sources, queuedProviderIds, now);
}

/** @see karpenter v1.14.1 pkg/controllers/state/cluster.go Cluster.Synced */
function whatIsWaitedFor({ state, cluster }: DisruptionSituation): readonly string[] {
  if (state.isSynced()) return [];
  return [
    ...state.unlaunchedNodeClaims().map((name) => `NodeClaim ${name}`),
    ...cluster
      .nodes()
      .filter(({ metadata }) => state.byNodeName(metadata.name) === undefined)
      .map(({ metadata }) => `Node ${metadata.name}`),
  ];
}

/** Nodes that use up budgets, as core counts them, by NodePool. */
function disruptingNodes(
  { stateNodes, nodePools }: DisruptionView,
  now: SimTime,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const stateNode of stateNodes) {
    const nodePool = nodePools.find(
      ({ metadata }) => metadata.name === stateNode.labels[labelNodePool],
    );
    if (nodePool === undefined) continue;
    const alone = { stateNodes: [stateNode], nodePools: [nodePool] };
    const [own] = buildBudgetMapping(alone, "Drifted", now).nodePools;
    if (own === undefined || own.disrupting === 0) continue;
    const others = names.get(own.nodePoolName);
    if (others === undefined) names.set(own.nodePoolName, [stateNode.name]);
    else others.push(stateNode.name);
  }
  return names;
}

function plannedVerdict(
  stateNode: StateNode,
  verdicts: NodeVerdicts,
  { types }: DisruptionSituation,
  facts: DetailFacts,
): PlannedVerdict {
  const { name, labels, nodeClaim, pods } = stateNode;
  const { told, refusals, ...verdict } = verdicts.of(stateNode);
  const nodePool = labels[labelNodePool];
  const instanceType = labels[labelInstanceType];
  const zone = labels[labelZone];
  const capacityType = labels[labelCapacityType];
  const known = types.get(nodePool ?? "")?.find((type) => type.name === instanceType);
  const price = nodeClaim === undefined ? undefined : knownPrice(known, zone, capacityType);
  return {
    node: name,
    ...(nodeClaim === undefined ? {} : { nodeClaim: nodeClaim.metadata.name }),
    ...(nodePool === undefined ? {} : { nodePool }),
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(zone === undefined ? {} : { zone }),
    ...(capacityType === undefined ? {} : { capacityType }),
    ...(price === undefined ? {} : { usdPerHour: price }),
    podCount: pods.length,
    ...verdict,
    details: stayDetails(stateNode, told, facts),
    refusals,
  };
}

function notesOf(
  { provisioning, choices, state }: DisruptionSituation,
  underWay: readonly string[],
): readonly string[] {
  const notes: string[] = [];
  if (underWay.length > 0) {
    notes.push(
      `${some(underWay, "NodeClaim")} with condition DisruptionReason: taken as being disrupted ` +
        "by a command under way",
    );
  }
  const launched = provisioning.kind === "scheduled" ? provisioning.results.newNodeClaims : [];
  if (launched.length > 0) {
    notes.push(
      "pods that get new NodeClaims still count as pending, and every replacement has to hold them " +
        "as well: once those are launched, Karpenter looks again, and may find another command",
    );
  }
  const hasSpot = state.stateNodes().some(({ labels }) => labels[labelCapacityType] === "spot");
  if (hasSpot && !choices.featureGates.spotToSpotConsolidation) {
    notes.push(
      "spot nodes are not replaced by spot nodes: that needs " +
        "--feature-gates SpotToSpotConsolidation=true",
    );
  }
  return notes;
}
