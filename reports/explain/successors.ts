import { elapsed, hours, type SimTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import type { LivePod } from "./live-cluster.ts";

interface Vacancy {
  readonly podUid: string;
  readonly at: SimTime;
}

/** A controller replaces what it has lost at once; what takes longer stands for something else. */
const vacancyMax = hours(1);

/**
 * Which pod stands in for which: the next of a workload for the one that was disrupted first. Nothing
 * in Kubernetes says so, but replicas are alike, and reports count replacements the same way.
 */
export class Successors {
  readonly #vacancies = new Map<string, Vacancy[]>();
  /** Disrupted pods that have not ended: a pod is disrupted once. */
  readonly #disrupted = new Set<string>();

  /** Notes that a pod was evicted or killed. */
  disrupted({ podUid, workload, isDaemon }: LivePod, at: SimTime): void {
    if (isDaemon || this.#disrupted.has(podUid)) return;
    this.#disrupted.add(podUid);
    const open = (this.#vacancies.get(workload) ?? []).filter(
      (vacancy) => elapsed(vacancy.at, at) < vacancyMax,
    );
    this.#vacancies.set(workload, [...open, { podUid, at }]);
  }

  /** The uid of the pod that a new one stands in for, if for any. */
  created({ workload, createdAt }: LivePod): string | undefined {
    const vacancies = this.#vacancies.get(workload) ?? [];
    const [first, ...others] = vacancies.filter(
      (vacancy) => elapsed(vacancy.at, createdAt) < vacancyMax,
    );
    if (others.length === 0) this.#vacancies.delete(workload);
    else this.#vacancies.set(workload, others);
    return first?.podUid;
  }

  /** A pod is gone: it cannot be disrupted any more. */
  ended({ podUid }: Extract<LedgerEntry, { kind: "pod-ended" }>): void {
    this.#disrupted.delete(podUid);
  }
}
