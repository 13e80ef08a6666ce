import { tryParseCron } from "../units/index.ts";
import {
  type Decoder,
  checked,
  defaulted,
  mapped,
  neutrals,
  object,
  optional,
  present,
  required,
  silent,
  typeMeta,
  unmodelled,
} from "./decoder.ts";
import { flag, integer, oneOf, text } from "./decode-scalars.ts";
import { emptyTemplateMetadata, namespacedMetadata, templateMetadata } from "./parse-metadata.ts";
import { podTemplate } from "./parse-pod.ts";
import type { CronJob, Job, JobSpec } from "./workloads.ts";

const count = integer({ minimum: 0 });

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
      completionMode: unmodelled("pods of a Job have no index"),
      podFailurePolicy: unmodelled("every failed pod counts towards backoffLimit"),
      successPolicy: unmodelled("a Job is done when its completions are"),
      backoffLimitPerIndex: unmodelled("pods of a Job have no index"),
      maxFailedIndexes: unmodelled("pods of a Job have no index"),
      podReplacementPolicy: unmodelled("a pod is replaced as soon as it terminates"),
      managedBy: unmodelled("every Job is run by the built-in controller"),
      ...neutrals("failedPodsLimit"),
      ...silent("selector", "manualSelector"),
    }),
    ({ parallelism, completions, activeDeadlineSeconds, ttlSecondsAfterFinished, ...rest }) => ({
      ...rest,
      parallelism: parallelism ?? 1,
      ...present({
        completions: completions ?? (parallelism === undefined ? 1 : undefined),
        activeDeadlineSeconds,
        ttlSecondsAfterFinished,
      }),
    }),
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

/** A Job. */
export const job: Decoder<Job> = mapped(
  object({ ...objectParts, spec: required(jobSpec) }),
  ({ metadata, spec }) => ({ kind: "Job", metadata, spec }),
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
