// Windows of a week as a person would tell them: those that come at the same time of several days
// stand together.
import { hang } from "../reports/index.ts";
import type { AllowedWindow } from "../scenarios/index.ts";
import type { TextStyle } from "./text-lines.ts";

const dayMs = 24 * 3_600_000;
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
/** Beyond this many lines, times of day are left out. */
const linesMax = 14;

/** The exact windows, in the order of their first, one line for those that repeat. */
export function formatBudgetWindows(
  windows: readonly AllowedWindow[],
  { columns }: TextStyle,
): readonly string[] {
  const byTimeOfDay = grouped(windows, dayMs);
  const groups = byTimeOfDay.length <= linesMax ? byTimeOfDay : grouped(windows, dayMs / 24);
  const width = Math.max(...windows.map(({ allowed }) => String(allowed ?? "-").length));
  const rest = groups.length - linesMax;
  const daysShown = daysBetween(windows[0]?.from ?? "", windows.at(-1)?.to ?? "");
  return [
    ...groups.slice(0, linesMax).flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const by = first.budgets.map((index) => `budgets[${index}]`).join(", ");
      const times = byTimeOfDay === groups ? daysText(group, daysShown) : minutesText(group);
      const text = `${times}${by === "" ? "" : `, by ${by}`}`;
      return hang(`  ${String(first.allowed ?? "-").padStart(width)}  `, text, columns);
    }),
    ...(rest > 0 ? [`  and ${rest} kinds of windows more (--json has all)`] : []),
  ];
}

function grouped(
  windows: readonly AllowedWindow[],
  period: number,
): readonly (readonly AllowedWindow[])[] {
  const groups = new Map<string, AllowedWindow[]>();
  for (const window of windows) {
    const from = Date.parse(window.from);
    const length = Date.parse(window.to) - from;
    const phase = ((from % period) + period) % period;
    const key = [phase, length, window.allowed ?? "-", window.budgets.join("+")].join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [window]);
    else group.push(window);
  }
  return [...groups.values()];
}

/** Days of which a part lies between two times. */
function daysBetween(from: string, to: string): number {
  return Math.ceil(Date.parse(to) / dayMs) - Math.floor(Date.parse(from) / dayMs);
}

/** `Mon 02, Tue 03 09:00 to 17:00`, `Fri 06 17:00 to Mon 09 09:00`. */
function daysText(group: readonly AllowedWindow[], daysShown: number): string {
  const [first] = group;
  if (first === undefined) return "";
  const from = Date.parse(first.from);
  const to = Date.parse(first.to);
  const isDaily = group.length > 1 && group.length === daysShown;
  const days = isDaily
    ? "every day"
    : group.map((window) => formatDay(Date.parse(window.from))).join(", ");
  const spanned = Math.floor(to / dayMs) - Math.floor(from / dayMs);
  const isMidnight = to % dayMs === 0;
  if (spanned === 0 || (spanned === 1 && isMidnight)) {
    return `${days} ${clock(first.from)} to ${isMidnight ? "24:00" : clock(first.to)}`;
  }
  if (group.length === 1)
    return `${days} ${clock(first.from)} to ${formatDay(to)} ${clock(first.to)}`;
  const later = spanned === 1 ? "the next day" : `${spanned} days later`;
  return `${days} ${clock(first.from)} to ${clock(first.to)} ${later}`;
}

/** `168 times, first Mon 02 00:30 to 01:00`. */
function minutesText(group: readonly AllowedWindow[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const text = daysText([first], 0);
  return group.length === 1
    ? text
    : `${group.length} times, at minute ${first.from.slice(14, 16)}, first ${text}`;
}

/** Minutes; seconds only when they are not zero. */
function clock(time: string): string {
  const seconds = time.slice(16, -1);
  return `${time.slice(11, 16)}${seconds === ":00" ? "" : seconds}`;
}

/** `Mon 02`, in UTC. */
export function formatDay(at: number): string {
  const day = Math.floor(at / dayMs);
  // The first of January 1970 was a Thursday.
  const weekday = weekdays[(((day + 3) % 7) + 7) % 7] ?? "";
  return `${weekday} ${new Date(at).toISOString().slice(8, 10)}`;
}

/** `Mon 2026-03-02 00:00`. */
export function formatInstant(time: string): string {
  return `${formatDay(Date.parse(time)).slice(0, 3)} ${time.slice(0, 10)} ${clock(time)}`;
}
