import type { JSX } from "preact";
import { details, headline, splits } from "../comparison.ts";
import type { Cell, Section } from "../comparison-row.ts";
import type { Report } from "../report-schema.ts";

/** Every table of the comparison, the finer splits folded away. */
export function FigureTables({ report }: { readonly report: Report }): JSX.Element {
  const names = report.policies.map(({ name }) => name);
  return (
    <>
      {[headline(report), ...details(report)].map((section) => (
        <FigureTable section={section} names={names} />
      ))}
      <details>
        <summary>Where compute money went, and what was decided</summary>
        {splits(report).map((section) => (
          <FigureTable section={section} names={names} />
        ))}
      </details>
    </>
  );
}

function FigureTable(props: {
  readonly section: Section;
  readonly names: readonly string[];
}): JSX.Element {
  const { section, names } = props;
  return (
    <div class="scroll">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{section.title}</th>
            {names.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {section.rows.map(({ label, depth, cells }) => (
            <tr class={depth === 0 ? undefined : "part"}>
              <th scope="row">{label}</th>
              {cells.map((cell, index) => (
                <FigureCell cell={cell} hasChanges={index > 0 && hasChanges(section)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function hasChanges({ rows }: Section): boolean {
  return rows.some(({ cells }) => cells.some(({ change }) => change !== undefined));
}

function FigureCell(props: { readonly cell: Cell; readonly hasChanges: boolean }): JSX.Element {
  const { text, plusMinus, change, isBetter } = props.cell;
  const tone = isBetter === undefined ? "" : isBetter ? " good" : " bad";
  return (
    <td>
      {text}
      {plusMinus === undefined ? null : <span class="pm">{plusMinus}</span>}
      {props.hasChanges ? <span class={`change${tone}`}>{change ?? ""}</span> : null}
    </td>
  );
}
