import { describe, expect, it } from "vitest";
import { formatTime, parseTime } from "../../core/units/index.ts";
import {
  hasRecordedData,
  problemsOf,
  recordedFile,
  traceFile,
  valueOf,
} from "../reading/trace-file-fixture.ts";
import { loadAvailabilityRuns } from "./availability-runs.ts";
import { loadInterruptionTrace } from "./interruption-trace.ts";
import { intervalAt, isUsable } from "./pool-availability.ts";

const header = "timestamp,instance_type,availability_zone,kind\n";
const pool = "m5.large,us-east-1a";
const at = (hour: number): string => `2024-05-01T${String(hour).padStart(2, "0")}:00:00Z`;

describe("an interruption trace", () => {
  it("has events in time order, each row one instance, and pools dry from and until", async () => {
    const text =
      `${header}${at(9)},${pool},interruption\n${at(8)},${pool},rebalance\n` +
      `${at(9)},${pool},\n${at(9)},${pool},unavailable-from\n${at(11)},${pool},unavailable-until\n` +
      `${at(12)},c5.large,us-east-1b,unavailable-from\n`;
    const trace = valueOf(await loadInterruptionTrace(traceFile(text)));
    expect(trace.events.map(({ time, kind }) => `${formatTime(time)} ${kind}`)).toEqual([
      `${at(8)} rebalance`,
      `${at(9)} interruption`,
      `${at(9)} interruption`,
    ]);
    const [c5, m5] = trace.pools;
    expect(c5?.intervals).toEqual([
      { from: parseTime(at(12)), until: undefined, availableInstances: 0 },
    ]);
    expect(m5?.intervals.map(isUsable)).toEqual([false, true]);
    const stateAt = (hour: number) => m5 && intervalAt(m5, parseTime(at(hour)));
    expect(stateAt(8)).toBeUndefined();
    expect(stateAt(9)?.availableInstances).toBe(0);
    expect(stateAt(11)?.until).toBeUndefined();
  });

  it("needs no kind: a row is an interruption then", async () => {
    const text = `timestamp,instance_type,availability_zone\n${at(9)},${pool}\n`;
    const trace = valueOf(await loadInterruptionTrace(traceFile(text)));
    expect(trace.events).toMatchObject([{ kind: "interruption", instanceType: "m5.large" }]);
  });

  it.each([
    ["interruptions/bad-kind 2:42", `${at(9)},${pool},stopped\n`],
    ["interruptions/bad-timestamp 2:1", `nine,${pool},\n`],
    ["trace/missing-value 2:31", `${at(9)},m5.large,,\n`],
    ["interruptions/unpaired-kind 2:42", `${at(9)},${pool},unavailable-until\n`],
    [
      "interruptions/unpaired-kind 3:42",
      `${at(9)},${pool},unavailable-from\n${at(10)},${pool},unavailable-from\n`,
    ],
    ["trace/wrong-field-count 2:-", `${at(9)},${pool}\n`],
    ["interruptions/no-rows -:-", ""],
  ])("is refused with %s (case %#)", async (problem, rows) => {
    expect(problemsOf(await loadInterruptionTrace(traceFile(header + rows)))).toEqual([problem]);
  });

  it("is refused without its columns, and warns of columns that nobody reads", async () => {
    expect(problemsOf(await loadInterruptionTrace(traceFile("time,kind\n")))).toEqual([
      "trace/missing-column 1:-",
      "trace/missing-column 1:-",
      "trace/missing-column 1:-",
    ]);
    const text = `note,${header}x,${at(9)},${pool},\n`;
    expect(problemsOf(await loadInterruptionTrace(traceFile(text)))).toEqual([
      "trace/unknown-column 1:1",
    ]);
  });
});

describe("availability runs", () => {
  const traceHeader =
    "trace_id,kind,availability_zone,instance_type,nodes_requested,gap_seconds,ticks,start_utc\n";
  const trace = "t,availability,us-east-1a,p3.2xlarge,4,10,6,2023-02-15T22:08:16\n";
  const runHeader = "trace_id,offset_s,duration_s,available_nodes\n";
  const load = async (traces: string, runs: string) =>
    loadAvailabilityRuns({
      traces: traceFile(traceHeader + traces),
      runs: traceFile(runHeader + runs),
    });

  it("become intervals that join, equal neighbours made one", async () => {
    const pools = valueOf(await load(trace, "t,0,20,4\nt,20,10,4\nt,30,30,0\n"));
    expect(pools).toMatchObject([{ evidence: "availability", requestedInstances: 4 }]);
    const [only] = pools;
    const texts = only?.intervals.map(
      ({ from, until, availableInstances }) =>
        `${formatTime(from)} ${until === undefined ? "" : formatTime(until)} ${availableInstances}`,
    );
    expect(texts).toEqual([
      "2023-02-15T22:08:16Z 2023-02-15T22:08:46Z 4",
      "2023-02-15T22:08:46Z 2023-02-15T22:09:16Z 0",
    ]);
    expect(only && intervalAt(only, parseTime("2023-02-15T22:09:16Z"))).toBeUndefined();
  });

  it.each([
    ["interruptions/gap-between-runs 3:3", trace, "t,0,20,4\nt,30,30,0\n"],
    ["interruptions/runs-do-not-cover 2:-", trace, "t,0,20,4\n"],
    ["interruptions/unknown-trace 2:1", trace, "u,0,20,4\n"],
    ["trace/bad-number 2:8", trace, "t,0,60,5\n"],
    ["interruptions/duplicate-trace 3:1", trace + trace, "t,0,60,4\n"],
    ["interruptions/bad-kind 2:3", trace.replace("availability", "guess"), "t,0,60,4\n"],
    ["interruptions/bad-timestamp 2:45", trace.replace("22:08", "25:08"), "t,0,60,4\n"],
  ])("are refused with %s (case %#)", async (problem, traces, runs) => {
    expect(problemsOf(await load(traces, runs))).toEqual([problem]);
  });

  it.skipIf(!hasRecordedData)(
    "of the recorded probes match their counted fractions (needs ../shared/data)",
    async () => {
      const files = {
        traces: recordedFile("spot-availability/traces.csv"),
        runs: recordedFile("spot-availability/runs.csv"),
      };
      const result = await loadAvailabilityRuns(files);
      const pools = valueOf(result);
      expect(pools).toHaveLength(16);
      expect(problemsOf(result)).toEqual(["interruptions/start-without-time 8:71"]);
      const mean = (traceId: string): number => {
        const found = pools.find((each) => each.traceId === traceId);
        let held = 0;
        let total = 0;
        for (const { from, until, availableInstances } of found?.intervals ?? []) {
          const length = (until ?? from) - from;
          held += (length * (availableInstances ?? 0)) / (found?.requestedInstances ?? 1);
          total += length;
        }
        return held / total;
      };
      // The column mean_available_fraction of the table, which the reader does not look at.
      expect(mean("v100-2023-02-15-us-east-1a")).toBeCloseTo(0.1667, 4);
      expect(mean("v100-2023-02-15-us-east-1c")).toBeCloseTo(0.4665, 4);
      expect(mean("v100-2023-02-15-us-east-1d")).toBeCloseTo(0.4473, 4);
    },
  );
});
