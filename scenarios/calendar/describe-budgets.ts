import {
  type BudgetReason,
  budgetReasons,
  type ManifestObject,
  type NodePool,
  type PodDisruptionBudget,
} from "../../core/apis/index.ts";
import {
  type BudgetMapping,
  buildBudgetMapping,
  type NodePoolBudget,
  unlimitedDisruptions,
} from "../../core/disruption/index.ts";
import { defaultProvisioningOptions } from "../../core/provisioning/index.ts";
import { type ClusterObject, ClusterState, replayCluster } from "../../core/state/index.ts";
import { compareStrings, formatTime, Never, type SimTime } from "../../core/units/index.ts";
import { karpenterVersion } from "../karpenter-version.ts";
import { newestTime } from "../snapshot/load-snapshot.ts";
import { SnapshotCluster } from "../snapshot/snapshot-cluster.ts";
import { budgetFindings } from "./budget-findings.ts";
import type {
  BudgetReport,
  NodePoolCalendar,
  NodesSource,
  ReasonCalendar,
} from "./budget-report.ts";
import { budgetText, writtenDuration } from "./budget-text.ts";
import { disruptionCalendar } from "./disruption-calendar.ts";
import { heldNodes } from "./held-nodes.ts";
import { heldWorkloads, pdbAllowances } from "./pdb-allowances.ts";
import { workloadPods } from "./workload-pods.ts";

/** Without nodes a percentage is told as it stands; upstream checks budgets with as many. */
export const assumedNodes = 100;

/** What is asked. */
export interface BudgetRequest {
  readonly from: SimTime;
  /** Not inside. */
  readonly to: SimTime;
  /** For every NodePool that is not named. */
  readonly nodes?: number | undefined;
  readonly nodesByNodePool: ReadonlyMap<string, number>;
}

/** What the budgets of the manifests add up to. Pure: the same manifests and request, the same report. */
export function describeBudgets(
  objects: readonly ManifestObject[],
  request: BudgetRequest,
): BudgetReport {
  const { from, to } = request;
  const nodePools = objects
    .filter((object): object is NodePool => object.kind === "NodePool")
    .toSorted((a, b) => compareStrings(a.metadata.name, b.metadata.name));
  const counted = countNodes(objects, nodePools, from);
  const calendars = nodePools.map((it) => calendarOf(it, request, counted));
  const budgets = objects.filter(
    (object): object is PodDisruptionBudget => object.kind === "PodDisruptionBudget",
  );
  const workloads = workloadPods(objects);
  const autoscaled = workloads.filter((it) => it.autoscaled !== undefined);
  const assumed = calendars.filter(({ nodesSource }) => nodesSource === "assumed");
  return {
    schema: "dryfit.dev/budget/v1",
    karpenter: karpenterVersion,
    from: formatTime(from),
    to: formatTime(to),
    nodePools: calendars,
    podDisruptionBudgets: pdbAllowances(budgets, workloads),
    heldWorkloads: heldWorkloads(budgets, workloads),
    ...heldNow(objects, from),
    notes: [
      ...(assumed.length === 0
        ? []
        : [
            `${assumedNodes} nodes assumed for ${assumed.map((it) => it.nodePool).join(", ")}, ` +
              "so that percentages read as they stand; give numbers with --nodes",
          ]),
      ...(autoscaled.length === 0
        ? []
        : ["workloads with a HorizontalPodAutoscaler count with its minReplicas"]),
    ],
  };
}

function heldNow(
  objects: readonly ManifestObject[],
  from: SimTime,
): Pick<BudgetReport, "heldNodes"> {
  if (!objects.some(({ kind }) => kind === "Node")) return {};
  const now = newestTime(objects) ?? from;
  return { heldNodes: { at: formatTime(now), nodes: heldNodes(objects, now) } };
}

/** Nodes by NodePool, as Karpenter counts them; undefined without any Node. */
function countNodes(
  objects: readonly ManifestObject[],
  nodePools: readonly NodePool[],
  now: SimTime,
): BudgetMapping | undefined {
  if (!objects.some(({ kind }) => kind === "Node")) return undefined;
  const clusterObjects = objects.filter((it): it is ClusterObject => it.kind !== "Namespace");
  const cluster = new SnapshotCluster(clusterObjects, new Map());
  const { batchMaxDuration } = defaultProvisioningOptions;
  const state = new ClusterState({ cluster, options: { batchMaxDuration } });
  replayCluster(cluster, (event, at) => state.observe(event, at), now);
  const view = { stateNodes: state.stateNodes(), nodePools };
  return buildBudgetMapping(view, "Drifted", now);
}

function calendarOf(
  nodePool: NodePool,
  request: BudgetRequest,
  counted: BudgetMapping | undefined,
): NodePoolCalendar {
  const { metadata, spec } = nodePool;
  const { from, to } = request;
  const found = counted?.nodePools.find((it) => it.nodePoolName === metadata.name);
  const [nodes, nodesSource] = nodesOf(nodePool, request, found);
  const { consolidationPolicy, consolidateAfter, budgets } = spec.disruption;
  return {
    nodePool: metadata.name,
    nodes,
    nodesSource,
    ...(nodesSource === "counted" ? { disruptingNow: found?.disrupting ?? 0 } : {}),
    consolidationPolicy,
    consolidateAfter: consolidateAfter === Never ? "Never" : writtenDuration(consolidateAfter),
    budgets: budgets.map((_, index) => budgetText(nodePool, index)),
    reasons: budgetReasons.map((reason) => reasonCalendar(nodePool, nodes, reason, request)),
    findings: budgetFindings(nodePool, nodes, from, to),
  };
}

function nodesOf(
  { metadata, spec }: NodePool,
  { nodes, nodesByNodePool }: BudgetRequest,
  counted: NodePoolBudget | undefined,
): readonly [number, NodesSource] {
  const given = nodesByNodePool.get(metadata.name) ?? nodes;
  if (given !== undefined) return [given, "given"];
  if (counted !== undefined) return [counted.nodes, "counted"];
  if (spec.replicas !== undefined) return [spec.replicas, "replicas"];
  return [assumedNodes, "assumed"];
}

function reasonCalendar(
  nodePool: NodePool,
  nodes: number,
  reason: BudgetReason,
  { from, to }: BudgetRequest,
): ReasonCalendar {
  const windows = disruptionCalendar(nodePool, nodes, reason, from, to);
  let blocked = 0;
  for (const window of windows) {
    if (window.allowed <= 0) blocked += window.to - window.from;
  }
  return {
    reason,
    windows: windows.map((it) => ({
      from: formatTime(it.from),
      to: formatTime(it.to),
      ...(it.allowed === unlimitedDisruptions ? {} : { allowed: Math.max(it.allowed, 0) }),
      budgets: it.budgets,
    })),
    blockedMinutes: blocked / 60_000,
  };
}
