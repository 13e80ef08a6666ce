import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatQuantity,
  parseQuantity,
  quantityOfMilli,
  quantityOfUnits,
  quantityToMilli,
  quantityToUnits,
  tryParseQuantity,
} from "./quantity.ts";

// Printed by k8s.io/apimachinery v0.37.2: CanonicalizeBytes, Value, MilliValue of ParseQuantity.
const answersOfKubernetes = [
  ["0", "0", 0, 0],
  ["0Mi", "0", 0, 0],
  ["1.5", "1500m", 2, 1500],
  ["100m", "100m", 1, 100],
  ["1000m", "1", 1, 1000],
  ["1.5Gi", "1536Mi", 1_610_612_736, 1_610_612_736_000],
  ["0.5Gi", "512Mi", 536_870_912, 536_870_912_000],
  ["512", "512", 512, 512_000],
  ["1Ki", "1Ki", 1024, 1_024_000],
  ["1024", "1024", 1024, 1_024_000],
  ["2048Gi", "2Ti", 2_199_023_255_552, 2_199_023_255_552_000],
  ["1.1Ki", "1126400m", 1127, 1_126_400],
  ["0.0001Ki", "102400u", 1, 103],
  ["0.000000001Ki", "1024n", 1, 1],
  ["12e6", "12e6", 12_000_000, 12_000_000_000],
  ["1E3", "1e3", 1000, 1_000_000],
  ["1e-3", "1e-3", 1, 1],
  ["0.1m", "100u", 1, 1],
  ["1n", "1n", 1, 1],
  ["0.1n", "1n", 1, 1],
  [".5", "500m", 1, 500],
  ["5.", "5", 5, 5000],
  ["+3", "3", 3, 3000],
  ["-1.5", "-1500m", -2, -1500],
  ["-1Ki", "-1Ki", -1024, -1_024_000],
  ["1000k", "1M", 1_000_000, 1_000_000_000],
  ["128974848", "128974848", 128_974_848, 128_974_848_000],
  ["123Mi", "123Mi", 128_974_848, 128_974_848_000],
  ["1.G", "1G", 1_000_000_000, 1_000_000_000_000],
] as const;

const refused = ["", " 1", "1 ", "1K", "1mi", "1 Gi", "1GiB", "1e", "1e1.5", "1.2.3", "--1", "1,5"];
const suffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const binarySuffixes = ["Ki", "Mi", "Gi", "Ti"];

describe("a quantity", () => {
  it.each(answersOfKubernetes)("of %j is Kubernetes' %s, %d, %d milli", (text, ...expected) => {
    const quantity = parseQuantity(text);
    const found = [formatQuantity(quantity), quantityToUnits(quantity), quantityToMilli(quantity)];
    expect(found).toEqual(expected);
  });

  it.each([...refused, "-", ".", "Ki", "Infinity", "NaN", "0x10"])("refuses %j", (text) => {
    const sentence = `quantity "${text}" is malformed (allowed: a number with a suffix of`;
    expect(() => parseQuantity(text)).toThrow(sentence);
    expect(() => parseQuantity(text)).toThrow(RangeError);
    expect(tryParseQuantity(text)).toBeUndefined();
  });

  it("takes numbers by their decimal text, so that 0.1 is exactly a tenth", () => {
    expect(parseQuantity(0.1)).toEqual({ nano: 100_000_000n, format: "DecimalSI" });
    expect(formatQuantity(parseQuantity(2))).toBe("2");
    expect(formatQuantity(parseQuantity(1e21))).toBe("1e21");
    expect(tryParseQuantity(Number.NaN)).toBeUndefined();
  });

  it("is capped at 2^63 - 1 if binary, and refused beyond an exponent of a thousand", () => {
    expect(formatQuantity(parseQuantity("9Ei"))).toBe("9223372036854775807");
    expect(formatQuantity(parseQuantity("1000E"))).toBe("1000E");
    expect(() => parseQuantity("1e1000000000")).toThrow("exponent beyond 1000");
  });

  it("is refused as a number where numbers stop being exact", () => {
    expect(quantityToUnits(parseQuantity("9007199254740991"))).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => quantityToUnits(parseQuantity("9007199254740992"))).toThrow(RangeError);
    expect(() => quantityToMilli(parseQuantity("8Pi"))).toThrow("beyond 2^53 - 1 thousandths");
    expect(() => quantityOfUnits(0.5)).toThrow(RangeError);
  });

  it("is exact: mantissa times factor, as integers compute it", () => {
    const mantissas = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    fc.assert(
      fc.property(mantissas, fc.constantFrom(...suffixes), (mantissa, suffix) => {
        const factor = 10n ** BigInt(suffixes.indexOf(suffix) * 3);
        expect(parseQuantity(`${mantissa}${suffix}`).nano).toBe(mantissa * factor);
      }),
    );
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(...binarySuffixes), (mantissa, suffix) => {
        const factor = 1024n ** BigInt(binarySuffixes.indexOf(suffix) + 1);
        const expected = BigInt(mantissa) * factor * 1_000_000_000n;
        expect(parseQuantity(`${mantissa}${suffix}`).nano).toBe(expected);
      }),
    );
  });

  it("keeps its amount through printing and reading, and its text through reading again", () => {
    const formats = fc.constantFrom("DecimalSI", "BinarySI", "DecimalExponent");
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }), formats, (nano, format) => {
        const text = formatQuantity({ nano, format });
        const back = parseQuantity(text);
        expect(back.nano).toBe(nano);
        expect(formatQuantity(back)).toBe(text);
        expect(text).not.toContain(".");
      }),
    );
  });

  it("rounds up to the next whole unit, and not a unit further", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 21n }), (nano) => {
        const rest = BigInt(quantityToUnits({ nano, format: "DecimalSI" })) * 10n ** 9n - nano;
        expect(rest >= 0n && rest < 10n ** 9n).toBe(true);
      }),
    );
  });

  it("of whole thousandths and of whole units reads back as such", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(quantityToMilli(quantityOfMilli(value))).toBe(value);
        expect(quantityToUnits(quantityOfUnits(value, "BinarySI"))).toBe(value);
      }),
    );
  });
});
