import {
  durationMs,
  elapsed,
  formatShortDuration,
  formatTime,
  type SimTime,
} from "../core/units/index.ts";
import { hang, type Moment, type Stay, type Story, type Tenancy } from "../reports/index.ts";
import { formatStretch, isWorthTelling, stretchText } from "./format-stays.ts";
import { formatTable } from "./print-table.ts";
import { count, type TextStyle } from "./text-lines.ts";

/** How a story is shown. */
export interface StoryStyle extends TextStyle {
  /** Every spell, pod and sentence in full, instead of summaries. */
  readonly showsAll: boolean;
  /** Only what happened, or still held, from then on. */
  readonly from?: SimTime | undefined;
  /** Only what began before. */
  readonly to?: SimTime | undefined;
}

/** What the story is out of. */
export interface StoryRun {
  readonly policy?: string | undefined;
  readonly seed?: number | undefined;
}

const titles = { pod: "Pod", node: "Node", nodeclaim: "NodeClaim", nodepool: "NodePool" } as const;
const nameTitles: Readonly<Record<string, string>> = {
  nodeClaim: "NodeClaim",
  nodePool: "NodePool",
  node: "node",
  instance: "instance",
};
/** Pods of one drain, offerings and the like are named up to that many. */
const detailsMax = 8;
const detailLinesMax = 3;

/** A story for a person: head, timeline, then who lived there or what each day brought. */
export function formatStory(story: Story, run: StoryRun, style: StoryStyle): string {
  const lines = [
    ...head(story, run, style),
    ...timeline(story, style),
    ...tenants(story, style),
    ...days(story, style),
  ];
  return `${lines.join("\n")}\n`;
}

function head(story: Story, { policy, seed }: StoryRun, style: StoryStyle): readonly string[] {
  const { columns, paint } = style;
  const names = Object.entries(story.names)
    .filter(([key, value]) => value !== "" && value !== story.name && key in nameTitles)
    .map(([key, value]) => `${nameTitles[key] ?? key} ${value}`);
  const of = [
    ...(names.length === 0 ? [] : [names.join(", ")]),
    ...(policy === undefined
      ? []
      : [`policy ${policy}${seed === undefined ? "" : `, seed ${seed}`}`]),
  ];
  const width = Math.max(...story.summary.map(({ label }) => label.length));
  return [
    paint.bold(`${titles[story.kind]} ${story.name}`),
    ...(of.length === 0 ? [] : hang("", of.join("; "), columns)),
    "",
    ...story.summary.flatMap(({ label, text }) =>
      hang(`  ${label.padEnd(width)}  `, text, columns),
    ),
  ];
}

type Item =
  | { readonly kind: "moment"; readonly at: SimTime; readonly moment: Moment }
  | { readonly kind: "stay"; readonly at: SimTime; readonly stay: Stay };

function timeline(story: Story, style: StoryStyle): readonly string[] {
  const items = itemsOf(story, style);
  const [first] = story.moments;
  if (items.length === 0) return ["", "Nothing is told of that time."];
  const start = first?.at ?? items[0]?.at;
  const writer = new TimelineWriter(start, style);
  let stretch: Stay[] = [];
  const flush = (): void => {
    if (stretch.length > 0) writer.stretch(stretch);
    stretch = [];
  };
  for (const item of items) {
    if (item.kind === "stay" && !style.showsAll) {
      stretch.push(item.stay);
      continue;
    }
    flush();
    if (item.kind === "moment") writer.moment(item.moment);
    else writer.stretch([item.stay]);
  }
  flush();
  return writer.lines;
}

/** Moments and stays in one order; a moment stands before what begins with it. */
function itemsOf({ moments, stays }: Story, style: StoryStyle): readonly Item[] {
  const { from, to, showsAll } = style;
  const isShown = (at: SimTime, until: SimTime | undefined): boolean =>
    (to === undefined || at < to) && (from === undefined || (until ?? at) >= from);
  const items: Item[] = [
    ...moments
      .filter(({ at, until }) => isShown(at, until))
      .map((moment) => ({ kind: "moment", at: moment.at, moment }) as const),
    ...stays
      .filter((stay) => showsAll || isWorthTelling(stay))
      .filter(({ from: at, until }) => isShown(at, until ?? (from === undefined ? at : from)))
      .map((stay) => ({ kind: "stay", at: stay.from, stay }) as const),
  ];
  return items.toSorted((left, right) => left.at - right.at);
}

class TimelineWriter {
  readonly lines: string[] = [];
  readonly #start: SimTime | undefined;
  readonly #style: StoryStyle;
  #date = "";

  constructor(start: SimTime | undefined, style: StoryStyle) {
    this.#start = start;
    this.#style = style;
  }

  moment({ at, until, isOpen, text, details }: Moment): void {
    const lasting = until === undefined ? "" : `, ${endText(at, until, isOpen === true)}`;
    this.#write(at, text + lasting, this.#cut(details));
  }

  stretch(stays: readonly Stay[]): void {
    const [first] = stays;
    if (first === undefined) return;
    const details = formatStretch(stays, this.#style.showsAll);
    this.#write(first.from, stretchText(stays), details);
  }

  #cut(details: readonly string[]): readonly string[] {
    if (this.#style.showsAll || details.length <= detailsMax) return details;
    const rest = details.length - detailsMax;
    return [...details.slice(0, detailsMax), `and ${rest} more (--all has them)`];
  }

  #write(at: SimTime, text: string, details: readonly string[]): void {
    const { columns, paint, showsAll } = this.#style;
    const date = formatTime(at).slice(0, 10);
    if (date !== this.#date) {
      this.lines.push("", paint.bold(date));
      this.#date = date;
    }
    const since = this.#start === undefined ? 0 : elapsed(this.#start, at);
    const relative = since <= 0 ? "" : `+${formatShortDuration(durationMs(since))}`;
    const prefix = `  ${formatTime(at).slice(11, 19)} ${relative.padStart(8)}  `;
    const [head = "", ...rest] = hang(prefix, text, columns);
    this.lines.push(paint.dim(prefix) + head.slice(prefix.length), ...rest);
    const indent = " ".repeat(prefix.length + 2);
    for (const detail of details) {
      const own = detail.length - detail.trimStart().length;
      const wrapped = hang(indent + " ".repeat(own), detail.trim(), columns);
      const shown = showsAll ? wrapped : cutLines(wrapped, detailLinesMax);
      this.lines.push(...shown.map((line) => paint.dim(line)));
    }
  }
}

function cutLines(lines: readonly string[], max: number): readonly string[] {
  if (lines.length <= max) return lines;
  return lines.slice(0, max).map((line, index) => (index === max - 1 ? `${line} \u2026` : line));
}

/** `until 04:24:00 (4h 8m)`, with the date where it is another; `to the end of the run (4h 8m)`. */
function endText(at: SimTime, until: SimTime, isOpen: boolean): string {
  const [start, end] = [formatTime(at), formatTime(until)];
  const isSameDay = start.slice(0, 10) === end.slice(0, 10);
  const clock = end.slice(11, 19);
  const length = formatShortDuration(durationMs(until - at));
  if (isOpen) return `to the end of the run (${length})`;
  return `until ${isSameDay ? clock : `${end.slice(0, 10)} ${clock}`} (${length})`;
}

function tenants({ tenancies }: Story, style: StoryStyle): readonly string[] {
  if (tenancies.length === 0) return [];
  const { paint } = style;
  const title = paint.bold("Pods that lived there");
  const table = style.showsAll ? tenancyTable(tenancies) : workloadTable(tenancies);
  return [
    "",
    title,
    ...table
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`.trimEnd()),
  ];
}

function workloadTable(tenancies: readonly Tenancy[]): string {
  const byWorkload = new Map<string, Tenancy[]>();
  for (const tenancy of tenancies) {
    const own = byWorkload.get(tenancy.workload) ?? [];
    own.push(tenancy);
    byWorkload.set(tenancy.workload, own);
  }
  const rows = [...byWorkload].map(([workload, own]) => {
    const there = own.filter(({ until }) => until === undefined).length;
    const moved = own.filter(({ ending }) => ending === "evicted" || ending === "killed").length;
    return [workload, String(own.length), String(moved), String(there)];
  });
  return formatTable(
    [
      { title: "workload" },
      { title: "pods", isNumber: true },
      { title: "evicted or killed", isNumber: true },
      { title: "there at the end", isNumber: true },
    ],
    rows,
  );
}

function tenancyTable(tenancies: readonly Tenancy[]): string {
  const time = (at: SimTime | undefined): string =>
    at === undefined ? "" : formatTime(at).slice(0, 19).replace("T", " ");
  return formatTable(
    [{ title: "pod" }, { title: "from" }, { title: "until" }, { title: "ended" }],
    tenancies.map(({ podKey, from, until, ending }) => [
      ...[podKey, time(from), time(until), ending ?? ""],
    ]),
  );
}

function days({ days: all }: Story, { paint, from, to }: StoryStyle): readonly string[] {
  const shown = all.filter(
    ({ date }) =>
      (from === undefined || date >= formatTime(from).slice(0, 10)) &&
      (to === undefined || date <= formatTime(to).slice(0, 10)),
  );
  if (shown.length === 0) return [];
  const table = formatTable(
    [
      { title: "day" },
      ...["launched", "refused", "ended", "commands", "cost"].map((title) => ({
        title,
        isNumber: true,
      })),
    ],
    shown.map((day) => [
      day.date,
      ...[day.launched, day.refusedLaunches, day.ended, day.commands].map(String),
      `$${day.usd.toFixed(2)}`,
    ]),
  );
  const title = paint.bold(`Day by day, ${count(shown.length, "day")}`);
  return [
    "",
    title,
    ...table
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`.trimEnd()),
  ];
}
