/*
 * A trace file as text, piece by piece: bytes from the disk, through gzip where the first two bytes
 * say so, through a UTF-8 decoder that refuses what is not UTF-8. The name's ending decides nothing:
 * files get renamed. Only one piece (64 kB, times the compression) is in memory at a time.
 */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { OutsideError } from "../../core/units/index.ts";
import type { Problem, ProblemLog } from "./problem-log.ts";

const chunkBytes = 65_536;

/**
 * The text of a file, gzip or plain, without a byte order mark. Ends early, with the reason in the
 * log, for a damaged gzip file and for text that is not UTF-8; an empty file is an error, too.
 *
 * @throws OutsideError when the file cannot be read.
 */
export async function* readTextChunks(path: string, log: ProblemLog): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const position = new TextPosition();
  let isBlank = true;
  try {
    for await (const bytes of await byteChunks(path)) {
      const text = decode(decoder, bytes, position);
      isBlank &&= text.trim() === "";
      yield text;
      position.advance(text);
    }
    decoder.decode();
  } catch (error) {
    const problem = damageOf(error, position);
    if (problem === undefined) {
      throw asOutsideError(error, path);
    }
    log.cutShort(problem);
    return;
  }
  if (isBlank) {
    log.error({
      code: "trace/empty-file",
      found: "nothing",
      allowed: "a trace file with at least one row",
      message: "the file is empty",
    });
  }
}

async function byteChunks(path: string): Promise<AsyncIterable<Uint8Array>> {
  const file = await open(path);
  const magic = Buffer.alloc(2);
  try {
    await file.read(magic, 0, 2, 0);
  } finally {
    await file.close();
  }
  const source = createReadStream(path, { highWaterMark: chunkBytes });
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) {
    return source;
  }
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // An error of either stream destroys the other and comes out of the loop over gunzip.
  pipeline(source, gunzip, () => undefined);
  return gunzip;
}

/** How far the text has been read, for complaints about what comes next. */
class TextPosition {
  line = 1;
  column = 1;

  advance(text: string): void {
    let lineStart = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", lineStart)) {
      this.line += 1;
      this.column = 1;
      lineStart = at + 1;
    }
    this.column += text.length - lineStart;
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, position: TextPosition): string {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch (error) {
    // Once more, with a mark where the bad bytes are: the complaint should name the place.
    const [readable = ""] = new TextDecoder("utf-8").decode(bytes).split("\ufffd", 1);
    position.advance(readable);
    throw error;
  }
}

function damageOf(error: unknown, { line, column }: TextPosition): Problem | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return {
      line,
      column,
      code: "trace/not-utf-8",
      found: "bytes that are not UTF-8",
      allowed: "UTF-8 text, plain or compressed with gzip",
      message: `line ${line} has bytes that are not UTF-8`,
    };
  }
  if (code === "Z_BUF_ERROR") {
    return {
      line,
      code: "trace/truncated-gzip",
      found: "the end of the file",
      allowed: "a whole gzip file",
      hint: "copy or download the file again",
      message: `the gzip file ends too early, at or after line ${line} of its text`,
    };
  }
  if (typeof code === "string" && code.startsWith("Z_")) {
    return {
      line,
      code: "trace/damaged-gzip",
      found: error instanceof Error ? error.message : code,
      allowed: "a whole gzip file",
      hint: "copy or download the file again",
      message: `the gzip file is damaged, at or after line ${line} of its text`,
    };
  }
  return undefined;
}

function asOutsideError(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) {
    return error;
  }
  return new OutsideError({
    code: "outside/cannot-read-file",
    message: `${path} cannot be read (${code})`,
    advice: code === "ENOENT" ? "Check the path." : "Check that it is a readable file.",
    cause: error,
  });
}
