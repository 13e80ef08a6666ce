/**
 * Generates cases and records upstream Karpenter's decisions on them. Needs Go.
 *
 * `npx tsx conformance/record.ts FILE SEED COUNT` writes COUNT cases of every topic to
 * `conformance/cases/FILE`.
 */
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
import { type Decision, type RecordedCases, writeRecordedCases } from "./cases.ts";
import { generateCases, generateInstanceTypeSets } from "./generate.ts";
import { applyEdits, sortedMapEdits } from "./sorted-maps.ts";

const moduleName = "sigs.k8s.io/karpenter";
const harness = fileURLToPath(new URL("./upstream/", import.meta.url));
const outputBytesMax = 2 ** 30;

const [file = "", seedText = "", countText = ""] = process.argv.slice(2);
const [seed, count] = [Number(seedText), Number(countText)];
if (!file.endsWith(".json.gz") || !Number.isSafeInteger(seed) || !(count > 0)) {
  console.error("usage: npx tsx conformance/record.ts FILE.json.gz SEED COUNT");
  process.exit(2);
}

const workFolder = mkdtempSync(join(tmpdir(), "conformance-"));
try {
  const instanceTypeSets = generateInstanceTypeSets(seed);
  const cases = generateCases(seed, count, instanceTypeSets);
  const lines = cases.map(({ instanceTypeSet, ...rest }) =>
    JSON.stringify({ ...rest, instanceTypes: instanceTypeSets[instanceTypeSet] }),
  );
  const output = execFileSync(buildHarness(workFolder), {
    input: `${lines.join("\n")}\n`,
    maxBuffer: outputBytesMax,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const decisions = output
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Decision);
  const upstream = `karpenter ${goList("{{.Version}}")}`;
  const recorded: RecordedCases = { upstream, instanceTypeSets, cases, decisions };
  writeRecordedCases(file, recorded);
  console.log(`${cases.length} cases in ${file}, decided by ${upstream}`);
} finally {
  rmSync(workFolder, { recursive: true, force: true });
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
