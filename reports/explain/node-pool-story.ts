/** The story of a NodePool: what it launched and what was refused, its budgets, its cost, day by day. */
import type { SimTime } from "../../core/units/index.ts";
import {
  before,
  CompensatedSum,
  compareStrings,
  formatTime,
  milliseconds,
} from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { countOf, formatMoney, formatSeconds } from "../number-text.ts";
import { changedWords, Moments, tallyText } from "./moments.ts";
import { type Spell, Spells } from "./spells.ts";
import { budgetWords } from "./stays.ts";
import type { NodePoolDay, Story, Summary } from "./story.ts";

type Entry<Kind extends LedgerEntryKind> = Extract<LedgerEntry, { kind: Kind }>;

interface Day {
  launched: number;
  refusedLaunches: number;
  ended: number;
  commands: number;
  readonly usd: CompensatedSum<number>;
}

/** How many different sentences about pods are kept. */
const sentencesMax = 200;
const sentencesTold = 5;
const kinds: ReadonlySet<LedgerEntryKind> = new Set([
  "node-claim-created",
  "node-claim-removed",
  "instance-launched",
  "launch-failed",
  "node-removed",
  "disruption-command",
  "disruption-command-ended",
  "disruption-refused",
  "disruption-refusal-ended",
  "pod-failed-scheduling",
  "changed",
]);
const charges: ReadonlySet<LedgerEntryKind> = new Set([
  "charge",
  "charge-waived",
  "instance-terminated",
  "interruption-notice",
]);
const instanceInLine = /"instanceId":"([^"]+)"/;

/** Gathers the story while a journal is read. */
export class NodePoolStory {
  readonly #name: string;
  readonly #moments = new Moments();
  readonly #days = new Map<string, Day>();
  /** Instances of the NodePool whose bill may go on, with their capacity type. */
  readonly #instances = new Map<string, string>();
  readonly #claims = new Set<string>();
  readonly #commandIds = new Set<string>();
  readonly #launchedTypes = new Map<string, number>();
  /** Compute by capacity type, and what comes with the machines. */
  readonly #usdByItem = new Map<string, CompensatedSum<number>>();
  readonly #failures = new Map<string, number>();
  readonly #commands = new Map<string, number>();
  readonly #sentences = new Map<string, { count: number; firstAt: SimTime; lastAt: SimTime }>();
  /** Nodes that stay for want of budget, by disruption reason. */
  readonly #budgets = new Spells();
  /** How the last of those was told of the budget, by disruption reason. */
  readonly #budgetWords = new Map<string, string>();
  readonly #totals = { launched: 0, ended: 0, refused: 0, interruptions: 0, rolledBack: 0 };

  constructor(name: string) {
    this.#name = name;
  }

  /** Whether a line of the journal may belong to the story. */
  wants(kind: LedgerEntryKind, line: string): boolean {
    if (charges.has(kind)) return this.#instances.has(instanceInLine.exec(line)?.[1] ?? "");
    if (kind === "event") return line.includes('"NodePool"') && line.includes(`"${this.#name}"`);
    if (kind === "disruption-refused") return line.includes(`"${this.#name}"`);
    if (kind === "disruption-refusal-ended") return line.includes("disruption/budget-exhausted");
    return kinds.has(kind);
  }

  add(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "node-claim-created":
        if (entry.nodePoolName === this.#name) this.#claims.add(entry.nodeClaimName);
        return;
      case "instance-launched":
        return this.#launched(entry);
      case "launch-failed":
        return this.#refused(entry);
      case "node-claim-removed":
        if (!this.#claims.delete(entry.nodeClaimName)) return;
        this.#totals.ended += 1;
        this.#day(entry.at).ended += 1;
        return;
      case "instance-terminated":
        // What is left of its bill comes with this very instant, before it.
        this.#instances.delete(entry.instanceId);
        return;
      case "interruption-notice":
        this.#totals.interruptions += 1;
        return;
      case "charge":
        return this.#pay(entry, entry.item, entry.usd);
      case "charge-waived":
        return this.#pay(entry, "compute", -entry.usd);
      default:
        this.#addDecision(entry);
    }
  }

  #addDecision(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "disruption-command":
        return this.#command(entry);
      case "disruption-command-ended":
        if (this.#commandIds.delete(entry.commandId) && entry.outcome === "failed") {
          this.#totals.rolledBack += 1;
        }
        return;
      case "disruption-refused": {
        const { nodePool, budget } = entry.blockedBy ?? {};
        const isBudget = entry.reason === "disruption/budget-exhausted";
        if (!isBudget || budget === undefined || nodePool !== this.#name) return;
        this.#budgets.begin(budget.reason, `${entry.nodeName} ${entry.message}`, entry.at);
        this.#budgetWords.set(budget.reason, budgetWords(budget));
        return;
      }
      case "disruption-refusal-ended":
        return this.#budgets.end(`${entry.nodeName} ${entry.message}`, entry.at);
      case "node-removed":
        return this.#budgets.endOf((member) => member.startsWith(`${entry.nodeName} `), entry.at);
      case "pod-failed-scheduling":
        return this.#podRefused(entry);
      case "changed":
        if (entry.what.startsWith("NodePool ") && entry.what !== `NodePool ${this.#name}`) return;
        this.#moments.add(entry.at, { what: "changed", text: changedWords(entry) });
        return;
      case "event":
        // Told by the spells of the budgets.
        if (entry.reason !== "DisruptionBlocked") this.#moments.event(entry);
        return;
      default:
    }
  }

  #launched({
    nodePoolName,
    instanceId,
    instanceType,
    capacityType,
    at,
  }: Entry<"instance-launched">) {
    if (nodePoolName !== this.#name) return;
    this.#instances.set(instanceId, capacityType);
    const type = `${instanceType} ${capacityType}`;
    this.#launchedTypes.set(type, (this.#launchedTypes.get(type) ?? 0) + 1);
    this.#totals.launched += 1;
    this.#day(at).launched += 1;
  }

  #refused({ nodePoolName, nodeClaimName, code, message, at }: Entry<"launch-failed">): void {
    if (nodePoolName !== this.#name) return;
    this.#claims.delete(nodeClaimName);
    this.#totals.refused += 1;
    this.#day(at).refusedLaunches += 1;
    const known = this.#failures.get(code) ?? 0;
    this.#failures.set(code, known + 1);
    // The first of each code stands for all: EC2 refuses by the dozen.
    if (known > 0) return;
    const text = `EC2 refused a launch, the first of its kind: ${code}`;
    this.#moments.add(at, {
      what: "launch-failed",
      text,
      details: [`${nodeClaimName}: ${message}`],
    });
  }

  #command(entry: Entry<"disruption-command">): void {
    if (!entry.nodePools.includes(this.#name)) return;
    this.#commandIds.add(entry.commandId);
    this.#day(entry.at).commands += 1;
    const key = `${entry.method}/${entry.decision}`;
    this.#commands.set(key, (this.#commands.get(key) ?? 0) + 1);
  }

  #podRefused({ nodePools, at }: Entry<"pod-failed-scheduling">): void {
    for (const { nodePoolName, message } of nodePools) {
      if (nodePoolName !== this.#name) continue;
      const known = this.#sentences.get(message);
      if (known !== undefined) {
        known.count += 1;
        known.lastAt = at;
      } else if (this.#sentences.size < sentencesMax) {
        this.#sentences.set(message, { count: 1, firstAt: at, lastAt: at });
      }
    }
  }

  #pay({ instanceId, at }: Entry<"charge" | "charge-waived">, item: string, usd: number): void {
    const capacityType = this.#instances.get(instanceId);
    if (capacityType === undefined) return;
    // A bill is for the time before it is written.
    this.#day(before(at, milliseconds(1))).usd.add(usd);
    const name = item === "compute" ? capacityType : item;
    const sum = this.#usdByItem.get(name) ?? new CompensatedSum<number>();
    sum.add(usd);
    this.#usdByItem.set(name, sum);
  }

  #day(at: SimTime): Day {
    const date = formatTime(at).slice(0, 10);
    let day = this.#days.get(date);
    if (day === undefined) {
      day = {
        ...{ launched: 0, refusedLaunches: 0, ended: 0, commands: 0 },
        usd: new CompensatedSum<number>(),
      };
      this.#days.set(date, day);
    }
    return day;
  }

  /** The story so far; `end` is the end of the run. */
  story(end: SimTime): Story {
    const spells = this.#budgets.list();
    for (const reason of new Set(spells.map(({ group }) => group))) {
      const own = spells.filter(({ group }) => group === reason);
      this.#tellBudget(reason, own, end);
    }
    for (const [message, { count, firstAt, lastAt }] of this.#worstSentences()) {
      this.#moments.add(firstAt, {
        what: "pods-refused",
        text: `has no place for pods, told ${countOf(count, "time")}`,
        details: [message],
        until: lastAt > firstAt ? lastAt : undefined,
      });
    }
    const { launched, ended, refused, interruptions } = this.#totals;
    return {
      kind: "nodepool",
      name: this.#name,
      names: {},
      summary: this.#summary(end),
      figures: { ...{ launched, ended, refusedLaunches: refused, interruptions }, ...this.#usd() },
      moments: this.#moments.list(),
      stays: [],
      tenancies: [],
      days: this.#daysInOrder(),
    };
  }

  #tellBudget(reason: string, spells: readonly Spell[], end: SimTime): void {
    const [first] = spells;
    const last = spells.at(-1);
    if (first === undefined || last === undefined) return;
    let total = 0;
    for (const { from, until } of spells) total += (until ?? end) - from;
    this.#moments.add(first.from, {
      what: "budget-exhausted",
      text: `No allowed disruptions for disruption reason ${reason} due to blocking budget`,
      details: [
        `${countOf(spells.length, "spell")}, ${formatSeconds(total / 1000)} in all; ` +
          `up to ${countOf(Math.max(...spells.map(({ members }) => members)), "node")} at once stayed for it`,
        `at last: ${this.#budgetWords.get(reason) ?? ""}`,
      ],
      until: last.until ?? end,
      isOpen: last.until === undefined,
    });
  }

  #worstSentences() {
    return [...this.#sentences]
      .toSorted(([, a], [, b]) => b.count - a.count || a.firstAt - b.firstAt)
      .slice(0, sentencesTold);
  }

  #usd(): Readonly<Record<string, number>> {
    const of = (item: string): number => this.#usdByItem.get(item)?.total ?? 0;
    const [spot, onDemand, reserved] = [of("spot"), of("on-demand"), of("reserved")];
    const [storage, network] = [of("storage"), of("public-ipv4")];
    return {
      totalUsd: spot + onDemand + reserved + storage + network,
      ...{ spotUsd: spot, onDemandUsd: onDemand, reservedUsd: reserved },
      ...{ storageUsd: storage, networkUsd: network },
    };
  }

  #daysInOrder(): readonly NodePoolDay[] {
    return [...this.#days]
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([date, { usd, ...counts }]) => ({ date, ...counts, usd: usd.total }));
  }

  #summary(end: SimTime): readonly Summary[] {
    const { launched, ended, refused, interruptions, rolledBack } = this.#totals;
    const types = this.#launchedTypes;
    const commands = [...this.#commands].map(([key, count]) => `${key} ${count}`);
    const back = rolledBack > 0 ? [`${rolledBack} rolled back`] : [];
    return [
      {
        label: "launched",
        text: [countOf(launched, "machine"), ...tallied(types, 4)].join(": "),
      },
      {
        label: "refused",
        text:
          refused === 0
            ? "no launch"
            : `${countOf(refused, "launch")}: ${tallyText(this.#failures)}`,
      },
      {
        label: "ended",
        text: `${countOf(ended, "machine")}; ${this.#instances.size} there at ${formatTime(end)}`,
      },
      { label: "cost", text: this.#costText() },
      {
        label: "commands",
        text: commands.length === 0 ? "none" : [...commands, ...back].join(", "),
      },
      {
        label: "interrupted",
        text: interruptions === 0 ? "none" : countOf(interruptions, "Spot Instance"),
      },
    ];
  }

  #costText(): string {
    const { totalUsd = 0 } = this.#usd();
    const parts = [...this.#usdByItem]
      .sort(([left], [right]) => compareStrings(left, right))
      .map(([item, sum]) => `${item} ${formatMoney(sum.total)}`);
    return [formatMoney(totalUsd), ...(parts.length === 0 ? [] : [parts.join(", ")])].join(": ");
  }
}

function tallied(counts: ReadonlyMap<string, number>, max?: number): readonly string[] {
  return counts.size === 0 ? [] : [tallyText(counts, max)];
}
