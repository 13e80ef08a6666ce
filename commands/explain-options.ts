import type { Diagnostic, SimTime } from "../core/units/index.ts";
import { compareStrings, parseTime, tryParseTime } from "../core/units/index.ts";
import type { RunJournal } from "../reports/index.ts";
import { BadInputError } from "./bad-input-error.ts";

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
  const diagnostics: Diagnostic[] = [];
  const refuse = (option: string, found: string, allowed: string): undefined => {
    const message = `${found} is not possible here`;
    diagnostics.push({ file: option, code: "usage/bad-option", found, allowed, message });
    return undefined;
  };
  const time = (option: string, text: string | undefined): SimTime | undefined => {
    if (text === undefined) return undefined;
    if (tryParseTime(text) !== undefined) return parseTime(text);
    return refuse(option, text, "an RFC 3339 time such as 2026-03-08T00:00:00Z");
  };
  const { policy, seed } = words;
  const isSeed = seed === undefined || (/^\d+$/.test(seed) && Number.isSafeInteger(Number(seed)));
  const [from, to] = [time("--from", words.from), time("--to", words.to)];
  if (!isSeed) refuse("--seed", seed, "a whole number, at least 0");
  if (from !== undefined && to !== undefined && from >= to) {
    refuse("--to", words.to ?? "", `a time behind --from ${words.from ?? ""}`);
  }
  if (diagnostics.length > 0) throw new BadInputError(diagnostics);
  return {
    policy,
    seed: seed === undefined ? undefined : Number(seed),
    from,
    to,
    showsAll: words.all === true,
    isJson: words.json === true,
  };
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
