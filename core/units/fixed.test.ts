import { describe, expect, it } from "vitest";
import { formatFixed } from "./fixed.ts";

describe("numbers in texts", () => {
  // As fmt.Sprintf("%.*f") prints them.
  it.each([
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [0.135, 2, "0.14"],
    [2.675, 2, "2.67"],
    [-0.125, 2, "-0.12"],
    [1.25, 1, "1.2"],
    [1.75, 1, "1.8"],
    [12.5, 1, "12.5"],
    [45.15, 1, "45.1"],
    [0.05, 1, "0.1"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [Number.POSITIVE_INFINITY, 2, "+Inf"],
  ])("%f with %i decimals is %s", (value, decimals, expected) => {
    expect(formatFixed(value, decimals)).toBe(expected);
  });
});
