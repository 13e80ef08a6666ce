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
import type { ConformanceCase, Decision, RecordedCases } from "./cases.ts";
import { applyEdits, sortedMapEdits } from "./sorted-maps.ts";

const moduleName = "sigs.k8s.io/karpenter";
const harness = fileURLToPath(new URL("./upstream/", import.meta.url));
const outputBytesMax = 2 ** 30;
/** So many cases are sent at once: each carries its instance types in full. */
const casesAtOnce = 64;

/** The cases with upstream's decisions. @throws Error when Go, its modules or the program fail. */
export function askUpstream(
  cases: readonly ConformanceCase[],
  instanceTypeSets: RecordedCases["instanceTypeSets"],
): RecordedCases {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  try {
    const program = buildHarness(folder);
    const decisions: Decision[] = [];
    for (let first = 0; first < cases.length; first += casesAtOnce) {
      const batch = cases.slice(first, first + casesAtOnce);
      decisions.push(...runHarness(program, batch, instanceTypeSets));
    }
    const upstream = `karpenter ${goList("{{.Version}}")}`;
    return { upstream, instanceTypeSets, cases, decisions };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runHarness(
  program: string,
  cases: readonly ConformanceCase[],
  instanceTypeSets: RecordedCases["instanceTypeSets"],
): readonly Decision[] {
  const lines = cases.map(({ instanceTypeSet, ...rest }) =>
    JSON.stringify({ ...rest, instanceTypes: instanceTypeSets[instanceTypeSet] }),
  );
  const output = execFileSync(program, {
    input: `${lines.join("\n")}\n`,
    maxBuffer: outputBytesMax,
    stdio: ["pipe", "pipe", "inherit"],
  });
  return output
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Decision);
}

/** Builds the program against a copy of upstream with the edits of sorted-maps.ts. */
function buildHarness(folder: string): string {
  const copy = join(folder, "karpenter");
  // The module cache is read-only, and so would be a plain copy.
  cpSync(join(goList("{{.Dir}}"), "pkg"), join(copy, "pkg"), { recursive: true, filter: isSource });
  cpSync(join(goList("{{.Dir}}"), "go.mod"), join(copy, "go.mod"));
  for (const path of new Set(sortedMapEdits.map((edit) => edit.file))) {
    const target = join(copy, path);
    const text = applyEdits(path, readFileSync(target, "utf8"));
    rmSync(target);
    writeFileSync(target, text);
  }
  const moduleFile = join(folder, "go.mod");
  const requirements = readFileSync(join(harness, "go.mod"), "utf8");
  writeFileSync(moduleFile, `${requirements}\nreplace ${moduleName} => ${copy}\n`);
  cpSync(join(harness, "go.sum"), join(folder, "go.sum"));
  const binary = join(folder, "upstream");
  execFileSync("go", ["build", `-modfile=${moduleFile}`, "-o", binary, "."], {
    cwd: harness,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return binary;
}

/** Makes the folders on the way writable, so that edited files can be put into them. */
function isSource(from: string, to: string): boolean {
  if (!statSync(from).isDirectory()) return !from.endsWith("_test.go");
  mkdirSync(to, { recursive: true });
  return true;
}

function goList(format: string): string {
  const output = execFileSync("go", ["list", "-m", "-f", format, moduleName], { cwd: harness });
  return output.toString("utf8").trim();
}
