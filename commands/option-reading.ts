// Words of the command line as values, for every command; what is wrong with them is a diagnostic whose
// "file" is the option, and all of them are told at once.
import { nearMiss } from "../core/apis/index.ts";
import type { Diagnostic, DurationMs, SimTime } from "../core/units/index.ts";
import { tryParseTime } from "../core/units/index.ts";
import { allowedDuration, parseScenarioDuration } from "../scenarios/index.ts";
import { BadInputError } from "./bad-input-error.ts";

/** The smallest and the largest count that an option takes. */
export interface CountBounds {
  readonly min: number;
  readonly max?: number;
}

/** Reads options one by one and gathers complaints; every reader answers undefined where it complains. */
export class OptionReading {
  readonly #diagnostics: Diagnostic[] = [];

  /** `found` cannot stand there; `meant` is what probably should. */
  refuse(option: string, found: string, allowed: string, meant?: string): undefined {
    this.#diagnostics.push({
      file: option,
      code: "usage/bad-option",
      found,
      allowed,
      ...(meant === undefined ? {} : { hint: `write ${meant}` }),
      message: `${found} is not possible here`,
    });
    return undefined;
  }

  /** @throws BadInputError with everything that was refused. */
  finish(): void {
    if (this.#diagnostics.length > 0) throw new BadInputError(this.#diagnostics);
  }

  count(option: string, text: string | undefined, bounds: CountBounds): number | undefined {
    if (text === undefined) return undefined;
    const { min, max } = bounds;
    const allowed =
      max === undefined
        ? `a whole number, at least ${min}`
        : `a whole number from ${min} to ${max}`;
    return tryParseCount(text, bounds) ?? this.refuse(option, text, allowed);
  }

  /** A number of zero or more, with decimals. */
  amount(option: string, text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
    return this.refuse(option, text, "a number of zero or more");
  }

  duration(option: string, text: string | undefined): DurationMs | undefined {
    if (text === undefined) return undefined;
    const duration = parseScenarioDuration(text);
    return duration !== undefined && duration > 0
      ? duration
      : this.refuse(option, text, allowedDuration);
  }

  time(option: string, text: string | undefined): SimTime | undefined {
    if (text === undefined) return undefined;
    const allowed = "an RFC 3339 time such as 2026-03-08T00:00:00Z";
    return tryParseTime(text) ?? this.refuse(option, text, allowed);
  }

  /** One of the names; of very many the complaint lists the first twenty. */
  oneOf<Name extends string>(
    option: string,
    text: string | undefined,
    names: readonly Name[],
  ): Name | undefined {
    if (text === undefined) return undefined;
    const known = names.find((name) => name === text);
    if (known !== undefined) return known;
    const more = names.length > 20 ? `, and ${names.length - 20} more` : "";
    const allowed = names.slice(0, 20).join(", ") + more;
    return this.refuse(option, text, allowed, nearMiss(text, names));
  }

  /** Some of the names, with commas between, in the order of the names; those that exist. */
  someOf<Name extends string>(
    option: string,
    list: string,
    names: readonly Name[],
  ): readonly Name[] {
    const wanted = new Set(list.split(",").map((name) => this.oneOf(option, name.trim(), names)));
    return names.filter((name) => wanted.has(name));
  }
}

/** A whole number in plain digits, within the bounds; undefined for everything else. */
export function tryParseCount(text: string, { min, max }: CountBounds): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  const isWithin = value >= min && (max === undefined || value <= max);
  return Number.isSafeInteger(value) && isWithin ? value : undefined;
}
