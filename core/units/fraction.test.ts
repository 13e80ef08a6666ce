import { describe, expect, it } from "vitest";
import { fraction } from "./fraction.ts";

describe("a fraction", () => {
  it("lies between 0 and 1, both included", () => {
    expect([0, 0.25, 1].map(fraction)).toEqual([0, 0.25, 1]);
    for (const bad of [-0.01, 1.01, 25, Number.NaN]) {
      expect(() => fraction(bad)).toThrow(`fraction ${bad} is not from 0 to 1`);
    }
  });
});
