/**
 * A binary heap over a comparator that is total; the first in order is at the root. What is no
 * longer wanted stays inside until it comes up, and the reader skips it.
 */
export class BinaryHeap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** The first item; undefined when there is none. */
  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const parentIndex = (index - 1) >>> 1;
      const parent = items[parentIndex] as T;
      if (this.#compare(parent, item) <= 0) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  }

  /** Takes the first item out; undefined when there is none. */
  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      if (childIndex >= items.length) break;
      const right = childIndex + 1;
      const isRightFirst =
        right < items.length && this.#compare(items[right] as T, items[childIndex] as T) < 0;
      if (isRightFirst) childIndex = right;
      const child = items[childIndex] as T;
      if (this.#compare(last, child) <= 0) break;
      items[index] = child;
      index = childIndex;
    }
    items[index] = last;
    return first;
  }
}
