import type { Diagnostic } from "../core/units/index.ts";
import { formatPosition } from "../core/units/index.ts";

/**
 * A diagnostic as lines for a person: position and sentence, then what was found, what may stand
 * there and what to write instead.
 *
 * ```
 * scenario.yaml:12:7: spec.policies[0].name: a policy needs a name (scenario/missing-key)
 *   found: nothing
 *   allowed: a string
 *   hint: name: balanced
 * ```
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { path, message, code, found, allowed, hint } = diagnostic;
  const where = path === undefined || path === "" ? "" : ` ${path}:`;
  const lines = [`${formatPosition(diagnostic)}:${where} ${message} (${code})`];
  if (found !== "") {
    lines.push(`  found: ${found}`);
  }
  if (allowed !== "") {
    lines.push(`  allowed: ${allowed}`);
  }
  if (hint !== undefined) {
    lines.push(`  hint: ${hint}`);
  }
  return lines.join("\n");
}
