/** Times upstream Karpenter's own scheduler on a workload, where Go is installed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { iterationsOf, type Workload } from "./workloads.ts";

/** An entry per iteration. */
export interface UpstreamTiming {
  /** Construction of topology and scheduler. */
  readonly setupSeconds: readonly number[];
  /** What upstream's own benchmark times. */
  readonly solveSeconds: readonly number[];
  readonly nodes: readonly number[];
  readonly podErrors: number;
}

const harness = fileURLToPath(new URL("../../conformance/upstream/", import.meta.url));
const outputBytesMax = 2 ** 24;

/** The program that takes upstream's decisions, built for this process. */
export class UpstreamScheduler {
  readonly #folder: string;

  /** Throws the compiler's complaint. */
  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "bench-upstream-"));
    execFileSync("go", ["build", "-o", this.#binary, "."], { cwd: harness, stdio: "inherit" });
  }

  get #binary(): string {
    return join(this.#folder, "upstream");
  }

  time(workload: Workload): UpstreamTiming {
    const input = `${JSON.stringify({ ...workload, iterations: iterationsOf(workload) })}\n`;
    const output = execFileSync(this.#binary, ["bench"], {
      input,
      maxBuffer: outputBytesMax,
      stdio: ["pipe", "pipe", "inherit"],
    });
    return JSON.parse(output.toString("utf8")) as UpstreamTiming;
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
