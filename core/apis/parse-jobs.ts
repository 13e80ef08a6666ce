import { tryParseCron } from "../units/index.ts";
import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  neutrals,
  object,
  optional,
  partly,
  present,
  required,
  silent,
  typeMeta,
  unplayed,
} from "./decoder.ts";
import { flag, integer, oneOf, text } from "./decode-scalars.ts";
import {
  condition,
  emptyTemplateMetadata,
  namespacedMetadata,
  templateMetadata,
} from "./parse-metadata.ts";
import { podTemplate } from "./parse-pod.ts";
import type { CronJob, Job, JobSpec, JobStatus } from "./workloads.ts";

const count = integer({ minimum: 0 });
/** @see kubernetes pkg/apis/batch/types.go JobControllerName */
const builtInController = "kubernetes.io/job-controller";

/**
 * A Job's specification; without completions and parallelism one pod has to finish.
 *
 * @see kubernetes pkg/apis/batch/v1/defaults.go SetDefaults_Job
 */
const jobSpec: Decoder<JobSpec> = checked(
  mapped(
    object({
      parallelism: optional(count),
      completions: optional(count),
      backoffLimit: defaulted(count, 6),
      activeDeadlineSeconds: optional(count),
      ttlSecondsAfterFinished: optional(count),
      suspend: defaulted(flag, false),
      template: required(podTemplate),
      completionMode: optional(
        partly(
          oneOf(["NonIndexed", "Indexed"]),
          (mode) => mode === "Indexed",
          "pods of a Job have no index",
          "unplayed",
        ),
      ),
      podFailurePolicy: unplayed("every failed pod counts towards backoffLimit"),
      successPolicy: unplayed("a Job is done when its completions are"),
      backoffLimitPerIndex: unplayed("pods of a Job have no index"),
      maxFailedIndexes: unplayed("pods of a Job have no index"),
      podReplacementPolicy: optional(
        partly(
          oneOf(["TerminatingOrFailed", "Failed"]),
          (policy) => policy === "Failed",
          "a pod is replaced as soon as it terminates",
          "unplayed",
        ),
      ),
      managedBy: optional(
        partly(
          text,
          (controller) => controller !== builtInController,
          "every Job is run by the built-in controller",
          "unplayed",
        ),
      ),
      ...neutrals("failedPodsLimit"),
      ...silent("selector", "manualSelector"),
    }),
    (spec) => {
      const { parallelism, completions, activeDeadlineSeconds, ttlSecondsAfterFinished } = spec;
      return {
        backoffLimit: spec.backoffLimit,
        suspend: spec.suspend,
        template: spec.template,
        parallelism: parallelism ?? 1,
        ...present({
          completions: completions ?? (parallelism === undefined ? 1 : undefined),
          activeDeadlineSeconds,
          ttlSecondsAfterFinished,
        }),
      };
    },
  ),
  [
    {
      message:
        'template.spec.restartPolicy: Unsupported value: "Always": supported values: "OnFailure", "Never"',
      holds: (spec) => spec.template.spec.restartPolicy !== "Always",
    },
  ],
);

const objectParts = { ...typeMeta, metadata: required(namespacedMetadata), ...silent("status") };

const jobStatus: Decoder<JobStatus> = mapped(
  object({
    succeeded: defaulted(count, 0),
    failed: defaulted(count, 0),
    conditions: defaulted(list(condition), []),
    ...silent("active", "ready", "terminating", "startTime", "completionTime"),
    ...silent("uncountedTerminatedPods", "completedIndexes", "failedIndexes"),
  }),
  ({ succeeded, failed, conditions }) => {
    const outcomes = ["Complete", "Failed"] as const;
    const outcome = outcomes.find((type) =>
      conditions.some((one) => one.type === type && one.status === "True"),
    );
    return { succeeded, failed, ...present({ outcome }) };
  },
);

/** A Job, with what has become of it in a snapshot. */
export const job: Decoder<Job> = mapped(
  object({
    ...typeMeta,
    metadata: required(namespacedMetadata),
    spec: required(jobSpec),
    status: optional(jobStatus),
  }),
  ({ metadata, spec, status }) => ({ kind: "Job", metadata, spec, ...present({ status }) }),
);

/** A CronJob of batch/v1 or batch/v1beta1, which differ in nothing that is written here. */
export const cronJob: Decoder<CronJob> = mapped(
  object({
    ...objectParts,
    spec: required(
      object({
        schedule: required(
          checked(text, [
            {
              message: "must be a cron expression of five fields, or a macro such as @daily",
              holds: (schedule) => tryParseCron(schedule) !== undefined,
            },
          ]),
        ),
        timeZone: optional(text),
        concurrencyPolicy: defaulted(oneOf(["Allow", "Forbid", "Replace"]), "Allow"),
        suspend: defaulted(flag, false),
        startingDeadlineSeconds: optional(count),
        jobTemplate: required(
          object({
            metadata: defaulted(templateMetadata, emptyTemplateMetadata),
            spec: required(jobSpec),
          }),
        ),
        ...neutrals("successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
      }),
    ),
  }),
  ({ metadata, spec: { jobTemplate, timeZone, startingDeadlineSeconds, ...rest } }) => ({
    kind: "CronJob",
    metadata,
    spec: {
      ...rest,
      ...present({ timeZone, startingDeadlineSeconds }),
      jobLabels: jobTemplate.metadata.labels,
      job: jobTemplate.spec,
    },
  }),
);
