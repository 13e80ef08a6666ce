import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "./format-diagnostic.ts";
import { plainPaint } from "./paint.ts";

const diagnostic = {
  file: "scenario.yaml",
  line: 12,
  column: 4,
  code: "scenario/unknown-key",
  found: "sed",
  allowed: "",
  hint: "write seed",
  message: "there is no key sed",
};

describe("a diagnostic for a person", () => {
  it("shows the line with a caret under the column", () => {
    const style = { paint: plainPaint, sourceLine: () => "   sed: 1" };
    expect(formatDiagnostic(diagnostic, style)).toBe(
      [
        "scenario.yaml:12:4: there is no key sed (scenario/unknown-key)",
        "  12 |    sed: 1",
        "     |    ^",
        "  found: sed",
        "  hint: write seed",
      ].join("\n"),
    );
  });

  it("keeps tabs in front of the caret", () => {
    const style = { paint: plainPaint, sourceLine: () => "\t\t sed: 1" };
    expect(formatDiagnostic(diagnostic, style)).toContain("\n     | \t\t ^\n");
  });

  it.each([[undefined], ["x".repeat(101)]])("leaves out a line that cannot be shown", (line) => {
    const style = { paint: plainPaint, sourceLine: () => line };
    expect(formatDiagnostic(diagnostic, style)).not.toContain("|");
  });

  it("has no colours unless it is asked for them", () => {
    expect(formatDiagnostic(diagnostic)).not.toContain("\u001b");
    const paint = picocolors.createColors(true);
    const text = formatDiagnostic(diagnostic, { paint, sourceLine: () => undefined });
    expect(text).toContain("\u001b[1mscenario.yaml:12:4:\u001b[22m");
  });
});
