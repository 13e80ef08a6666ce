import type { SimTime } from "../core/units/index.ts";
import { compareStrings } from "../core/units/index.ts";
import type { RunJournal } from "../reports/index.ts";
import { BadInputError } from "./bad-input-error.ts";
import { OptionReading } from "./option-reading.ts";

/** The options as words. */
export interface ExplainWords {
  readonly policy?: string;
  readonly seed?: string;
  readonly from?: string;
  readonly to?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** The options as values. */
export interface ExplainOptions {
  readonly policy: string | undefined;
  readonly seed: number | undefined;
  readonly from: SimTime | undefined;
  readonly to: SimTime | undefined;
  readonly showsAll: boolean;
  readonly isJson: boolean;
}

/** @throws BadInputError with everything that is wrong with the words. */
export function readExplainOptions(words: ExplainWords): ExplainOptions {
  const reading = new OptionReading();
  const seed = reading.count("--seed", words.seed, { min: 0 });
  const from = reading.time("--from", words.from);
  const to = reading.time("--to", words.to);
  if (from !== undefined && to !== undefined && from >= to) {
    reading.refuse("--to", words.to ?? "", `a time behind --from ${words.from ?? ""}`);
  }
  reading.finish();
  const { policy, all, json } = words;
  return { policy, seed, from, to, showsAll: all === true, isJson: json === true };
}

/**
 * The one journal that is meant.
 *
 * @throws BadInputError where there are several, or none of that policy and seed.
 */
export function chooseJournal(
  journals: readonly RunJournal[],
  { policy, seed }: Pick<ExplainOptions, "policy" | "seed">,
): RunJournal {
  const matching = journals.filter(
    (it) =>
      (policy === undefined || it.policy === policy) && (seed === undefined || it.seed === seed),
  );
  const [first, second] = matching;
  if (first !== undefined && second === undefined) return first;
  const policies = distinct(matching.length === 0 ? journals : matching, "policy");
  const seeds = distinct(matching.length === 0 ? journals : matching, "seed");
  const isPolicyOpen = first === undefined ? policy !== undefined : policies.length > 1;
  const option = isPolicyOpen ? "--policy" : "--seed";
  const given = isPolicyOpen ? policy : seed;
  throw new BadInputError([
    {
      file: option,
      code: first === undefined ? "usage/bad-option" : "usage/missing-option",
      found: given === undefined ? "nothing" : String(given),
      allowed: (isPolicyOpen ? policies : seeds).join(", "),
      message:
        first === undefined
          ? `the folder has no journal of ${describe(policy, seed)}`
          : `the folder has ${matching.length} journals: say which with ${option}`,
    },
  ]);
}

function describe(policy: string | undefined, seed: number | undefined): string {
  return [
    ...(policy === undefined ? [] : [`policy ${policy}`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ].join(" with ");
}

function distinct(journals: readonly RunJournal[], key: "policy" | "seed"): readonly string[] {
  const values = journals.map((it) => it[key]).filter((value) => value !== undefined);
  return [...new Set(values.map(String))].sort(compareStrings);
}
