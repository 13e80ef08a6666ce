import { describe, expect, it } from "vitest";
import { seconds, simTime } from "../units/index.ts";
import { Batcher, defaultBatchOptions } from "./batcher.ts";

/** Triggers at the given times; when the first batch closes. */
function closesAfter(...triggers: readonly number[]): number | undefined {
  const batcher = new Batcher(defaultBatchOptions);
  for (const [index, at] of triggers.entries()) {
    if (batcher.take(simTime(at))) return undefined;
    batcher.trigger(String(index), simTime(at));
  }
  return batcher.closesAt();
}

describe("Batcher", () => {
  it("closes a second after the last trigger, at the latest ten after the first", () => {
    expect(closesAfter(5000)).toBe(6000);
    expect(closesAfter(0, 900, 1800)).toBe(2800);
    const everyHalfSecond = Array.from({ length: 20 }, (_, index) => index * 500);
    expect(closesAfter(...everyHalfSecond)).toBe(10_000);
    expect(closesAfter()).toBeUndefined();
  });

  it("counts each thing once a batch", () => {
    const batcher = new Batcher({ batchIdleDuration: seconds(1), batchMaxDuration: seconds(10) });
    batcher.trigger("pod", simTime(0));
    batcher.trigger("pod", simTime(900));
    expect(batcher.closesAt()).toBe(1000);
    expect(batcher.take(simTime(999))).toBe(false);
    expect(batcher.take(simTime(1000))).toBe(true);
    expect(batcher.closesAt()).toBeUndefined();
    batcher.trigger("pod", simTime(1500));
    expect(batcher.closesAt()).toBe(2500);
  });
});
