/** Laying text out in columns of a terminal. */
import Table from "cli-table3";
import type picocolors from "picocolors";
import type { Cell, Row, Section } from "./comparison-row.ts";

/** Paints text, or leaves it alone where colours are off. */
export type Colours = ReturnType<typeof picocolors.createColors>;

const gap = 2;
const policyWidthMin = 12;
const policyWidthMax = 32;
const labelWidthMin = 29;

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ".repeat(gap),
};

/**
 * Control characters, halves of surrogate pairs (which have no form in UTF-8), and what turns the
 * direction of the text around it or ends a line.
 */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const shortEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Text that a terminal shows and never obeys: control characters, those that turn the direction of
 * writing and those that end a line stand there escaped, `\u001b` or `\n`; everything else is left as
 * it is. Names and messages come out of files that somebody hands in: whatever of them goes to a
 * terminal goes through here, before it is coloured. `wrap` and `hang` do so by themselves.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (each) => shortEscapes[each] ?? escaped(each));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Breaks text at white space into lines of at most `width`; a longer word stands alone. Nothing for
 * empty text. What is not printable is escaped.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text
    .split(/\s+/)
    .filter((each) => each !== "")
    .map(printable)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** Wrapped text behind a first-line prefix, the other lines indented by as much. */
export function hang(prefix: string, text: string, columns: number): readonly string[] {
  const head = printable(prefix);
  const indent = " ".repeat(head.length);
  return wrap(text, columns - head.length).map(
    (line, index) => (index === 0 ? head : indent) + line,
  );
}

/** A bar of `width` characters, filled to a percentage from 0 to 100; more is shown as full. */
export function bar(percent: number, width: number): string {
  const filled = Math.round((Math.min(Math.max(percent, 0), 100) / 100) * width);
  return "\u2588".repeat(filled) + "\u2591".repeat(width - filled);
}

/** Cuts text to `width`, the end kept, since names of workloads differ there. */
function cutStart(name: string, width: number): string {
  const text = printable(name);
  return text.length <= width ? text : `\u2026${text.slice(text.length - width + 1)}`;
}

/** Cuts text to `width`, the start kept. */
export function cutEnd(title: string, width: number): string {
  const text = printable(title);
  return text.length <= width ? text : `${text.slice(0, width - 1)}\u2026`;
}

/** Breaks a name into lines of at most `width`, behind a punctuation mark where there is one. */
function breakName(name: string, width: number): string {
  const lines: string[] = [];
  let rest = printable(name);
  while (rest.length > width) {
    const head = rest.slice(0, width);
    const mark = Math.max(...["-", "_", ".", "/", " "].map((each) => head.lastIndexOf(each)));
    const cut = mark > 0 ? mark + 1 : width;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...lines, rest].join("\n");
}

/** Widths of the three parts of a policy's cells. */
interface CellWidths {
  readonly text: number;
  readonly plusMinus: number;
  readonly change: number;
}

/** What one table needs to know to line up with the next. */
export interface TableLayout {
  readonly columns: number;
  readonly policyNames: readonly string[];
  readonly sections: readonly Section[];
  readonly colours: Colours;
}

/**
 * Sections as tables, every policy a column, all of them aligned with each other. Policies that don't
 * fit beside each other follow in further tables, each led by the first policy.
 */
export function formatSections(layout: TableLayout): readonly string[] {
  const { sections, columns } = layout;
  const policyNames = layout.policyNames.map(printable);
  const widths = policyNames.map((_, policy) => cellWidths(sections, policy));
  // Names in full, unless breaking them lets more policies stand beside each other.
  const [inFull, broken] = [policyWidthMax, policyWidthMin].map((nameWidth) => {
    const cells = widths.map((each, policy) =>
      Math.max(total(each), Math.min(policyNames[policy]?.length ?? 0, nameWidth)),
    );
    const label = labelWidth(layout, cells);
    return { label, cells, groups: groups(cells, columns - label) };
  });
  const better = (inFull?.groups.length ?? 0) > (broken?.groups.length ?? 0) ? broken : inFull;
  if (better === undefined) return [];
  return better.groups.flatMap((group, index) => [
    ...(index === 0 ? [] : [""]),
    ...formatGroup(layout, group, widths, better),
  ]);
}

/** As wide as the longest label, but not so wide that a second policy would not fit. */
function labelWidth({ sections, columns }: TableLayout, cells: readonly number[]): number {
  const longest = Math.max(...sections.flatMap(({ rows }) => rows.map((row) => label(row).length)));
  const [first = 0, ...others] = cells;
  const beside = columns - first - gap - (others.length > 0 ? Math.max(...others) + gap : 0);
  return Math.min(longest, Math.max(labelWidthMin, Math.min(beside, Math.floor(columns / 2))));
}

/** Which policies stand beside each other; the first one in every group. */
function groups(full: readonly number[], space: number): readonly (readonly number[])[] {
  const result: number[][] = [];
  const first = (full[0] ?? 0) + gap;
  let group: number[] = [0];
  let used = first;
  for (let policy = 1; policy < full.length; policy += 1) {
    const width = (full[policy] ?? 0) + gap;
    if (used + width > space && group.length > 1) {
      result.push(group);
      group = [0];
      used = first;
    }
    group.push(policy);
    used += width;
  }
  return [...result, group];
}

function formatGroup(
  { policyNames, sections, colours }: TableLayout,
  group: readonly number[],
  widths: readonly CellWidths[],
  { label: width, cells }: { readonly label: number; readonly cells: readonly number[] },
): readonly string[] {
  const lines: string[] = [];
  for (const { title, rows } of sections) {
    const table = newTable([width, ...group.map((policy) => cells[policy] ?? 0)]);
    const names = group.map((policy) => breakName(policyNames[policy] ?? "", cells[policy] ?? 0));
    table.push([colours.bold(cutEnd(title, width)), ...names.map((name) => colours.bold(name))]);
    for (const row of rows) {
      const name = cutStart(label(row), width);
      table.push([
        row.depth === 0 ? name : colours.dim(name),
        ...group.map((policy) => formatCell(row.cells[policy], widths[policy], colours)),
      ]);
    }
    lines.push(...(lines.length === 0 ? [] : [""]), ...linesOf(table));
  }
  return lines;
}

function newTable(widths: readonly number[]): Table.Table {
  return new Table({
    chars: noBorders,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colWidths: [...widths],
    colAligns: widths.map((_, index) => (index === 0 ? "left" : "right")),
  });
}

function linesOf(table: Table.Table): readonly string[] {
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

function label({ label: text, depth }: Row): string {
  return "  ".repeat(depth) + printable(text);
}

function cellWidths(sections: readonly Section[], policy: number): CellWidths {
  const cells = sections.flatMap(({ rows }) => rows.map(({ cells: all }) => all[policy]));
  const widest = (text: (cell: Cell | undefined) => string | undefined): number =>
    Math.max(0, ...cells.map((cell) => text(cell)?.length ?? 0));
  return {
    text: widest((cell) => cell?.text),
    plusMinus: widest((cell) => cell?.plusMinus),
    change: widest((cell) => cell?.change),
  };
}

function total({ text, plusMinus, change }: CellWidths): number {
  return text + (plusMinus > 0 ? plusMinus + 1 : 0) + (change > 0 ? change + 1 : 0);
}

function formatCell(
  cell: Cell | undefined,
  widths: CellWidths | undefined,
  colours: Colours,
): string {
  if (cell === undefined || widths === undefined) return "";
  const parts = [cell.text.padStart(widths.text)];
  if (widths.plusMinus > 0) {
    parts.push(colours.dim((cell.plusMinus ?? "").padStart(widths.plusMinus)));
  }
  if (widths.change > 0) {
    const paint =
      cell.isBetter === undefined ? colours.dim : cell.isBetter ? colours.green : colours.red;
    parts.push(paint((cell.change ?? "").padStart(widths.change)));
  }
  return parts.join(" ");
}
