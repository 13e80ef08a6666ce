import { z } from "zod";

/** What `schema` says in a baseline of this version. */
export const baselineSchemaName = "dryfit.dev/baseline/v1";

const tolerance = z
  .strictObject({
    absolute: z.number().min(0).optional().describe("In the unit of the figure."),
    relativePercent: z.number().min(0).optional().describe("Of the baseline's value."),
  })
  .describe("The wider of the two holds; with neither the figure must not move at all.");

const figure = z.strictObject({
  value: z.number(),
  tolerance,
  direction: z
    .enum(["increase", "decrease", "both"])
    .default("both")
    .describe("Which way the figure must not move."),
});

/** What a report is checked against; a file that people review and edit. */
export const baselineSchema = z.strictObject({
  schema: z.literal(baselineSchemaName),
  scenario: z.strictObject({ name: z.string(), digest: z.string() }),
  figures: z.record(z.string(), figure).describe("By path in the report."),
  costShares: z
    .record(
      z.string(),
      z.array(
        z.strictObject({
          nodePool: z.string(),
          capacityType: z.string(),
          instanceFamily: z.string(),
          usd: z.number(),
        }),
      ),
    )
    .default({})
    .describe("Compute by policy, so that a check can say where money moved."),
});

/** See `baselineSchema`. */
export type Baseline = z.infer<typeof baselineSchema>;
