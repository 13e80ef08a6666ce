/** Why a text could not be read: what parsers of this room pass around before they throw. */
export interface ParseFailure {
  readonly kind: "parse-failure";
  readonly message: string;
}

/** A failure with its sentence: what was found and what is allowed. */
export function parseFailure(message: string): ParseFailure {
  return { kind: "parse-failure", message };
}

/** Whether a parser's result is a failure. */
export function isFailure(result: unknown): result is ParseFailure {
  return (
    typeof result === "object" &&
    result !== null &&
    "kind" in result &&
    result.kind === "parse-failure"
  );
}

/** The value that was read. @throws RangeError with the failure's sentence. */
export function valueOrThrow<Value>(result: Value | ParseFailure): Value {
  if (isFailure(result)) throw new RangeError(result.message);
  return result;
}
