import { readFileSync } from "node:fs";
import { ledgerReference } from "./ledger-reference.ts";
import { reasonReference } from "./reason-reference.ts";
import type { JsonSchema, ReferencePage } from "./schema-reference.ts";
import { schemaReference } from "./schema-reference.ts";

interface Source extends ReferencePage {
  readonly schema: string;
  readonly path: string;
}

const generated =
  "Generated from the published schema by `tsx scripts/build-docs.ts`; do not edit.";

const sources: readonly Source[] = [
  {
    schema: "scenarios/schema/scenario.schema.json",
    path: "docs/reference/scenario-keys.md",
    title: "Scenario keys",
    intro:
      "Every key of a scenario file. [Scenarios](../scenario.md) tells how they go together.\n" +
      "Editors complete them with the\n" +
      "[JSON Schema](../../scenarios/schema/scenario.schema.json).\n\n" +
      `${generated}`,
    isInput: true,
  },
  {
    schema: "reports/schema/report.schema.json",
    path: "docs/reference/report-keys.md",
    title: "Report keys",
    intro:
      "Every key of `report.json`. [Reports](../report.md) tells how to read them.\n" +
      "The [JSON Schema](../../reports/schema/report.schema.json) is the contract.\n\n" +
      `${generated}`,
    isInput: false,
  },
  {
    schema: "reports/schema/baseline.schema.json",
    path: "docs/reference/baseline-keys.md",
    title: "Baseline keys",
    intro:
      "Every key of the file that `dryfit check` compares with. [Checks in CI](../ci.md) tells how to\n" +
      "use it. The [JSON Schema](../../reports/schema/baseline.schema.json) is the contract.\n\n" +
      `${generated}`,
    isInput: true,
  },
];

/** The generated pages: path from the root of the repository, and text. */
export function referencePages(): readonly { readonly path: string; readonly text: string }[] {
  const schemas = sources.map(({ schema, path, ...page }) => {
    const text = readFileSync(new URL(`../${schema}`, import.meta.url), "utf8");
    return { path, text: schemaReference(JSON.parse(text) as JsonSchema, page) };
  });
  return [
    ...schemas,
    { path: "docs/reference/ledger-entries.md", text: ledgerReference() },
    { path: "docs/reference/reason-codes.md", text: reasonReference() },
  ];
}
