import { hashUniform } from "../engine/index.ts";

/** The letters of generated names: no vowels and no look-alikes, so that no word comes out. */
const suffixLetters = "bcdfghjklmnpqrstvwxz2456789";
const suffixLength = 5;

/**
 * Gives objects their uid and, for `generateName`, their name: functions of the seed, of the name
 * and of how often it was given, so that one policy's extra objects rename no other's.
 *
 * @see kubernetes staging/src/k8s.io/apiserver/pkg/storage/names/generate.go SimpleNameGenerator
 */
export class ObjectNames {
  readonly #seed: number | string;
  readonly #timesByName = new Map<string, number>();

  constructor(seed: number | string) {
    this.#seed = seed;
  }

  /** `prefix` and five letters; `isTaken` names are skipped. */
  generate(prefix: string, isTaken: (name: string) => boolean): string {
    for (;;) {
      const name = `${prefix}${this.#suffix(prefix)}`;
      if (!isTaken(name)) return name;
    }
  }

  /**
   * A uid for the nth object of this kind and key. Looks like a random UUID and orders like one:
   * controllers break ties by uid, and counting up would make the oldest always win.
   */
  uid(kind: string, key: string): string {
    const entity = `${kind} ${key}`;
    const times = this.#count(entity);
    const high = hexadecimal(hashUniform(this.#seed, "kube-uid", entity, 2 * times));
    const low = hexadecimal(hashUniform(this.#seed, "kube-uid", entity, 2 * times + 1));
    return [
      high.slice(0, 8),
      high.slice(8, 12),
      `4${low.slice(9, 12)}`,
      `a${low.slice(6, 9)}`,
      `${high.slice(10, 13)}${low.slice(0, 9)}`,
    ].join("-");
  }

  #suffix(prefix: string): string {
    const index = this.#count(prefix);
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

  #count(name: string): number {
    const times = this.#timesByName.get(name) ?? 0;
    this.#timesByName.set(name, times + 1);
    return times;
  }
}

/** 13 hexadecimal digits, 52 bits, of a uniform number. */
function hexadecimal(uniform: number): string {
  return Math.floor(uniform * 2 ** 52)
    .toString(16)
    .padStart(13, "0");
}
