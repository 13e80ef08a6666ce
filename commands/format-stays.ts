// Why a node stayed, summed up: between two things that happened to it, the reasons each once, with how
// often and how long.
import {
  durationMs,
  formatShortDuration,
  formatTime,
  minutes,
  type SimTime,
} from "../core/units/index.ts";
import type { PriceRange, Stay } from "../reports/index.ts";
import { count } from "./text-lines.ts";

/** Reasons that every node has for a moment when it comes and when it goes. */
const ofEveryNode: ReadonlySet<string> = new Set([
  "disruption/no-node",
  "disruption/not-initialized",
  "disruption/already-being-disrupted",
  "disruption/deleting",
]);

/** Whether a stay tells anything about the node. */
export function isWorthTelling({ reason, from, until }: Stay): boolean {
  return !ofEveryNode.has(reason) || until === undefined || until - from >= minutes(5);
}

interface Group {
  readonly first: Stay;
  last: Stay;
  spells: number;
  looks: number;
  totalMs: number;
  isOpen: boolean;
  until: SimTime;
  readonly pods: Set<string>;
  readonly podDisruptionBudgets: Set<string>;
}

/** One line about the stretch: alone, its reason; else how many there are. */
export function stretchText(stays: readonly Stay[]): string {
  const groups = groupsOf(stays);
  const [group] = groups;
  if (groups.length !== 1 || group === undefined) {
    return `stays, for ${count(groups.length, "reason")}, the longest first:`;
  }
  return `stays: ${group.last.message.trim()}`;
}

/** What is to be said of each reason; the one that held longest comes first. */
export function formatStretch(stays: readonly Stay[], showsAll: boolean): readonly string[] {
  const groups = groupsOf(stays);
  if (groups.length === 1) return groups.flatMap((group) => factsOf(group, showsAll));
  return groups.flatMap((group) => [
    `- ${group.last.message.trim()}`,
    ...factsOf(group, showsAll).map((line) => `  ${line}`),
  ]);
}

function groupsOf(stays: readonly Stay[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const stay of stays) {
    const key = `${stay.reason} ${stay.others > 0 ? "of several" : ""}`;
    const group = groups.get(key) ?? newGroup(stay);
    groups.set(key, group);
    group.last = stay;
    group.spells += 1;
    group.looks += stay.looks;
    group.isOpen ||= stay.until === undefined;
    const until = stay.until ?? stay.from;
    group.totalMs += until - stay.from;
    if (until > group.until) group.until = until;
    for (const pod of stay.pods) group.pods.add(pod);
    for (const budget of stay.podDisruptionBudgets) group.podDisruptionBudgets.add(budget);
  }
  return [...groups.values()].toSorted(
    (left, right) =>
      Number(right.isOpen) - Number(left.isOpen) ||
      right.totalMs - left.totalMs ||
      left.first.from - right.first.from,
  );
}

function newGroup(stay: Stay): Group {
  return {
    ...{ first: stay, last: stay, spells: 0, looks: 0, totalMs: 0, isOpen: false },
    ...{ until: stay.from, pods: new Set(), podDisruptionBudgets: new Set() },
  };
}

function factsOf(group: Group, showsAll: boolean): readonly string[] {
  const { last, pods, podDisruptionBudgets } = group;
  const { blockedBy, method, reason, others } = last;
  const with_ = others > 0 ? `, with ${count(others, "other node")}` : "";
  return [
    howLong(group),
    `${reason}${method === undefined ? "" : `, ${method}`}${with_}`,
    ...prices(group),
    ...named("pod", [...pods], showsAll),
    ...named("PodDisruptionBudget", [...podDisruptionBudgets], showsAll),
    ...(showsAll ? blockedBy : blockedBy.slice(-1)),
  ];
}

function howLong({ first, isOpen, until, spells, looks, totalMs }: Group): string {
  const from = stamp(first.from);
  const told = looks > spells ? `, ${count(looks, "look")}` : "";
  if (isOpen) {
    return spells === 1
      ? `from ${from} to the end of the run${told}`
      : `${count(spells, "spell")} from ${from} to the end of the run${told}`;
  }
  const length = formatShortDuration(durationMs(totalMs));
  if (spells === 1) return `from ${from} to ${stamp(until)}, ${length}${told}`;
  return `${count(spells, "spell")} from ${from} to ${stamp(until)}, ${length} in all${told}`;
}

/** `03-02 04:24:00`. */
function stamp(at: SimTime): string {
  return formatTime(at).slice(5, 19).replace("T", " ");
}

function prices({ first, last }: Group): readonly string[] {
  const before = rangeText(first.usdPerHourBefore, last.usdPerHourBefore);
  const after = rangeText(first.usdPerHourAfter, last.usdPerHourAfter);
  if (before === undefined) return [];
  const replacement = after === undefined ? "" : `; the cheapest replacement ${after}`;
  return [`costs ${before} an hour${replacement}`];
}

function rangeText(
  first: PriceRange | undefined,
  last: PriceRange | undefined,
): string | undefined {
  if (last === undefined) return undefined;
  const [from, to] = [first?.first ?? last.first, last.last].map((usd) => `$${usd.toFixed(4)}`);
  return from === to ? to : `${from} to ${to}`;
}

function named(kind: string, names: readonly string[], showsAll: boolean): readonly string[] {
  if (names.length === 0) return [];
  const max = showsAll ? names.length : 3;
  const shown = names.slice(-max);
  const more = names.length > max ? ` and ${names.length - max} before` : "";
  return [`${kind} ${shown.join(", ")}${more}`];
}
