import { elapsed, hours, type SimTime } from "../../core/units/index.ts";

interface Vacancy {
  readonly podUid: string;
  /** Since when the pod is gone; absent while it is still on its way out. */
  goneAt?: SimTime;
}

/** A controller replaces what it has lost at once; what takes longer stands for something else. */
const vacancyMax = hours(1);

/**
 * Which pod stands in for which: the next of a workload for the one that was disrupted first, unless
 * that one has been gone for an hour. Nothing in Kubernetes says who takes whose place, but replicas
 * are alike. Reports and stories both go by this.
 */
export class Vacancies {
  readonly #vacanciesByWorkload = new Map<string, readonly Vacancy[]>();

  /** A pod of the workload was evicted or killed. */
  open(workload: string, podUid: string, at: SimTime): void {
    this.#vacanciesByWorkload.set(workload, [...this.#open(workload, at), { podUid }]);
  }

  /** The pod is gone: its place is vacant for an hour at most. */
  gone(workload: string, podUid: string, at: SimTime): void {
    const vacancies = this.#vacanciesByWorkload.get(workload);
    const vacancy = vacancies?.find((it) => it.podUid === podUid);
    if (vacancy !== undefined) vacancy.goneAt = at;
  }

  /** A pod of the workload is created: the uid of the one that it stands in for, if for any. */
  fill(workload: string, at: SimTime): string | undefined {
    const [first, ...others] = this.#open(workload, at);
    if (others.length === 0) this.#vacanciesByWorkload.delete(workload);
    else this.#vacanciesByWorkload.set(workload, others);
    return first?.podUid;
  }

  #open(workload: string, at: SimTime): readonly Vacancy[] {
    return (this.#vacanciesByWorkload.get(workload) ?? []).filter(
      ({ goneAt }) => goneAt === undefined || elapsed(goneAt, at) < vacancyMax,
    );
  }
}
