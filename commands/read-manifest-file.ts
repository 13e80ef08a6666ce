import { readFile } from "node:fs/promises";
import { text as readStream } from "node:stream/consumers";
import { OutsideError } from "../core/units/index.ts";
import type { ManifestFile } from "../scenarios/index.ts";

/**
 * A file with Kubernetes objects; `-` is stdin.
 *
 * @throws OutsideError when it cannot be read.
 */
export async function readManifestFile(name: string): Promise<ManifestFile> {
  if (name === "-") return { name: "stdin", text: await readStream(process.stdin) };
  try {
    return { name, text: await readFile(name, "utf8") };
  } catch (cause) {
    throw new OutsideError({
      code: "outside/unreadable-file",
      message: `${name} cannot be read`,
      advice: "Give the file that kubectl get -A -o yaml was written to, or - for stdin.",
      cause,
    });
  }
}
