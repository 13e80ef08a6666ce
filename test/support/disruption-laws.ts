/** What no disruption may do, recomputed from a replayed journal and the manifests alone. */
import { Cron } from "croner";
import {
  annotationDoNotDisrupt,
  type Budget,
  type NodePool,
  type PodDisruptionBudget,
} from "../../core/apis/index.ts";
import { invariant, Never, parseDuration, type SimTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import type { WorldPlan } from "../../sim/world-plan.ts";
import type { ReplayedCluster, ReplayedNode, ReplayedPod } from "./journal-replay.ts";

type Command = Extract<LedgerEntry, { kind: "disruption-command" }>;
type Eviction = Extract<LedgerEntry, { kind: "pod-evicted" }>;

/** Pod events within ten seconds of the last are left out, which is noted in whole seconds. */
const podEventTolerance = 11_000;
/** How long a lost host's pods may still look healthy. */
const detectionMax = 60_000;

function isActive({ schedule, duration }: Budget, now: SimTime): boolean {
  if (schedule === undefined || duration === undefined) return true;
  const start = new Cron(schedule, { timezone: "UTC" }).nextRun(new Date(now - duration));
  return start !== null && start.getTime() <= now;
}

/** Whether the method replaces nodes for what they are, not for what they cost. */
export function isDriftMethod(method: string): boolean {
  return method === "drift" || method === "static-drift";
}

function scaled(value: string | number, total: number): number {
  const text = String(value);
  return text.endsWith("%") ? Math.ceil((Number(text.slice(0, -1)) * total) / 100) : Number(text);
}

/** Looks at commands and evictions just before they take effect on the replayed cluster. */
export class DisruptionLaws {
  readonly #cluster: ReplayedCluster;
  readonly #nodePools: ReadonlyMap<string, NodePool>;
  readonly #budgets: readonly PodDisruptionBudget[];
  readonly #violate: (law: string) => void;

  constructor(plan: WorldPlan, cluster: ReplayedCluster, violate: (law: string) => void) {
    this.#cluster = cluster;
    this.#violate = violate;
    this.#nodePools = new Map(
      plan.objects.flatMap((it) => (it.kind === "NodePool" ? [[it.metadata.name, it]] : [])),
    );
    this.#budgets = plan.objects.filter((it) => it.kind === "PodDisruptionBudget");
  }

  #nodePoolOf({ machine }: ReplayedNode): NodePool {
    const nodePool = this.#nodePools.get(machine?.nodePoolName ?? "");
    invariant(nodePool !== undefined, "a candidate belongs to a NodePool");
    return nodePool;
  }

  before(entry: LedgerEntry): void {
    if (entry.kind === "disruption-command") this.#command(entry);
    if (entry.kind === "pod-evicted") this.#eviction(entry);
  }

  #command(command: Command): void {
    const nodes = command.candidates.map((name) => this.#cluster.node(name));
    // Drift replaces whatever it costs, and whenever.
    const isDrift = isDriftMethod(command.method);
    this.#checkBudgets(command, nodes);
    for (const node of nodes) {
      if (this.#nodePoolOf(node).spec.template.annotations[annotationDoNotDisrupt] === "true") {
        this.#violate(`${command.method} of ${node.name}, which is not to be disrupted`);
      }
      if (node.machine?.markedAt !== undefined) this.#violate(`${node.name} is disrupted twice`);
      if (node.isRemoved) this.#violate(`${node.name} is disrupted though it is gone`);
      this.#checkPods(command, node);
      if (!isDrift) this.#checkConsolidateAfter(command, node);
    }
    const { usdPerHourBefore, usdPerHourAfter, decision, replacements, method } = command;
    if (!isDrift && decision === "replace" && !(usdPerHourAfter < usdPerHourBefore)) {
      this.#violate(`replacement costs ${usdPerHourAfter}, no less than ${usdPerHourBefore}`);
    }
    if ((decision === "replace") !== replacements.length > 0) {
      this.#violate(`${decision} with ${replacements.length} replacements`);
    }
    if (method === "emptiness" && decision !== "delete") this.#violate("emptiness replaces");
  }

  #checkBudgets({ reason, at }: Command, candidates: readonly ReplayedNode[]): void {
    for (const [name, { spec }] of this.#nodePools) {
      const taken = candidates.filter(({ machine }) => machine?.nodePoolName === name).length;
      if (taken === 0) continue;
      const nodes = [...this.#cluster.nodes.values()].filter(
        ({ machine, initializedAt, isRemoved }) =>
          machine?.nodePoolName === name && initializedAt !== undefined && !isRemoved,
      );
      // Readiness apart: a lower bound of what upstream counts as disrupting.
      const disrupting = nodes.filter(
        ({ machine }) => machine?.markedAt !== undefined && machine.endsAt === undefined,
      ).length;
      for (const budget of spec.disruption.budgets) {
        const isAbout = budget.reasons?.some((it) => it === reason) ?? true;
        if (!isAbout || !isActive(budget, at)) continue;
        const allowed = scaled(budget.nodes, nodes.length);
        if (taken + disrupting > allowed) {
          const text = `${taken} more than ${disrupting} of ${nodes.length} for ${reason}`;
          this.#violate(`${name}: budget ${budget.nodes} allows ${allowed}, not ${text}`);
        }
      }
    }
  }

  #checkPods({ method, at }: Command, node: ReplayedNode): void {
    // Drift may wait for pods that don't want to go where there is an end to the wait.
    const { terminationGracePeriod } = this.#nodePoolOf(node).spec.template.spec;
    if (isDriftMethod(method) && terminationGracePeriod !== undefined) return;
    for (const pod of this.#cluster.podsOn(node)) {
      if (!this.#cluster.isActive(pod, at)) continue;
      if (isProtected(pod, at)) this.#violate(`${method} of ${node.name} with ${pod.key} on it`);
      if (method === "emptiness" && !pod.isDaemon) {
        this.#violate(`${node.name} is not empty: ${pod.key}`);
      }
      const budgets = this.#budgetsOf(pod);
      if (!pod.isDaemon && budgets.length > 1) {
        this.#violate(`${method} of ${node.name} with two budgets for ${pod.key}`);
      }
    }
  }

  #checkConsolidateAfter({ method, at }: Command, node: ReplayedNode): void {
    const { disruption, replicas } = this.#nodePoolOf(node).spec;
    const { consolidateAfter, consolidationPolicy } = disruption;
    if (replicas !== undefined) return this.#violate(`${method} of static ${node.name}`);
    if (consolidateAfter === Never) return this.#violate(`${method} of ${node.name}: never`);
    if (consolidationPolicy === "WhenEmpty" && method !== "emptiness") {
      this.#violate(`${method} under WhenEmpty`);
    }
    if (node.initializedAt === undefined) return this.#violate(`${node.name} isn't initialized`);
    const since = Math.max(node.initializedAt, node.podEventAt ?? 0);
    const tolerance = node.podEventAt === undefined ? 1000 : podEventTolerance;
    if (at - since < consolidateAfter - tolerance) {
      this.#violate(`${method} of ${node.name} after ${at - since} ms`);
    }
  }

  #eviction({ podUid, reason, at }: Eviction): void {
    if (reason !== "EvictionByEvictionAPI") return;
    const pod = this.#cluster.pod(podUid);
    if (this.#cluster.isActive(pod, at) && isProtected(pod, at)) {
      this.#violate(`protected ${pod.key} is evicted`);
    }
    if (!pod.isServing) return;
    const budgets = this.#budgetsOf(pod);
    const [budget] = budgets;
    if (budget === undefined) return;
    if (budgets.length > 1) return this.#violate(`${pod.key} has two budgets and is evicted`);
    const members = [...this.#cluster.pods.values()].filter(
      (it) => !it.hasEnded && this.#budgetsOf(it).includes(budget),
    );
    // Pods of a lost host may count as healthy until the cluster has noticed.
    const healthy = members.filter(
      ({ isServing, lostAt }) => isServing || (lostAt !== undefined && at - lostAt < detectionMax),
    ).length;
    const { minAvailable, maxUnavailable } = budget.spec;
    const total = this.#cluster.desired.get(pod.workload) ?? 0;
    const wanted =
      maxUnavailable === undefined
        ? scaled(minAvailable ?? 0, total)
        : total - scaled(maxUnavailable, total);
    if (healthy - 1 < wanted) {
      this.#violate(`${pod.key} is evicted: ${healthy} healthy, ${wanted} wanted`);
    }
  }

  #budgetsOf({ template, key }: ReplayedPod): readonly PodDisruptionBudget[] {
    if (template === undefined) return [];
    return this.#budgets.filter(
      ({ metadata, spec }) =>
        key.startsWith(`${metadata.namespace}/`) &&
        spec.selector !== undefined &&
        Object.entries(spec.selector.matchLabels).every(
          ([name, it]) => template.labels[name] === it,
        ),
    );
  }
}

/** Whether do-not-disrupt protects the pod, which is active; a grace runs from its start. */
function isProtected({ template, readySince }: ReplayedPod, at: SimTime): boolean {
  const value = template?.annotations[annotationDoNotDisrupt];
  if (value === undefined) return false;
  if (readySince === undefined) return true;
  return value === "true" || at < readySince + parseDuration(value);
}
