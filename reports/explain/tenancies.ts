import type { SimTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { countOf, formatSeconds } from "../number-text.ts";
import type { LiveCluster } from "./live-cluster.ts";
import { refusedEviction } from "./refused-eviction.ts";
import type { Moment, Successor, Tenancy } from "./story.ts";
import { Successors } from "./successors.ts";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
type OpenTenancy = Writable<Omit<Tenancy, "successor">> & { successor?: Writable<Successor> };

/** Pods that went, for one cause. */
interface Drain {
  readonly at: SimTime;
  until: SimTime;
  readonly tenancies: OpenTenancy[];
}

interface Block {
  readonly at: SimTime;
  readonly podKey: string;
  readonly podDisruptionBudgets: readonly string[];
  until?: SimTime;
  attempts?: number;
}

/** Who lives on one node, and where they move when they have to go. */
export class Tenancies {
  readonly #cluster: LiveCluster;
  readonly #successors = new Successors();
  readonly #tenancies: OpenTenancy[] = [];
  readonly #openByUid = new Map<string, OpenTenancy>();
  /** Whose successor is known but not on a node yet, by the successor's uid. */
  readonly #movingByUid = new Map<string, OpenTenancy>();
  readonly #waitingByUid = new Map<string, OpenTenancy>();
  readonly #drains: Drain[] = [];
  readonly #blocks: Block[] = [];
  readonly #protections: Extract<LedgerEntry, { kind: "drain-blocked" }>[] = [];
  #isNewDrain = true;

  /** Kinds that are always of interest. */
  readonly kinds: ReadonlySet<LedgerEntryKind> = new Set([
    "pod-evicted",
    "pod-killed",
    "eviction-blocked",
    "eviction-unblocked",
  ]);

  constructor(cluster: LiveCluster) {
    this.#cluster = cluster;
  }

  /** Disruptions from now on have another cause than those before. */
  beginDrain(): void {
    this.#isNewDrain = true;
  }

  /** The drain of the node waits for protected pods. */
  drainBlocked(entry: Extract<LedgerEntry, { kind: "drain-blocked" }>): void {
    this.#protections.push(entry);
  }

  /** Takes in an entry; the node has no name before it is registered. */
  add(entry: LedgerEntry, nodeName: string | undefined): void {
    switch (entry.kind) {
      case "pod-created":
        return this.#created(entry.podUid);
      case "pod-bound":
        this.#settle(entry.podUid, entry.nodeName, entry.at);
        if (entry.nodeName === nodeName) this.#moveIn(entry.podUid, entry.at);
        return;
      case "pod-evicted":
      case "pod-killed":
        return this.#disrupted(entry);
      case "pod-ended":
        this.#successors.ended(entry);
        return this.#moveOut(entry.podUid, entry.at, entry.outcome);
      case "eviction-blocked": {
        if (entry.nodeName !== nodeName) return;
        const { at, podKey, podDisruptionBudgets } = entry;
        this.#blocks.push({ at, podKey, podDisruptionBudgets });
        return;
      }
      case "eviction-unblocked": {
        const block = this.#blocks.find(
          ({ podKey, at, until }) =>
            podKey === entry.podKey && at === entry.since && until === undefined,
        );
        if (block === undefined) return;
        block.until = entry.at;
        block.attempts = entry.attempts;
        return;
      }
      default:
    }
  }

  #created(uid: string): void {
    const pod = this.#cluster.pod(uid);
    if (pod === undefined) return;
    const predecessor = this.#waitingByUid.get(this.#successors.created(pod) ?? "");
    if (predecessor === undefined) return;
    this.#waitingByUid.delete(predecessor.podUid);
    predecessor.successor = { podKey: pod.podKey, createdAt: pod.createdAt };
    this.#movingByUid.set(uid, predecessor);
  }

  #settle(uid: string, nodeName: string, at: SimTime): void {
    const successor = this.#movingByUid.get(uid)?.successor;
    if (successor === undefined) return;
    successor.nodeName = nodeName;
    successor.boundAt = at;
    this.#movingByUid.delete(uid);
  }

  #moveIn(uid: string, at: SimTime): void {
    const pod = this.#cluster.pod(uid);
    if (pod === undefined) return;
    const { podKey, workload, isDaemon } = pod;
    const tenancy = { podKey, podUid: uid, workload, isDaemon, from: at };
    this.#tenancies.push(tenancy);
    this.#openByUid.set(uid, tenancy);
  }

  #disrupted(entry: Extract<LedgerEntry, { kind: "pod-evicted" | "pod-killed" }>): void {
    const pod = this.#cluster.pod(entry.podUid);
    if (pod !== undefined) this.#successors.disrupted(pod, entry.at);
    const tenancy = this.#openByUid.get(entry.podUid);
    if (tenancy === undefined || tenancy.ending !== undefined) return;
    tenancy.ending = entry.kind === "pod-evicted" ? "evicted" : "killed";
    tenancy.reason = entry.reason;
    if (tenancy.isDaemon) return;
    this.#waitingByUid.set(entry.podUid, tenancy);
    let drain = this.#drains.at(-1);
    if (drain === undefined || this.#isNewDrain) {
      drain = { at: entry.at, until: entry.at, tenancies: [] };
      this.#drains.push(drain);
      this.#isNewDrain = false;
    }
    drain.until = entry.at;
    drain.tenancies.push(tenancy);
  }

  #moveOut(uid: string, at: SimTime, outcome: string): void {
    const tenancy = this.#openByUid.get(uid);
    this.#openByUid.delete(uid);
    this.#movingByUid.delete(uid);
    if (tenancy === undefined) return;
    tenancy.until = at;
    tenancy.ending ??= outcome;
  }

  /** In the order of their coming. */
  list(): readonly Tenancy[] {
    return this.#tenancies;
  }

  /** Drains and refused evictions; `end` is the end of the run. */
  moments(end: SimTime): readonly Moment[] {
    return [
      ...this.#drains.map(drainMoment),
      ...this.#blocks.map((block) => blockMoment(block, end)),
      ...this.#protections.map((entry, index) => this.#protectionMoment(entry, index, end)),
    ];
  }

  /** Lasts until the drain waits for others, or the last of the pods is gone. */
  #protectionMoment(
    { at, pods }: Extract<LedgerEntry, { kind: "drain-blocked" }>,
    index: number,
    end: SimTime,
  ): Moment {
    const last = pods.map((key) => this.#tenancies.findLast(({ podKey }) => podKey === key)?.until);
    const isOpen = last.includes(undefined);
    const gone = isOpen
      ? end
      : last.reduce<SimTime>((a, b) => (b !== undefined && b > a ? b : a), at);
    const until = this.#protections[index + 1]?.at ?? gone;
    return {
      ...{ at, until, what: "drain-blocked" },
      ...(isOpen && until === end ? { isOpen: true } : {}),
      text: `the drain waits for ${countOf(pods.length, "pod")} with annotation karpenter.sh/do-not-disrupt`,
      details: pods,
    };
  }
}

function drainMoment({ at, until, tenancies }: Drain): Moment {
  const evicted = tenancies.filter(({ ending }) => ending === "evicted").length;
  const killed = tenancies.length - evicted;
  const parts = [
    ...(evicted > 0 ? [`${countOf(evicted, "pod")} evicted`] : []),
    ...(killed > 0 ? [`${countOf(killed, "pod")} killed`] : []),
  ];
  return {
    at,
    ...(until > at ? { until } : {}),
    what: "pods-disrupted",
    text: parts.join(", "),
    details: tenancies.map(moved),
  };
}

function moved({ podKey, ending, reason, successor }: OpenTenancy): string {
  const how = ending === "killed" ? ` (killed: ${reason ?? ""})` : "";
  if (successor === undefined) return `${podKey}${how}: not replaced`;
  const { podKey: other, nodeName, boundAt, createdAt } = successor;
  if (nodeName === undefined || boundAt === undefined) {
    return `${podKey}${how} -> ${other}, which found no node`;
  }
  const waited =
    boundAt === createdAt ? "at once" : `after ${formatSeconds((boundAt - createdAt) / 1000)}`;
  return `${podKey}${how} -> ${other} on ${nodeName} ${waited}`;
}

function blockMoment(block: Block, end: SimTime): Moment {
  const { at, until, podKey, podDisruptionBudgets, attempts } = block;
  const times = attempts === undefined ? "again and again" : countOf(attempts, "time");
  return {
    at,
    ...(until === undefined ? { until: end, isOpen: true } : { until }),
    ...refusedEviction(`eviction of ${podKey}`, podDisruptionBudgets, times),
  };
}
