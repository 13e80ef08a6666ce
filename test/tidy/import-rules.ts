import type { Finding } from "./finding.ts";
import { isDoor, roomOf, roomRules, shippedFolders } from "./rooms.ts";
import type { Reference, Source } from "./source.ts";
import { isTest } from "./source.ts";

const packageFilesOfSim = /^sim\/engine\/random\.ts$|(^|\/|-)worker\.ts$/;
const packagesOfClocks = /^(node:)?(timers|perf_hooks|process|child_process)(\/|$)/;

/** Imports that point the wrong way, walk past a door, or bring in what the room must not have. */
export function findImportViolations(sources: readonly Source[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const source of sources) {
    for (const reference of source.references) {
      const message = violation(source.path, reference);
      if (message !== undefined) {
        findings.push({ file: source.path, line: reference.line, message });
      }
    }
  }
  return findings;
}

function violation(path: string, reference: Reference): string | undefined {
  const { target, specifier } = reference;
  if (reference.kind === "url") {
    return undefined;
  }
  if (target === undefined) {
    return isTest(path) ? undefined : packageViolation(path, specifier);
  }
  if (!/\.(ts|tsx|json)$/.test(target)) {
    return `imports ${specifier}: a relative import ends in .ts (or .json)`;
  }
  return (
    (isTest(path) ? undefined : arrowViolation(path, reference, target)) ??
    doorViolation(path, target)
  );
}

function packageViolation(path: string, specifier: string): string | undefined {
  if (path.startsWith("core/")) {
    return `imports ${specifier}: core imports no npm package and no node: module`;
  }
  if (path.startsWith("sim/") && !packageFilesOfSim.test(path)) {
    if (!specifier.startsWith("node:")) {
      return `imports ${specifier}: sim imports packages only in sim/engine/random.ts and workers`;
    }
    if (packagesOfClocks.test(specifier)) {
      return `imports ${specifier}: sim lives in virtual time`;
    }
  }
  return undefined;
}

function arrowViolation(path: string, reference: Reference, target: string): string | undefined {
  const top = path.split("/")[0] ?? "";
  if (!shippedFolders.includes(top) || target.startsWith(`${top}/`)) {
    return undefined;
  }
  if (/^(test|bench|scripts|conformance)\//.test(target) || isTest(target)) {
    return `imports ${target}: what ships does not import tests, benchmarks or scripts`;
  }
  const rule = roomRules.find((each) => each.from === top);
  if (rule === undefined || rule.mayImport.some((prefix) => target.startsWith(prefix))) {
    return undefined;
  }
  if (rule.typesOnly?.some((prefix) => target.startsWith(prefix)) === true) {
    return reference.typeOnly
      ? undefined
      : `imports ${target}: ${top} may import types of it only; write \`import type\``;
  }
  const allowed = [...rule.mayImport, ...(rule.typesOnly ?? [])].map((prefix) =>
    prefix.slice(0, -1),
  );
  return `imports ${target}: ${top} may import only ${[top, ...allowed].join(", ")}`;
}

/** Tests about the whole may look anywhere; everybody else comes in by the door. */
function doorViolation(path: string, target: string): string | undefined {
  const room = roomOf(target);
  if (room === undefined || room === roomOf(path) || isDoor(target)) {
    return undefined;
  }
  if (roomOf(path) === undefined && path !== "cli.ts") {
    return undefined;
  }
  return `imports ${target}: come in by the door, ${room}/index.ts`;
}
