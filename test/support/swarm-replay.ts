/** The command that repeats a seed of the swarm alone. */
export function replay(seed: number): string {
  return `repeat with: DRYFIT_SWARM_SEED=${seed} npx vitest run test/swarm.test.ts`;
}

/**
 * What `step` gives. Whatever it throws is thrown on with the command that repeats the seed, and as
 * the cause.
 */
export function repeatable<Result>(seed: number, step: () => Result): Result {
  try {
    return step();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`seed ${seed}: ${message}\n${replay(seed)}`, { cause });
  }
}
