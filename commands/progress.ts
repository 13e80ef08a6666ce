/** Tells a person at a terminal how far something is. */
export interface Progress {
  step(): void;
  stop(): void;
}

/** Progress on stderr: a bar on a terminal, silence elsewhere and where `isQuiet`. */
export async function openProgress(
  what: string,
  total: number,
  isQuiet: boolean,
): Promise<Progress> {
  if (isQuiet || !process.stderr.isTTY || total < 2) {
    return { step: () => undefined, stop: () => undefined };
  }
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: `${what} {bar} {value}/{total} runs, {duration_formatted}`,
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(total, 0);
  return { step: () => bar.increment(), stop: () => bar.stop() };
}
