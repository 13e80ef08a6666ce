/** Rows of the tables that every form of a report shows: one figure, one cell for each policy. */
import { compareStrings } from "../core/units/index.ts";
import { centre, halfWidth } from "./figure.ts";
import { formatChange, none } from "./number-text.ts";
import type { Figure, PolicyReport } from "./report-schema.ts";

/** One policy's value in a row. */
export interface Cell {
  readonly text: string;
  /** Half of the 95 % confidence interval, `±1.20`; only with several seeds. */
  readonly plusMinus?: string;
  /** Against the first policy, `-12%`, or `=`. */
  readonly change?: string;
  /** Whether the change is to the good; absent where nothing changed. */
  readonly isBetter?: boolean;
}

/** One figure of every policy. */
export interface Row {
  readonly label: string;
  /** 1: a part of the row above. */
  readonly depth: 0 | 1;
  readonly cells: readonly Cell[];
}

/** Rows under a title. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** How a row shows its figures. */
export interface RowStyle {
  readonly format: (value: number) => string;
  readonly depth?: 0 | 1;
  /** Which way is better; absent: neither, and no change is shown. */
  readonly better?: "less" | "more";
}

/** Where a policy's figure is found. */
export type PickFigure = (policy: PolicyReport) => Figure | null;

/** A row of one figure; the first policy is the one that the others are compared with. */
export function row(
  policies: readonly PolicyReport[],
  label: string,
  pick: PickFigure,
  style: RowStyle,
): Row {
  const figures = policies.map(pick);
  const [reference] = figures;
  return {
    label,
    depth: style.depth ?? 0,
    cells: figures.map((figure, index) => {
      if (figure === null) return { text: none };
      const half = halfWidth(figure);
      return {
        text: style.format(centre(figure)),
        ...(half === undefined ? {} : { plusMinus: `\u00b1${style.format(half)}` }),
        ...(index === 0 || reference === null || reference === undefined
          ? {}
          : change(figure, reference, style)),
      };
    }),
  };
}

function change(figure: Figure, reference: Figure, { better }: RowStyle): Partial<Cell> {
  const text = formatChange(centre(figure), centre(reference));
  if (text === undefined || better === undefined) return {};
  if (text === "=") return { change: text };
  return { change: text, isBetter: text.startsWith("-") === (better === "less") };
}

/** The row, unless every policy has nothing in it. */
export function unlessZero(each: Row): readonly Row[] {
  return each.cells.some(({ text }) => /[1-9]/.test(text)) ? [each] : [];
}

/** Names that any policy has figures for, sorted. */
export function namesOf(
  policies: readonly PolicyReport[],
  record: (policy: PolicyReport) => Readonly<Record<string, Figure>>,
): readonly string[] {
  return [...new Set(policies.flatMap((each) => Object.keys(record(each))))].sort(compareStrings);
}
