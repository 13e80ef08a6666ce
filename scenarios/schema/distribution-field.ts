import { z } from "zod";
import type { Distribution } from "../../sim/engine/index.ts";
import { distributionIssues } from "../../sim/engine/index.ts";
import { durationField } from "./value-fields.ts";

const measured = z.strictObject({ p: z.number().min(0).max(1), value: durationField });

const written = z.union([
  durationField.describe("always as long"),
  z.strictObject({ kind: z.literal("constant"), value: durationField }),
  z.strictObject({ kind: z.literal("uniform"), min: durationField, max: durationField }),
  z.strictObject({
    kind: z.literal("normal"),
    mean: durationField,
    standardDeviation: durationField,
    min: durationField.prefault("0s"),
  }),
  z.strictObject({ kind: z.literal("lognormal"), p50: durationField, p95: durationField }),
  z.strictObject({ kind: z.literal("exponential"), mean: durationField }),
  z.strictObject({ kind: z.literal("empirical"), quantiles: z.array(measured).min(2) }),
]);

/** A length of time that varies, as a distribution in seconds once read. */
export const delayField = written.meta({ id: "Delay" }).transform((spec, context): Distribution => {
  const distribution = inSeconds(spec);
  for (const issue of distributionIssues(distribution, { atLeast: 0 })) {
    context.addIssue({
      code: "custom",
      message: issue.message,
      params: { code: "scenario/bad-distribution", allowed: issue.allowed },
      input: issue.found,
      path: issue.path === "" ? [] : issue.path.split(/[.[\]]+/).filter((step) => step !== ""),
    });
  }
  return distribution;
});

function inSeconds(spec: z.output<typeof written>): Distribution {
  if (typeof spec === "number") return { kind: "constant", value: spec / 1000 };
  switch (spec.kind) {
    case "constant":
      return { kind: "constant", value: spec.value / 1000 };
    case "uniform":
      return { kind: "uniform", min: spec.min / 1000, max: spec.max / 1000 };
    case "normal":
      return {
        kind: "normal",
        mean: spec.mean / 1000,
        standardDeviation: spec.standardDeviation / 1000,
        min: spec.min / 1000,
      };
    case "lognormal":
      return { kind: "lognormal", p50: spec.p50 / 1000, p95: spec.p95 / 1000 };
    case "exponential":
      return { kind: "exponential", mean: spec.mean / 1000 };
    case "empirical":
      return {
        kind: "empirical",
        quantiles: spec.quantiles.map(({ p, value }) => ({ p, value: value / 1000 })),
      };
  }
}
