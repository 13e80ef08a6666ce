import type { PodTemplate } from "../../../core/apis/index.ts";

/** The letters into which digits are turned, so that no hash spells a word. */
const safeLetters = "bcdfghjklmnpqrstvwxz2456789";

/**
 * A short name for a pod template: equal templates have equal hashes. FNV-1a over its JSON text.
 *
 * @see kubernetes pkg/controller/controller_utils.go ComputeHash
 */
export function templateHash(template: PodTemplate): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const hash = computeHash(template);
  hashes.set(template, hash);
  return hash;
}

/** Templates are frozen, and asked about at every look at their workload. */
const hashes = new WeakMap<PodTemplate, string>();

function computeHash(template: PodTemplate): string {
  const text = JSON.stringify(template);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  let name = "";
  for (const digit of String(hash >>> 0)) {
    name += safeLetters.charAt(digit.charCodeAt(0) % safeLetters.length);
  }
  return name;
}
