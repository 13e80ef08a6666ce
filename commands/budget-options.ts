import type { Diagnostic, SimTime } from "../core/units/index.ts";
import { tryParseTime } from "../core/units/index.ts";
import { BadInputError } from "./bad-input-error.ts";

/** As commander hands them over. */
export interface BudgetWords {
  readonly from?: string;
  readonly days: string;
  readonly nodes?: readonly string[];
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** What was asked for. */
export interface BudgetOptions {
  readonly from: SimTime | undefined;
  readonly days: number;
  /** For every NodePool that is not named. */
  readonly nodes: number | undefined;
  readonly nodesByNodePool: ReadonlyMap<string, number>;
}

const daysMax = 366;
const countMax = 1_000_000;

/**
 * The words as values.
 *
 * @throws BadInputError with everything that is wrong with them.
 */
export function readBudgetOptions(words: BudgetWords): BudgetOptions {
  const diagnostics: Diagnostic[] = [];
  const refuse = (file: string, found: string, allowed: string): undefined => {
    const message = `${found} is not possible here`;
    diagnostics.push({ file, code: "usage/bad-option", found, allowed, message });
    return undefined;
  };
  const from = words.from === undefined ? undefined : tryParseDay(words.from);
  if (words.from !== undefined && from === undefined) {
    refuse(
      "--from",
      words.from,
      "a day such as 2026-03-02, or a time such as 2026-03-02T09:30:00Z",
    );
  }
  const days =
    readCount(words.days, 1, daysMax) ??
    refuse("--days", words.days, `a whole number from 1 to ${daysMax}`) ??
    1;
  let nodes: number | undefined;
  const nodesByNodePool = new Map<string, number>();
  for (const part of (words.nodes ?? []).flatMap((text) => text.split(","))) {
    const [, name, count = ""] = /^(?:([^=]+)=)?(.*)$/.exec(part.trim()) ?? [];
    const value = readCount(count, 0, countMax);
    if (value === undefined) refuse("--nodes", part, "a count such as 20, or NODEPOOL=20");
    else if (name === undefined) nodes = value;
    else nodesByNodePool.set(name, value);
  }
  if (diagnostics.length > 0) throw new BadInputError(diagnostics);
  return { from, days, nodes, nodesByNodePool };
}

/** A day is its first instant in UTC. */
function tryParseDay(text: string): SimTime | undefined {
  return tryParseTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
}

function readCount(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value < min || value > max ? undefined : value;
}
