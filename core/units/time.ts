import { civilFromDays, daysFromCivil, daysInMonth, millisecondsPerDay } from "./civil.ts";
import { type DurationMs, durationMs } from "./duration.ts";
import type { Unit } from "./unit.ts";

/**
 * An instant of virtual time: whole milliseconds since the Unix epoch, years 0000 to 9999.
 *
 * Two instants cannot be added; they are compared with `<` and joined by `elapsed` and `after`.
 */
export type SimTime = Unit<"sim-time">;

const firstTime = daysFromCivil(0, 1, 1) * millisecondsPerDay;
const lastTime = daysFromCivil(10_000, 1, 1) * millisecondsPerDay - 1;
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/i;
const allowedTime = "an RFC 3339 time with offset, such as 2026-03-01T00:00:00Z";

/**
 * The instant that many whole milliseconds after the Unix epoch.
 *
 * @throws RangeError for fractions, NaN and instants outside the years 0000 to 9999.
 */
export function simTime(milliseconds: number): SimTime {
  if (!Number.isInteger(milliseconds) || milliseconds < firstTime || milliseconds > lastTime) {
    throw new RangeError(
      `time ${milliseconds} is not a whole number of milliseconds in the years 0000 to 9999`,
    );
  }
  return (milliseconds === 0 ? 0 : milliseconds) as SimTime;
}

/**
 * Reads an RFC 3339 time; digits finer than a millisecond are dropped.
 *
 * A leap second (`:60`) is refused, as Go refuses it. Differs: Go wants capital `T` and `Z`, and
 * takes an offset of 24:00; we keep to the RFC in both.
 *
 * @throws RangeError with what was found and what is allowed.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export function parseTime(text: string): SimTime {
  const parsed = tryParseTime(text);
  if (parsed === undefined) {
    throw new RangeError(`time "${text}" is not ${allowedTime}`);
  }
  return parsed;
}

/** Reads an RFC 3339 time as `parseTime` does; undefined where that would throw. */
export function tryParseTime(text: string): SimTime | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, yearText, monthText, dayText, hourText, minuteText, secondText, digits, zone] = match;
  const [year, month, day] = [Number(yearText), Number(monthText), Number(dayText)];
  const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)];
  const offset = zoneOffset(zone ?? "");
  const isDate = day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || hour > 23 || minute > 59 || second > 59 || offset === undefined) return undefined;
  const secondOfDay = (hour * 60 + minute) * 60 + second;
  const millisecond = Number((digits ?? "").slice(0, 3).padEnd(3, "0"));
  const local =
    daysFromCivil(year, month, day) * millisecondsPerDay + secondOfDay * 1000 + millisecond;
  const instant = local - offset;
  return instant < firstTime || instant > lastTime ? undefined : simTime(instant);
}

/** Milliseconds by which a zone's clocks are ahead of UTC; undefined beyond 23:59. */
function zoneOffset(zone: string): number | undefined {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** RFC 3339 in UTC, `2026-03-01T00:00:00Z`; milliseconds (`.123`) only when they are not zero. */
export function formatTime(time: SimTime): string {
  const days = Math.floor(time / millisecondsPerDay);
  const rest = time - days * millisecondsPerDay;
  const { year, month, day } = civilFromDays(days);
  const millisecond = rest % 1000;
  const second = Math.floor(rest / 1000);
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
    .map((part) => digits(part, 2))
    .join(":");
  return `${date}T${clock}${millisecond === 0 ? "" : `.${digits(millisecond, 3)}`}Z`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** The instant a duration after another. @throws RangeError outside the years 0000 to 9999. */
export function after(time: SimTime, duration: DurationMs): SimTime {
  return simTime(time + duration);
}

/**
 * The instant that many milliseconds after another, or the last one that there is: how long a pod may
 * take its time is for its author to say, and may be for ever.
 */
export function afterOrLast(time: SimTime, waitMs: number): SimTime {
  return simTime(Math.min(time + waitMs, lastTime));
}

/** The instant a duration before another. @throws RangeError outside the years 0000 to 9999. */
export function before(time: SimTime, duration: DurationMs): SimTime {
  return simTime(time - duration);
}

/** The time from one instant to another: `to - from`, negative when `to` is the earlier one. */
export function elapsed(from: SimTime, to: SimTime): DurationMs {
  return durationMs(to - from);
}
