import { describe, expect, it } from "vitest";
import { formatDuration } from "../units/index.ts";
import { commandTimeLimit } from "./queue.ts";

describe("the time limit of commands", () => {
  it.each([
    [1, "10m0s"],
    [4000, "10m0s"],
    [10_000, "13m20s"],
    [40_000, "53m20s"],
    [80_000, "1h0m0s"],
  ])("with %i machines in the queue is %s", (machines, expected) => {
    expect(formatDuration(commandTimeLimit(machines))).toBe(expected);
  });
});
