import type { Finding } from "./finding.ts";
import { isEntry } from "./rooms.ts";
import type { Source } from "./source.ts";
import { isTest } from "./source.ts";

/** What only tests import, by its place or name. */
const testMaterial = /^test\/|(^|\/)(testing|fixtures)\/|[.-](fixtures?|testing)\.tsx?$/;

/**
 * Files that nobody imports. A file that only tests import is dead code with a guard of honour, unless
 * it is material of tests and says so.
 */
export function findOrphans(sources: readonly Source[]): readonly Finding[] {
  const byCode = new Set<string>();
  const byTests = new Set<string>();
  for (const { path, references } of sources) {
    const importers = isTest(path) || testMaterial.test(path) ? byTests : byCode;
    for (const { target } of references) {
      if (target !== undefined && target !== path) {
        importers.add(target);
      }
    }
  }
  const findings: Finding[] = [];
  for (const { path } of sources) {
    if (isTest(path) || isEntry(path) || byCode.has(path)) {
      continue;
    }
    if (testMaterial.test(path) && byTests.has(path)) {
      continue;
    }
    const message = byTests.has(path)
      ? "only tests import it: use it, remove it, or move it to test/support or a *-fixture.ts"
      : "nobody imports it: use it or remove it";
    findings.push({ file: path, line: 1, message });
  }
  return findings;
}
