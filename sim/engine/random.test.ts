import { describe, expect, it } from "vitest";
import { hashUniform, stream } from "./random.ts";
import type { RandomStream } from "./random.ts";

const draws = 20_000;

function values(count: number, draw: (index: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, index) => draw(index));
}

/** Pearson's statistic against equal frequency of `cells` cells. */
function chiSquare(cellOf: readonly number[], cells: number): number {
  const counts = new Float64Array(cells);
  for (const cell of cellOf) counts[cell] = (counts[cell] as number) + 1;
  const expected = cellOf.length / cells;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** The largest distance of the empirical distribution from a distribution function, times root n. */
function kolmogorov(sample: readonly number[], probability: (x: number) => number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  let largest = 0;
  for (const [index, value] of sorted.entries()) {
    const p = probability(value);
    largest = Math.max(largest, p - index / sorted.length, (index + 1) / sorted.length - p);
  }
  return largest * Math.sqrt(sorted.length);
}

/** Kolmogorov's limit distribution is below this with probability 0.999. */
const kolmogorovLimit = 1.95;
/** 99.9 % quantile of chi-square, 255 degrees of freedom. */
const chiSquareLimit255 = 330.5;

/** Cells of a 16 x 16 board on which two sequences fall together: even only if independent. */
function board(first: readonly number[], second: readonly number[]): readonly number[] {
  return first.map((a, index) => Math.floor(a * 16) * 16 + Math.floor((second[index] ?? 0) * 16));
}

function correlation(first: readonly number[], second: readonly number[]): number {
  const products = first.map((a, index) => (a - 0.5) * ((second[index] ?? 0) - 0.5));
  return (12 * products.reduce((sum, product) => sum + product, 0)) / products.length;
}

const nearEqualNames: readonly (readonly [string, string])[] = [
  ["m5.large/us-east-1a", "m5.large/us-east-1b"],
  ["pod-1", "pod-2"],
  ["pod-9", "pod-10"],
  ["a", "aa"],
  ["", " "],
];

describe("stream", () => {
  it("gives the same values for the same names, for ever", () => {
    const golden = stream(42, "spot-price", "m5.large/us-east-1a");
    expect(values(4, () => golden.next())).toMatchInlineSnapshot(`
      [
        0.29469042595848094,
        0.42671714606406186,
        0.03756185533121481,
        0.25013250132135456,
      ]
    `);
    const again = stream("42", "spot-price", "m5.large/us-east-1a");
    expect(values(4, () => again.next())).toMatchInlineSnapshot(`
      [
        0.29469042595848094,
        0.42671714606406186,
        0.03756185533121481,
        0.25013250132135456,
      ]
    `);
  });

  it("is not moved by draws from another stream", () => {
    const alone = stream(1, "arrival", "web");
    const expected = values(100, () => alone.next());
    const first = stream(1, "arrival", "web");
    const other = stream(1, "arrival", "api");
    const mixed = values(100, (index) => {
      for (let extra = 0; extra < index % 3; extra++) other.normal(0, 1);
      return first.next();
    });
    expect(mixed).toEqual(expected);
  });

  it("tells seed, purpose and entity apart where their texts join to the same", () => {
    const names = [
      stream(1, "a", "b/c"),
      stream(1, "a/b", "c"),
      stream(11, "a", "b"),
      stream(1, "1a", "b"),
      stream(1, 'a","b', "c"),
      stream(1, "a", 'b","c'),
    ];
    expect(new Set(names.map((one) => one.next())).size).toBe(names.length);
  });

  it.each(nearEqualNames)("is uncorrelated between %j and %j", (one, other) => {
    const first = stream(7, "delay", one);
    const second = stream(7, "delay", other);
    const a = values(draws, () => first.next());
    const b = values(draws, () => second.next());
    expect(chiSquare(board(a, b), 256)).toBeLessThan(chiSquareLimit255);
    expect(Math.abs(correlation(a, b))).toBeLessThan(3.3 / Math.sqrt(draws));
  });

  it("has first draws that are uniform over consecutive names and seeds", () => {
    const byName = values(4000, (index) => stream(1, "delay", `pod-${index}`).next());
    const bySeed = values(4000, (index) => stream(index, "delay", "pod").next());
    expect(kolmogorov(byName, (x) => x)).toBeLessThan(kolmogorovLimit);
    expect(kolmogorov(bySeed, (x) => x)).toBeLessThan(kolmogorovLimit);
    const pairs = board(byName.slice(0, -1), byName.slice(1));
    expect(chiSquare(pairs, 256)).toBeLessThan(chiSquareLimit255);
  });

  it("uses 53 bits, so that tails are finer than 2^-32", () => {
    const random = stream(3, "bits", "");
    const fine = values(1000, () => random.next() * 2 ** 32).filter((x) => !Number.isInteger(x));
    expect(fine.length).toBeGreaterThan(990);
  });
});

describe("draws of a stream", () => {
  type Case = readonly [string, (random: RandomStream) => number, (x: number) => number];
  const cases: readonly Case[] = [
    ["uniform", (random) => random.next(), (x) => x],
    ["exponential", (random) => random.exponential(5), (x) => 1 - Math.exp(-x / 5)],
    ["weibull", (random) => random.weibull(3, 1.7), (x) => 1 - Math.exp(-((x / 3) ** 1.7))],
    // The logistic approximation is off by up to 1e-4, which 20000 draws do not see.
    ["normal", (random) => (random.normal(10, 2) - 10) / 2, bowling],
    ["logNormal", (random) => Math.log(random.logNormal(20, 0.5) / 20) / 0.5, bowling],
  ];

  /** @see S. Bowling et al., "A logistic approximation to the cumulative normal", 2009 */
  function bowling(z: number): number {
    return 1 / (1 + Math.exp(-(0.07056 * z ** 3 + 1.5976 * z)));
  }

  it.each(cases)("%s follow their distribution", (name, draw, probability) => {
    const random = stream(5, "law", name);
    expect(
      kolmogorov(
        values(draws, () => draw(random)),
        probability,
      ),
    ).toBeLessThan(kolmogorovLimit);
  });

  it("integer and pick reach every item equally often", () => {
    const random = stream(9, "law", "integer");
    // 99.9 % quantile of chi-square, 6 degrees of freedom.
    expect(
      chiSquare(
        values(draws, () => random.integer(7)),
        7,
      ),
    ).toBeLessThan(22.5);
    const items = ["a", "b", "c"] as const;
    const picked = values(draws, () => items.indexOf(random.pick(items)));
    expect(chiSquare(picked, 3)).toBeLessThan(13.9);
  });

  it("refuse parameters without meaning", () => {
    const random = stream(1, "bad", "");
    expect(() => random.integer(0)).toThrow("whole size");
    expect(() => random.integer(1.5)).toThrow("whole size");
    expect(() => random.exponential(-1)).toThrow("mean");
    expect(() => random.normal(0, -1)).toThrow("negative");
    expect(() => random.logNormal(0, 1)).toThrow("median");
    expect(() => random.weibull(1, 0)).toThrow("shape");
    expect(() => random.pick([])).toThrow("empty list");
  });
});

describe("hashUniform", () => {
  it("gives the same value for the same key, for ever", () => {
    const key = ["launch-delay", "default/web-0"] as const;
    expect(values(3, (index) => hashUniform(42, ...key, index))).toMatchInlineSnapshot(`
      [
        0.0633835576870897,
        0.5983856337687958,
        0.21829121365568005,
      ]
    `);
    expect(hashUniform("42", ...key, 1)).toBe(hashUniform(42, ...key, 1));
  });

  it("is uniform and independent over consecutive indices, names and seeds", () => {
    const sequences = [
      values(draws, (index) => hashUniform(1, "delay", "pod", index)),
      values(draws, (index) => hashUniform(1, "delay", `pod-${index}`, 0)),
      values(draws, (index) => hashUniform(index, "delay", "pod", 0)),
      values(draws, (index) => hashUniform(1, "delay", "pod", index * 2 ** 32)),
    ];
    for (const sequence of sequences) {
      expect(kolmogorov(sequence, (x) => x)).toBeLessThan(kolmogorovLimit);
      const pairs = board(sequence.slice(0, -1), sequence.slice(1));
      expect(chiSquare(pairs, 256)).toBeLessThan(chiSquareLimit255);
      expect(new Set(sequence).size).toBe(draws);
      expect(sequence.every((u) => u >= 0 && u < 1)).toBe(true);
    }
  });

  it.each(nearEqualNames)("is uncorrelated between %j and %j", (one, other) => {
    const a = values(draws, (index) => hashUniform(7, "delay", one, index));
    const b = values(draws, (index) => hashUniform(7, "delay", other, index));
    expect(chiSquare(board(a, b), 256)).toBeLessThan(chiSquareLimit255);
    expect(Math.abs(correlation(a, b))).toBeLessThan(3.3 / Math.sqrt(draws));
  });

  it("flips each of its 53 bits with even chance when one bit of the index flips", () => {
    const trials = 4000;
    const flips = new Float64Array(53);
    for (let index = 0; index < trials; index++) {
      const a = BigInt(hashUniform(1, "bit", "pod", index) * 2 ** 53);
      const b = BigInt(hashUniform(1, "bit", "pod", index ^ (1 << (index % 20))) * 2 ** 53);
      const difference = a ^ b;
      for (let bit = 0; bit < 53; bit++) {
        if ((difference >> BigInt(bit)) & 1n) flips[bit] = (flips[bit] as number) + 1;
      }
    }
    // Four standard deviations of a fair coin.
    for (const count of flips) {
      expect(Math.abs(count - trials / 2)).toBeLessThan(4 * Math.sqrt(trials / 4));
    }
  });

  it("tells its parts apart and refuses an index that is no whole number", () => {
    const keys = [
      hashUniform(1, "a", "bc", 0),
      hashUniform(1, "ab", "c", 0),
      hashUniform("1a", "", "bc", 0),
      hashUniform(1, "abc", "", 0),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(() => hashUniform(1, "a", "b", 0.5)).toThrow("whole number");
    expect(() => hashUniform(1, "a", "b", -1)).toThrow("whole number");
  });
});
