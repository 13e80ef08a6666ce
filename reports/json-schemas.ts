import { z } from "zod";
import { baselineSchema } from "./baseline-schema.ts";
import { reportSchema } from "./report-schema.ts";

/** The JSON Schema of `report.json`, draft 7, for whoever reads reports. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(reportSchema, { io: "output", target: "draft-07" });
}

/** The JSON Schema of a baseline file, draft 7, for editors. */
export function baselineJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(baselineSchema, { io: "input", target: "draft-07" });
}
