import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { Defect, OutsideError, fail, invariant, ok } from "../core/units/index.ts";
import { valueOrBadInput } from "./bad-input-error.ts";
import { describeFailure } from "./failure.ts";

const unknownKey = {
  file: "scenario.yaml",
  line: 3,
  column: 5,
  path: "spec.seeed",
  code: "scenario/unknown-key",
  found: "seeed",
  allowed: "start, duration, seed",
  hint: "seed: 42",
  message: "there is no key seeed",
};

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("how a command ends", () => {
  it("bad input ends with 2 and shows every diagnostic with its position, no stack", () => {
    const { file, code, found, allowed, message } = unknownKey;
    const bare = { file, code, found, allowed, message };
    const error = thrownBy(() => valueOrBadInput(fail([unknownKey, bare])));
    expect(describeFailure(error)).toEqual({
      exitCode: 2,
      text: [
        "scenario.yaml:3:5: spec.seeed: there is no key seeed (scenario/unknown-key)",
        "  found: seeed",
        "  allowed: start, duration, seed",
        "  hint: seed: 42",
        "scenario.yaml: there is no key seeed (scenario/unknown-key)",
        "  found: seeed",
        "  allowed: start, duration, seed",
      ].join("\n"),
    });
  });

  it("a good result is its value", () => {
    expect(valueOrBadInput(ok(5))).toBe(5);
  });

  it("a failure of the outside ends with 2, its cause and what to do", () => {
    const error = new OutsideError({
      code: "outside/missing-package",
      message: "the package bullmq is not installed",
      advice: "npm install bullmq",
      cause: new Error("Cannot find package"),
    });
    expect(describeFailure(error)).toEqual({
      exitCode: 2,
      text: [
        "dryfit: the package bullmq is not installed (outside/missing-package)",
        "  cause: Cannot find package",
        "  what to do: npm install bullmq",
      ].join("\n"),
    });
  });

  it("bad usage ends with 2 and help with 0, both told by commander already", () => {
    const usage = new CommanderError(1, "commander.unknownOption", "error");
    const help = new CommanderError(0, "commander.helpDisplayed", "help");
    expect(describeFailure(usage)).toEqual({ exitCode: 2, text: "" });
    expect(describeFailure(help)).toEqual({ exitCode: 0, text: "" });
  });

  it("a broken invariant ends with 3, its facts and its stack", () => {
    const error = thrownBy(() => invariant(1 > 2, "one is less", { seed: 42, run: { n: 1n } }));
    expect(error).toBeInstanceOf(Defect);
    const { exitCode, text } = describeFailure(error);
    expect(exitCode).toBe(3);
    expect(text).toContain("this is a defect of dryfit");
    expect(text).toContain("  seed: 42\n  run: [object Object]\nDefect: one is less\n    at ");
  });

  it.each([[new TypeError("x is undefined")], ["a string"], [undefined], [null]])(
    "anything else that is thrown, such as %s, ends with 3",
    (thrown) => {
      const { exitCode, text } = describeFailure(thrown);
      expect(exitCode).toBe(3);
      expect(text).toContain("this is a defect of dryfit");
    },
  );

  it("a failure without a diagnostic is refused where it is made", () => {
    expect(() => fail([])).toThrow(RangeError);
  });
});
