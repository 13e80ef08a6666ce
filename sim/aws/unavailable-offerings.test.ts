import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { after, milliseconds, parseTime, seconds } from "../../core/units/index.ts";
import { UnavailableOfferings } from "./unavailable-offerings.ts";

const start = parseTime("2026-03-02T00:00:04Z");
const m5 = ["spot", "m5.large", "us-east-1a"] as const;

function isAvailable(cache: UnavailableOfferings, offsetSeconds: number): boolean {
  return cache.isAvailable(...m5, after(start, seconds(offsetSeconds)));
}

describe("a mark on an offering", () => {
  it("holds for three minutes, and for that offering only", () => {
    const cache = new UnavailableOfferings();
    cache.mark(...m5, start);
    expect(isAvailable(cache, 0)).toBe(false);
    expect(isAvailable(cache, 180)).toBe(false);
    expect(isAvailable(cache, 180.001)).toBe(true);
    expect(cache.isAvailable("on-demand", "m5.large", "us-east-1a", start)).toBe(true);
    expect(cache.isAvailable("spot", "m5.large", "us-east-1b", start)).toBe(true);
    expect(cache.isAvailable("spot", "m5.xlarge", "us-east-1a", start)).toBe(true);
  });

  it("starts anew when it is made again", () => {
    const cache = new UnavailableOfferings();
    cache.mark(...m5, start);
    cache.mark(...m5, after(start, seconds(100)));
    expect(isAvailable(cache, 280)).toBe(false);
    expect(isAvailable(cache, 281)).toBe(true);
  });

  it("is news for its type when it is made and at the first sweep after its end", () => {
    const cache = new UnavailableOfferings();
    const before = cache.versionOf("m5.large");
    cache.mark(...m5, start);
    const marked = cache.versionOf("m5.large");
    expect(marked).toBeGreaterThan(before);
    // Its end is 00:03:04; sweeps are every ten seconds.
    cache.sweep(after(start, seconds(185.999)));
    expect(cache.versionOf("m5.large")).toBe(marked);
    cache.sweep(after(start, seconds(186)));
    expect(cache.versionOf("m5.large")).toBeGreaterThan(marked);
    expect(cache.versionOf("c5.large")).toBe(0);
  });

  it("is forgotten within ten seconds of its end, whenever sweeps are asked for", () => {
    const marks = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(marks, fc.integer({ min: 0, max: 700_000 }), (offsets, later) => {
        const cache = new UnavailableOfferings();
        const sorted = [...offsets].sort((a, b) => a - b);
        for (const offset of sorted) {
          const now = after(start, milliseconds(offset));
          cache.sweep(now);
          cache.mark(...m5, now);
        }
        const last = sorted.at(-1) ?? 0;
        const version = cache.version;
        const at = last + later;
        cache.sweep(after(start, milliseconds(at)));
        const isOver = cache.version !== version;
        if (later <= 180_000) expect(isOver).toBe(false);
        if (later > 190_000) expect(isOver).toBe(true);
        const expected = later > 180_000;
        expect(cache.isAvailable(...m5, after(start, milliseconds(at)))).toBe(expected);
      }),
    );
  });
});
