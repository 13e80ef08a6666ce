import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { maskPlaceholders, unmaskPlaceholders } from "./mask-placeholders.ts";
import { readYaml } from "./read-yaml.ts";

describe("maskPlaceholders", () => {
  test.prop([fc.array(fc.constantFrom("${A}", "${B:-x: y}", "{", "}", "$", ":", "a", "\n"))])(
    "keeps the length of every text and is undone by unmasking",
    (parts) => {
      const text = parts.join("");
      expect(maskPlaceholders(text)).toHaveLength(text.length);
      expect(unmaskPlaceholders(maskPlaceholders(text))).toBe(text);
    },
  );

  it("lets a placeholder stand anywhere in a flow list or mapping", () => {
    const { documents } = readYaml(
      "m.yaml",
      "zones: [${A}, ${B:-us-east-1b}]\nmap: {${C}: ${D}}\n",
    );
    expect(documents[0]?.value).toEqual({
      zones: ["${A}", "${B:-us-east-1b}"],
      map: { "${C}": "${D}" },
    });
  });
});
