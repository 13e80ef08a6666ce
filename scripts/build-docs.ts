/*
 * Writes the pages of docs/reference/, which say key by key what the published schemas say:
 *
 *   tsx scripts/build-docs.ts
 *
 * A test compares them with what is committed.
 */
import { writeFileSync } from "node:fs";
import { referencePages } from "./reference-pages.ts";

for (const { path, text } of referencePages()) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
}
