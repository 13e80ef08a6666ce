/**
 * The standard normal distribution function and its inverse, to about 15 digits. Draws invert the
 * distribution rather than reject, so that each costs one random number and two runs stay paired.
 */

/**
 * The value that a standard normal variable stays below with probability `p`; -Infinity at 0 and
 * Infinity at 1.
 *
 * @see M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution",
 * Applied Statistics 37(3), 1988, routine PPND16
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(centreNumerator, r)) / polynomial(centreDenominator, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail <= 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const magnitude =
    r <= 5
      ? polynomial(middleNumerator, r - 1.6) / polynomial(middleDenominator, r - 1.6)
      : polynomial(tailNumerator, r - 5) / polynomial(tailDenominator, r - 5);
  return q < 0 ? -magnitude : magnitude;
}

/**
 * The probability that a standard normal variable is below `x`.
 *
 * @see G. West, "Better approximations to cumulative normal functions", Wilmott Magazine, 2005,
 * after J. F. Hart et al., "Computer Approximations", 1968, algorithm 5666
 */
export function normalProbability(x: number): number {
  const distance = Math.abs(x);
  if (distance > 37) return x > 0 ? 1 : 0;
  const density = Math.exp((-distance * distance) / 2);
  let upper: number;
  if (distance < 7.07106781186547) {
    upper = (density * polynomial(hartNumerator, distance)) / polynomial(hartDenominator, distance);
  } else {
    let fraction = distance + 0.65;
    for (let term = 4; term >= 1; term--) fraction = distance + term / fraction;
    upper = density / fraction / 2.506628274631;
  }
  return x > 0 ? 1 - upper : upper;
}

/** The density of a standard normal variable at `x`. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Coefficients run from the constant term to the highest power. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) {
    sum = sum * x + (coefficients[index] as number);
  }
  return sum;
}

const centreNumerator = [
  3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
  4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4,
  2.5090809287301226727e3,
];
const centreDenominator = [
  1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3,
  2.1213794301586595867e4, 3.930789580009271061e4, 2.8729085735721942674e4, 5.226495278852545925e3,
];
const middleNumerator = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 2.4178072517745061177e-1, 2.27238449892691845833e-2,
  7.7454501427834140764e-4,
];
const middleDenominator = [
  1, 2.05319162663775882187, 1.6763848301838038494, 6.8976733498510000455e-1,
  1.4810397642748007459e-1, 1.51986665636164571966e-2, 5.475938084995344946e-4,
  1.05075007164441684324e-9,
];
const tailNumerator = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 2.9656057182850489123e-1,
  2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5,
  2.01033439929228813265e-7,
];
const tailDenominator = [
  1, 5.9983220655588793769e-1, 1.3692988092273580531e-1, 1.48753612908506148525e-2,
  7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
  2.04426310338993978564e-15,
];
const hartNumerator = [
  220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165,
  0.700383064443688, 3.52624965998911e-2,
];
const hartDenominator = [
  440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461,
  16.064177579207, 1.75566716318264, 8.83883476483184e-2,
];
