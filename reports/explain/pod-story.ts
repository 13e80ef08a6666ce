/** The story of a pod, or of all pods of one name: why it waited, where it ran, what ended it. */
import type { SimTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { countOf, formatSeconds } from "../number-text.ts";
import { commandWords, LiveCluster, type LiveMachine } from "./live-cluster.ts";
import { Moments } from "./moments.ts";
import { refusedEviction } from "./refused-eviction.ts";
import type { Moment, Story, Summary } from "./story.ts";
import { Successors } from "./successors.ts";

type Entry<Kind extends LedgerEntryKind> = Extract<LedgerEntry, { kind: Kind }>;

/** One of the pods that had the name. */
interface Life {
  readonly uid: string;
  readonly workload: string;
  readonly createdAt: SimTime;
  /** Machines that Karpenter launched or kept for it; what happens to them explains the wait. */
  readonly machines: Set<string>;
  boundAt?: SimTime;
  nodeName?: string;
  readyMs: number;
  readySince?: SimTime;
  ending?: string;
  endedAt?: SimTime;
}

/** Karpenter's word on a waiting pod, until its next word. */
interface Word {
  readonly at: SimTime;
  readonly moment: Omit<Moment, "at" | "until">;
}

/** Gathers the story while a journal is read. */
export class PodStory {
  readonly #podKey: string;
  readonly #cluster = new LiveCluster();
  readonly #successors = new Successors();
  readonly #moments = new Moments();
  readonly #lives: Life[] = [];
  readonly #words: Moment[] = [];
  #word: Word | undefined;
  #evictionBlock: { readonly at: SimTime; readonly budgets: readonly string[] } | undefined;
  /** Since when the drain of its node waits for it, as long as it does. */
  #drainWaitsSince: SimTime | undefined;
  /** Uids of pods that stand in for one of these and are not bound yet. */
  readonly #awaitedUids = new Set<string>();
  readonly #predecessors = new Map<string, string>();

  /** By `namespace/name`. */
  constructor(podKey: string) {
    this.#podKey = podKey;
  }

  /** Whether a line of the journal may belong to the story. */
  wants(kind: LedgerEntryKind, line: string): boolean {
    if (LiveCluster.kinds.has(kind) || kind === "pod-evicted" || kind === "pod-killed") return true;
    return kind !== "event" && line.includes(`"${this.#podKey}"`);
  }

  add(entry: LedgerEntry): void {
    this.#cluster.apply(entry);
    this.#follow(entry);
    if ("podKey" in entry && entry.podKey === this.#podKey) this.#addOwn(entry);
    else this.#addOfMachine(entry);
    if (entry.kind === "pod-ended") this.#successors.ended(entry);
    this.#cluster.forget(entry);
  }

  /** Who takes whose place, in the whole cluster: replicas are told apart by their turn only. */
  #follow(entry: LedgerEntry): void {
    if (entry.kind === "pod-evicted" || entry.kind === "pod-killed") {
      const pod = this.#cluster.pod(entry.podUid);
      if (pod !== undefined) this.#successors.disrupted(pod, entry.at);
      return;
    }
    if (entry.kind === "pod-bound") return this.#successorBound(entry);
    if (entry.kind !== "pod-created") return;
    const pod = this.#cluster.pod(entry.podUid);
    const lost = pod === undefined ? undefined : this.#successors.created(pod);
    if (lost === undefined || pod === undefined) return;
    // A StatefulSet's next pod has the same name: its own story says the same.
    if (this.#life(lost) !== undefined && pod.podKey !== this.#podKey) {
      this.#awaitedUids.add(pod.podUid);
      this.#tell(entry.at, "replaced", `${pod.podKey} is created in its place`);
    }
    if (entry.podKey !== this.#podKey) return;
    const before = this.#cluster.pod(lost);
    if (before !== undefined) this.#predecessors.set(entry.podUid, before.podKey);
  }

  #successorBound({ podUid, podKey, nodeName, at }: Entry<"pod-bound">): void {
    if (!this.#awaitedUids.delete(podUid)) return;
    const waited = at - (this.#cluster.pod(podUid)?.createdAt ?? at);
    const after = formatSeconds(waited / 1000);
    const text = `${podKey}, which took its place, is bound to ${nodeName} after ${after}`;
    this.#tell(at, "successor-bound", text);
  }

  #addOwn(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "pod-created":
        return this.#created(entry);
      case "pod-unschedulable":
        return this.#tell(entry.at, "unschedulable", "kube-scheduler finds no node", entry.message);
      case "pod-failed-scheduling":
        return this.#failed(entry);
      case "pod-nominated":
        return this.#nominated(entry);
      case "pod-bound":
        return this.#bound(entry);
      case "pod-ready":
        return this.#ready(entry, true);
      case "pod-not-ready":
        return this.#ready(entry, false);
      case "eviction-blocked":
        this.#evictionBlock = { at: entry.at, budgets: entry.podDisruptionBudgets };
        return;
      case "eviction-unblocked":
        return this.#unblocked(entry);
      case "pod-evicted":
      case "pod-killed":
        return this.#disrupted(entry);
      case "pod-ended":
        return this.#ended(entry);
      default:
    }
  }

  #life(uid: string): Life | undefined {
    return this.#lives.find((life) => life.uid === uid);
  }

  #created({ podUid, workload, requests, at }: Entry<"pod-created">): void {
    const named = `${workload.kind}/${workload.namespace}/${workload.name}`;
    this.#lives.push({
      uid: podUid,
      workload: named,
      createdAt: at,
      machines: new Set(),
      readyMs: 0,
    });
    const { cpuMillicores, memoryBytes, gpus } = requests;
    const asked = [
      `${cpuMillicores}m cpu`,
      `${Math.round(memoryBytes / 2 ** 20)}Mi memory`,
      ...(gpus > 0 ? [countOf(gpus, "GPU")] : []),
    ];
    const before = this.#predecessors.get(podUid);
    this.#moments.add(at, {
      what: "created",
      text: `created by ${named}`,
      details: [
        `requests ${asked.join(", ")}`,
        ...(before === undefined ? [] : [`in the place of ${before}`]),
      ],
    });
  }

  #failed({ at, message, nodePools }: Entry<"pod-failed-scheduling">): void {
    const details =
      nodePools.length === 0
        ? [message]
        : nodePools.map((it) => `NodePool ${it.nodePoolName}: ${it.message}`);
    this.#say(at, { what: "failed-scheduling", text: "Karpenter finds no place for it", details });
  }

  #nominated({ at, podUid, nodeClaimName, nodeName }: Entry<"pod-nominated">): void {
    const names = [
      ...(nodeClaimName === undefined ? [] : [`nodeclaim/${nodeClaimName}`]),
      ...(nodeName === undefined ? [] : [`node/${nodeName}`]),
    ];
    const machine = nodeClaimName === undefined ? undefined : this.#cluster.machine(nodeClaimName);
    const isNew = machine?.created?.at === at;
    if (nodeClaimName !== undefined) this.#life(podUid)?.machines.add(nodeClaimName);
    this.#say(at, {
      what: "nominated",
      text: `Karpenter ${isNew ? "launches a machine for it" : "expects it"}: ${names.join(", ")}`,
      details: machine === undefined || isNew ? [] : machineWords(machine),
    });
  }

  /** What Karpenter says holds until it says something else, or the pod is bound. */
  #say(at: SimTime, moment: Omit<Moment, "at" | "until">): void {
    this.#closeWord(at);
    this.#word = { at, moment };
  }

  #closeWord(at: SimTime): void {
    if (this.#word === undefined) return;
    const { at: from, moment } = this.#word;
    this.#words.push({ at: from, ...(at > from ? { until: at } : {}), ...moment });
    this.#word = undefined;
  }

  #bound({ at, podUid, nodeName }: Entry<"pod-bound">): void {
    const life = this.#life(podUid);
    this.#closeWord(at);
    if (life === undefined) return;
    life.boundAt = at;
    life.nodeName = nodeName;
    const machine = this.#cluster.machineOfNode(nodeName);
    if (machine !== undefined) life.machines.add(machine.nodeClaimName);
    this.#tell(
      at,
      "bound",
      `bound to ${nodeName} after ${formatSeconds((at - life.createdAt) / 1000)}`,
      ...(machine === undefined ? [] : machineWords(machine)),
    );
  }

  #ready({ at, podUid }: Entry<"pod-ready" | "pod-not-ready">, isReady: boolean): void {
    const life = this.#life(podUid);
    if (life === undefined) return;
    if (isReady) life.readySince = at;
    else if (life.readySince !== undefined) {
      life.readyMs += at - life.readySince;
      delete life.readySince;
    }
    if (isReady) this.#tell(at, "ready", "ready");
  }

  #unblocked({ at, since, attempts, podDisruptionBudgets }: Entry<"eviction-unblocked">): void {
    this.#evictionBlock = undefined;
    this.#moments.add(since, {
      ...refusedEviction("eviction", podDisruptionBudgets, countOf(attempts, "time")),
      until: at,
    });
  }

  #disrupted(entry: Entry<"pod-evicted" | "pod-killed">): void {
    const { at, podUid, nodeName, reason } = entry;
    const life = this.#life(podUid);
    const machine = this.#cluster.machineOfNode(nodeName);
    const cause = machine?.cause === undefined ? [] : [`cause: ${machine.cause}`];
    const lost = entry.lostWorkSeconds ?? 0;
    const work = lost > 0 ? [`${formatSeconds(lost)} of work are lost`] : [];
    const how = entry.kind === "pod-evicted" ? "evicted" : "killed";
    if (life !== undefined) life.ending ??= how;
    this.#tell(at, how, `${how} from ${nodeName} (${reason})`, ...cause, ...work);
  }

  #ended({ at, podUid, outcome }: Entry<"pod-ended">): void {
    const life = this.#life(podUid);
    this.#closeWord(at);
    this.#endDrainWait(at);
    if (life === undefined) return;
    life.endedAt = at;
    life.ending ??= outcome;
    this.#tell(at, "ended", outcome);
  }

  #endDrainWait(until: SimTime): void {
    if (this.#drainWaitsSince !== undefined) {
      this.#moments.add(this.#drainWaitsSince, { ...drainWait, until });
    }
    this.#drainWaitsSince = undefined;
  }

  /** What happens to the machine that the pod runs on, or waits for. */
  #addOfMachine(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "drain-blocked":
        if (!this.#isHome(entry.nodeName)) return;
        if (entry.pods.includes(this.#podKey)) this.#drainWaitsSince ??= entry.at;
        else this.#endDrainWait(entry.at);
        return;
      case "instance-launched":
        if (!this.#isAwaited(entry.nodeClaimName)) return;
        return this.#tell(
          entry.at,
          "launched",
          `EC2 launched ${entry.instanceType}, ${entry.capacityType}, ${entry.zone} for ${entry.nodeClaimName}`,
        );
      case "launch-failed":
        if (!this.#isAwaited(entry.nodeClaimName)) return;
        return this.#tell(
          entry.at,
          "launch-failed",
          `EC2 refused the launch of ${entry.nodeClaimName}: ${entry.code}`,
          entry.message,
        );
      case "node-registered":
        if (!this.#isAwaited(entry.nodeClaimName)) return;
        return this.#tell(
          entry.at,
          "registered",
          `${entry.nodeClaimName} registered as node ${entry.nodeName}`,
        );
      case "disruption-command":
        if (!entry.candidates.some((name) => this.#isHome(name))) return;
        return this.#tell(
          entry.at,
          "disruption",
          `${entry.commandId} of ${entry.method} is about its node: ${commandWords(entry)}`,
          entry.message,
        );
      case "node-claim-deleted": {
        const { nodeName } = this.#cluster.machine(entry.nodeClaimName) ?? {};
        if (nodeName === undefined || !this.#isHome(nodeName)) return;
        return this.#tell(entry.at, "node-deleted", `its node is deleted: ${entry.reason}`);
      }
      case "interruption-notice": {
        const { nodeName } = this.#cluster.machineOfInstance(entry.instanceId) ?? {};
        if (nodeName === undefined || !this.#isHome(nodeName)) return;
        return this.#tell(entry.at, "interruption", "EC2 takes its node back in two minutes");
      }
      default:
    }
  }

  /** Whether a living pod waits for the machine. */
  #isAwaited(nodeClaimName: string): boolean {
    return this.#lives.some(
      ({ machines, boundAt, endedAt }) =>
        boundAt === undefined && endedAt === undefined && machines.has(nodeClaimName),
    );
  }

  /** Whether a living pod runs on the node. */
  #isHome(nodeName: string): boolean {
    return this.#lives.some((it) => it.endedAt === undefined && it.nodeName === nodeName);
  }

  #tell(at: SimTime, what: string, text: string, ...details: readonly string[]): void {
    this.#moments.add(at, { what, text, details });
  }

  /** The story so far; `end` is the end of the run. */
  story(end: SimTime): Story {
    const open: Moment[] = [];
    const held = { until: end, isOpen: true } as const;
    if (this.#word !== undefined) open.push({ at: this.#word.at, ...held, ...this.#word.moment });
    if (this.#evictionBlock !== undefined) {
      const { at, budgets } = this.#evictionBlock;
      open.push({ at, ...held, ...refusedEviction("eviction", budgets, "again and again") });
    }
    if (this.#drainWaitsSince !== undefined) {
      open.push({ at: this.#drainWaitsSince, ...held, ...drainWait, details: [] });
    }
    return {
      kind: "pod",
      name: this.#podKey,
      names: { uid: this.#lives.map(({ uid }) => uid).join(", ") },
      summary: this.#summary(end),
      figures: { pods: this.#lives.length, ...this.#seconds(end) },
      moments: this.#moments.list([...this.#words, ...open]),
      stays: [],
      tenancies: [],
      days: [],
    };
  }

  #seconds(end: SimTime): { readonly waitedSeconds: number; readonly readySeconds: number } {
    let waited = 0;
    let ready = 0;
    for (const { createdAt, boundAt, endedAt, readyMs, readySince } of this.#lives) {
      waited += (boundAt ?? endedAt ?? end) - createdAt;
      ready += readyMs + (readySince === undefined ? 0 : (endedAt ?? end) - readySince);
    }
    return { waitedSeconds: waited / 1000, readySeconds: ready / 1000 };
  }

  #summary(end: SimTime): readonly Summary[] {
    const last = this.#lives.at(-1);
    const { waitedSeconds, readySeconds } = this.#seconds(end);
    const time = (value: number): string =>
      `${value} s${value < 60 ? "" : ` (${formatSeconds(value)})`}`;
    const state =
      last?.endedAt === undefined
        ? last?.nodeName === undefined
          ? "still without a node at the end of the run"
          : `still on ${last.nodeName} at the end of the run`
        : (last.ending ?? "");
    return [
      { label: "workload", text: last?.workload ?? "" },
      ...(this.#lives.length > 1
        ? [{ label: "pods", text: `${this.#lives.length} had this name, one after the other` }]
        : []),
      { label: "waited", text: `${time(waitedSeconds)} without a node` },
      { label: "ready", text: time(readySeconds) },
      { label: "ended", text: state },
    ];
  }
}

const drainWait = {
  what: "drain-blocked",
  text: "the drain of its node waits for it: annotation karpenter.sh/do-not-disrupt",
} as const;

function machineWords({ launched, created }: LiveMachine): readonly string[] {
  const machine =
    launched === undefined
      ? []
      : [`${launched.instanceType}, ${launched.capacityType}, ${launched.zone}`];
  const since =
    created === undefined ? [] : [`NodeClaim ${created.nodeClaimName}, ${created.reason}`];
  return machine.length === 0 ? since : [`${machine.join("")}; ${since.join("")}`];
}
