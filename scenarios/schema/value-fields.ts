import { z } from "zod";
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import {
  after,
  durationMs,
  parseTime,
  tryParseDuration,
  tryParseQuantity,
  tryParseTime,
} from "../../core/units/index.ts";

const msPerDay = 86_400_000;
const leadingDays = /^(\d+(?:\.\d+)?)d(.*)$/;

/** What may stand where the scenario wants a duration. */
export const allowedDuration = "a duration such as 14d, 36h, 1h30m or 250ms";

/**
 * Reads a duration: Go's form, with days in front (`14d`, `1d12h`). Undefined for anything else, and
 * for negative durations, of which a scenario has none.
 */
export function parseScenarioDuration(text: string): DurationMs | undefined {
  const [, dayCount, rest = text] = leadingDays.exec(text) ?? [];
  const days = dayCount === undefined ? 0 : Math.round(Number(dayCount) * msPerDay);
  const tail = dayCount !== undefined && rest === "" ? durationMs(0) : tryParseDuration(rest);
  if (tail === undefined || tail < 0 || !Number.isSafeInteger(days + tail)) return undefined;
  return durationMs(days + tail);
}

/** A duration, `DurationMs` once read. */
export const durationField = z
  .string()
  .transform((text, context): DurationMs => {
    const duration = parseScenarioDuration(text);
    if (duration !== undefined) return duration;
    const params = { code: "scenario/bad-duration", allowed: allowedDuration };
    context.addIssue({ code: "custom", message: `"${text}" is no duration`, params, input: text });
    return z.NEVER;
  })
  .meta({ examples: ["14d", "1h30m", "250ms"] });

/** A duration of more than nothing. */
export const positiveDurationField = durationField.refine((duration) => duration > 0, {
  message: "the duration must be longer than nothing",
  params: { code: "scenario/bad-duration", allowed: "a duration above zero" },
});

/** An instant, `SimTime` once read. */
export const timeField = z
  .string()
  .transform((text, context): SimTime => {
    if (tryParseTime(text) !== undefined) return parseTime(text);
    const allowed = "an RFC 3339 time with offset, such as 2026-03-01T00:00:00Z";
    const params = { code: "scenario/bad-time", allowed };
    context.addIssue({ code: "custom", message: `"${text}" is no time`, params, input: text });
    return z.NEVER;
  })
  .meta({ examples: ["2026-03-01T00:00:00Z"] });

/** An instant of a run, as it is written. */
export type Moment =
  | { readonly kind: "since-start"; readonly duration: DurationMs }
  | { readonly kind: "instant"; readonly time: SimTime };

/** What may stand where the scenario wants an instant of the run. */
const allowedMoment =
  "a time since the start such as 7d or 1d12h, or an RFC 3339 time such as 2026-03-08T09:00:00Z";

/** An instant of the run: a duration since its start, or a time. */
export const momentField = z
  .string()
  .transform((text, context): Moment => {
    const duration = parseScenarioDuration(text);
    if (duration !== undefined) return { kind: "since-start", duration };
    if (tryParseTime(text) !== undefined) return { kind: "instant", time: parseTime(text) };
    const params = { code: "scenario/bad-time", allowed: allowedMoment };
    const message = `"${text}" is neither a duration nor a time`;
    context.addIssue({ code: "custom", message, params, input: text });
    return z.NEVER;
  })
  .meta({ examples: ["7d", "2026-03-08T09:00:00Z"] });

/** The instant that is meant in a run that starts then. */
export function instantOf(moment: Moment, start: SimTime): SimTime {
  return moment.kind === "instant" ? moment.time : after(start, moment.duration);
}

/** A Kubernetes quantity, kept as text; a bare number will do. */
export const quantityField = z
  .union([z.string(), z.number()])
  .transform((written, context): string => {
    const text = String(written);
    const quantity = tryParseQuantity(text);
    if (quantity !== undefined && !text.startsWith("-")) return text;
    const allowed = 'a Kubernetes quantity such as 500m, "2" or 4Gi';
    const params = { code: "scenario/bad-quantity", allowed };
    const message = `"${text}" is no quantity that a pod can request`;
    context.addIssue({ code: "custom", message, params, input: written });
    return z.NEVER;
  })
  .meta({ examples: ["500m", "4Gi"] });

/** A share, from 0 to 1. */
export const shareField = z.number().min(0).max(1);

/** A number of zero or more. */
export const amountField = z.number().min(0);

/** A whole number of zero or more. */
export const countField = z.int().min(0);

/** A factor above zero. */
export const factorField = z.number().gt(0);

/** A path from the scenario's folder; checked when the file is looked for. */
export const pathField = z.string().min(1);

/** The name of a Kubernetes object. */
export const objectNameField = z.string().min(1).max(253);
