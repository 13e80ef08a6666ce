import { printable } from "../reports/index.ts";
import { formatTable, type TableColumn } from "./print-table.ts";
import type { TextStyle } from "./text-lines.ts";

/** A node as a row of a table. */
export interface NodeRow {
  readonly node: string;
  readonly nodePool?: string;
  readonly instanceType?: string;
  readonly capacityType?: string;
  readonly zone?: string;
  readonly podCount: number;
  /** Absent: unknown. */
  readonly usdPerHour?: number;
}

/** Lines of a table of nodes: of its head, and of each node in the order given. */
export interface NodeTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const facts: readonly TableColumn[] = [
  { title: "NODEPOOL" },
  { title: "TYPE" },
  { title: "CAPACITY" },
  { title: "ZONE" },
  { title: "PODS", isNumber: true },
  { title: "$/H", isNumber: true },
];

/**
 * Nodes with their type, place and price, a line each; where the names of a region are too long for
 * the width, each name on a line of its own and the rest below it.
 */
export function formatNodeTable(
  nodes: readonly NodeRow[],
  { columns, paint }: TextStyle,
): NodeTable {
  const cells = nodes.map((row) => [
    row.nodePool ?? "-",
    row.instanceType ?? "?",
    row.capacityType ?? "-",
    row.zone ?? "?",
    String(row.podCount),
    row.usdPerHour === undefined ? "?" : row.usdPerHour.toFixed(4),
  ]);
  const wide = linesOf(
    [{ title: "NODE" }, ...facts],
    nodes.map(({ node }, index) => [node, ...(cells[index] ?? [])]),
  );
  if (wide.every((line) => line.length <= columns)) {
    const [head = "", ...rows] = wide;
    return { head: [paint.dim(head)], rows: rows.map((line) => [line]) };
  }
  const [head = "", ...rows] = linesOf(facts, cells);
  return {
    head: [paint.dim("NODE"), paint.dim(`  ${head}`)],
    rows: nodes.map(({ node }, index) => [printable(node), `  ${rows[index] ?? ""}`]),
  };
}

function linesOf(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return formatTable(columns, rows).trimEnd().split("\n");
}
