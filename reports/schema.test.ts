import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { baselineJsonSchema, reportJsonSchema } from "./json-schemas.ts";

describe("the published JSON Schemas", () => {
  it.each([
    ["report", reportJsonSchema],
    ["baseline", baselineJsonSchema],
  ])("of the %s is what the code says; else run scripts/build-report-schema.ts", (name, make) => {
    const file = new URL(`./schema/${name}.schema.json`, import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(make());
  });
});
