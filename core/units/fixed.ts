/**
 * The number with so many decimals, ties to even as Go's `%.2f` has them (JavaScript rounds them up).
 */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : value < 0 ? "-Inf" : "NaN";
  const magnitude = Math.abs(value);
  let text = magnitude.toFixed(decimals);
  // Only odd multiples of 2^-(decimals + 1) lie in the middle of two decimals.
  const isTie = Math.abs((magnitude * 2 ** (decimals + 1)) % 2) === 1;
  if (isTie && Number(text.at(-1)) % 2 === 1 && Number(text) > magnitude) {
    text = (Number(text) - 10 ** -decimals).toFixed(decimals);
  }
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}
