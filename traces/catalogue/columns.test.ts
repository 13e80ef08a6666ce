import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { internColumn, readColumn, readSparse, writeSparse } from "./columns.ts";

const cell = fc.oneof(
  fc.constantFrom("a", "b", "", true, false, null),
  fc.integer({ min: 0, max: 3 }),
);

describe("an interned column", () => {
  test.prop([fc.array(cell)])("reads back as it was written", (cells) => {
    expect(readColumn(internColumn(cells), cells.length)).toEqual(cells);
  });

  it("holds each value once and counts repeats", () => {
    expect(internColumn(["x", "x", "x", "y", "x", null])).toEqual({
      values: ["x", "y", null],
      codes: [0, -2, 1, 0, 2],
    });
  });

  it("of another length than the table is refused", () => {
    expect(() => readColumn({ values: ["x"], codes: [0, -2] }, 4)).toThrow(RangeError);
  });

  it("whose code has no value is refused", () => {
    expect(() => readColumn({ values: ["x"], codes: [1] }, 1)).toThrow(RangeError);
    expect(() => readColumn({ values: ["x"], codes: [-1] }, 1)).toThrow(RangeError);
  });
});

describe("a sparse column", () => {
  const number = fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), {
    nil: undefined,
  });

  test.prop([fc.array(number)])("reads back as it was written, gaps as absent", (numbers) => {
    const types = numbers.map((_, index) => `type-${index}`);
    const expected = new Map(
      types.flatMap((type, index) => {
        const value = numbers[index];
        return value === undefined ? [] : [[type, value + 0]];
      }),
    );
    expect(readSparse(writeSparse(numbers), types)).toEqual(expected);
  });

  it("of another length than the types is refused", () => {
    expect(() => readSparse([1, -2], ["a", "b"])).toThrow(RangeError);
    expect(() => readSparse([1], ["a", "b"])).toThrow(RangeError);
  });

  it("holds no negative number, which would read as a gap", () => {
    expect(() => writeSparse([-1])).toThrow(RangeError);
  });
});
