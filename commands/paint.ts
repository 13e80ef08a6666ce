import type { WriteStream } from "node:tty";
import picocolors from "picocolors";

/** The colours of one stream. */
export type Paint = Pick<
  ReturnType<typeof picocolors.createColors>,
  "bold" | "dim" | "red" | "green" | "yellow"
>;

/** No colours. */
export const plainPaint: Paint = picocolors.createColors(false);

/**
 * Whether a stream shows colours: only a terminal, and not with NO_COLOR.
 *
 * @see https://no-color.org
 */
export function showsColour(stream: Pick<WriteStream, "isTTY">): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}

/** The colours that suit a stream. */
export function paintFor(stream: Pick<WriteStream, "isTTY">): Paint {
  return picocolors.createColors(showsColour(stream));
}
