import type { SimTime } from "../../core/units/index.ts";
import { type LedgerEntry, Vacancies } from "../../sim/ledger/index.ts";
import type { LivePod } from "./live-cluster.ts";

/** Which pod stands in for which, as reports count it. */
export class Successors {
  readonly #vacancies = new Vacancies();
  /** Disrupted pods that have not ended, with their workload: a pod is disrupted once. */
  readonly #disrupted = new Map<string, string>();

  /** Notes that a pod was evicted or killed. */
  disrupted({ podUid, workload, isDaemon }: LivePod, at: SimTime): void {
    if (isDaemon || this.#disrupted.has(podUid)) return;
    this.#disrupted.set(podUid, workload);
    this.#vacancies.open(workload, podUid, at);
  }

  /** The uid of the pod that a new one stands in for, if for any. */
  created({ workload, isDaemon, createdAt }: LivePod): string | undefined {
    return isDaemon ? undefined : this.#vacancies.fill(workload, createdAt);
  }

  /** A pod is gone: it cannot be disrupted any more. */
  ended({ podUid, at }: Extract<LedgerEntry, { kind: "pod-ended" }>): void {
    const workload = this.#disrupted.get(podUid);
    if (workload === undefined) return;
    this.#disrupted.delete(podUid);
    this.#vacancies.gone(workload, podUid, at);
  }
}
