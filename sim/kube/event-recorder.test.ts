import { describe, expect, it } from "vitest";
import type { ClusterEvent } from "../../core/state/index.ts";
import { simTime } from "../../core/units/index.ts";
import { EventRecorder } from "./event-recorder.ts";

const failed = (message: string): ClusterEvent => ({
  type: "Warning",
  reason: "FailedDraining",
  message,
  objectKind: "Node",
  objectKey: "a",
});

/** What is told of an event that comes at these minutes: `minute count`. */
function told(minutes: readonly number[], message = "1 pods are waiting"): readonly string[] {
  const recorder = new EventRecorder();
  return minutes.flatMap((minute) => {
    const count = recorder.admit(failed(message), simTime(minute * 60_000));
    return count === undefined ? [] : [`${minute} ${count}`];
  });
}

describe("an event that comes again", () => {
  it("within two minutes is the same event, as Karpenter has it", () => {
    expect(told([0, 0.5, 1, 1.9])).toEqual(["0 1"]);
  });

  it("and again is told once an hour, with how often it came", () => {
    const everySecondMinute = Array.from({ length: 65 }, (_, index) => index * 2);
    expect(told(everySecondMinute)).toEqual(["0 1", "60 30", "120 30"]);
  });

  it("after ten minutes of silence is news", () => {
    expect(told([0, 2, 12])).toEqual(["0 1", "12 1"]);
    expect(told([0, 2, 11])).toEqual(["0 1"]);
  });

  it("with another text is another event", () => {
    const recorder = new EventRecorder();
    const at = simTime(0);
    expect(recorder.admit(failed("1 pods are waiting"), at)).toBe(1);
    expect(recorder.admit(failed("2 pods are waiting"), at)).toBe(1);
  });
});
