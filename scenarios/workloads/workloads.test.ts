import { describe, expect, it } from "vitest";
import {
  bytes,
  days,
  durationMs,
  hours,
  millicores,
  minutes,
  parseTime,
  after,
} from "../../core/units/index.ts";
import { batchArrivals, traceArrivals } from "./pod-arrivals.ts";
import type { BatchWorkload, PodTraceWorkload } from "./pod-arrivals.ts";
import { drawArrivals } from "./random-arrivals.ts";
import { replicaPlan } from "./replica-plans.ts";
import { isWeekend, rhythmChanges } from "./rhythm.ts";

const start = parseTime("2026-03-02T00:00:00Z"); // a Monday
const rhythm = {
  min: 4,
  max: 20,
  peakHour: 14,
  sharpness: 1,
  weekendFactor: 0.5,
  noise: 0,
  step: minutes(30),
};
const run = { seed: 1, entity: "Deployment/default/web", start, end: after(start, days(7)) };

function replicasAt(changes: ReturnType<typeof rhythmChanges>, time: string): number | undefined {
  return changes.filter(({ at }) => at <= parseTime(time)).at(-1)?.replicas;
}

describe("the rhythm of a day", () => {
  it("is highest at the peak hour, lowest twelve hours from it, and half in between", () => {
    const changes = rhythmChanges(rhythm, run);
    expect(replicasAt(changes, "2026-03-03T14:00:00Z")).toBe(20);
    expect(replicasAt(changes, "2026-03-03T02:00:00Z")).toBe(4);
    expect(replicasAt(changes, "2026-03-03T08:00:00Z")).toBe(12);
  });

  it("rises less on Saturdays and Sundays", () => {
    const changes = rhythmChanges(rhythm, run);
    expect(replicasAt(changes, "2026-03-07T14:00:00Z")).toBe(12);
    expect(
      ["2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09"].map((day) =>
        isWeekend(parseTime(`${day}T12:00:00Z`)),
      ),
    ).toEqual([false, true, true, false]);
  });

  it("tells changes only, from the start on, ascending", () => {
    const changes = rhythmChanges({ ...rhythm, noise: 0.1 }, run);
    expect(changes[0]?.at).toBe(start);
    for (const [index, change] of changes.entries()) {
      const before = changes[index - 1];
      if (before === undefined) continue;
      expect(change.at).toBeGreaterThan(before.at);
      expect(change.replicas).not.toBe(before.replicas);
    }
  });

  it("has the noise that it was given, the same for a seed and another for another", () => {
    const flat = { ...rhythm, min: 1000, max: 1000, noise: 0.1, step: minutes(1) };
    const changes = rhythmChanges(flat, run);
    const mean = changes.reduce((sum, { replicas }) => sum + replicas, 0) / changes.length;
    const variance =
      changes.reduce((sum, { replicas }) => sum + (replicas - mean) ** 2, 0) / changes.length;
    // 10,080 draws: the standard error of the mean is 1, of the deviation 0.7.
    expect(Math.abs(mean - 1000)).toBeLessThan(5);
    expect(Math.abs(Math.sqrt(variance) - 100)).toBeLessThan(4);
    expect(rhythmChanges(flat, run)).toEqual(changes);
    expect(rhythmChanges(flat, { ...run, seed: 2 })).not.toEqual(changes);
  });
});

describe("random arrivals", () => {
  const constant = { kind: "constant", value: 60 } as const;

  it("are a Poisson process: mean and variance of the hourly counts are the rate", () => {
    const end = after(start, hours(2000));
    const drawn = drawArrivals(
      { ratePerHour: 9, podsPerArrival: 1, runs: constant },
      { ...run, end },
    );
    const counts = new Array<number>(2000).fill(0);
    for (const { at } of drawn) {
      const hour = Math.floor((at - start) / 3_600_000);
      counts[hour] = (counts[hour] ?? 0) + 1;
    }
    const mean = drawn.length / 2000;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 1999;
    // Standard errors: 3 / sqrt(2000) = 0.067, and about 9 * sqrt(2 / 2000) * 1.03 = 0.3.
    expect(Math.abs(mean - 9)).toBeLessThan(0.27);
    expect(Math.abs(variance - 9)).toBeLessThan(1.2);
  });

  it("keep their daily mean under a rhythm, and come mostly at its peak", () => {
    const dayRhythm = { peakHour: 3, swing: 1, weekendFactor: 1 };
    const end = after(start, days(100));
    const drawn = drawArrivals(
      { ratePerHour: 10, podsPerArrival: 1, runs: constant, dayRhythm },
      { ...run, end },
    );
    // Poisson with mean 24,000: five standard deviations are 775.
    expect(Math.abs(drawn.length - 24_000)).toBeLessThan(775);
    const hourOf = (at: number): number => Math.floor((at % 86_400_000) / 3_600_000);
    const count = (hour: number): number => drawn.filter(({ at }) => hourOf(at) === hour).length;
    expect(count(3)).toBeGreaterThan(1700);
    expect(count(15)).toBeLessThan(60);
  });

  it("come in groups where they are to", () => {
    const drawn = drawArrivals({ ratePerHour: 2, podsPerArrival: 3, runs: constant }, run);
    expect(drawn.length % 3).toBe(0);
    expect(drawn[0]?.at).toBe(drawn[2]?.at);
    expect(drawn.map(({ index }) => index)).toEqual(drawn.map((_, index) => index));
  });
});

const shape = {
  namespace: "batch",
  labels: { app: "x" },
  annotations: {},
  nodeSelector: {},
  tolerations: [{ key: "gpu", operator: "Exists" as const }],
};
const window = { seed: 1, start, end: after(start, days(1)), objects: [] };

describe("pods of a batch workload", () => {
  const workload: BatchWorkload = {
    ...shape,
    batch: "reports",
    ratePerHour: 2,
    podsPerArrival: 1,
    runs: { kind: "constant", value: 90 },
    requests: { cpu: "500m", memory: "1Gi" },
    terminationGracePeriod: durationMs(30_000),
  };

  it("share one template, as the API server would default it", () => {
    const [first, second] = batchArrivals(workload, window);
    expect(first).toMatchObject({ name: "reports-0", namespace: "batch", runsFor: 90_000 });
    expect(first?.template.spec).toMatchObject({
      restartPolicy: "Never",
      tolerations: expect.arrayContaining([{ key: "gpu", operator: "Exists", value: "" }]),
      containers: [{ resources: { requests: { cpu: 500, memory: 2 ** 30 } } }],
    });
    expect(second?.template).toBe(first?.template);
  });

  it("have the priority of their class", () => {
    const objects = [
      { kind: "PriorityClass", metadata: { name: "low" }, value: -5, preemptionPolicy: "Never" },
    ] as unknown as typeof window.objects;
    const [first] = batchArrivals(
      { ...workload, priorityClassName: "low" },
      { ...window, objects },
    );
    expect(first?.template.spec).toMatchObject({ priority: -5, preemptionPolicy: "Never" });
  });
});

describe("pods of a trace", () => {
  const pod = {
    name: "pod-1",
    arrivalSeconds: 60,
    durationSeconds: 0,
    wasScheduled: true,
    cpuMillicores: millicores(1500),
    memoryBytes: bytes(2 ** 30),
    gpus: 1,
    gpuMilli: 460,
    gpuSpec: [],
    qos: "LS",
  };
  const workload: PodTraceWorkload = {
    ...shape,
    trace: {
      format: "openb",
      path: "pods.csv",
      from: durationMs(0),
      offset: hours(1),
      timeScale: 1,
      cpuScale: 0.5,
      memoryScale: 2,
      arrivalNoise: durationMs(0),
    },
  };

  it("come at their time after the offset, with scaled requests and whole GPUs", () => {
    const [arrival] = traceArrivals(workload, [pod], window);
    expect(arrival).toMatchObject({ at: after(start, minutes(61)), runsFor: 1 });
    expect(arrival?.template.spec.containers[0]?.resources).toEqual({
      requests: { cpu: 750, memory: 2 ** 31, "nvidia.com/gpu": 1 },
      limits: { "nvidia.com/gpu": 1 },
    });
  });

  it("are left out when they come at or after the end", () => {
    const late = { ...pod, arrivalSeconds: 23 * 3600 };
    expect(traceArrivals(workload, [late], window)).toEqual([]);
  });

  it("are moved later by the noise, never beyond it, and stay in order of time", () => {
    const trace = { ...workload.trace, arrivalNoise: minutes(10) };
    const pods = Array.from({ length: 200 }, (_, index) => ({ ...pod, name: `pod-${index}` }));
    const delays = traceArrivals({ ...workload, trace }, pods, window).map(
      ({ at }) => at - after(start, minutes(61)),
    );
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(600_000);
    expect(Math.max(...delays)).toBeGreaterThan(500_000);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
  });
});

describe("a replica series", () => {
  it("is cut to the window, with what holds at the start", () => {
    const series = [
      { time: parseTime("2026-03-01T00:00:00Z"), replicas: 3 },
      { time: parseTime("2026-03-01T12:00:00Z"), replicas: 5 },
      { time: parseTime("2026-03-02T10:00:00Z"), replicas: 8 },
      { time: parseTime("2026-03-03T00:00:00Z"), replicas: 9 },
    ];
    const workload = { deployment: "web", namespace: "shop", replicas: { series: "x.csv" } };
    expect(replicaPlan(workload, series, window)).toEqual({
      kind: "Deployment",
      namespace: "shop",
      name: "web",
      changes: [
        { at: start, replicas: 5 },
        { at: parseTime("2026-03-02T10:00:00Z"), replicas: 8 },
      ],
    });
  });
});
