/**
 * The report as one HTML file that needs nothing else: style, script and data stand inside, and its
 * policy allows these and no request. Made on the server side; the script only draws the charts.
 */
import { readFileSync } from "node:fs";
import type { JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { formatSeconds } from "../number-text.ts";
import type { Report } from "../report-schema.ts";
import { Alerts, PolicyCard, RestsOn } from "./blocks.tsx";
import { loadBrowserScript } from "./browser-script.ts";
import { ChartRows, CurrencyCharts } from "./chart-figures.tsx";
import type { Chart } from "./charts.ts";
import { chartsOfCurrencies, chartsOverTime } from "./charts.ts";
import { hashSource, inlineJson, inlineScript } from "./inline.ts";
import { FigureTables } from "./tables.tsx";

/**
 * The page of a report.
 *
 * @throws OutsideError where the page's script has not been built.
 */
export async function formatReportHtml(report: Report): Promise<string> {
  return formatPage(report, await loadBrowserScript());
}

/** The page with a script of the caller's. */
export function formatPage(report: Report, browserScript: string): string {
  const style = readFileSync(new URL("./page.css", import.meta.url), "utf8");
  const script = inlineScript(browserScript);
  const currencies = chartsOfCurrencies(report);
  const groups = chartsOverTime(report);
  const charts = [...currencies, ...groups.flatMap((group) => group.charts)];
  const body = renderToString(<Body report={report} currencies={currencies} groups={groups} />);
  const title = renderToString(<title>{`${report.scenario.name} \u00b7 dryfit`}</title>);
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta name="generator" content="dryfit">`,
    title,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    body,
    `<script type="application/json" id="charts">${inlineJson(charts.map(withoutTitle))}</script>`,
    `<script>${script}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function withoutTitle({ id, spec }: Chart): Omit<Chart, "title"> {
  return { id, spec };
}

function Body(props: {
  readonly report: Report;
  readonly currencies: readonly Chart[];
  readonly groups: ReturnType<typeof chartsOverTime>;
}): JSX.Element {
  const { report, currencies, groups } = props;
  const { seeds } = report;
  return (
    <main>
      <header>
        <h1>{report.scenario.name}</h1>
        <p class="meta">
          {report.start} to {report.end} ({formatSeconds(report.hours * 3600)}),{" "}
          {seeds.length === 1 ? "seed" : "seeds"} {seeds.join(", ")}
          {seeds.length === 1 ? "" : "; means \u00b1 half of the 95 % interval"}
        </p>
      </header>
      <Alerts report={report} />
      <section class="cards">
        {report.policies.map((policy) => (
          <PolicyCard policy={policy} />
        ))}
      </section>
      <section>
        <h2>Three currencies</h2>
        <p class="note">Dollars, waiting and disruption; there is no single score.</p>
        <CurrencyCharts charts={currencies} />
      </section>
      <section>
        <h2>Over time</h2>
        <p class="note">
          Means of equal stretches of time{seeds.length === 1 ? "" : ", over all seeds"}. Axes are
          the same under every policy.
        </p>
        <ChartRows groups={groups} />
      </section>
      <section>
        <h2>Figures</h2>
        <FigureTables report={report} />
      </section>
      <RestsOn report={report} />
    </main>
  );
}
