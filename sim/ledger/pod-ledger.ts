import type { SimTime } from "../../core/units/index.ts";
import { compareStrings, hours, invariant } from "../../core/units/index.ts";
import { BucketSeries } from "./bucket-series.ts";
import { DurationSample } from "./duration-sample.ts";
import type { LedgerEntry } from "./entry.ts";
import type { PodRequests, WorkloadRef } from "./entry-parts.ts";
import type { NodeLedger } from "./node-ledger.ts";
import type { PodFacts, UnscheduledPod } from "./run-facts.ts";
import { StepIntegral } from "./step-integral.ts";
import { WorkloadLedger } from "./workload-ledger.ts";

type Entry<Kind extends LedgerEntry["kind"]> = Extract<LedgerEntry, { kind: Kind }>;

interface LivePod {
  readonly podKey: string;
  readonly createdAt: SimTime;
  readonly workload: WorkloadRef;
  readonly isDaemon: boolean;
  readonly requests: PodRequests;
  /** The pod stands in for one that was disrupted. */
  readonly isReplacement: boolean;
  nodeName: string | undefined;
  isReady: boolean;
  hasBeenReady: boolean;
  isDisrupted: boolean;
  wasUnschedulable: boolean;
  /** Karpenter's last word, in its words. */
  message: string | undefined;
  /** Karpenter's last word on where the pod may go, as the journal has it. */
  told: string | undefined;
  block: EvictionBlock | undefined;
}

/** Since when the same PodDisruptionBudgets refuse a pod's eviction, and how often they have. */
interface EvictionBlock {
  readonly podDisruptionBudgets: readonly string[];
  readonly since: SimTime;
  attempts: number;
}

const unscheduledListed = 100;

/** What disruption did to pods. */
export interface PodDisruptions {
  readonly podsEvicted: number;
  readonly podsKilled: number;
  readonly podsDisruptedAgain: number;
  readonly lostWorkSeconds: number;
  readonly pdbBlockedSeconds: number;
}

/**
 * Pods from creation to end. Pods of DaemonSets count for what they ask of nodes and for nothing
 * else: nodes bring them along.
 */
export class PodLedger {
  readonly #pods = new Map<string, LivePod>();
  readonly #nodes: NodeLedger;
  readonly #workloads = new WorkloadLedger();
  readonly #pending: StepIntegral;
  readonly #bound: StepIntegral;
  readonly #pendingSeries: BucketSeries;
  readonly #boundSeries: BucketSeries;
  readonly #startup = new DurationSample();
  readonly #wait = new DurationSample();
  #created = 0;
  #boundCount = 0;
  #everUnschedulable = 0;
  readonly #ended = { succeeded: 0, failed: 0, deleted: 0 };
  #evicted = 0;
  #killed = 0;
  #disruptedAgain = 0;
  #lostWorkSeconds = 0;
  #blockedMs = 0;

  constructor(start: SimTime, end: SimTime, nodes: NodeLedger) {
    this.#nodes = nodes;
    this.#pendingSeries = new BucketSeries(start, end);
    this.#boundSeries = new BucketSeries(start, end);
    this.#pending = new StepIntegral(start, this.#pendingSeries);
    this.#bound = new StepIntegral(start, this.#boundSeries);
  }

  created(entry: Entry<"pod-created">): void {
    const { podKey, podUid, workload, isDaemon, requests, at } = entry;
    invariant(!this.#pods.has(podUid), "a pod is created twice", { podKey, podUid });
    const isReplacement = !isDaemon && this.#workloads.podCreated(workload, at);
    this.#pods.set(podUid, {
      podKey,
      createdAt: at,
      workload,
      isDaemon,
      requests,
      isReplacement,
      nodeName: undefined,
      isReady: false,
      hasBeenReady: false,
      isDisrupted: false,
      wasUnschedulable: false,
      message: undefined,
      told: undefined,
      block: undefined,
    });
    if (isDaemon) return;
    this.#created += 1;
    this.#pending.add(1, at);
  }

  bound({ podUid, podKey, nodeName, at }: Entry<"pod-bound">): void {
    const pod = this.#pod(podUid);
    invariant(pod.nodeName === undefined, "a pod is bound twice", { podKey, nodeName });
    pod.nodeName = nodeName;
    pod.message = undefined;
    pod.told = undefined;
    this.#nodes.podChanged(nodeName, pod.requests, 1, at);
    if (pod.isDaemon) return;
    this.#boundCount += 1;
    this.#wait.add(at - pod.createdAt);
    this.#pending.add(-1, at);
    this.#bound.add(1, at);
  }

  ready(podUid: string, isReady: boolean, at: SimTime): void {
    const pod = this.#pod(podUid);
    if (pod.isReady === isReady) return;
    pod.isReady = isReady;
    if (pod.isDaemon) return;
    this.#workloads.readyChanged(pod.workload, isReady ? 1 : -1, at);
    if (!isReady || pod.hasBeenReady) return;
    pod.hasBeenReady = true;
    this.#startup.add(at - pod.createdAt);
  }

  unschedulable(podUid: string): void {
    const pod = this.#pod(podUid);
    if (pod.wasUnschedulable || pod.isDaemon) return;
    pod.wasUnschedulable = true;
    this.#everUnschedulable += 1;
  }

  /** Notes what Karpenter says about the pod; false when it has said so before. */
  failedScheduling(podUid: string, message: string): boolean {
    const pod = this.#pods.get(podUid);
    if (pod === undefined) return true;
    pod.message = message;
    return isNews(pod, `failed ${message}`);
  }

  /** Notes where Karpenter expects the pod; false when it has said so before. */
  nominated({ podUid, nodeClaimName, nodeName }: Entry<"pod-nominated">): boolean {
    const pod = this.#pods.get(podUid);
    if (pod === undefined) return true;
    const names = [
      ...(nodeClaimName === undefined ? [] : [`nodeclaim/${nodeClaimName}`]),
      ...(nodeName === undefined ? [] : [`node/${nodeName}`]),
    ];
    pod.message = `Pod should schedule on: ${names.join(", ")}`;
    return isNews(pod, `nominated ${nodeClaimName ?? nodeName ?? ""}`);
  }

  /** Notes a refused eviction; false when the same budgets have refused the last one. */
  evictionBlocked({ podUid, podDisruptionBudgets, at }: Entry<"eviction-blocked">): boolean {
    const pod = this.#pod(podUid);
    if (pod.block !== undefined) {
      pod.block.attempts += 1;
      return false;
    }
    pod.block = { podDisruptionBudgets, since: at, attempts: 1 };
    return true;
  }

  /** What ends by this entry, if an eviction was being refused until then. */
  endOfBlock(entry: LedgerEntry): Entry<"eviction-unblocked"> | undefined {
    if (!endsBlock(entry)) return undefined;
    const { podKey, podUid, at } = entry;
    const pod = this.#pod(podUid);
    const { block } = pod;
    if (block === undefined) return undefined;
    const { podDisruptionBudgets, since, attempts } = block;
    const isSame =
      entry.kind === "eviction-blocked" &&
      areSame(entry.podDisruptionBudgets, podDisruptionBudgets);
    if (isSame) return undefined;
    this.#blockedMs += at - since;
    pod.block = undefined;
    const identity = { podKey, podUid, podDisruptionBudgets };
    return { kind: "eviction-unblocked", at, ...identity, since, attempts };
  }

  evicted({ podUid, lostWorkSeconds, at }: Entry<"pod-evicted">): void {
    const pod = this.#pod(podUid);
    if (!pod.isDaemon) this.#lostWorkSeconds += lostWorkSeconds ?? 0;
    if (this.#disrupt(pod, podUid, "evicted", at)) this.#evicted += 1;
  }

  killed({ podUid, lostWorkSeconds, at }: Entry<"pod-killed">): void {
    const pod = this.#pod(podUid);
    if (!pod.isDaemon) this.#lostWorkSeconds += lostWorkSeconds;
    if (this.#disrupt(pod, podUid, "killed", at)) this.#killed += 1;
  }

  ended({ podUid, outcome, at }: Entry<"pod-ended">): void {
    const pod = this.#pod(podUid);
    this.ready(podUid, false, at);
    this.#pods.delete(podUid);
    if (pod.nodeName !== undefined) this.#nodes.podChanged(pod.nodeName, pod.requests, -1, at);
    if (pod.isDaemon) return;
    if (pod.isDisrupted) this.#workloads.podGone(pod.workload, podUid, at);
    this.#ended[outcome] += 1;
    if (pod.nodeName === undefined) this.#pending.add(-1, at);
    else this.#bound.add(-1, at);
  }

  desired(workload: WorkloadRef, replicas: number, at: SimTime): void {
    // A DaemonSet wants what nodes there are: nothing to fall short of.
    if (workload.kind === "DaemonSet") return;
    this.#workloads.desired(workload, replicas, at);
  }

  facts(at: SimTime): PodFacts {
    const { vcpuHours, gibHours } = this.#nodes.requestedHours(at);
    return {
      created: this.#created,
      bound: this.#boundCount,
      ...this.#ended,
      runningAtEnd: this.#bound.value,
      pendingAtEnd: this.#pending.value,
      unscheduled: this.#unscheduled(at),
      everUnschedulable: this.#everUnschedulable,
      startup: this.#startup.quantiles(),
      pending: this.#wait.quantiles(),
      pendingPodSeconds: this.#pending.total(at) / 1000,
      boundPodHours: this.#bound.total(at) / hours(1),
      requestedVcpuHours: vcpuHours,
      requestedGibHours: gibHours,
      workloads: this.#workloads.facts(at),
    };
  }

  disruptions(at: SimTime): PodDisruptions {
    let blockedMs = this.#blockedMs;
    for (const { block } of this.#pods.values()) {
      if (block !== undefined) blockedMs += at - block.since;
    }
    return {
      podsEvicted: this.#evicted,
      podsKilled: this.#killed,
      podsDisruptedAgain: this.#disruptedAgain,
      lostWorkSeconds: this.#lostWorkSeconds,
      pdbBlockedSeconds: blockedMs / 1000,
    };
  }

  series(at: SimTime): { pendingPods: readonly number[]; boundPods: readonly number[] } {
    this.#pending.total(at);
    this.#bound.total(at);
    return { pendingPods: this.#pendingSeries.means(), boundPods: this.#boundSeries.means() };
  }

  /** A pod counts as disrupted once, however it goes. */
  #disrupt(pod: LivePod, podUid: string, how: "evicted" | "killed", at: SimTime): boolean {
    if (pod.isDaemon || pod.isDisrupted) return false;
    pod.isDisrupted = true;
    this.#workloads.podDisrupted(pod.workload, podUid, how, at);
    if (pod.isReplacement && at - pod.createdAt < hours(1)) this.#disruptedAgain += 1;
    return true;
  }

  #unscheduled(at: SimTime): readonly UnscheduledPod[] {
    return [...this.#pods.values()]
      .filter((pod) => pod.nodeName === undefined && !pod.isDaemon)
      .sort((left, right) => compareStrings(left.podKey, right.podKey))
      .slice(0, unscheduledListed)
      .map(({ podKey, createdAt, message }) => ({
        podKey,
        pendingSeconds: (at - createdAt) / 1000,
        ...(message === undefined ? {} : { message }),
      }));
  }

  #pod(podUid: string): LivePod {
    const pod = this.#pods.get(podUid);
    invariant(pod !== undefined, "a fact about a pod that was not created", { podUid });
    return pod;
  }
}

function isNews(pod: LivePod, text: string): boolean {
  if (pod.told === text) return false;
  pod.told = text;
  return true;
}

function endsBlock(
  entry: LedgerEntry,
): entry is Entry<"eviction-blocked" | "pod-evicted" | "pod-killed" | "pod-ended"> {
  const { kind } = entry;
  return (
    kind === "eviction-blocked" ||
    kind === "pod-evicted" ||
    kind === "pod-killed" ||
    kind === "pod-ended"
  );
}

function areSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
