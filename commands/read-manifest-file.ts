import { readFile } from "node:fs/promises";
import { buffer as readStream } from "node:stream/consumers";
import { OutsideError } from "../core/units/index.ts";
import type { ManifestFile } from "../scenarios/index.ts";

/**
 * A file with Kubernetes objects; `-` is stdin. UTF-8, or UTF-16 with its mark, as PowerShell writes
 * what is redirected into a file.
 *
 * @throws OutsideError when it cannot be read.
 */
export async function readManifestFile(name: string): Promise<ManifestFile> {
  if (name === "-") return { name: "stdin", text: textOf(await readStream(process.stdin)) };
  try {
    return { name, text: textOf(await readFile(name)) };
  } catch (cause) {
    throw new OutsideError({
      code: "outside/unreadable-file",
      message: `${name} cannot be read`,
      advice: "Give the file that kubectl get -A -o yaml was written to, or - for stdin.",
      cause,
    });
  }
}

function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe
      ? "utf-16le"
      : first === 0xfe && second === 0xff
        ? "utf-16be"
        : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
