import { objectKey } from "../../core/apis/index.ts";
import type { KubernetesObject } from "../../core/apis/index.ts";

/**
 * Objects of one kind, or of one index entry, in the order of their keys.
 *
 * The keys stay sorted by insertion; the list is made anew only when it is asked for after a change,
 * so a list that was handed out never changes.
 */
export class SortedObjects<T extends KubernetesObject> {
  readonly #objectsByKey = new Map<string, T>();
  readonly #keys: string[] = [];
  #list: readonly T[] | undefined;

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): T | undefined {
    return this.#objectsByKey.get(key);
  }

  /** All objects, sorted by key in code units; the same array until something changes. */
  list(): readonly T[] {
    this.#list ??= Object.freeze(this.#keys.map((key) => this.#objectsByKey.get(key) as T));
    return this.#list;
  }

  /** Adds the object, or replaces the one with its key. */
  put(object: T): void {
    const key = objectKey(object);
    if (!this.#objectsByKey.has(key)) this.#keys.splice(this.#position(key), 0, key);
    this.#objectsByKey.set(key, object);
    this.#list = undefined;
  }

  /** Removes the object with this key; false if there is none. */
  remove(key: string): boolean {
    if (!this.#objectsByKey.delete(key)) return false;
    this.#keys.splice(this.#position(key), 1);
    this.#list = undefined;
    return true;
  }

  /** The index of the first key that is not below `key`. */
  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
