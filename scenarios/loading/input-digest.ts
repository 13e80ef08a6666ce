import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { compareStrings } from "../../core/units/index.ts";
import type { InputFile } from "./input-paths.ts";

/** A file that a result rests on. */
export interface InputDigest {
  /** As the scenario names it. */
  readonly name: string;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
}

/** The digest of a text that was read already. */
export function digestText(name: string, text: string): InputDigest {
  return { name, sha256: createHash("sha256").update(text, "utf8").digest("hex") };
}

/** The digest of a file's bytes, streamed. */
export async function digestFile(file: InputFile): Promise<InputDigest> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file.path)) hash.update(chunk as Buffer);
  return { name: file.name, sha256: hash.digest("hex") };
}

/**
 * One digest of all inputs: of their names and digests, by name. Equal wherever the folder lies and
 * in whatever order the files were found.
 */
export function digestInputs(inputs: readonly InputDigest[]): string {
  const hash = createHash("sha256");
  for (const { name, sha256 } of [...inputs].sort((a, b) => compareStrings(a.name, b.name))) {
    hash.update(JSON.stringify([name, sha256]));
  }
  return hash.digest("hex");
}
