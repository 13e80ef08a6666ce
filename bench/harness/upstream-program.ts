/** Upstream Karpenter as a program, where Go is installed: what it is asked to time, it times itself. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../conformance/upstream/", import.meta.url));
const outputBytesMax = 2 ** 24;

/** Built for this process, from upstream as it is. */
export class UpstreamProgram {
  readonly #folder: string;

  /** Throws the compiler's complaint. */
  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "bench-upstream-"));
    execFileSync("go", ["build", "-o", this.#binary, "."], { cwd: source, stdio: "inherit" });
  }

  get #binary(): string {
    return join(this.#folder, "upstream");
  }

  /** What the program answers to one line in a mode of its own; see conformance/upstream/main.go. */
  ask(mode: "bench" | "latency", question: object): unknown {
    const output = execFileSync(this.#binary, [mode], {
      input: `${JSON.stringify(question)}\n`,
      maxBuffer: outputBytesMax,
      stdio: ["pipe", "pipe", "inherit"],
    });
    return JSON.parse(output.toString("utf8"));
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whether there is a Go to build with. */
export function isGoInstalled(): boolean {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
