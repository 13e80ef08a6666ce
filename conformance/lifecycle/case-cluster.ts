import { isDeepStrictEqual } from "node:util";
import {
  type NodeClaim,
  objectKey,
  type Pod,
  type PodDisruptionBudget,
} from "../../core/apis/index.ts";
import { labelSelectorMatches } from "../../core/scheduling/index.ts";
import {
  type ClusterObject,
  type EvictionResult,
  isTerminating,
  type NodeClaimDraft,
  truncateToSecond,
} from "../../core/state/index.ts";
import {
  after,
  type DurationMs,
  durationMs,
  milliseconds,
  parseDuration,
  seconds,
  type SimTime,
} from "../../core/units/index.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";

/** How long a pod takes to stop, or `never`; 1.27 s without the annotation: between two looks. */
const annotationStopsAfter = "dryfit.dev/stops-after";

/** From the end of its grace period until a pod is gone, so that nothing else happens just then. */
const killingTakes = milliseconds(270);

/** What the cluster needs of the world around it. */
export interface CaseClusterInput {
  readonly now: () => SimTime;
  /** Has something done later. */
  readonly later: (at: SimTime, action: () => void) => void;
  readonly note: (action: string) => void;
  /** Moves one of Karpenter's counters. */
  readonly count: (name: string) => void;
}

/**
 * API server and kubelets of a case: times in whole seconds; a write that changes nothing is told to
 * nobody; an eviction takes from its budget, which nobody but the case fills up; a pod that is told
 * to stop goes once it has.
 */
export class LifecycleCluster extends FakeCluster {
  readonly #input: CaseClusterInput;

  constructor(input: CaseClusterInput) {
    super(() => truncateToSecond(input.now()));
    this.#input = input;
  }

  override put(object: ClusterObject): void {
    const before = this.get(object.kind, objectKey(object));
    if (!isDeepStrictEqual(before, object)) super.put(object);
  }

  override createNodeClaim(draft: NodeClaimDraft): NodeClaim {
    this.#input.count("nodeclaims_created_total provisioned");
    return super.createNodeClaim(draft);
  }

  override deletePod(key: string, gracePeriodSeconds: number): boolean {
    const before = this.pod(key);
    const isThere = super.deletePod(key, gracePeriodSeconds);
    const pod = this.pod(key);
    if (pod !== undefined && pod !== before) this.#stop(pod, seconds(gracePeriodSeconds));
    return isThere;
  }

  override evictPod(key: string, uid: string): EvictionResult {
    const { note } = this.#input;
    const pod = this.pod(key);
    if (pod === undefined) {
      note(`evict ${key} 404`);
      return { kind: "not-found" };
    }
    if (pod.metadata.uid !== uid) {
      note(`evict ${key} 409`);
      return { kind: "conflict" };
    }
    const budgets = isTerminating(pod) ? [] : this.#budgetsOf(pod);
    const names = budgets.map((budget) => objectKey(budget));
    const [budget] = budgets;
    if (budgets.length > 1) {
      note(`evict ${key} 500`);
      return { kind: "multiple-budgets", podDisruptionBudgets: names };
    }
    if (budget !== undefined && budget.status.disruptionsAllowed <= 0) {
      note(`evict ${key} 429`);
      return { kind: "too-many-requests", podDisruptionBudget: objectKey(budget) };
    }
    if (budget !== undefined) {
      const disruptionsAllowed = budget.status.disruptionsAllowed - 1;
      this.put({ ...budget, status: { ...budget.status, disruptionsAllowed } });
    }
    note(`evict ${key} 200`);
    this.deletePod(key, pod.spec.terminationGracePeriodSeconds);
    return { kind: "evicted" };
  }

  #budgetsOf({ metadata }: Pod): readonly PodDisruptionBudget[] {
    return this.podDisruptionBudgets().filter(
      (budget) =>
        budget.metadata.namespace === metadata.namespace &&
        labelSelectorMatches(budget.spec.selector, metadata.labels),
    );
  }

  #stop(pod: Pod, grace: DurationMs): void {
    const stopsAfter = stoppingTime(pod);
    if (stopsAfter === undefined) return;
    const { now, later } = this.#input;
    const killedAfter = durationMs(grace + killingTakes);
    later(after(now(), stopsAfter < killedAfter ? stopsAfter : killedAfter), () => {
      const key = objectKey(pod);
      if (this.pod(key)?.metadata.uid === pod.metadata.uid) this.remove("Pod", key);
    });
  }
}

function stoppingTime({ metadata }: Pod): DurationMs | undefined {
  const text = metadata.annotations[annotationStopsAfter];
  if (text === undefined) return milliseconds(1270);
  return text === "never" ? undefined : parseDuration(text);
}
