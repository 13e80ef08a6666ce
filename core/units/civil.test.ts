import { describe, expect, it } from "vitest";
import { civilFromDays, daysFromCivil, daysInMonth, weekdayOfDays } from "./civil.ts";

describe("the calendar", () => {
  it("agrees with the language's own on every day of 800 years, both ways", () => {
    const wrong: number[] = [];
    for (let days = daysFromCivil(1600, 1, 1); days < daysFromCivil(2400, 1, 1); days += 1) {
      const { year, month, day } = civilFromDays(days);
      const date = new Date(days * 86_400_000);
      const isSame =
        date.getUTCFullYear() === year &&
        date.getUTCMonth() + 1 === month &&
        date.getUTCDate() === day &&
        date.getUTCDay() === weekdayOfDays(days) &&
        daysFromCivil(year, month, day) === days;
      if (!isSame) wrong.push(days);
    }
    expect(wrong).toEqual([]);
  });

  it("has a 29th of February in years divisible by 4, but not by 100 unless by 400", () => {
    expect([2024, 2026, 1900, 2000].map((year) => daysInMonth(year, 2))).toEqual([29, 28, 28, 29]);
    expect([0, 13].map((month) => daysInMonth(2026, month))).toEqual([0, 0]);
  });
});
