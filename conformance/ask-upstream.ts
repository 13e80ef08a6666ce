// Has upstream Karpenter decide, in the Go program of upstream/. Needs Go.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OutsideError } from "../core/units/index.ts";
import { bufferEdits } from "./buffer-edits.ts";
import type { ConformanceCase, Decision, RecordedCases } from "./cases.ts";
import { disruptionEdits } from "./disruption/sorted-disruption.ts";
import { lifecycleEdits } from "./lifecycle/sorted-maps.ts";
import { applyEdits, sortedMapEdits } from "./sorted-maps.ts";

const edits = [...sortedMapEdits, ...disruptionEdits, ...lifecycleEdits, ...bufferEdits];
const moduleName = "sigs.k8s.io/karpenter";
const harness = fileURLToPath(new URL("./upstream/", import.meta.url));
const outputBytesMax = 2 ** 30;
/** So many cases are sent at once: each carries its instance types in full. */
const casesAtOnce = 64;

/** The cases with upstream's decisions. @throws OutsideError when Go, its modules or the program fail. */
export function askUpstream(
  cases: readonly ConformanceCase[],
  instanceTypeSets: RecordedCases["instanceTypeSets"],
): RecordedCases {
  return withHarness((program) => {
    const decisions: Decision[] = [];
    for (let first = 0; first < cases.length; first += casesAtOnce) {
      const lines = cases.slice(first, first + casesAtOnce).map(({ instanceTypeSet, ...rest }) => ({
        ...rest,
        instanceTypes: instanceTypeSets[instanceTypeSet],
      }));
      decisions.push(...runHarness<Decision>(program, ["decide"], lines));
    }
    return { upstream: upstreamVersion(), instanceTypeSets, cases, decisions };
  });
}

/** What decides, such as `karpenter v1.14.1`. */
export function upstreamVersion(): string {
  return `karpenter ${goList("{{.Version}}")}`;
}

/** Builds the program, uses it and throws it away. */
export function withHarness<T>(use: (program: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    return use(buildHarness(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line in, one line out. */
export function runHarness<T>(
  program: string,
  args: readonly string[],
  lines: readonly unknown[],
): readonly T[] {
  const output = outside("upstream's program stopped", () =>
    execFileSync(program, args, {
      input: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
      maxBuffer: outputBytesMax,
      // Upstream prints times as the machine has them.
      env: { ...process.env, TZ: "UTC" },
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  return output
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

/** Builds the program against a copy of upstream with the edits that give loops an order. */
function buildHarness(folder: string): string {
  const copy = join(folder, "karpenter");
  // The module cache is read-only, and so would be a plain copy.
  cpSync(join(goList("{{.Dir}}"), "pkg"), join(copy, "pkg"), { recursive: true, filter: isSource });
  cpSync(join(goList("{{.Dir}}"), "go.mod"), join(copy, "go.mod"));
  for (const path of new Set(edits.map((edit) => edit.file))) {
    const target = join(copy, path);
    const text = applyEdits(edits, path, readFileSync(target, "utf8"));
    rmSync(target);
    writeFileSync(target, text);
  }
  const moduleFile = join(folder, "go.mod");
  const requirements = readFileSync(join(harness, "go.mod"), "utf8");
  writeFileSync(moduleFile, `${requirements}\nreplace ${moduleName} => ${copy}\n`);
  cpSync(join(harness, "go.sum"), join(folder, "go.sum"));
  const binary = join(folder, "upstream");
  outside("Go could not build conformance/upstream", () =>
    execFileSync(
      "go",
      ["build", "-tags=ordered", "-trimpath", `-modfile=${moduleFile}`, "-o", binary, "."],
      {
        cwd: harness,
        stdio: ["ignore", "inherit", "inherit"],
      },
    ),
  );
  return binary;
}

/** Makes the folders on the way writable, so that edited files can be put into them. */
function isSource(from: string, to: string): boolean {
  if (!statSync(from).isDirectory()) return !from.endsWith("_test.go");
  mkdirSync(to, { recursive: true });
  return true;
}

function goList(format: string): string {
  downloadModule();
  const output = outside("Go could not find Karpenter's module", () =>
    execFileSync("go", ["list", "-m", "-f", format, moduleName], { cwd: harness }),
  );
  return output.toString("utf8").trim();
}

let isDownloaded = false;

/** Puts upstream's sources into the module cache, where they may not be yet. */
function downloadModule(): void {
  if (isDownloaded) return;
  outside("Go could not fetch Karpenter's module", () =>
    execFileSync("go", ["mod", "download", moduleName], {
      cwd: harness,
      stdio: ["ignore", "ignore", "inherit"],
    }),
  );
  isDownloaded = true;
}

/** Runs a program; what goes wrong with it is nothing that the caller did. */
function outside<T>(message: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw isMissing
      ? new OutsideError({
          code: "outside/no-go",
          message: "asking upstream Karpenter needs Go, and there is no go on the path",
          advice:
            "Install Go 1.26 or later from https://go.dev/dl; comparing with what is recorded " +
            "(npm run conformance) needs none.",
        })
      : new OutsideError({
          code: "outside/go-failed",
          message,
          advice:
            "See the lines above. Go 1.26 or later is needed, and its module proxy the first time.",
          cause,
        });
  }
}
