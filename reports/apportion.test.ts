import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { apportion, apportionSteps } from "./apportion.ts";

const amount = fc.double({ min: 0, max: 1e6, noNaN: true });

describe("apportioning", () => {
  it("gives the missing cents to the parts that lost most", () => {
    // The parts are 33.333, and a third of a cent is lost three times.
    expect(apportion(100, [100 / 3, 100 / 3, 100 / 3], 2)).toEqual([33.34, 33.33, 33.33]);
    expect(apportion(1, [0.504, 0.496], 2)).toEqual([0.5, 0.5]);
  });

  it("takes a waiver's negative part as it comes", () => {
    expect(apportion(9.5, [10, -0.5], 2)).toEqual([10, -0.5]);
  });

  it("refuses parts that are not parts of the total", () => {
    expect(() => apportion(10, [3, 4], 2)).toThrow("parts do not add up");
    expect(() => apportion(10, [], 2)).toThrow("parts do not add up");
    expect(apportion(0, [], 2)).toEqual([]);
  });

  test.prop([fc.array(amount, { minLength: 1, maxLength: 20 })])(
    "adds up to the rounded total exactly, and moves no part by more than a step",
    (parts) => {
      const total = parts.reduce((sum, part) => sum + part, 0);
      const steps = apportionSteps(total, parts, 2);
      expect(steps.reduce((sum, step) => sum + step, 0)).toBe(Math.round(total * 100));
      steps.forEach((step, index) => {
        expect(Math.abs(step - (parts[index] ?? 0) * 100)).toBeLessThanOrEqual(1);
      });
    },
  );
});
