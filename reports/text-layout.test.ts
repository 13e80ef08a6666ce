import { describe, expect, it } from "vitest";
import { cutEnd, hang, printable, wrap } from "./text-layout.ts";

describe("text for a terminal", () => {
  it.each([
    ["colours", "a\u001b[31mb", "a\\u001b[31mb"],
    ["a title of the window", "\u001b]0;x\u0007", "\\u001b]0;x\\u0007"],
    ["the eight-bit form of a sequence", "\u009b2J", "\\u009b2J"],
    ["a backspace and a delete", "a\b\u007f", "a\\u0008\\u007f"],
    ["line feeds, returns and tabs", "a\nb\rc\td", "a\\nb\\rc\\td"],
    ["line separators", "a\u2028b\u2029", "a\\u2028b\\u2029"],
    ["turns of the direction of writing", "a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f"],
    ["half of a surrogate pair", "a\ud83d", "a\\ud83d"],
  ])("never holds %s", (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(cutEnd(text, 80)).toBe(shown);
  });

  it("is otherwise what was written", () => {
    for (const text of ["web-7cbcb7479c", 'Pod "a/b"', "\u00e9 \u6771\u4eac \ud83d\ude80 \u2026"]) {
      expect(printable(text)).toBe(text);
    }
  });

  it("escapes each code of the control planes and leaves the rest of the first 256", () => {
    for (let code = 0; code < 256; code += 1) {
      const character = String.fromCharCode(code);
      const isControl = code < 32 || (code >= 127 && code < 160);
      expect(printable(character) === character).toBe(!isControl);
    }
  });

  it("breaks at white space of any kind, and escapes what is left", () => {
    expect(wrap("one\ntwo \u001b[2Jthree", 12)).toEqual(["one two", "\\u001b[2Jthree"]);
    expect(hang("a\u0007: ", "b\u001bc d", 16)).toEqual(["a\\u0007: b\\u001bc", "         d"]);
  });
});
