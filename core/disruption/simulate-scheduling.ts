import { type NodePool, objectKey, type Pod } from "../apis/index.ts";
import {
  considerNodePools,
  deletingNodePods,
  isCurrentlyReschedulable,
  runLatencyMs,
  type SchedulingExistingNode,
  type SchedulingResults,
  truncateResults,
} from "../provisioning/index.ts";
import { type ClusterEvent, isProvisionable, type StateNode } from "../state/index.ts";
import { compareStrings, type SimTime } from "../units/index.ts";
import type { Candidate } from "./candidate.ts";
import { simulationPodEvents } from "./do-not-disrupt-events.ts";
import type { DisruptionView } from "./view.ts";

/** What would happen if some candidates were gone. */
export type Simulation =
  /** Somebody else has begun to delete a candidate. */
  | { readonly kind: "candidate-deleting" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "simulated"; readonly results: SchedulingResults };

/** Which rules a simulation follows beside the scheduler's own. */
export interface SimulationOptions {
  /** Consolidation: nodes younger than consolidateAfter take no pods of running nodes. */
  readonly isConsolidation: boolean;
}

/**
 * What-if scheduling over one view at one instant: what all simulations have in common is computed
 * once, at the first.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/helpers.go SimulateScheduling
 */
export class Simulator {
  readonly #view: DisruptionView;
  readonly #now: SimTime;
  readonly #nodePools: readonly NodePool[];
  readonly #activeCount: number;
  readonly #deleting: readonly StateNode[];
  readonly #deletingNames: ReadonlySet<string>;
  readonly #deletingPods: readonly Pod[];
  readonly #deletingPodKeys: ReadonlySet<string>;
  /** Candidates of all simulations; `undefined` before the first. */
  #simulated: Set<Candidate> | undefined;
  #latencyMs = 0;

  constructor(view: DisruptionView, now: SimTime) {
    this.#view = view;
    this.#now = now;
    this.#nodePools = considerNodePools(view.nodePools);
    const deleting = view.stateNodes.filter((it) => it.isMarkedForDeletion);
    this.#deleting = deleting;
    this.#activeCount = view.stateNodes.length - deleting.length;
    this.#deletingNames = new Set(deleting.map(({ name }) => name));
    this.#deletingPods = deletingNodePods({ ...view, now });
    this.#deletingPodKeys = new Set(this.#deletingPods.map(objectKey));
  }

  /** How long all simulations so far have taken, in milliseconds. */
  get latencyMs(): number {
    return this.#latencyMs;
  }

  /** What the simulations so far tell about pods with a do-not-disrupt annotation. */
  podEvents(): readonly ClusterEvent[] {
    if (this.#simulated === undefined) return [];
    return simulationPodEvents(this.#simulated, this.#deleting, this.#view, this.#now);
  }

  /** Where the candidates' pods, pending pods and pods of deleting nodes would go. */
  simulate(candidates: readonly Candidate[], { isConsolidation }: SimulationOptions): Simulation {
    const { options, pendingPods } = this.#view;
    if (candidates.some(({ name }) => this.#deletingNames.has(name))) {
      return { kind: "candidate-deleting" };
    }
    this.#simulated ??= new Set();
    for (const candidate of candidates) this.#simulated.add(candidate);
    if (this.#nodePools.length === 0) {
      return { kind: "failed", error: "creating scheduler, no nodepools found" };
    }
    const candidatePods = candidates.flatMap(({ reschedulablePods }) =>
      this.#reschedulable(reschedulablePods),
    );
    const podsToSchedule = [...pendingPods, ...candidatePods, ...this.#deletingPods];
    const gone = candidates.map(({ stateNode }) => stateNode);
    const size = { nodes: this.#activeCount - gone.length, pods: podsToSchedule.length };
    this.#latencyMs += runLatencyMs(options.decisionLatency, size);
    const base = this.#view.schedulingBase({ now: this.#now, isConsolidation });
    const outcome = base.solve(podsToSchedule, gone);
    if (!outcome.ok) return { kind: "failed", error: outcome.error };
    const truncated = truncateResults(outcome.results, options.minValuesPolicy);
    return { kind: "simulated", results: this.#refuseUninitialized(truncated) };
  }

  #reschedulable(pods: readonly Pod[]): readonly Pod[] {
    const { podDisruptionBudgets } = this.#view;
    return pods.filter((pod) => isCurrentlyReschedulable(pod, podDisruptionBudgets, this.#now));
  }

  /**
   * A node that isn't initialized may never be: a decision must not rest on it, save for pods of
   * deleting nodes, for which somebody has decided already.
   */
  #refuseUninitialized(results: SchedulingResults): SchedulingResults {
    const uncertain = results.existingNodes.filter(
      ({ stateNode, pods }) => pods.length > 0 && !stateNode.isInitialized,
    );
    if (uncertain.length === 0) return results;
    const podErrors = new Map(results.podErrors);
    for (const existing of uncertain) {
      for (const pod of existing.pods) {
        if (this.#deletingPodKeys.has(objectKey(pod))) continue;
        podErrors.set(pod, { kind: "unschedulable", message: uninitializedMessage(existing) });
      }
    }
    return { ...results, podErrors };
  }
}

/** @see karpenter v1.14.1 pkg/controllers/disruption/helpers.go UninitializedNodeError */
function uninitializedMessage({ stateNode }: SchedulingExistingNode): string {
  const { node, nodeClaim } = stateNode;
  const parts = [
    ...(nodeClaim === undefined ? [] : [`nodeclaim/${nodeClaim.metadata.name}`]),
    ...(node === undefined ? [] : [`node/${node.metadata.name}`]),
  ];
  return `would schedule against uninitialized ${parts.join(", ")}`;
}

const toldErrorsMax = 5;

/** Pods that would be left without a place. */
export interface PodErrors {
  readonly sentence: string;
  /** Of the pods that the sentence tells of, sorted. */
  readonly podKeys: readonly string[];
}

/**
 * Why the pods of the candidates cannot all be placed; `undefined` when they can. Pods that were
 * pending before and stay so don't count. At most five pods are told, in order of their keys; when
 * there are five, the number of the others follows even if it is 0, as upstream.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go AllNonPendingPodsScheduled, NonPendingPodSchedulingErrors
 */
export function nonPendingPodErrors({ podErrors }: SchedulingResults): PodErrors | undefined {
  const errors = [...podErrors].filter(([pod]) => !isProvisionable(pod));
  if (errors.length === 0) return undefined;
  errors.sort(([a], [b]) => compareStrings(objectKey(a), objectKey(b)));
  const told = errors
    .slice(0, toldErrorsMax)
    .map(([pod, { message }]) => [objectKey(pod), message] as const);
  const texts = told.map(([key, message]) => `${key} => ${message} `);
  const others =
    errors.length >= toldErrorsMax ? ` and ${errors.length - toldErrorsMax} other(s)` : "";
  return {
    sentence: `not all pods would schedule, ${texts.join("")}${others}`,
    podKeys: told.map(([key]) => key),
  };
}
