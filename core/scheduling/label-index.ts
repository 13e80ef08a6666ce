// Label keys as small numbers. Comparing two requirement maps is the most frequent thing the core
// does; walking two sorted lists of small numbers does it without hashing a string. The numbers
// depend on the order in which labels were first seen and therefore never order anything visible.
import { wellKnownLabels } from "./labels.ts";

const indexByLabel = new Map<string, number>();

/**
 * A number for a label, the same for the life of the process; well-known labels come first, from 0
 * to `wellKnownLabelCount - 1` in code-unit order, so the others are told apart by their number.
 */
export function labelIndex(label: string): number {
  const known = indexByLabel.get(label);
  if (known !== undefined) return known;
  const index = indexByLabel.size;
  indexByLabel.set(label, index);
  return index;
}

for (const label of wellKnownLabels) labelIndex(label);

/** Labels with a smaller `labelIndex` are well known. */
export const wellKnownLabelCount: number = wellKnownLabels.size;
