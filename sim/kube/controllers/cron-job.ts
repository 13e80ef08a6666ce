import { objectKey } from "../../../core/apis/index.ts";
import type { CronJob, Job } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { cronNext, tryParseCron } from "../../../core/units/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import { controllerReference, draftMeta } from "../object-drafts.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { WorkQueue } from "./controller.ts";

const historyLimits = { Complete: 3, Failed: 1 } as const;

/**
 * Creates a Job at each tick of a schedule, in UTC.
 *
 * @see kubernetes pkg/controller/cronjob/cronjob_controllerv2.go syncCronJob
 */
export class CronJobController implements KubeController {
  readonly name = "cron-job";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;
  /** The last tick that was dealt with, by uid. */
  readonly #lastTickByUid = new Map<string, SimTime>();

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object } = event;
    if (object.kind === "CronJob") {
      if (event.type === "deleted") this.#lastTickByUid.delete(object.metadata.uid);
      else this.#queue.add(objectKey(object));
    } else if (object.kind === "Job") {
      const owner = object.metadata.ownerReferences.find((it) => it.kind === "CronJob");
      if (owner !== undefined) this.#queue.add(`${object.metadata.namespace}/${owner.name}`);
    }
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const cronJob = this.#context.api.get("CronJob", key);
    if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined) return;
    const jobs = this.#context.api
      .dependentsOf(cronJob.metadata.uid)
      .filter((object): object is Job => object.kind === "Job");
    this.#dropHistory(jobs);
    this.#warnOfTimeZone(cronJob);
    const schedule = tryParseCron(cronJob.spec.schedule);
    if (schedule === undefined) {
      this.#warn(
        cronJob,
        "kube/cron-schedule-not-supported",
        `the schedule "${cronJob.spec.schedule}" cannot be read, so it never starts a Job`,
      );
      return;
    }
    if (cronJob.spec.suspend) return;
    const now = this.#context.timeline.now;
    const { uid, creationTimestamp } = cronJob.metadata;
    let last = this.#lastTickByUid.get(uid) ?? creationTimestamp;
    let next = cronNext(schedule, last);
    let due: SimTime | undefined;
    while (next !== undefined && next <= now) {
      due = next;
      last = next;
      next = cronNext(schedule, next);
    }
    this.#lastTickByUid.set(uid, last);
    if (due !== undefined) this.#start(cronJob, due, jobs);
    if (next !== undefined) this.#queue.add(key, next);
  }

  #start(cronJob: CronJob, tick: SimTime, jobs: readonly Job[]): void {
    const { api, timeline } = this.#context;
    const { startingDeadlineSeconds, concurrencyPolicy, job, jobLabels } = cronJob.spec;
    if (startingDeadlineSeconds !== undefined) {
      if (timeline.now - tick > startingDeadlineSeconds * 1000) return;
    }
    const active = jobs.filter((other) => other.status?.outcome === undefined);
    if (concurrencyPolicy === "Forbid" && active.length > 0) return;
    if (concurrencyPolicy === "Replace") {
      for (const other of active) api.delete("Job", objectKey(other));
    }
    const { name, namespace } = cronJob.metadata;
    api.create({
      kind: "Job",
      metadata: draftMeta({
        name: `${name}-${Math.floor(tick / 60_000)}`,
        namespace,
        labels: jobLabels,
        ownerReferences: [controllerReference(cronJob)],
      }),
      spec: job,
    });
  }

  #dropHistory(jobs: readonly Job[]): void {
    for (const outcome of ["Complete", "Failed"] as const) {
      const finished = jobs.filter((job) => job.status?.outcome === outcome);
      const excess = Math.max(0, finished.length - historyLimits[outcome]);
      for (const job of finished.slice(0, excess)) this.#context.api.delete("Job", objectKey(job));
    }
  }

  #warnOfTimeZone(cronJob: CronJob): void {
    const { timeZone } = cronJob.spec;
    if (timeZone === undefined || timeZone === "UTC" || timeZone === "Etc/UTC") return;
    this.#warn(
      cronJob,
      "kube/time-zone-not-supported",
      `the time zone ${timeZone} is not supported; the schedule is read in UTC`,
    );
  }

  #warn(cronJob: CronJob, code: string, text: string): void {
    const key = objectKey(cronJob);
    const message = `CronJob ${key}: ${text}`;
    this.#context.notices.add({ code, objectKind: "CronJob", objectKey: key, message });
  }
}
