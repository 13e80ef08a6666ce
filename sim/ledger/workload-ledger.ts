import type { SimTime } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { WorkloadRef } from "./entry-parts.ts";
import type { WorkloadFacts } from "./run-facts.ts";
import { Vacancies } from "./vacancies.ts";

const msPerHour = 3_600_000;
const msPerMinute = 60_000;

interface Workload {
  readonly name: string;
  hasDesired: boolean;
  desired: number;
  ready: number;
  since: SimTime;
  desiredMs: number;
  readyMs: number;
  belowMs: number;
  podsCreated: number;
  podsEvicted: number;
  podsKilled: number;
}

/** Readiness of workloads against the number of replicas that is wanted of them. */
export class WorkloadLedger {
  readonly #workloads = new Map<string, Workload>();
  readonly #vacancies = new Vacancies();

  desired(ref: WorkloadRef, replicas: number, at: SimTime): void {
    const workload = this.#advance(ref, at);
    workload.hasDesired = true;
    workload.desired = replicas;
  }

  readyChanged(ref: WorkloadRef, change: 1 | -1, at: SimTime): void {
    this.#advance(ref, at).ready += change;
  }

  /** True if the new pod replaces one that was disrupted. */
  podCreated(ref: WorkloadRef, at: SimTime): boolean {
    const workload = this.#advance(ref, at);
    workload.podsCreated += 1;
    return this.#vacancies.fill(workload.name, at) !== undefined;
  }

  podDisrupted(ref: WorkloadRef, podUid: string, how: "evicted" | "killed", at: SimTime): void {
    const workload = this.#advance(ref, at);
    this.#vacancies.open(workload.name, podUid, at);
    if (how === "evicted") workload.podsEvicted += 1;
    else workload.podsKilled += 1;
  }

  /** A pod is gone that may have been disrupted. */
  podGone(ref: WorkloadRef, podUid: string, at: SimTime): void {
    this.#vacancies.gone(this.#advance(ref, at).name, podUid, at);
  }

  /** Workloads that ever had a wanted number of replicas, by name. */
  facts(at: SimTime): readonly WorkloadFacts[] {
    const all = [...this.#workloads.values()].filter(({ hasDesired }) => hasDesired);
    for (const workload of all) advance(workload, at);
    return all
      .sort((left, right) => compareStrings(left.name, right.name))
      .map((workload) => ({
        name: workload.name,
        desiredReplicaHours: workload.desiredMs / msPerHour,
        readyReplicaHours: workload.readyMs / msPerHour,
        minutesBelowDesired: workload.belowMs / msPerMinute,
        podsCreated: workload.podsCreated,
        podsEvicted: workload.podsEvicted,
        podsKilled: workload.podsKilled,
      }));
  }

  #advance({ kind, namespace, name }: WorkloadRef, at: SimTime): Workload {
    const key = `${kind}/${namespace}/${name}`;
    let workload = this.#workloads.get(key);
    if (workload === undefined) {
      workload = newWorkload(key, at);
      this.#workloads.set(key, workload);
    }
    advance(workload, at);
    return workload;
  }
}

function newWorkload(name: string, since: SimTime): Workload {
  return {
    name,
    hasDesired: false,
    desired: 0,
    ready: 0,
    since,
    desiredMs: 0,
    readyMs: 0,
    belowMs: 0,
    podsCreated: 0,
    podsEvicted: 0,
    podsKilled: 0,
  };
}

function advance(workload: Workload, at: SimTime): void {
  const elapsed = at - workload.since;
  workload.since = at;
  if (elapsed === 0 || !workload.hasDesired) return;
  workload.desiredMs += workload.desired * elapsed;
  workload.readyMs += Math.min(workload.ready, workload.desired) * elapsed;
  if (workload.ready < workload.desired) workload.belowMs += elapsed;
}
