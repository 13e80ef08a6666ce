/*
 * Writes the published JSON Schemas of reports and baselines, reports/schema/*.schema.json:
 *
 *   tsx scripts/build-report-schema.ts
 *
 * A test compares them with what is committed.
 */
import { writeFileSync } from "node:fs";
import { baselineJsonSchema, reportJsonSchema } from "../reports/index.ts";

const folder = new URL("../reports/schema/", import.meta.url);
const text = (schema: unknown): string => `${JSON.stringify(schema, undefined, 2)}\n`;
writeFileSync(new URL("report.schema.json", folder), text(reportJsonSchema()));
writeFileSync(new URL("baseline.schema.json", folder), text(baselineJsonSchema()));
