import { describe, expect, it } from "vitest";
import {
  distributionIssues,
  distributionKinds,
  distributionMean,
  distributionQuantile,
  sampleDistribution,
} from "./distributions.ts";
import type { Distribution } from "./distributions.ts";
import { normalProbability, normalQuantile } from "./normal-distribution.ts";
import { stream } from "./random.ts";

const empirical: Distribution = {
  kind: "empirical",
  quantiles: [
    { p: 0, value: 10 },
    { p: 0.5, value: 30 },
    { p: 0.9, value: 50 },
    { p: 1, value: 150 },
  ],
};

/** Some quantiles and the mean of each, from the textbook or worked out by hand. */
const known: readonly (readonly [Distribution, readonly (readonly [number, number])[], number])[] =
  [
    [
      { kind: "constant", value: 7 },
      [
        [0, 7],
        [0.5, 7],
        [1, 7],
      ],
      7,
    ],
    [
      { kind: "uniform", min: 2, max: 6 },
      [
        [0, 2],
        [0.25, 3],
        [1, 6],
      ],
      4,
    ],
    [
      { kind: "normal", mean: 100, standardDeviation: 15 },
      [
        [0.5, 100],
        [0.975, 100 + 15 * 1.959963984540054],
        [0.01, 100 - 15 * 2.3263478740408408],
      ],
      100,
    ],
    [
      // Half-normal: median 0.6745 sigma, mean sigma * sqrt(2 / pi).
      { kind: "normal", mean: 0, standardDeviation: 10, min: 0 },
      [
        [0, 0],
        [0.5, 6.744897501960817],
        [0.95, 19.59963984540054],
      ],
      10 * Math.sqrt(2 / Math.PI),
    ],
    [
      // sigma = ln(90 / 30) / 1.6449 = 0.66791; mean = 30 exp(sigma^2 / 2).
      { kind: "lognormal", p50: 30, p95: 90 },
      [
        [0, 0],
        [0.05, 10],
        [0.5, 30],
        [0.95, 90],
      ],
      30 * Math.exp((Math.log(3) / 1.6448536269514722) ** 2 / 2),
    ],
    [
      { kind: "exponential", mean: 4 },
      [
        [0, 0],
        [0.5, 4 * Math.LN2],
        [0.99, 4 * Math.log(100)],
      ],
      4,
    ],
    [
      empirical,
      [
        [0, 10],
        [0.25, 20],
        [0.5, 30],
        [0.7, 40],
        [0.95, 100],
        [1, 150],
      ],
      36,
    ],
  ];

describe("a distribution", () => {
  it.each(known)("%j has its textbook quantiles and mean", (distribution, quantiles, mean) => {
    for (const [p, value] of quantiles) {
      expect(distributionQuantile(distribution, p)).toBeCloseTo(value, 9);
    }
    expect(distributionMean(distribution)).toBeCloseTo(mean, 9);
    expect(distributionIssues(distribution)).toEqual([]);
  });

  it.each(known)("%j draws what its quantiles and mean say", (distribution) => {
    const random = stream(11, "distribution", JSON.stringify(distribution));
    const count = 40_000;
    const sample = Array.from({ length: count }, () => sampleDistribution(distribution, random));
    const mean = sample.reduce((sum, value) => sum + value, 0) / count;
    const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
    const limit = 3.3 * Math.sqrt(variance / count) + 1e-9;
    expect(Math.abs(mean - distributionMean(distribution))).toBeLessThanOrEqual(limit);
    for (const p of [0.05, 0.5, 0.95]) {
      const value = distributionQuantile(distribution, p);
      const share = sample.filter((drawn) => drawn <= value + 1e-9).length / count;
      const expected = distribution.kind === "constant" ? 1 : p;
      expect(Math.abs(share - expected)).toBeLessThan(3.3 * Math.sqrt(0.25 / count));
    }
  });

  it.each(known)(
    "%j never draws less for a larger uniform number, and is finite",
    (distribution) => {
      const grid = Array.from({ length: 2001 }, (_, index) => Math.min(index / 2000, 1 - 2 ** -53));
      const drawn = grid.map((u) => sampleDistribution(distribution, u));
      expect(drawn.every(Number.isFinite)).toBe(true);
      expect(drawn.toSorted((a, b) => a - b)).toEqual(drawn);
    },
  );

  it("is tested for every kind", () => {
    expect(new Set(known.map(([{ kind }]) => kind))).toEqual(new Set(distributionKinds));
  });
});

describe("distributionIssues", () => {
  const bad: readonly (readonly [Distribution, readonly string[]])[] = [
    [{ kind: "constant", value: NaN }, ["value"]],
    [{ kind: "uniform", min: 3, max: 2 }, ["max"]],
    [{ kind: "uniform", min: -Infinity, max: Infinity }, ["min", "max"]],
    [{ kind: "normal", mean: 1, standardDeviation: -1, min: 2 }, ["standardDeviation", "min"]],
    [{ kind: "lognormal", p50: 0, p95: 1 }, ["p50"]],
    [{ kind: "lognormal", p50: 3, p95: 2 }, ["p95"]],
    [{ kind: "exponential", mean: -1 }, ["mean"]],
    [{ kind: "empirical", quantiles: [{ p: 0, value: 1 }] }, ["quantiles"]],
    [
      {
        kind: "empirical",
        quantiles: [
          { p: 0.1, value: 5 },
          { p: 0.1, value: 4 },
          { p: 0.9, value: NaN },
        ],
      },
      [
        "quantiles[0].p",
        "quantiles[1].p",
        "quantiles[1].value",
        "quantiles[2].p",
        "quantiles[2].value",
      ],
    ],
  ];

  it.each(bad)("finds everything that is wrong with %j", (distribution, paths) => {
    const issues = distributionIssues(distribution);
    expect(issues.map((issue) => issue.path)).toEqual(paths);
    for (const issue of issues) expect(issue.code).toBe("distribution/out-of-range");
  });

  it("refuses a latency that could be negative: distribution/too-low", () => {
    const options = { atLeast: 0 };
    const normal = { kind: "normal", mean: 30, standardDeviation: 5 } as const;
    expect(distributionIssues(normal, options).map(({ code }) => code)).toEqual([
      "distribution/too-low",
    ]);
    expect(distributionIssues({ ...normal, min: 0 }, options)).toEqual([]);
    expect(distributionIssues({ kind: "constant", value: -1 }, options)).toHaveLength(1);
    expect(distributionIssues({ kind: "lognormal", p50: 30, p95: 90 }, options)).toEqual([]);
  });
});

describe("the normal distribution", () => {
  it("agrees with printed tables, far into the tails", () => {
    expect(normalProbability(0)).toBe(0.5);
    expect(normalProbability(1.959963984540054)).toBeCloseTo(0.975, 13);
    expect(normalProbability(-3) / 1.3498980316300946e-3).toBeCloseTo(1, 12);
    expect(normalProbability(-8) / 6.220960574271784e-16).toBeCloseTo(1, 6);
    expect(normalQuantile(0.25)).toBeCloseTo(-0.6744897501960817, 14);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 13);
    expect(normalQuantile(1e-20)).toBeCloseTo(-9.262340089798408, 12);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });

  it("is undone by its inverse", () => {
    for (let x = -7; x <= 5; x += 0.37) {
      expect(normalQuantile(normalProbability(x))).toBeCloseTo(x, 8);
    }
  });
});
