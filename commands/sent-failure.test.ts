import { describe, expect, it } from "vitest";
import { Defect, OutsideError } from "../core/units/index.ts";
import { BadInputError } from "./bad-input-error.ts";
import { describeFailure } from "./failure.ts";
import { packFailure, unpackFailure } from "./sent-failure.ts";

const diagnostic = { file: "a", code: "x/y", found: "", allowed: "", message: "bad" };
const circular: { self?: unknown } = {};
circular.self = circular;

describe("a failure that is sent between threads", () => {
  it.each([
    [new BadInputError([diagnostic]), 2, "a: bad (x/y)"],
    [new OutsideError({ code: "o/p", message: "gone", advice: "look" }), 2, "gone (o/p)"],
    [new Defect("broken", { seed: 42, what: circular }), 3, "  seed: 42"],
    [new TypeError("no such thing"), 3, "TypeError: no such thing"],
    ["a string", 3, "a string"],
  ])("ends the command as it would have here: %s", (thrown, exitCode, text) => {
    const arrived = unpackFailure(structuredClone(packFailure(thrown)));
    const failure = describeFailure(arrived);
    expect(failure.exitCode).toBe(exitCode);
    expect(failure.text).toContain(text);
  });
});
