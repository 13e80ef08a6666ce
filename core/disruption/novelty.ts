/**
 * Tells what is new from what was said before.
 *
 * Each scope holds the texts of its last round. A text is news when neither its own scope's last
 * round nor any other scope holds it. Polls that find the same again thus say nothing, however often
 * they happen, so that leaving some out changes nothing.
 */
export class Novelty {
  readonly #textsByScope = new Map<string, ReadonlySet<string>>();

  /** Starts a new round of the scope and answers those of its items whose text is news. */
  round<T>(scope: string, items: readonly T[], textOf: (item: T) => string): readonly T[] {
    const before = this.#textsByScope.get(scope);
    const texts = new Set<string>();
    const news: T[] = [];
    for (const item of items) {
      const text = textOf(item);
      if (texts.has(text)) continue;
      texts.add(text);
      if (before?.has(text) !== true && !this.#isHeldElsewhere(scope, text)) news.push(item);
    }
    this.#textsByScope.set(scope, texts);
    return news;
  }

  /** Forgets a scope: what it held is news again. */
  forget(scope: string): void {
    this.#textsByScope.delete(scope);
  }

  #isHeldElsewhere(scope: string, text: string): boolean {
    for (const [other, texts] of this.#textsByScope) {
      if (other !== scope && texts.has(text)) return true;
    }
    return false;
  }
}
