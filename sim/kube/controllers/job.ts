import { objectKey } from "../../../core/apis/index.ts";
import type { Job, Pod } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { after, afterOrLast, minutes, seconds } from "../../../core/units/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import { annotationDuration } from "../annotations.ts";
import { podOfTemplate } from "../object-drafts.ts";
import { isPodActive } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, controllerKey, WorkQueue } from "./controller.ts";
import { scaleDownOrder } from "./victim-order.ts";

const burstPods = 500;
const firstBackoff = seconds(10);
const longestBackoff = minutes(10);

interface JobProgress {
  succeeded: number;
  failed: number;
  consecutiveFailures: number;
  lastFailureAt: SimTime;
  startedAt: SimTime | undefined;
  finishedAt: SimTime | undefined;
  /** Pods that were counted, or that the controller itself deleted; dropped with their object. */
  readonly settledUids: Set<string>;
}

/**
 * Runs pods until enough of them have succeeded.
 *
 * A pod that is deleted or evicted counts as failed and is replaced at once (podReplacementPolicy
 * TerminatingOrFailed); podFailurePolicy and indexed completion are not modelled.
 *
 * @see kubernetes pkg/controller/job/job_controller.go syncJob
 */
export class JobController implements KubeController {
  readonly name = "job";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;
  readonly #progressByUid = new Map<string, JobProgress>();

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object } = event;
    if (object.kind === "Job") {
      if (event.type === "deleted") this.#progressByUid.delete(object.metadata.uid);
      else this.#queue.add(objectKey(object));
      return;
    }
    const podEvent = asPodEvent(event);
    if (podEvent === undefined) return;
    const key = controllerKey(podEvent.object, "Job");
    const job = key === undefined ? undefined : this.#context.api.get("Job", key);
    if (key !== undefined && job !== undefined && this.#count(job, podEvent)) this.#queue.add(key);
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const { api, timeline } = this.#context;
    const job = api.get("Job", key);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const progress = this.#progress(job);
    if (progress.finishedAt !== undefined) {
      this.#expire(job, progress.finishedAt);
      return;
    }
    const active = api.podsOf(job.metadata.uid).filter(isPodActive);
    if (job.spec.suspend) {
      progress.startedAt = undefined;
      this.#deletePods(progress, active);
      return;
    }
    progress.startedAt ??= timeline.now;
    this.#warnIfEndless(job);
    const outcome = this.#outcome(job, progress, active.length);
    if (outcome !== undefined) this.#finish(job, progress, active, outcome);
    else this.#adjust(job, progress, active);
  }

  /** Counts what became of a pod; true when the Job has to be looked at. */
  #count(job: Job, event: WatchEvent<Pod>): boolean {
    const { object, type } = event;
    const { uid } = object.metadata;
    const progress = this.#progress(job);
    if (type === "deleted") {
      const isKnown = progress.settledUids.delete(uid);
      if (isKnown) return true;
      if (object.status.phase !== "Succeeded") this.#countFailure(progress);
      return true;
    }
    if (isPodActive(object)) return event.before === undefined;
    if (progress.settledUids.has(uid)) return false;
    progress.settledUids.add(uid);
    if (object.status.phase === "Succeeded") {
      progress.succeeded += 1;
      progress.consecutiveFailures = 0;
    } else {
      this.#countFailure(progress);
    }
    return true;
  }

  #countFailure(progress: JobProgress): void {
    progress.failed += 1;
    progress.consecutiveFailures += 1;
    progress.lastFailureAt = this.#context.timeline.now;
  }

  #outcome(job: Job, progress: JobProgress, active: number): "Complete" | "Failed" | undefined {
    const { completions, backoffLimit, activeDeadlineSeconds } = job.spec;
    if (progress.failed > backoffLimit) return "Failed";
    if (activeDeadlineSeconds !== undefined && progress.startedAt !== undefined) {
      const deadline = afterOrLast(progress.startedAt, activeDeadlineSeconds * 1000);
      if (this.#context.timeline.now >= deadline) return "Failed";
      this.#queue.add(objectKey(job), deadline);
    }
    if (completions === undefined) {
      return progress.succeeded > 0 && active === 0 ? "Complete" : undefined;
    }
    return progress.succeeded >= completions ? "Complete" : undefined;
  }

  #finish(
    job: Job,
    progress: JobProgress,
    active: readonly Pod[],
    outcome: "Complete" | "Failed",
  ): void {
    progress.finishedAt = this.#context.timeline.now;
    this.#deletePods(progress, active);
    const { succeeded, failed } = progress;
    this.#context.api.update({ ...job, status: { succeeded, failed, outcome } });
  }

  #adjust(job: Job, progress: JobProgress, active: readonly Pod[]): void {
    const { parallelism, completions } = job.spec;
    const isWorkQueue = completions === undefined;
    const open = isWorkQueue ? parallelism : Math.max(0, completions - progress.succeeded);
    const wanted =
      isWorkQueue && progress.succeeded > 0 ? active.length : Math.min(parallelism, open);
    if (active.length > wanted) {
      const ordered = scaleDownOrder(active, new Map(), this.#context.timeline.now);
      this.#deletePods(progress, ordered.slice(0, active.length - wanted));
      return;
    }
    const missing = wanted - active.length;
    if (missing === 0) return;
    const key = objectKey(job);
    const retryAt = retryTime(progress);
    if (retryAt !== undefined && retryAt > this.#context.timeline.now) {
      this.#queue.add(key, retryAt);
      return;
    }
    for (let made = 0; made < Math.min(missing, burstPods); made++) this.#createPod(job);
    if (missing > burstPods) this.#queue.add(key, after(this.#context.timeline.now, seconds(1)));
  }

  #createPod(job: Job): void {
    const { name, uid } = job.metadata;
    const labels = {
      ...job.spec.template.labels,
      "batch.kubernetes.io/job-name": name,
      "batch.kubernetes.io/controller-uid": uid,
      "job-name": name,
      "controller-uid": uid,
    };
    const pod = podOfTemplate(job, job.spec.template, { name: `${name}-`, labels });
    this.#context.api.create(pod, { generateName: true });
  }

  #deletePods(progress: JobProgress, pods: readonly Pod[]): void {
    for (const pod of pods) {
      progress.settledUids.add(pod.metadata.uid);
      this.#context.api.delete("Pod", objectKey(pod));
    }
  }

  #expire(job: Job, finishedAt: SimTime): void {
    const { ttlSecondsAfterFinished } = job.spec;
    if (ttlSecondsAfterFinished === undefined) return;
    // At once is a moment later: others, Karpenter among them, see first how its pods have ended.
    const at = afterOrLast(finishedAt, Math.max(ttlSecondsAfterFinished, 1) * 1000);
    if (this.#context.timeline.now >= at) this.#context.api.delete("Job", objectKey(job));
    else this.#queue.add(objectKey(job), at);
  }

  #warnIfEndless(job: Job): void {
    if (job.spec.template.annotations[annotationDuration] !== undefined) return;
    this.#context.notices.add({
      code: "kube/job-without-duration",
      objectKind: "Job",
      objectKey: objectKey(job),
      message:
        `nothing says how long the pods of Job ${objectKey(job)} run, so they never finish: ` +
        `set the annotation ${annotationDuration} in its pod template`,
    });
  }

  #progress(job: Job): JobProgress {
    let progress = this.#progressByUid.get(job.metadata.uid);
    if (progress === undefined) {
      progress = {
        succeeded: 0,
        failed: 0,
        consecutiveFailures: 0,
        lastFailureAt: job.metadata.creationTimestamp,
        startedAt: undefined,
        finishedAt: undefined,
        settledUids: new Set(),
      };
      this.#progressByUid.set(job.metadata.uid, progress);
    }
    return progress;
  }
}

/** When a failed pod may be replaced: 10 s after the failure, doubling, 10 min at most. */
function retryTime(progress: JobProgress): SimTime | undefined {
  const { consecutiveFailures, lastFailureAt } = progress;
  if (consecutiveFailures === 0) return undefined;
  const backoff = firstBackoff * 2 ** Math.min(consecutiveFailures - 1, 10);
  return after(lastFailureAt, Math.min(backoff, longestBackoff) as typeof firstBackoff);
}
