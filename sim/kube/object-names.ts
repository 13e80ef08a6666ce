import { hashUniform } from "../engine/index.ts";

/** The letters of generated names: no vowels and no look-alikes, so that no word comes out. */
const suffixLetters = "bcdfghjklmnpqrstvwxz2456789";
const suffixLength = 5;

/** A name that the server made up, with its number among those of its prefix. */
export interface GeneratedName {
  readonly name: string;
  readonly index: number;
}

/**
 * Gives objects their uid and, for `generateName`, their name: functions of the seed and of what the
 * object is, so that one policy's extra objects rename no other's.
 *
 * @see kubernetes staging/src/k8s.io/apiserver/pkg/storage/names/generate.go SimpleNameGenerator
 */
export class ObjectNames {
  readonly #seed: number | string;
  readonly #namesByPrefix = new Map<string, number>();
  /** How often a name was given at the present instant; all that has to be remembered of names. */
  readonly #timesNow = new Map<string, number>();
  #instant: number | undefined;

  constructor(seed: number | string) {
    this.#seed = seed;
  }

  /** `prefix` and five letters; `isTaken` names are skipped. */
  generate(prefix: string, isTaken: (name: string) => boolean): GeneratedName {
    for (;;) {
      const index = this.#namesByPrefix.get(prefix) ?? 0;
      this.#namesByPrefix.set(prefix, index + 1);
      const name = `${prefix}${this.#suffix(prefix, index)}`;
      if (!isTaken(name)) return { name, index };
    }
  }

  /** A uid for an object with a generated name. */
  uidOfGenerated(kind: string, key: string, index: number): string {
    return this.#uid(`${kind} ${key}`, index);
  }

  /**
   * A uid for an object whose name was given; a namesake created later gets another one. Looks like
   * a random UUID and orders like one: controllers break ties by uid, and counting up would make the
   * oldest always win.
   */
  uid(kind: string, key: string, now: number): string {
    if (this.#instant !== now) this.#timesNow.clear();
    this.#instant = now;
    const entity = `${kind} ${key} ${now}`;
    const times = this.#timesNow.get(entity) ?? 0;
    this.#timesNow.set(entity, times + 1);
    return this.#uid(entity, times);
  }

  #uid(entity: string, index: number): string {
    const high = hexadecimal(hashUniform(this.#seed, "kube-uid", entity, 2 * index));
    const low = hexadecimal(hashUniform(this.#seed, "kube-uid", entity, 2 * index + 1));
    return [
      high.slice(0, 8),
      high.slice(8, 12),
      `4${low.slice(9, 12)}`,
      `a${low.slice(6, 9)}`,
      `${high.slice(10, 13)}${low.slice(0, 9)}`,
    ].join("-");
  }

  #suffix(prefix: string, index: number): string {
    let rest = Math.floor(
      hashUniform(this.#seed, "kube-name", prefix, index) * suffixLetters.length ** suffixLength,
    );
    let suffix = "";
    for (let place = 0; place < suffixLength; place++) {
      suffix += suffixLetters.charAt(rest % suffixLetters.length);
      rest = Math.floor(rest / suffixLetters.length);
    }
    return suffix;
  }
}

/** 13 hexadecimal digits, 52 bits, of a uniform number. */
function hexadecimal(uniform: number): string {
  return Math.floor(uniform * 2 ** 52)
    .toString(16)
    .padStart(13, "0");
}
