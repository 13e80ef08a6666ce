import { describe, expect, it } from "vitest";
import type { ClusterEvent } from "../../core/state/index.ts";
import { minutes, type SimTime, simTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "../ledger/index.ts";
import { EventRecorder } from "./event-recorder.ts";

const failed = (message: string): ClusterEvent => ({
  type: "Warning",
  reason: "FailedDraining",
  message,
  objectKind: "Node",
  objectKey: "a",
});

const at = (minute: number): SimTime => simTime(minute * minutes(1));

/** What is told of events that come at these minutes: `at minute: count from first to last`. */
function told(minutesOfEvents: readonly number[], end?: number): readonly string[] {
  const entries: LedgerEntry[] = [];
  const recorder = new EventRecorder({ record: (entry) => entries.push(entry) });
  for (const minute of minutesOfEvents) recorder.record(failed("1 pods are waiting"), at(minute));
  if (end !== undefined) recorder.finish(at(end));
  const minuteOf = (time: SimTime): number => time / minutes(1);
  return entries.map((entry) => {
    if (entry.kind !== "event") return entry.kind;
    const [first, last] = [minuteOf(entry.firstAt), minuteOf(entry.lastAt)];
    return `at ${minuteOf(entry.at)}: ${entry.count} from ${first} to ${last}`;
  });
}

const everySecondMinute = Array.from({ length: 65 }, (_, index) => index * 2);

describe("an event that comes again", () => {
  it("within two minutes is the same event, as Karpenter has it", () => {
    expect(told([0, 0.5, 1, 1.9])).toEqual(["at 0: 1 from 0 to 0"]);
    expect(told([0, 0.5, 1, 1.9], 5)).toEqual(["at 0: 1 from 0 to 0"]);
  });

  it("and again is told once an hour, with how often it came since it began", () => {
    expect(told(everySecondMinute)).toEqual([
      "at 0: 1 from 0 to 0",
      "at 60: 31 from 0 to 60",
      "at 120: 61 from 0 to 120",
    ]);
  });

  it("is told in full when the run ends", () => {
    expect(told(everySecondMinute, 130).at(-1)).toBe("at 130: 65 from 0 to 128");
  });

  it("after ten minutes of silence is news, and what came before is told in full", () => {
    expect(told([0, 2, 12])).toEqual([
      "at 0: 1 from 0 to 0",
      "at 12: 2 from 0 to 2",
      "at 12: 1 from 12 to 12",
    ]);
    expect(told([0, 2, 11], 11)).toEqual(["at 0: 1 from 0 to 0", "at 11: 3 from 0 to 11"]);
  });

  it("and then not any more is told in full as others come", () => {
    const entries: LedgerEntry[] = [];
    const recorder = new EventRecorder({ record: (entry) => entries.push(entry) });
    for (const minute of [0, 2, 4]) recorder.record(failed("2 pods are waiting"), at(minute));
    for (const minute of [6, 20]) recorder.record(failed("1 pods are waiting"), at(minute));
    recorder.finish(at(30));
    expect(
      entries.map((entry) => (entry.kind === "event" ? `${entry.message} ${entry.count}` : "")),
    ).toEqual([
      "2 pods are waiting 1",
      "1 pods are waiting 1",
      "2 pods are waiting 3",
      "1 pods are waiting 1",
    ]);
  });
});
