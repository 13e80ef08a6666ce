import type { SimTime } from "../core/units/index.ts";
import { tryParseTime } from "../core/units/index.ts";
import { OptionReading, tryParseCount } from "./option-reading.ts";

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
const nodesMax = 1_000_000;

/**
 * The words as values.
 *
 * @throws BadInputError with everything that is wrong with them.
 */
export function readBudgetOptions(words: BudgetWords): BudgetOptions {
  const reading = new OptionReading();
  const from = words.from === undefined ? undefined : tryParseDay(words.from);
  if (words.from !== undefined && from === undefined) {
    reading.refuse(
      "--from",
      words.from,
      "a day such as 2026-03-02, or a time such as 2026-03-02T09:30:00Z",
    );
  }
  const days = reading.count("--days", words.days, { min: 1, max: daysMax }) ?? 1;
  let nodes: number | undefined;
  const nodesByNodePool = new Map<string, number>();
  for (const part of (words.nodes ?? []).flatMap((text) => text.split(","))) {
    const [, name, count = ""] = /^(?:([^=]+)=)?(.*)$/.exec(part.trim()) ?? [];
    const value = tryParseCount(count, { min: 0, max: nodesMax });
    if (value === undefined) reading.refuse("--nodes", part, "a count such as 20, or NODEPOOL=20");
    else if (name === undefined) nodes = value;
    else nodesByNodePool.set(name, value);
  }
  reading.finish();
  return { from, days, nodes, nodesByNodePool };
}

/** A day is its first instant in UTC. */
function tryParseDay(text: string): SimTime | undefined {
  return tryParseTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
}
