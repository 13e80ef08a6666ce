// Schedules of disruption budgets: the standard dialect of robfig/cron v3, always in UTC. Five fields
// are turned into sorted lists of values once; the next activation is found by walking days, then
// looking up the first hour and minute. Where cron implementations differ we follow robfig: Sunday
// is 0 and never 7, N/s means N to the maximum by s, empty list items are skipped, and a stepped
// star (*/2) does not count as a star in the rule of the two day fields.
import { civilFromDays, daysFromCivil, millisecondsPerDay, weekdayOfDays } from "./civil.ts";
import { type ParseFailure, isFailure, parseFailure, valueOrThrow } from "./parse-failure.ts";
import { type SimTime, simTime } from "./time.ts";

/** When a schedule fires, in UTC; values of each field ascending. */
export interface CronSchedule {
  readonly expression: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek: readonly number[];
  /** Whether a day field is a star, so that both day fields must match instead of either. */
  readonly hasStarDay: boolean;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

interface Field {
  readonly values: readonly number[];
  readonly isStar: boolean;
}

const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const weekdayNames = "sun mon tue wed thu fri sat".split(" ");
const bounds = {
  minute: { min: 0, max: 59, names: [] },
  hour: { min: 0, max: 23, names: [] },
  dayOfMonth: { min: 1, max: 31, names: [] },
  month: { min: 1, max: 12, names: monthNames },
  dayOfWeek: { min: 0, max: 6, names: weekdayNames },
} as const satisfies Readonly<Record<string, Bounds>>;
const macros: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);
const allowedCron =
  "allowed: minute hour day-of-month month day-of-week, such as 0 9 * * mon-fri, " +
  `or ${[...macros.keys()].join(" ")}`;
// What Go's strings.Fields splits at; \s would also take a byte order mark and miss U+0085.
const whitespace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const searchYears = 5;
const lastYear = 9999;

/**
 * Reads a budget's schedule: five fields, or a macro such as `@daily`.
 *
 * Time zones (`TZ=`, `CRON_TZ=`) and `@every` are refused, as NodePools refuse them.
 *
 * @throws RangeError with robfig's sentence and what is allowed.
 * @see github.com/robfig/cron/v3 parser.go ParseStandard
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go Budget.Schedule
 */
export function parseCron(text: string): CronSchedule {
  return valueOrThrow(readCron(text));
}

/** Reads a schedule as `parseCron` does; undefined where that would throw. */
export function tryParseCron(text: string): CronSchedule | undefined {
  const result = readCron(text);
  return isFailure(result) ? undefined : result;
}

function readCron(text: string): CronSchedule | ParseFailure {
  const fields = text.split(whitespace).filter((field) => field !== "");
  const trimmed = fields.join(" ");
  if (trimmed.startsWith("@")) {
    const expansion = macros.get(trimmed);
    if (expansion === undefined) return failed(text, `unrecognized descriptor: ${trimmed}`);
    const schedule = readCron(expansion);
    return isFailure(schedule) ? schedule : { ...schedule, expression: text };
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek, ...rest] = fields;
  if (dayOfWeek === undefined || rest.length > 0) {
    const found = `found ${fields.length}: [${trimmed}]`;
    return failed(text, `expected exactly 5 fields, ${found}`);
  }
  const parsed = {
    minute: readField(minute ?? "", bounds.minute),
    hour: readField(hour ?? "", bounds.hour),
    dayOfMonth: readField(dayOfMonth ?? "", bounds.dayOfMonth),
    month: readField(month ?? "", bounds.month),
    dayOfWeek: readField(dayOfWeek, bounds.dayOfWeek),
  };
  for (const field of Object.values(parsed)) {
    if (isFailure(field)) return failed(text, field.message);
  }
  const fine = parsed as Readonly<Record<keyof typeof parsed, Field>>;
  return {
    expression: text,
    minutes: fine.minute.values,
    hours: fine.hour.values,
    daysOfMonth: fine.dayOfMonth.values,
    months: fine.month.values,
    daysOfWeek: fine.dayOfWeek.values,
    hasStarDay: fine.dayOfMonth.isStar || fine.dayOfWeek.isStar,
  };
}

function failed(text: string, sentence: string): ParseFailure {
  return parseFailure(`schedule "${text}": ${sentence} (${allowedCron})`);
}

/** @see github.com/robfig/cron/v3 parser.go getField */
function readField(text: string, limits: Bounds): Field | ParseFailure {
  const values = new Set<number>();
  let isStar = false;
  for (const item of text.split(",")) {
    if (item === "") continue;
    const range = readRange(item, limits);
    if (isFailure(range)) return range;
    for (const value of range.values) values.add(value);
    isStar ||= range.isStar;
  }
  return { values: [...values].sort((a, b) => a - b), isStar };
}

/** @see github.com/robfig/cron/v3 parser.go getRange */
function readRange(item: string, limits: Bounds): Field | ParseFailure {
  const [range = "", stepText, ...moreSlashes] = item.split("/");
  const [lowText = "", highText, ...moreHyphens] = range.split("-");
  const isWildcard = lowText === "*" || lowText === "?";
  // After a star robfig does not look at what follows a hyphen: *-5 is a star.
  const low = isWildcard ? limits.min : readValue(lowText, limits.names);
  if (isFailure(low)) return low;
  if (!isWildcard && moreHyphens.length > 0) return parseFailure(`too many hyphens: ${item}`);
  const openEnd = stepText === undefined ? low : limits.max;
  const closedEnd = highText === undefined ? openEnd : readValue(highText, limits.names);
  const high = isWildcard ? limits.max : closedEnd;
  if (isFailure(high)) return high;
  if (moreSlashes.length > 0) return parseFailure(`too many slashes: ${item}`);
  const step = stepText === undefined ? 1 : readValue(stepText, []);
  if (isFailure(step)) return step;
  const refusal = checkRange(item, low, high, step, limits);
  if (refusal !== undefined) return refusal;
  const values: number[] = [];
  for (let value = low; value <= high; value += step) values.push(value);
  return { values, isStar: isWildcard && step === 1 };
}

function checkRange(
  item: string,
  low: number,
  high: number,
  step: number,
  limits: Bounds,
): ParseFailure | undefined {
  const start = `beginning of range (${low})`;
  if (low < limits.min) return parseFailure(`${start} below minimum (${limits.min}): ${item}`);
  const end = `end of range (${high})`;
  if (high > limits.max) return parseFailure(`${end} above maximum (${limits.max}): ${item}`);
  if (low > high) return parseFailure(`${start} beyond ${end}: ${item}`);
  if (step === 0) {
    return parseFailure(`step of range should be a positive number: ${item}`);
  }
  return undefined;
}

/** @see github.com/robfig/cron/v3 parser.go parseIntOrName, mustParseInt */
function readValue(text: string, names: readonly string[]): number | ParseFailure {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return names === monthNames ? named + 1 : named;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(value) < 2 ** 63)) return parseFailure(`failed to parse int from ${text}`);
  if (value < 0) return parseFailure(`negative number (${value}) not allowed: ${text}`);
  return value;
}

/**
 * The first activation strictly after an instant, in UTC; undefined when there is none up to the
 * end of the fifth calendar year after it (30 February, or a list without any value).
 *
 * Upstream reports "none" as the zero time, by which a budget counts as active: see budgets.
 *
 * @see github.com/robfig/cron/v3 spec.go SpecSchedule.Next
 */
export function cronNext(schedule: CronSchedule, after: SimTime): SimTime | undefined {
  // Robfig counts the five years from the second that follows, which may be the next year's first.
  const nextSecond = Math.floor(after / 1000) * 1000 + 1000;
  const startYear = civilFromDays(Math.floor(nextSecond / millisecondsPerDay)).year;
  const yearLimit = Math.min(startYear + searchYears, lastYear);
  const firstMinute = Math.floor(after / 60_000) + 1;
  let day = Math.floor(firstMinute / 1440);
  let minuteOfDay = firstMinute - day * 1440;
  for (;;) {
    const date = civilFromDays(day);
    if (date.year > yearLimit) return undefined;
    if (!schedule.months.includes(date.month)) {
      const isDecember = date.month === 12;
      day = daysFromCivil(date.year + (isDecember ? 1 : 0), isDecember ? 1 : date.month + 1, 1);
    } else {
      if (dayMatches(schedule, date.day, weekdayOfDays(day))) {
        const minute = firstMinuteOfDay(schedule, minuteOfDay);
        if (minute !== undefined) return simTime(day * millisecondsPerDay + minute * 60_000);
      }
      day += 1;
    }
    minuteOfDay = 0;
  }
}

/** @see github.com/robfig/cron/v3 spec.go dayMatches */
function dayMatches(schedule: CronSchedule, dayOfMonth: number, weekday: number): boolean {
  const isDayOfMonth = schedule.daysOfMonth.includes(dayOfMonth);
  const isWeekday = schedule.daysOfWeek.includes(weekday);
  return schedule.hasStarDay ? isDayOfMonth && isWeekday : isDayOfMonth || isWeekday;
}

/** The first minute of the day, at or after the given one, in which the schedule fires. */
function firstMinuteOfDay(schedule: CronSchedule, from: number): number | undefined {
  const fromHour = Math.floor(from / 60);
  for (const hour of schedule.hours) {
    if (hour < fromHour) continue;
    const fromMinute = hour === fromHour ? from % 60 : 0;
    const minute = schedule.minutes.find((value) => value >= fromMinute);
    if (minute !== undefined) return hour * 60 + minute;
  }
  return undefined;
}
