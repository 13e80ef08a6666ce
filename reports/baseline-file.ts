import { type Diagnostic, type Result, fail, ok } from "../core/units/index.ts";
import type { Baseline } from "./baseline-schema.ts";
import { baselineSchema } from "./baseline-schema.ts";
import { formatJson } from "./report-json.ts";

/** Reads a baseline file's text; `file` names it in diagnostics. */
export function parseBaseline(text: string, file: string): Result<Baseline> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(diagnostic(file, text, "baseline/not-json", reason, "a baseline in JSON"));
  }
  const parsed = baselineSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return fail(
    parsed.error.issues.map((issue) => {
      const at = issue.path.map(String).join(".");
      return {
        ...diagnostic(file, text, "baseline/invalid", issue.message, "what --update writes"),
        ...(at === "" ? {} : { path: at }),
        message: `${at === "" ? "the baseline" : at}: ${issue.message}`,
      };
    }),
  );
}

/** The text of a baseline file, ending in a line feed. */
export function formatBaseline(baseline: Baseline): string {
  return formatJson(baseline);
}

function diagnostic(
  file: string,
  text: string,
  code: string,
  reason: string,
  allowed: string,
): Diagnostic {
  const found = text.length > 40 ? `${text.slice(0, 40)}\u2026` : text;
  return { file, code, found, allowed, message: `not a baseline: ${reason}` };
}
