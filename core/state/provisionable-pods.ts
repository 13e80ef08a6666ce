import { objectKey, type Pod } from "../apis/index.ts";
import { compareStrings } from "../units/index.ts";
import { isProvisionable } from "./pod-predicates.ts";
import type { WatchEvent } from "./watch.ts";

/** Pods that ask for new capacity, kept up to date pod by pod, so that nobody looks at all others. */
export class ProvisionablePods {
  readonly #podsByKey = new Map<string, Pod>();
  #sorted: readonly Pod[] | undefined;

  observe({ type, object }: WatchEvent<Pod>): void {
    const key = objectKey(object);
    if (type !== "deleted" && isProvisionable(object)) {
      this.#podsByKey.set(key, object);
      this.#sorted = undefined;
    } else if (this.#podsByKey.delete(key)) {
      this.#sorted = undefined;
    }
  }

  /** By key. */
  sorted(): readonly Pod[] {
    this.#sorted ??= [...this.#podsByKey.entries()]
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([, pod]) => pod);
    return this.#sorted;
  }
}
