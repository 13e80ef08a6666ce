/**
 * The story of a machine: of its NodeClaim, its instance and its Node, from why it was wanted to where
 * its pods went.
 */
import type { SimTime } from "../../core/units/index.ts";
import { CompensatedSum } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { countOf, formatCost, formatRate, formatSeconds } from "../number-text.ts";
import { LaunchMoments } from "./launch-moments.ts";
import { commandWords, LiveCluster } from "./live-cluster.ts";
import { changedWords, countNames, Moments, tallyText } from "./moments.ts";
import { isToldOtherwise } from "./told-events.ts";
import { Stays } from "./stays.ts";
import type { Story, StoryKind, Summary } from "./story.ts";
import { Tenancies } from "./tenancies.ts";

type Entry<Kind extends LedgerEntryKind> = Extract<LedgerEntry, { kind: Kind }>;

/** Gathers the story while a journal is read. */
export class NodeStory {
  readonly #name: string;
  readonly #cluster = new LiveCluster();
  readonly #moments = new Moments();
  readonly #launch: LaunchMoments;
  readonly #stays = new Stays();
  readonly #tenancies = new Tenancies(this.#cluster);
  readonly #commandIds = new Set<string>();
  readonly #costs = new Map<string, CompensatedSum<number>>();
  #createdAt: SimTime | undefined;
  #endedAt: SimTime | undefined;
  #launched: Entry<"instance-launched"> | undefined;
  #nodeName: string | undefined;
  #firstPrice: number | undefined;
  #lastPrice: number | undefined;
  #nodePoolName = "";
  #ending: string | undefined;
  /** It is being disrupted or deleted: that it is no candidate any more goes without saying. */
  #isGoing = false;

  /** By the name of the NodeClaim. */
  constructor(nodeClaimName: string) {
    this.#name = nodeClaimName;
    this.#launch = new LaunchMoments(this.#moments);
  }

  /** Whether a line of the journal may belong to the story. */
  wants(kind: LedgerEntryKind, line: string): boolean {
    if (LiveCluster.kinds.has(kind) || this.#tenancies.kinds.has(kind)) return true;
    if (kind === "offering-unavailable") return this.#launched === undefined;
    if (kind === "changed") return this.#createdAt !== undefined && this.#endedAt === undefined;
    return this.#names().some((name) => line.includes(name));
  }

  #names(): readonly string[] {
    return [this.#name, this.#nodeName, this.#launched?.instanceId].filter(
      (name): name is string => name !== undefined && name !== "",
    );
  }

  add(entry: LedgerEntry): void {
    this.#cluster.apply(entry);
    this.#tenancies.add(entry, this.#nodeName);
    if (this.#addLife(entry)) this.#addEnd(entry);
    this.#cluster.forget(entry);
  }

  /** Launch, cost and what happens on the way; true when the entry is not about these. */
  #addLife(entry: LedgerEntry): boolean {
    switch (entry.kind) {
      case "node-claim-created":
        if (entry.nodeClaimName !== this.#name) return false;
        this.#createdAt = entry.at;
        this.#nodePoolName = entry.nodePoolName;
        this.#launch.created(entry);
        return false;
      case "offering-unavailable":
        this.#launch.unavailable(entry);
        return false;
      case "instance-launched":
        if (entry.nodeClaimName !== this.#name) return false;
        this.#launched = entry;
        this.#createdAt ??= entry.at;
        this.#nodePoolName = entry.nodePoolName;
        this.#launch.launched(entry);
        return false;
      case "node-registered":
        if (entry.nodeClaimName !== this.#name) return false;
        this.#nodeName = entry.nodeName;
        this.#tell(entry, "registered", `registered as node ${entry.nodeName}`);
        return false;
      case "charge":
        this.#charge(entry);
        return false;
      case "charge-waived":
        if (entry.instanceId === this.#launched?.instanceId) this.#pay("waived", -entry.usd);
        return false;
      case "disruption-refused":
        if (this.#isMe(entry.nodeName) && !this.#isGoing) this.#stays.refused(entry);
        return false;
      case "disruption-refusal-ended":
        if (this.#isMe(entry.nodeName)) this.#stays.ended(entry);
        return false;
      case "disruption-considered":
        this.#consider(entry);
        return false;
      default:
        return true;
    }
  }

  #addEnd(entry: LedgerEntry): void {
    if (entry.kind === "disruption-command") return this.#command(entry);
    if (entry.kind === "disruption-command-ended") return this.#commandEnded(entry);
    if (entry.kind === "event") return this.#event(entry);
    if (entry.kind === "changed") return this.#changed(entry);
    if ("nodeClaimName" in entry && entry.nodeClaimName === this.#name) {
      return this.#addOfClaim(entry);
    }
    if ("instanceId" in entry && entry.instanceId === this.#launched?.instanceId) {
      return this.#addOfInstance(entry);
    }
    if ("nodeName" in entry && entry.nodeName === this.#nodeName) this.#addOfNode(entry);
  }

  #addOfClaim(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "launch-failed":
        this.#tell(entry, "launch-failed", `EC2 refused the launch: ${entry.code}`, entry.message);
        this.#ending = `its launch failed: ${entry.code}`;
        return;
      case "launch-retried":
        return this.#tell(
          entry,
          "launch-retried",
          "the launch failed, to be tried again",
          entry.message,
        );
      case "node-claim-deleted": {
        const { reason, conditionType } = entry;
        const why = conditionType === undefined ? reason : `${reason} (${conditionType})`;
        this.#tell(entry, "deleted", `NodeClaim deleted: ${why}`);
        return this.#go(entry.at, why);
      }
      case "node-claim-drifted":
        return this.#tell(entry, "drifted", `drifted: ${entry.reason}`);
      case "node-claim-drift-ended":
        return this.#tell(entry, "drift-ended", "does not count as drifted any more");
      case "node-claim-removed":
        this.#endedAt = entry.at;
        this.#tell(entry, "removed", "gone");
        this.#stays.closeAll(entry.at);
        return;
      default:
    }
  }

  #addOfInstance(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "instance-running":
        return this.#tell(entry, "running", "running: the bill starts");
      case "interruption-notice":
        return this.#tell(entry, "interruption", "EC2 takes the Spot Instance back in two minutes");
      case "instance-stopping":
        return this.#tell(
          entry,
          "stopping",
          "somebody stops the instance: the bill for compute stops",
        );
      case "fault":
        return this.#tell(entry, "fault", `fault: ${entry.fault}`);
      case "fault-ended":
        return this.#tell(entry, "fault-ended", `the fault is over: ${entry.fault}`);
      case "rebalance-recommendation":
        return this.#tell(entry, "rebalance", "EC2 recommends to rebalance");
      case "instance-shutting-down": {
        const by = entry.terminatedBy === "ec2" ? "EC2" : "Karpenter";
        if (entry.terminatedBy === "ec2") this.#ending ??= "EC2 ended the instance";
        this.#stays.closeAll(entry.at);
        return this.#tell(entry, "shutting-down", `${by} ends the instance: the bill stops`);
      }
      default:
    }
  }

  #addOfNode(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "node-initialized":
        return this.#tell(entry, "initialized", "initialized: may be disrupted from now on");
      case "drain-blocked":
        return this.#tenancies.drainBlocked(entry);
      case "node-drained":
        return this.#tell(entry, "drained", "drained");
      default:
    }
  }

  #event(entry: Entry<"event">): void {
    const isMine =
      (entry.objectKind === "Node" && entry.objectKey === this.#nodeName) ||
      (entry.objectKind === "NodeClaim" && entry.objectKey === this.#name);
    if (isMine && !isToldOtherwise(entry)) this.#moments.event(entry);
  }

  /** Somebody has changed what the node was made from, or may have been. */
  #changed(entry: Entry<"changed">): void {
    const { at, what } = entry;
    if (what.startsWith("NodePool ") && what !== `NodePool ${this.#nodePoolName}`) return;
    this.#moments.add(at, { what: "changed", text: changedWords(entry) });
  }

  #consider(entry: Entry<"disruption-considered">): void {
    if (!entry.candidates.some((name) => this.#isMe(name)) || this.#isGoing) return;
    this.#stays.considered(entry);
    if (entry.verdict !== "failed-validation") return;
    const text = `${entry.method} gave up at its second look: ${entry.message ?? ""}`;
    this.#tell(entry, "failed-validation", text);
  }

  #command(entry: Entry<"disruption-command">): void {
    this.#launch.command(entry);
    if (!entry.candidates.some((name) => this.#isMe(name))) return;
    this.#commandIds.add(entry.commandId);
    const { replacements, scores, usdPerHourBefore, usdPerHourAfter } = entry;
    this.#moments.add(entry.at, {
      what: "disruption",
      text: `${entry.commandId} of ${entry.method} started: ${commandWords(entry)}`,
      details: [
        entry.message,
        `${formatRate(usdPerHourBefore)} -> ${formatRate(usdPerHourAfter)} an hour`,
        ...(replacements.length === 0 ? [] : [`replacements: ${replacements.join(", ")}`]),
        ...scores.map(
          ({ nodePoolName, score, threshold, k }) =>
            `score in NodePool ${nodePoolName}: ${score?.toFixed(2) ?? "+Inf"}, ` +
            `threshold ${threshold.toFixed(2)} (k: ${k})`,
        ),
      ],
    });
    this.#go(entry.at, `${entry.commandId} (${commandWords(entry)})`);
  }

  #commandEnded({ commandId, outcome, message, at }: Entry<"disruption-command-ended">): void {
    if (!this.#commandIds.delete(commandId)) return;
    if (outcome === "succeeded") {
      const command = this.#cluster.command(commandId);
      const hasReplacements = (command?.replacements.length ?? 0) > 0;
      const text = hasReplacements
        ? "the replacements are ready: NodeClaim deleted"
        : "NodeClaim deleted";
      this.#moments.add(at, { what: "deleted", text });
      return;
    }
    this.#isGoing = false;
    this.#ending = undefined;
    const text = `${commandId} was rolled back: the node stays`;
    this.#moments.add(at, { what: "rolled-back", text, details: [message] });
  }

  #go(at: SimTime, ending: string): void {
    this.#isGoing = true;
    this.#ending ??= ending;
    this.#stays.closeAll(at);
    this.#tenancies.beginDrain();
  }

  #tell({ at }: LedgerEntry, what: string, text: string, ...details: readonly string[]): void {
    this.#moments.add(at, { what, text, details });
  }

  #isMe(name: string): boolean {
    return name === this.#nodeName || name === this.#name;
  }

  #charge({ instanceId, item, usd, segments }: Entry<"charge">): void {
    if (instanceId !== this.#launched?.instanceId) return;
    this.#pay(item, usd);
    if (item !== "compute") return;
    this.#firstPrice ??= segments[0]?.usdPerHour;
    this.#lastPrice = segments.at(-1)?.usdPerHour ?? this.#lastPrice;
  }

  #pay(item: string, usd: number): void {
    const sum = this.#costs.get(item) ?? new CompensatedSum<number>();
    sum.add(usd);
    this.#costs.set(item, sum);
  }

  /** The story so far; `end` is the end of the run. */
  story(kind: Extract<StoryKind, "node" | "nodeclaim">, end: SimTime): Story {
    const usd = this.#usd();
    return {
      kind,
      name: kind === "node" ? (this.#nodeName ?? this.#name) : this.#name,
      names: {
        nodeClaim: this.#name,
        nodePool: this.#nodePoolName,
        ...(this.#nodeName === undefined ? {} : { node: this.#nodeName }),
        ...(this.#launched === undefined ? {} : { instance: this.#launched.instanceId }),
      },
      summary: this.#summary(end),
      figures: {
        ...usd,
        livedSeconds: ((this.#endedAt ?? end) - (this.#createdAt ?? end)) / 1000,
      },
      moments: this.#moments.list(this.#tenancies.moments(end)),
      stays: this.#stays.list(),
      tenancies: this.#tenancies.list(),
      days: [],
    };
  }

  #usd(): Readonly<Record<string, number>> {
    const of = (item: string): number => this.#costs.get(item)?.total ?? 0;
    const [compute, storage, network] = [of("compute"), of("storage"), of("public-ipv4")];
    return {
      totalUsd: compute + storage + network + of("waived"),
      computeUsd: compute + of("waived"),
      storageUsd: storage,
      networkUsd: network,
    };
  }

  #summary(end: SimTime): readonly Summary[] {
    const { totalUsd = 0, computeUsd = 0, storageUsd = 0 } = this.#usd();
    const machine = this.#launched;
    const lived = ((this.#endedAt ?? end) - (this.#createdAt ?? end)) / 1000;
    const prices =
      this.#firstPrice === undefined || this.#lastPrice === undefined
        ? ""
        : `; ${priceText(this.#firstPrice, this.#lastPrice)}`;
    const pods = this.#tenancies.list().filter(({ isDaemon }) => !isDaemon);
    return [
      ...(machine === undefined
        ? []
        : [
            {
              label: "machine",
              text: `${machine.instanceType}, ${machine.capacityType}, ${machine.zone}`,
            },
          ]),
      { label: "lived", text: formatSeconds(lived) },
      ...(machine === undefined
        ? []
        : [
            {
              label: "cost",
              text: `${formatCost(totalUsd)}: compute ${formatCost(computeUsd)}, storage ${formatCost(storageUsd)}${prices}`,
            },
          ]),
      {
        label: "pods",
        text:
          pods.length === 0
            ? "none but those of DaemonSets"
            : `${countOf(pods.length, "pod")}: ${tallyText(countNames(pods.map(({ workload }) => workload)))}`,
      },
      {
        label: "ended",
        text:
          this.#endedAt === undefined ? "still there at the end of the run" : (this.#ending ?? ""),
      },
    ];
  }
}

function priceText(first: number, last: number): string {
  const [from, to] = [formatRate(first), formatRate(last)];
  return from === to ? `${from} an hour` : `${from} an hour at first, ${to} at last`;
}
