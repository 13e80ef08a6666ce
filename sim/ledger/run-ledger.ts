/**
 * The facts of a run, aggregated on the way: entries come in time order, are added up and forgotten, so
 * memory grows with what is alive and not with simulated time. A journal may listen to all of them.
 */
import type { SimTime } from "../../core/units/index.ts";
import { invariant } from "../../core/units/index.ts";
import { BucketSeries } from "./bucket-series.ts";
import { CostLedger } from "./cost-ledger.ts";
import type { LedgerEntry, LedgerSink } from "./entry.ts";
import { NodeLedger } from "./node-ledger.ts";
import { PodLedger } from "./pod-ledger.ts";
import type { DisruptionFacts, RunFacts } from "./run-facts.ts";
import { Tally } from "./tally.ts";

/** See the head of this file. */
export class RunLedger implements LedgerSink {
  readonly #start: SimTime;
  readonly #end: SimTime;
  readonly #journal: LedgerSink | undefined;
  readonly #nodes: NodeLedger;
  readonly #cost: CostLedger;
  readonly #pods: PodLedger;
  readonly #decisions = new Tally();
  readonly #commands = new Tally();
  readonly #candidates = new Tally();
  #interruptions = 0;
  #rebalances = 0;
  #expired = 0;
  #repaired = 0;
  #commandsFailed = 0;
  #last: SimTime;

  constructor(start: SimTime, end: SimTime, journal?: LedgerSink) {
    this.#start = start;
    this.#end = end;
    this.#last = start;
    this.#journal = journal;
    this.#nodes = new NodeLedger(start, end);
    this.#cost = new CostLedger(start, end, (id, at) => this.#nodes.takeIdleShare(id, at));
    this.#pods = new PodLedger(start, end, this.#nodes);
  }

  record(entry: LedgerEntry): void {
    invariant(entry.at >= this.#last, "ledger time goes back", { at: entry.at, kind: entry.kind });
    this.#last = entry.at;
    const unblocked = this.#pods.endOfBlock(entry);
    if (unblocked !== undefined) this.#journal?.record(unblocked);
    if (this.#isRepeated(entry)) return;
    this.#journal?.record(entry);
    if (this.#recordMachine(entry) || this.#recordPod(entry)) return;
    this.#recordDecision(entry);
  }

  /** What it all amounts to, at the end of the run. */
  facts(): RunFacts {
    const at = this.#end;
    const pods = this.#pods.facts(at);
    return {
      start: this.#start,
      end: this.#end,
      cost: this.#cost.facts(),
      pods,
      disruption: this.#disruption(at),
      nodes: this.#nodes.facts(at),
      atEnd: {
        ...this.#nodes.atEnd(),
        boundPods: pods.runningAtEnd,
        pendingPods: pods.pendingAtEnd,
      },
      series: {
        starts: new BucketSeries(this.#start, this.#end).starts(),
        usdPerHourByCapacityType: this.#cost.usdPerHourByCapacityType(),
        ...this.#nodes.series(at),
        ...this.#pods.series(at),
      },
      decisions: this.#decisions.record(),
    };
  }

  /**
   * Karpenter looks at a pending pod every few seconds, and asks for a refused eviction again and
   * again: without this, that would be nearly all of a journal.
   */
  #isRepeated(entry: LedgerEntry): boolean {
    switch (entry.kind) {
      case "pod-failed-scheduling":
        return !this.#pods.failedScheduling(entry.podUid, entry.message);
      case "pod-nominated":
        return !this.#pods.nominated(entry);
      case "eviction-blocked":
        return !this.#pods.evictionBlocked(entry);
      default:
        return false;
    }
  }

  #recordMachine(entry: LedgerEntry): boolean {
    switch (entry.kind) {
      case "instance-launched":
        this.#nodes.launched(entry);
        this.#cost.launched(entry);
        return true;
      case "instance-running":
        this.#nodes.running(entry.instanceId, entry.at);
        return true;
      case "instance-stopping":
        this.#nodes.stopping(entry.instanceId, entry.at);
        return true;
      case "instance-shutting-down":
        this.#nodes.shuttingDown(entry.instanceId, entry.at);
        return true;
      case "instance-terminated":
        this.#nodes.gone(entry.instanceId);
        this.#cost.terminated(entry.instanceId);
        return true;
      case "charge":
        this.#cost.charged(entry);
        return true;
      case "charge-waived":
        this.#cost.waived(entry);
        return true;
      case "control-plane-charge":
        this.#cost.controlPlane(entry.usd);
        return true;
      case "launch-failed":
        this.#nodes.launchFailed(entry.code);
        this.#decisions.add(`launch-failed/${entry.code}`);
        return true;
      case "node-registered":
        this.#nodes.registered(entry);
        return true;
      case "node-removed":
        this.#nodes.removed(entry.nodeName, entry.at);
        return true;
      default:
        return false;
    }
  }

  #recordPod(entry: LedgerEntry): boolean {
    switch (entry.kind) {
      case "pod-created":
        this.#pods.created(entry);
        return true;
      case "pod-bound":
        this.#pods.bound(entry);
        return true;
      case "pod-ready":
      case "pod-not-ready":
        this.#pods.ready(entry.podUid, entry.kind === "pod-ready", entry.at);
        return true;
      case "pod-unschedulable":
        this.#pods.unschedulable(entry.podUid);
        return true;
      case "pod-failed-scheduling":
      case "pod-nominated":
      case "eviction-blocked":
        return true;
      case "pod-evicted":
        this.#pods.evicted(entry);
        return true;
      case "pod-killed":
        this.#pods.killed(entry);
        return true;
      case "pod-ended":
        this.#pods.ended(entry);
        return true;
      case "workload-desired":
        this.#pods.desired(entry.workload, entry.replicas, entry.at);
        return true;
      default:
        return false;
    }
  }

  #recordDecision(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "interruption-notice":
        this.#interruptions += 1;
        return;
      case "rebalance-recommendation":
        this.#rebalances += 1;
        return;
      case "node-claim-created":
        return this.#decisions.add(`created/${entry.reason}`);
      case "node-claim-drifted":
        return this.#decisions.add(`drifted/${entry.reason}`);
      case "node-claim-deleted":
        if (entry.reason === "expired") this.#expired += 1;
        if (entry.reason === "unhealthy") this.#repaired += 1;
        return this.#decisions.add(`deleted/${entry.reason}`);
      case "disruption-command":
        this.#commands.add(`${entry.method}/${entry.decision}`);
        this.#candidates.add(entry.reason, entry.candidates.length);
        return this.#decisions.add(`command/${entry.method}/${entry.decision}`);
      case "disruption-command-ended":
        if (entry.outcome === "failed") this.#commandsFailed += 1;
        return this.#decisions.add(`command-${entry.outcome}`);
      case "disruption-refused":
        if (!entry.isRepeat) this.#decisions.add(`refused/${entry.reason}`);
        return;
      case "disruption-considered":
        if (!entry.isRepeat) this.#considered(entry);
        return;
      case "disruption-pass-failed":
        return this.#decisions.add("pass-failed");
      default:
        return;
    }
  }

  /** A move of one node that is refused is a refusal of the node; sets of nodes count as moves only. */
  #considered(entry: Extract<LedgerEntry, { kind: "disruption-considered" }>): void {
    const { method, verdict, candidates, reason } = entry;
    this.#decisions.add(`considered/${method}/${verdict}`);
    if (reason === undefined) return;
    const isOfNodes = candidates.length === 1 || verdict === "failed-validation";
    if (isOfNodes) this.#decisions.add(`refused/${reason}`, candidates.length);
  }

  #disruption(at: SimTime): DisruptionFacts {
    return {
      interruptions: this.#interruptions,
      rebalanceRecommendations: this.#rebalances,
      commands: this.#commands.record(),
      commandsFailed: this.#commandsFailed,
      candidatesByReason: this.#candidates.record(),
      expired: this.#expired,
      repaired: this.#repaired,
      ...this.#pods.disruptions(at),
    };
  }
}
