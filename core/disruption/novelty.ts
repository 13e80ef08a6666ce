/** What a round has brought. */
export interface Round<T> {
  /** Said now and not before, in the order of the round. */
  readonly news: readonly T[];
  /** Said before and now nowhere any more, in the order of the round before. */
  readonly ended: readonly T[];
}

const nothingNew: Round<never> = Object.freeze({ news: [], ended: [] });

/**
 * Tells what is new from what was said before.
 *
 * Each scope holds what was said in its last round. A text is news when neither its own scope's last
 * round nor any other scope holds it, and it has ended when no scope holds it any more. Polls that
 * find the same again thus say nothing, however often they happen, so that leaving some out changes
 * nothing.
 */
export class Novelty<T> {
  readonly #textOf: (item: T) => string;
  readonly #itemsByScope = new Map<string, ReadonlyMap<string, T>>();
  /** The very list of each scope's last round. */
  readonly #listByScope = new Map<string, readonly T[]>();

  constructor(textOf: (item: T) => string) {
    this.#textOf = textOf;
  }

  /** Starts a new round of the scope. */
  round(scope: string, items: readonly T[]): Round<T> {
    if (this.#listByScope.get(scope) === items) return nothingNew;
    this.#listByScope.set(scope, items);
    const before = this.#itemsByScope.get(scope);
    const itemsByText = new Map<string, T>();
    const news: T[] = [];
    for (const item of items) {
      const text = this.#textOf(item);
      if (itemsByText.has(text)) continue;
      itemsByText.set(text, item);
      if (before?.has(text) !== true && !this.#isHeldElsewhere(scope, text)) news.push(item);
    }
    this.#itemsByScope.set(scope, itemsByText);
    const ended: T[] = [];
    for (const [text, item] of before ?? []) {
      if (!itemsByText.has(text) && !this.#isHeldElsewhere(scope, text)) ended.push(item);
    }
    return { news, ended };
  }

  /** Forgets a scope: what it held is news again. */
  forget(scope: string): void {
    this.#itemsByScope.delete(scope);
    this.#listByScope.delete(scope);
  }

  #isHeldElsewhere(scope: string, text: string): boolean {
    for (const [other, items] of this.#itemsByScope) {
      if (other !== scope && items.has(text)) return true;
    }
    return false;
  }
}
