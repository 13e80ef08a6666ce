import { describe, expect, it } from "vitest";
import { after, minutes, parseTime } from "../../core/units/index.ts";
import {
  hasRecordedData,
  problemsOf,
  recordedFile,
  traceFile,
  valueOf,
} from "../reading/trace-file-fixture.ts";
import { loadOpenbPods } from "./openb-pods.ts";
import { loadReplicaSeries } from "./replica-series.ts";

const podHeader =
  "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n";

describe("an openb pod list", () => {
  const pods =
    `${podHeader}b,4000,1024,0,0,,LS,Running,100,700,160\n` +
    "a,500,1,1,460,V100|T4,BE,Pending,100,400,\nc,1,0.5,2,1000,,LS,Running,900,,950\n";

  it("gives requests, arrivals and run times", async () => {
    const result = await loadOpenbPods(traceFile(pods));
    expect(valueOf(result)).toEqual([
      {
        name: "a",
        arrivalSeconds: 100,
        durationSeconds: 300,
        wasScheduled: false,
        cpuMillicores: 500,
        memoryBytes: 1_048_576,
        gpus: 1,
        gpuMilli: 460,
        gpuSpec: ["V100", "T4"],
        qos: "BE",
      },
      expect.objectContaining({ name: "b", arrivalSeconds: 100, durationSeconds: 540, gpus: 0 }),
      expect.objectContaining({ name: "c", durationSeconds: undefined, memoryBytes: 524_288 }),
    ]);
    expect(problemsOf(result)).toEqual([
      "workloads/shared-gpu 3:11",
      "workloads/gpu-spec 3:15",
      "workloads/never-scheduled 3:42",
    ]);
  });

  it("is cut to a window and a number of pods; a time scale moves arrivals and leaves lengths", async () => {
    const window = { fromSeconds: 100, untilSeconds: 901, timeScale: 0.5 };
    const scaled = valueOf(await loadOpenbPods(traceFile(pods), window));
    expect(scaled.map(({ arrivalSeconds }) => arrivalSeconds)).toEqual([0, 0, 400]);
    expect(scaled.map(({ durationSeconds }) => durationSeconds)).toEqual([300, 540, undefined]);
    const limited = valueOf(await loadOpenbPods(traceFile(pods), { limit: 1 }));
    expect(limited.map(({ name }) => name)).toEqual(["b"]);
    const until = valueOf(await loadOpenbPods(traceFile(pods), { untilSeconds: 900 }));
    expect(until).toHaveLength(2);
    await expect(loadOpenbPods(traceFile(pods), { timeScale: 0 })).rejects.toThrow(RangeError);
  });

  it.each([
    ["trace/bad-number 2:3", "b,-1,1024,0,0,,LS,Running,100,700,160\n"],
    ["trace/bad-number 2:3", "b,1.5,1024,0,0,,LS,Running,100,700,160\n"],
    ["trace/bad-number 2:8", "b,4000,much,0,0,,LS,Running,100,700,160\n"],
    ["trace/bad-number 2:15", "b,4000,1024,1,1001,,LS,Running,100,700,160\n"],
    ["trace/bad-number 2:33", "b,4000,1024,0,0,,LS,Running,100,159,160\n"],
    ["trace/bad-number 2:37", "b,4000,1024,0,0,,LS,Running,100,700,99\n"],
    ["trace/missing-value 2:1", ",4000,1024,0,0,,LS,Running,100,700,160\n"],
    ["workloads/no-pods -:-", ""],
    ["workloads/duplicate-pod -:-", "b,1,1,0,0,,LS,R,1,2,1\nb,1,1,0,0,,LS,R,1,2,1\n"],
  ])("is refused with %s (case %#)", async (problem, rows) => {
    expect(problemsOf(await loadOpenbPods(traceFile(podHeader + rows)))).toEqual([problem]);
  });

  it.skipIf(!hasRecordedData)("of 2023 has 8,152 pods (needs ../shared/data)", async () => {
    const path = recordedFile("workloads/alibaba-gpu-2023-pods.csv.gz");
    const result = await loadOpenbPods(path);
    const all = valueOf(result);
    expect(all).toHaveLength(8152);
    expect(all.filter(({ wasScheduled }) => !wasScheduled)).toHaveLength(897);
    expect(all.filter(({ gpus }) => gpus === 0)).toHaveLength(1088);
    expect(all.filter(({ qos }) => qos === "LS")).toHaveLength(4647);
    expect((all.at(-1)?.arrivalSeconds ?? 0) / 86_400).toBeCloseTo(149.3, 1);
    expect(all[1]).toMatchObject({ name: "openb-pod-0001", durationSeconds: 12_475_899 });
    expect(result.ok && result.warnings.map(({ message }) => message).join()).toContain("3078");
  });
});

describe("a replica series", () => {
  const start = parseTime("2026-03-01T00:00:00Z");
  const load = async (text: string) => loadReplicaSeries(traceFile(text), { start });

  it("is the same with instants, durations and seconds", async () => {
    const expected = [
      {
        deployment: undefined,
        changes: [
          { time: start, replicas: 3 },
          { time: after(start, minutes(90)), replicas: 0 },
        ],
      },
    ];
    const texts = [
      "time,replicas\n2026-03-01T00:00:00Z,3\n2026-03-01T01:30:00Z,0\n",
      "time,replicas\n1h30m,0\n0,3\n10m,3\n",
      "replicas,time\n3,0\n0,5400\n0,5400\n",
    ];
    for (const text of texts) {
      const result = await load(text);
      expect(valueOf(result)).toEqual(expected);
      expect(problemsOf(result)).toEqual([]);
    }
  });

  it("may be of several Deployments", async () => {
    const series = valueOf(await load("time,replicas,deployment\n0,3,web\n0,1,api\n1m,4,web\n"));
    expect(series.map(({ deployment, changes }) => [deployment, changes.length])).toEqual([
      ["api", 1],
      ["web", 2],
    ]);
  });

  it.each([
    ["workloads/mixed-times 3:1", "time,replicas\n0,3\n2026-03-01T01:30:00Z,0\n"],
    ["workloads/bad-time 2:1", "time,replicas\nsoon,3\n"],
    ["workloads/bad-time 2:1", "time,replicas\n-1h,3\n"],
    ["workloads/conflicting-replicas 3:4", "time,replicas\n1m,3\n1m,4\n"],
    ["trace/bad-number 2:3", "time,replicas\n0,-3\n"],
    ["trace/bad-number 2:3", "time,replicas\n0,1.5\n"],
    ["trace/missing-column 1:-", "time,count\n0,1\n"],
    ["workloads/no-replicas -:-", "time,replicas\n"],
  ])("is refused with %s (case %#)", async (problem, text) => {
    expect(problemsOf(await load(text)).filter((each) => !/unknown-column/.test(each))).toEqual([
      problem,
    ]);
  });
});
