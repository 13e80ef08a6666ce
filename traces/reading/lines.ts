import type { ProblemLog } from "./problem-log.ts";

/** Consecutive lines of a text file, without their ends. */
export interface LineBatch {
  /** The number of the first line, counted from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** No trace has lines like this; a binary file may have. */
const lineLengthMax = 1_000_000;

/**
 * The lines of a text, in batches of what one chunk completes; LF, CRLF and a missing last line end
 * are all the same. Ends early, with an error in the log, at a line of more than a million characters.
 */
export async function* readLineBatches(
  chunks: AsyncIterable<string>,
  log: ProblemLog,
): AsyncGenerator<LineBatch> {
  let rest = "";
  let firstLine = 1;
  for await (const chunk of chunks) {
    const text = rest + chunk;
    const end = text.lastIndexOf("\n");
    rest = text.slice(end + 1);
    if (end >= 0) {
      const lines = splitLines(text.slice(0, end));
      yield { firstLine, lines };
      firstLine += lines.length;
    }
    if (rest.length > lineLengthMax) {
      log.error({
        line: firstLine,
        code: "trace/line-too-long",
        found: rest,
        allowed: `lines of at most ${lineLengthMax} characters`,
        message: `line ${firstLine} has more than ${lineLengthMax} characters`,
      });
      return;
    }
  }
  // Half a line would only add a complaint to the one that tells why it is half.
  if (rest !== "" && !log.isCutShort) {
    yield { firstLine, lines: splitLines(rest) };
  }
}

/** Cuts at the line ends inside; `text` is without its last line feed, but may end in its CR. */
function splitLines(text: string): readonly string[] {
  return text.includes("\r") ? text.replace(/\r$/, "").split(/\r?\n/) : text.split("\n");
}
