import type { Diagnostic } from "../core/units/index.ts";
import { Defect, OutsideError } from "../core/units/index.ts";
import { BadInputError } from "./bad-input-error.ts";

/**
 * What a thread threw, as plain data: errors lose their class on the way between threads, and the
 * exit code hangs on it.
 */
export type SentFailure =
  | { readonly kind: "bad-input"; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: "outside";
      readonly code: string;
      readonly message: string;
      readonly advice: string;
    }
  | {
      readonly kind: "defect";
      readonly message: string;
      readonly facts: Readonly<Record<string, string>>;
      readonly stack: string;
    };

/** What was thrown, ready to be sent. */
export function packFailure(thrown: unknown): SentFailure {
  if (thrown instanceof BadInputError) {
    return { kind: "bad-input", diagnostics: thrown.diagnostics };
  }
  if (thrown instanceof OutsideError) {
    const { code, message, advice, cause } = thrown;
    const detail = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return { kind: "outside", code, message: detail, advice };
  }
  const facts = thrown instanceof Defect ? thrown.facts : {};
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    kind: "defect",
    message: error.message,
    facts: Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, asText(value)])),
    stack: error.stack ?? "",
  };
}

/** The error again, for the command line to describe. */
export function unpackFailure(failure: SentFailure): Error {
  switch (failure.kind) {
    case "bad-input":
      return new BadInputError(failure.diagnostics);
    case "outside":
      return new OutsideError(failure);
    case "defect": {
      const defect = new Defect(failure.message, failure.facts);
      defect.stack = failure.stack;
      return defect;
    }
  }
}

/** Facts may be anything, and not everything can be sent or printed. */
function asText(value: unknown): string {
  try {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value);
  }
}
