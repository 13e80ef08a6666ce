import { describe, expect, it } from "vitest";
import { confidenceInterval, figureOf, figureOrNone, figuresByName } from "./figure.ts";

describe("a figure", () => {
  it("of one seed is the plain number, to six decimals", () => {
    expect(figureOf([1 / 3])).toBe(0.333333);
  });

  it("of several seeds has mean, interval and the values in order of the seeds", () => {
    // Student's t for four degrees of freedom and 95 %, as every table has it: 2.776445.
    const half = (2.776445 * Math.sqrt(2.5)) / Math.sqrt(5);
    const figure = figureOf([5, 1, 2, 4, 3]);
    expect(figure).toMatchObject({ mean: 3, values: [5, 1, 2, 4, 3] });
    const [low, high] = confidenceInterval([5, 1, 2, 4, 3]) ?? [Number.NaN, Number.NaN];
    expect(low).toBeCloseTo(3 - half, 5);
    expect(high).toBeCloseTo(3 + half, 5);
  });

  it("matches the worked interval of NIST's ZARR13 data: 195 values, 9.26146 +- 0.00322", () => {
    // Other data of the same size, mean and standard deviation as in the handbook's example.
    const values = Array.from({ length: 195 }, (_, index) => {
      const sign = index === 194 ? 0 : index % 2 === 0 ? 1 : -1;
      return 9.261_46 + sign * 0.022_788_81;
    });
    const [low, high] = confidenceInterval(values) ?? [Number.NaN, Number.NaN];
    expect(low).toBeCloseTo(9.258_242, 5);
    expect(high).toBeCloseTo(9.264_679, 5);
  });

  it("says nothing about the spread of a single value", () => {
    expect(confidenceInterval([7])).toBeNull();
    expect(figureOrNone([7, undefined])).toEqual({ mean: 7, ci95: null, values: [7, null] });
  });

  it("is null where no seed has a value", () => {
    expect(figureOrNone([undefined])).toBeNull();
    expect(figureOrNone([undefined, undefined])).toBeNull();
  });

  it("by name is sorted, and counts a name that a seed lacks as zero", () => {
    const figures = figuresByName([{ spot: 2 }, { "on-demand": 4 }]);
    expect(Object.keys(figures)).toEqual(["on-demand", "spot"]);
    expect(figures["spot"]).toMatchObject({ mean: 1, values: [2, 0] });
  });
});
