// Which PodDisruptionBudgets select which pods. Selectors stay while the budgets' status changes all
// the time, and thousands of pods have the same labels; so the matching is remembered by both.
import type { Pod, PodDisruptionBudget } from "../apis/index.ts";
import { labelSelectorMatches, selectionShape } from "../scheduling/index.ts";

/** A pod with the places, in a list of budgets, of those that select it; at least one. */
export interface GuardedPod {
  readonly pod: Pod;
  readonly places: readonly number[];
}

const shapesMax = 10_000;
const nowhere: readonly number[] = Object.freeze([]);

/** The selectors of a list of budgets, with what has been asked of them. */
class Selectors {
  readonly #budgets: readonly PodDisruptionBudget[];
  readonly #placesByShape = new Map<string, readonly number[]>();
  readonly #guardedByPods = new WeakMap<readonly Pod[], readonly GuardedPod[]>();

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.#budgets = budgets;
  }

  /** Whether another list has the very same selectors in the same order. */
  isOf(budgets: readonly PodDisruptionBudget[]): boolean {
    return (
      budgets.length === this.#budgets.length &&
      budgets.every(({ metadata, spec }, place) => {
        const own = this.#budgets[place];
        return own?.spec === spec && own.metadata.namespace === metadata.namespace;
      })
    );
  }

  places(pod: Pod): readonly number[] {
    const shape = selectionShape(pod);
    let places = this.#placesByShape.get(shape);
    if (places === undefined) {
      const { namespace, labels } = pod.metadata;
      const found = this.#budgets.flatMap(({ metadata, spec }, place) =>
        metadata.namespace === namespace && labelSelectorMatches(spec.selector, labels)
          ? [place]
          : [],
      );
      places = found.length === 0 ? nowhere : found;
      // Labels of a Job's pods are its own: without an end, the memory would grow with time.
      if (this.#placesByShape.size >= shapesMax) this.#placesByShape.clear();
      this.#placesByShape.set(shape, places);
    }
    return places;
  }

  guarded(pods: readonly Pod[]): readonly GuardedPod[] {
    let guarded = this.#guardedByPods.get(pods);
    if (guarded === undefined) {
      guarded = pods.flatMap((pod) => {
        const places = this.places(pod);
        return places.length === 0 ? [] : [{ pod, places }];
      });
      this.#guardedByPods.set(pods, guarded);
    }
    return guarded;
  }
}

const selectorsByBudgets = new WeakMap<readonly PodDisruptionBudget[], Selectors>();
let last: Selectors | undefined;

function selectorsOf(budgets: readonly PodDisruptionBudget[]): Selectors {
  let selectors = selectorsByBudgets.get(budgets);
  if (selectors === undefined) {
    if (last?.isOf(budgets) !== true) last = new Selectors(budgets);
    selectors = last;
    selectorsByBudgets.set(budgets, selectors);
  }
  return selectors;
}

/** Places, in the list, of the budgets that select the pod; ascending. */
export function budgetsSelecting(
  pod: Pod,
  budgets: readonly PodDisruptionBudget[],
): readonly number[] {
  return budgets.length === 0 ? nowhere : selectorsOf(budgets).places(pod);
}

/** Those of the pods that some budget of the list selects, in their order; remembered by the list. */
export function guardedPods(
  pods: readonly Pod[],
  budgets: readonly PodDisruptionBudget[],
): readonly GuardedPod[] {
  return budgets.length === 0 ? [] : selectorsOf(budgets).guarded(pods);
}
