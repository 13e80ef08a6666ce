import type { JSX } from "preact";
import type { Chart, ChartGroup } from "./charts.ts";

/** The three currencies side by side. */
export function CurrencyCharts({ charts }: { readonly charts: readonly Chart[] }): JSX.Element {
  return (
    <div class="row">
      {charts.map((chart) => (
        <ChartFigure chart={chart} kind="chart" />
      ))}
    </div>
  );
}

/** A row for each kind of chart, a chart for each policy. */
export function ChartRows({ groups }: { readonly groups: readonly ChartGroup[] }): JSX.Element {
  return (
    <>
      {groups.map(({ title, note, charts }) => (
        <section>
          <h3>{title}</h3>
          <p class="note">{note}</p>
          <div class="row">
            {charts.map((chart) => (
              <ChartFigure chart={chart} kind="chart time" />
            ))}
          </div>
        </section>
      ))}
    </>
  );
}

function ChartFigure(props: { readonly chart: Chart; readonly kind: string }): JSX.Element {
  const { chart, kind } = props;
  return (
    <figure>
      <figcaption>{chart.title}</figcaption>
      <div class={kind} id={chart.id} />
    </figure>
  );
}
