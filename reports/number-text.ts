import { durationMs, formatShortDuration, formatUsd, usd } from "../core/units/index.ts";

/** What stands where a report has no value. */
export const none = "\u2013";

/** With thousands separators and that many decimals: `1,234.5`; never `-0`. */
export function formatNumber(value: number, decimals: number): string {
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction ? `.${fraction}` : "");
  return value < 0 && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** A count: whole where it is whole, else (a mean over seeds) with one decimal. */
export function formatCount(value: number): string {
  return formatNumber(value, Number.isInteger(value) ? 0 : 1);
}

/** `1 pod`, `2 pods`, `3 launches`. */
export function countOf(number: number, noun: string): string {
  const ending = number === 1 ? "" : noun.endsWith("ch") ? "es" : "s";
  return `${number} ${noun}${ending}`;
}

/** Three significant digits or all whole ones: `0.123`, `4.56`, `78.9`, `1,235`. */
export function formatAmount(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return formatNumber(value, 0);
  return formatNumber(value, size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** `99.95 %`: two decimals from 99 up, where availability is told apart, else one. */
export function formatPercent(value: number): string {
  return `${formatNumber(value, value >= 99 && value < 100 ? 2 : 1)}%`;
}

/** Dollars and cents: `$1,234.56`. */
export function formatMoney(value: number): string {
  return formatUsd(usd(value));
}

/** What a machine or a day has cost: cents, and from a dollar down four decimals. */
export function formatCost(value: number): string {
  return Math.abs(value) < 1 ? formatRate(value) : formatMoney(value);
}

/** A price, with four decimals: `$0.0416`. */
export function formatRate(value: number): string {
  return `${value < 0 ? "-" : ""}$${formatNumber(Math.abs(value), 4)}`;
}

/** A length of time for people: `45s`, `2h 5m`, `3d 4h`. */
export function formatSeconds(value: number): string {
  return formatShortDuration(durationMs(Math.round(value * 1000)));
}

/**
 * A change against a reference: `-3.4%`, `+12%`, from ten times on the factor (`\u00d714`), `=` where
 * rounding leaves nothing; undefined from zero.
 */
export function formatChange(value: number, reference: number): string | undefined {
  if (reference === 0) return value === 0 ? "=" : undefined;
  const percent = ((value - reference) / Math.abs(reference)) * 100;
  if (percent >= 900) return `\u00d7${formatNumber(value / reference, 0)}`;
  const text = formatNumber(Math.abs(percent), Math.abs(percent) < 9.95 ? 1 : 0);
  if (!/[1-9]/.test(text)) return "=";
  return `${percent < 0 ? "-" : "+"}${text}%`;
}
