import { invariant } from "../core/units/index.ts";

/**
 * Rounds parts so that they still add up to the rounded total, which plain rounding does not promise:
 * each part goes down to a whole step, and the steps that are missing go to the parts that lost most
 * (the method of largest remainders), ties to the earlier part.
 *
 * Answers whole steps of 10^-decimals, so that sums of them are exact; an empty list for no parts.
 *
 * @throws Defect when the parts are further from the total than rounding can explain.
 */
export function apportionSteps(
  total: number,
  parts: readonly number[],
  decimals: number,
): readonly number[] {
  const scale = 10 ** decimals;
  const steps = parts.map((part) => Math.floor(part * scale));
  const missing = Math.round(total * scale) - steps.reduce((sum, step) => sum + step, 0);
  invariant(missing >= -1 && missing <= parts.length + 1, "parts do not add up to their total", {
    total,
    parts,
  });
  if (parts.length === 0) {
    invariant(missing === 0, "parts do not add up to their total", { total, parts });
    return steps;
  }
  const byLoss = parts
    .map((part, index) => ({ index, loss: part * scale - Math.floor(part * scale) }))
    .sort((left, right) => right.loss - left.loss || left.index - right.index);
  // A total that was rounded itself may be a step below its parts: the part that lost least pays.
  const receivers = missing < 0 ? byLoss.reverse() : byLoss;
  for (let given = 0; given < Math.abs(missing); given += 1) {
    const index = receivers[given % parts.length]?.index ?? 0;
    steps[index] = (steps[index] ?? 0) + Math.sign(missing);
  }
  return steps;
}

/** As `apportionSteps`, in the unit of the total. */
export function apportion(
  total: number,
  parts: readonly number[],
  decimals: number,
): readonly number[] {
  const scale = 10 ** decimals;
  return apportionSteps(total, parts, decimals).map((step) => step / scale);
}
