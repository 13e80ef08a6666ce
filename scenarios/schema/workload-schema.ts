import { z } from "zod";
import { delayField } from "./distribution-field.ts";
import {
  amountField,
  countField,
  durationField,
  factorField,
  objectNameField,
  pathField,
  positiveDurationField,
  quantityField,
  shareField,
} from "./value-fields.ts";

const toleration = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
  tolerationSeconds: countField.optional(),
});

/** What pods that come without a manifest get, besides their requests. */
const podShape = {
  namespace: objectNameField.default("default").describe("where the pods live"),
  labels: z.record(z.string(), z.string()).default({}).describe("labels of every pod"),
  annotations: z.record(z.string(), z.string()).default({}).describe("annotations of every pod"),
  nodeSelector: z.record(z.string(), z.string()).default({}).describe("labels a node must have"),
  tolerations: z.array(toleration).default([]).describe("taints that every pod tolerates"),
  priorityClassName: z.string().optional().describe("a PriorityClass of the manifests"),
};

/** Pods out of a recorded list. */
export const podTraceSchema = z.strictObject({
  ...podShape,
  name: objectNameField.optional().describe("name of the workload in reports. Default: the format"),
  trace: z.strictObject({
    format: z.enum(["openb"]).describe("openb: pod list of the Alibaba GPU cluster trace 2023"),
    path: pathField.describe("CSV, gzip or plain"),
    from: durationField.prefault("0s").describe("skip what arrives before this time of the trace"),
    until: durationField.optional().describe("stop before this time of the trace"),
    offset: durationField
      .prefault("0s")
      .describe("when the time `from` of the trace happens, after the start of the scenario"),
    timeScale: factorField
      .default(1)
      .describe("stretches the time between arrivals; 0.5 is twice as fast. Lengths stay"),
    limit: z.int().min(1).optional().describe("take this many pods at most, the first ones"),
    cpuScale: factorField.default(1).describe("multiplies CPU requests"),
    memoryScale: factorField.default(1).describe("multiplies memory requests"),
    arrivalNoise: durationField
      .prefault("0s")
      .describe("moves every arrival by up to this, later; drawn from the seed"),
  }),
});

/** A built-in rhythm of days and weeks. */
export const rhythmSchema = z.strictObject({
  min: countField.describe("replicas in the deepest night"),
  max: countField.describe("replicas at the peak of a working day"),
  peakHour: z.number().min(0).lt(24).default(14).describe("hour of the peak, UTC"),
  sharpness: factorField
    .default(1)
    .describe("1: a cosine; above 1 a narrower peak, below 1 a broader one"),
  weekendFactor: amountField
    .default(1)
    .describe("multiplies the rise above min on Saturdays and Sundays, UTC"),
  noise: shareField
    .default(0)
    .describe("standard deviation of the load around the curve, as a share of it"),
  step: positiveDurationField.prefault("5m").describe("how often the number may change"),
});

const replicas = z.union([
  z.strictObject({ series: pathField.describe("CSV with the columns time and replicas") }),
  z.strictObject({ rhythm: rhythmSchema }),
]);

const scaledShape = {
  namespace: objectNameField.default("default"),
  replicas: replicas.describe("how many replicas are wanted over time"),
};

/** Replicas over time for a Deployment of the manifests. */
export const deploymentSeriesSchema = z.strictObject({
  deployment: objectNameField.describe("a Deployment of the manifests"),
  ...scaledShape,
});

/** Replicas over time for a StatefulSet of the manifests. */
export const statefulSetSeriesSchema = z.strictObject({
  statefulSet: objectNameField.describe("a StatefulSet of the manifests"),
  ...scaledShape,
});

/** Pods that arrive at random and run to completion. */
export const batchSchema = z.strictObject({
  ...podShape,
  batch: objectNameField.describe("name of the workload in reports"),
  ratePerHour: factorField.describe("mean number of arrivals in an hour; a Poisson process"),
  podsPerArrival: z.int().min(1).default(1).describe("pods that arrive together"),
  dayRhythm: z
    .strictObject({
      peakHour: z.number().min(0).lt(24).default(2).describe("hour of the highest rate, UTC"),
      swing: shareField
        .default(0.5)
        .describe("0: the same rate all day; 1: the rate falls to zero opposite of the peak"),
      weekendFactor: amountField.default(1).describe("multiplies the rate on weekends, UTC"),
    })
    .optional()
    .describe("makes the rate follow the day; its mean over a working day stays"),
  runs: delayField.describe("how long a pod runs until it has succeeded"),
  requests: z
    .record(z.string(), quantityField)
    .describe("what every pod requests, as cpu: 500m; extended resources become limits, too"),
  terminationGracePeriod: durationField.prefault("30s"),
});

/** One of `spec.workloads`. */
export const workloadSchema = z.union([
  podTraceSchema,
  deploymentSeriesSchema,
  statefulSetSeriesSchema,
  batchSchema,
]);
