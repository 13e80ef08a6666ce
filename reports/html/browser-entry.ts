/**
 * Runs in the reader's browser: draws the charts that the page carries as JSON. Expressions are
 * interpreted (`ast`), because the page's policy forbids code made from text. Redraws when the reader
 * switches between light and dark, and in light for paper.
 */
import type { Config } from "vega";
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";
import type { TopLevelSpec } from "vega-lite";

interface PageChart {
  readonly id: string;
  readonly spec: TopLevelSpec;
}

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paper = window.matchMedia("print");

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Names of colours in a specification become the page's colours of the moment. */
function painted(spec: TopLevelSpec): TopLevelSpec {
  const text = JSON.stringify(spec).replaceAll(/"(series-\d)"/g, (_, name: string) =>
    JSON.stringify(colour(name)),
  );
  return JSON.parse(text) as TopLevelSpec;
}

function config(): Config {
  const text = colour("muted");
  const line = colour("line");
  const font = getComputedStyle(document.body).fontFamily;
  return {
    background: "transparent",
    font,
    axis: {
      labelColor: text,
      titleColor: text,
      titleFontWeight: "normal",
      labelFontSize: 11,
      titleFontSize: 11,
      domainColor: line,
      tickColor: line,
      gridColor: line,
    },
    legend: { labelColor: text, labelFontSize: 11, symbolType: "square" },
    text: { color: colour("ink"), fontSize: 12 },
    rule: { color: colour("ink") },
    view: { stroke: "transparent" },
  } as Config;
}

async function draw(charts: readonly PageChart[]): Promise<void> {
  for (const { id, spec } of charts) {
    await embed(`#${id}`, painted(spec), {
      ast: true,
      expr: expressionInterpreter,
      actions: false,
      renderer: "svg",
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
      config: config() as never,
    });
  }
  document.documentElement.dataset["charts"] = "drawn";
}

const data = document.getElementById("charts");
const charts = JSON.parse(data?.textContent ?? "[]") as readonly PageChart[];
let drawing = draw(charts);

function redraw(): void {
  drawing = drawing.then(() => draw(charts));
}

dark.addEventListener("change", redraw);
paper.addEventListener("change", redraw);
