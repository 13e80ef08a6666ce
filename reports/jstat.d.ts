/** The part of jStat that dryfit uses; the package ships no declarations of its own. */
declare module "jstat" {
  interface StudentT {
    /** Density at `x` with `degreesOfFreedom`. */
    pdf(x: number, degreesOfFreedom: number): number;
    /** Probability of a value up to `x`. */
    cdf(x: number, degreesOfFreedom: number): number;
    /** The value that `probability` of the distribution does not exceed. */
    inv(probability: number, degreesOfFreedom: number): number;
  }

  interface Normal {
    pdf(x: number, mean: number, standardDeviation: number): number;
    cdf(x: number, mean: number, standardDeviation: number): number;
    inv(probability: number, mean: number, standardDeviation: number): number;
  }

  interface ChiSquare {
    cdf(x: number, degreesOfFreedom: number): number;
    inv(probability: number, degreesOfFreedom: number): number;
  }

  /** CommonJS: everything hangs on the one object that is exported. */
  const jstat: {
    readonly studentt: StudentT;
    readonly normal: Normal;
    readonly chisquare: ChiSquare;
  };
  export default jstat;
}
