import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { buildReport } from "../build-report.ts";
import { madeUpProvenance, madeUpRuns, withUnscheduledPods } from "../report-fixture.ts";
import { inlineJson, inlineScript } from "./inline.ts";
import { formatPage } from "./page.tsx";

const script = 'console.log("</script><!--");';
const report = buildReport(withUnscheduledPods(madeUpRuns([42])), madeUpProvenance);
const page = formatPage(report, script);

function policyOf(html: string): string {
  return /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

describe("the page", () => {
  it("names pods without a node, and what is not modelled, before any figure", () => {
    const body = page.slice(page.indexOf("<body>"));
    const failure = body.indexOf("Pods were left without a node. This is no success.");
    expect(failure).toBeGreaterThan(0);
    expect(failure).toBeLessThan(body.indexOf("$"));
    expect(body.indexOf("Not modelled")).toBeLessThan(body.indexOf("$"));
  });

  it("allows its own script and style by their hashes, and nothing else at all", () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const code = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
    expect(policyOf(page)).toBe(
      `default-src 'none'; script-src 'sha256-${sha256(code)}'; style-src 'sha256-${sha256(style)}'; base-uri 'none'; form-action 'none'`,
    );
  });

  it("has no attribute that its policy forbids, and names no other place to load from", () => {
    const markup = page.replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, "");
    expect(markup).not.toMatch(/ (style|on[a-z]+|src|href|action)=/);
  });

  it("lets no name out of its place: not in text, not in data", () => {
    const evil = `</script><img src=x onerror=alert(1)>"'&`;
    const [first, ...others] = report.policies;
    if (first === undefined) throw new Error("a report without policies");
    const named = {
      ...report,
      scenario: { ...report.scenario, name: evil },
      policies: [{ ...first, name: evil }, ...others],
      notModelled: [{ code: "x", message: evil }],
    };
    const html = formatPage(named, script);
    expect(html).not.toContain("<img");
    // Exactly the data and the script, however many names try to end them.
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    const data = /<script type="application\/json" id="charts">([\s\S]*?)<\/script>/.exec(
      html,
    )?.[1];
    expect(JSON.stringify(JSON.parse(data ?? ""))).toContain(JSON.stringify(evil).slice(1, -1));
  });

  it("is the same for the same report", () => {
    expect(formatPage(report, script)).toBe(page);
  });
});

describe("what stands inside a script element", () => {
  it("cannot end it, as JSON", () => {
    const value = { a: "</script><!--\u2028" };
    expect(inlineJson(value)).not.toMatch(/[<\u2028]/);
    expect(JSON.parse(inlineJson(value))).toEqual(value);
  });

  it("cannot end it, as code", () => {
    expect(inlineScript(script)).toBe('console.log("<\\/script><\\!--");');
  });
});
