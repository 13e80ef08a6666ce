import { objectKey, type Pod } from "../apis/index.ts";
import { compareStrings } from "../units/index.ts";
import { hasRequiredPodAntiAffinity, isProvisionable } from "./pod-predicates.ts";
import type { WatchEvent } from "./watch.ts";

/** Pods picked by a condition, kept up to date pod by pod. */
class PodIndex {
  readonly #podsByKey = new Map<string, Pod>();
  #sorted: readonly Pod[] | undefined;

  set(key: string, pod: Pod): void {
    this.#podsByKey.set(key, pod);
    this.#sorted = undefined;
  }

  delete(key: string): void {
    if (this.#podsByKey.delete(key)) this.#sorted = undefined;
  }

  sorted(): readonly Pod[] {
    this.#sorted ??= [...this.#podsByKey.entries()]
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([, pod]) => pod);
    return this.#sorted;
  }
}

/** Pods that provisioning looks for among all others, so that it needn't look at those. */
export class PodIndexes {
  readonly #provisionable = new PodIndex();
  readonly #withAntiAffinity = new PodIndex();

  observe({ type, object }: WatchEvent<Pod>): void {
    const key = objectKey(object);
    if (type !== "deleted" && isProvisionable(object)) this.#provisionable.set(key, object);
    else this.#provisionable.delete(key);
    if (type !== "deleted" && hasRequiredPodAntiAffinity(object)) {
      this.#withAntiAffinity.set(key, object);
    } else {
      this.#withAntiAffinity.delete(key);
    }
  }

  /** Pods that ask for new capacity, sorted by key. */
  provisionable(): readonly Pod[] {
    return this.#provisionable.sorted();
  }

  /** Pods with required anti-affinity, bound or not, sorted by key. */
  withAntiAffinity(): readonly Pod[] {
    return this.#withAntiAffinity.sorted();
  }
}
