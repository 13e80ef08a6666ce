/**
 * Probability distributions as data, as scenario files state them for latencies and lifetimes.
 *
 * All figures of one distribution are in one unit, which the reader of the distribution knows and
 * this file does not. Draws invert the distribution function: one random number gives one value,
 * larger numbers give larger values, and a draw from a hashed key is as good as one from a stream.
 */
import type { Diagnostic } from "../../core/units/index.ts";
import { normalDensity, normalProbability, normalQuantile } from "./normal-distribution.ts";
import type { RandomStream } from "./random.ts";

/** The kinds of distribution. */
export const distributionKinds = [
  "constant",
  "uniform",
  "normal",
  "lognormal",
  "exponential",
  "empirical",
] as const;

/** The name of one kind of distribution. */
export type DistributionKind = (typeof distributionKinds)[number];

/** Always the same value. */
export interface ConstantDistribution {
  readonly kind: "constant";
  readonly value: number;
}

/** Every value from `min` to `max` alike. */
export interface UniformDistribution {
  readonly kind: "uniform";
  readonly min: number;
  readonly max: number;
}

/**
 * The bell curve. With `min` it is cut off there and what is left is scaled up; mean and standard
 * deviation are those before the cut. A latency needs `min`, or it is sometimes negative.
 */
export interface NormalDistribution {
  readonly kind: "normal";
  readonly mean: number;
  readonly standardDeviation: number;
  readonly min?: number;
}

/** Log-normal by two quantiles that a measurement reports: the median and the 95th percentile. */
export interface LognormalDistribution {
  readonly kind: "lognormal";
  readonly p50: number;
  readonly p95: number;
}

/** Memoryless, with this mean. */
export interface ExponentialDistribution {
  readonly kind: "exponential";
  readonly mean: number;
}

/** One point of a measured distribution: a share `p` of all values is `value` or less. */
export interface EmpiricalQuantile {
  readonly p: number;
  readonly value: number;
}

/** Measured quantiles, from p = 0 to p = 1, with straight lines between them. */
export interface EmpiricalDistribution {
  readonly kind: "empirical";
  readonly quantiles: readonly EmpiricalQuantile[];
}

/** Any distribution. */
export type Distribution =
  | ConstantDistribution
  | UniformDistribution
  | NormalDistribution
  | LognormalDistribution
  | ExponentialDistribution
  | EmpiricalDistribution;

/** What is wrong with a distribution; the reader of the file adds the position. */
export type DistributionIssue = Pick<
  Diagnostic,
  "path" | "code" | "found" | "allowed" | "message"
> & { readonly path: string };

/**
 * Draws a value: from a stream (one number of it is used), or from a uniform number over [0, 1).
 * Never infinite: a 0 counts as 2^-54, below every other draw. The distribution must be valid.
 */
export function sampleDistribution(
  distribution: Distribution,
  source: RandomStream | number,
): number {
  const u = typeof source === "number" ? source : source.next();
  return distributionQuantile(distribution, u > 0 ? u : 2 ** -54);
}

/**
 * The value that a draw stays below with probability `p`, 0 to 1. The ends of an unbounded
 * distribution are infinite.
 */
export function distributionQuantile(distribution: Distribution, p: number): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.value;
    case "uniform":
      return distribution.min + (distribution.max - distribution.min) * p;
    case "normal":
      return quantileOfNormal(distribution, p);
    case "lognormal":
      return distribution.p50 * Math.exp(logSigma(distribution) * normalQuantile(p));
    case "exponential":
      return -distribution.mean * Math.log1p(-p);
    case "empirical":
      return quantileOfEmpirical(distribution.quantiles, p);
  }
}

/** The expected value of a draw, by formula. */
export function distributionMean(distribution: Distribution): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.value;
    case "uniform":
      return (distribution.min + distribution.max) / 2;
    case "normal":
      return meanOfNormal(distribution);
    case "lognormal":
      return distribution.p50 * Math.exp(logSigma(distribution) ** 2 / 2);
    case "exponential":
      return distribution.mean;
    case "empirical":
      return meanOfEmpirical(distribution.quantiles);
  }
}

/**
 * Everything that is wrong with a distribution, in the order of its fields; empty when it can be
 * drawn from. `path` starts at the distribution, as in `quantiles[2].value`.
 *
 * With `atLeast`, also refuses distributions that can draw less than that: a latency passes 0.
 */
export function distributionIssues(
  distribution: Distribution,
  options: { readonly atLeast?: number } = {},
): readonly DistributionIssue[] {
  const issues = [...ownIssues(distribution)];
  const { atLeast } = options;
  if (issues.length > 0 || atLeast === undefined) return issues;
  const least = distributionQuantile(distribution, 0);
  if (least < atLeast) {
    issues.push({
      path: "",
      code: "distribution/too-low",
      found: `values down to ${least}`,
      allowed: `values of ${atLeast} or more`,
      message: `a ${distribution.kind} distribution that reaches down to ${least} does not fit here`,
    });
  }
  return issues;
}

function ownIssues(distribution: Distribution): readonly DistributionIssue[] {
  const infinite = Object.entries(distribution)
    .filter(([, value]) => typeof value === "number" && !Number.isFinite(value))
    .map(([path, value]) => outOfRange(path, value, "a finite number"));
  if (infinite.length > 0) return infinite;
  switch (distribution.kind) {
    case "constant":
      return [];
    case "uniform":
      return distribution.max >= distribution.min
        ? []
        : [outOfRange("max", distribution.max, `min (${distribution.min}) or more`)];
    case "normal":
      return normalIssues(distribution);
    case "lognormal":
      if (!(distribution.p50 > 0)) return [outOfRange("p50", distribution.p50, "more than 0")];
      return distribution.p95 >= distribution.p50
        ? []
        : [outOfRange("p95", distribution.p95, `p50 (${distribution.p50}) or more`)];
    case "exponential":
      return distribution.mean >= 0 ? [] : [outOfRange("mean", distribution.mean, "0 or more")];
    case "empirical":
      return empiricalIssues(distribution.quantiles);
  }
}

function normalIssues(distribution: NormalDistribution): readonly DistributionIssue[] {
  const { mean, standardDeviation, min } = distribution;
  const issues: DistributionIssue[] = [];
  if (standardDeviation < 0) {
    issues.push(outOfRange("standardDeviation", standardDeviation, "0 or more"));
  }
  // A cut above the mean would leave a tail of which inversion keeps few digits.
  if (min !== undefined && min > mean)
    issues.push(outOfRange("min", min, `mean (${mean}) or less`));
  return issues;
}

function empiricalIssues(quantiles: readonly EmpiricalQuantile[]): readonly DistributionIssue[] {
  const issues: DistributionIssue[] = [];
  if (quantiles.length < 2) {
    return [outOfRange("quantiles", quantiles.length, "at least two points, p = 0 and p = 1")];
  }
  for (const [index, { p, value }] of quantiles.entries()) {
    const path = `quantiles[${index}]`;
    const before = quantiles[index - 1];
    const isLast = index === quantiles.length - 1;
    if (before === undefined && p !== 0) issues.push(outOfRange(`${path}.p`, p, "0 at first"));
    if (isLast && p !== 1) issues.push(outOfRange(`${path}.p`, p, "1 at last"));
    if (before !== undefined && !(p > before.p)) {
      issues.push(outOfRange(`${path}.p`, p, `more than ${before.p}, the p before it`));
    }
    if (!Number.isFinite(value)) {
      issues.push(outOfRange(`${path}.value`, value, "a finite number"));
    } else if (before !== undefined && value < before.value) {
      issues.push(outOfRange(`${path}.value`, value, `${before.value} or more, as before it`));
    }
  }
  return issues;
}

function outOfRange(path: string, found: unknown, allowed: string): DistributionIssue {
  return {
    path,
    code: "distribution/out-of-range",
    found: String(found),
    allowed,
    message: `${path} of a distribution is ${String(found)}, and must be ${allowed}`,
  };
}

function logSigma(distribution: LognormalDistribution): number {
  return Math.log(distribution.p95 / distribution.p50) / normalQuantile95;
}

const normalQuantile95 = normalQuantile(0.95);

function quantileOfNormal(distribution: NormalDistribution, p: number): number {
  const { mean, standardDeviation, min } = distribution;
  if (standardDeviation === 0) return mean;
  if (min === undefined) return mean + standardDeviation * normalQuantile(p);
  // From the nearer end, since a probability next to 1 has lost the digits of its tail.
  const cut = (min - mean) / standardDeviation;
  const below = normalProbability(cut);
  const above = normalProbability(-cut);
  const score = p < 0.5 ? normalQuantile(below + above * p) : -normalQuantile(above * (1 - p));
  const value = mean + standardDeviation * score;
  return value > min ? value : min;
}

function meanOfNormal(distribution: NormalDistribution): number {
  const { mean, standardDeviation, min } = distribution;
  if (min === undefined || standardDeviation === 0) return mean;
  const cut = (min - mean) / standardDeviation;
  return mean + (standardDeviation * normalDensity(cut)) / (1 - normalProbability(cut));
}

function quantileOfEmpirical(quantiles: readonly EmpiricalQuantile[], p: number): number {
  let left = 0;
  let right = quantiles.length - 1;
  while (right - left > 1) {
    const middle = (left + right) >> 1;
    if ((quantiles[middle] as EmpiricalQuantile).p <= p) left = middle;
    else right = middle;
  }
  const below = quantiles[left] as EmpiricalQuantile;
  const above = quantiles[right] as EmpiricalQuantile;
  return below.value + ((above.value - below.value) * (p - below.p)) / (above.p - below.p);
}

function meanOfEmpirical(quantiles: readonly EmpiricalQuantile[]): number {
  let sum = 0;
  for (let index = 1; index < quantiles.length; index++) {
    const below = quantiles[index - 1] as EmpiricalQuantile;
    const above = quantiles[index] as EmpiricalQuantile;
    sum += ((above.p - below.p) * (below.value + above.value)) / 2;
  }
  return sum;
}
