/*
 * Writes the published JSON Schema of the scenario file, scenarios/schema/scenario.schema.json:
 *
 *   tsx scripts/build-scenario-schema.ts
 *
 * A test compares it with what is committed.
 */
import { writeFileSync } from "node:fs";
import { scenarioJsonSchema } from "../scenarios/index.ts";

const target = new URL("../scenarios/schema/scenario.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`);
