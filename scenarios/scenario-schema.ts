/**
 * The scenario file as one schema: it checks the file, gives its TypeScript types and is published as
 * JSON Schema for editors. Everything that needs more than the file itself (paths, zones, names of
 * NodePools) is checked after it.
 */
import { z } from "zod";
import { accountSchema } from "./schema/account-schema.ts";
import { changeSchema, type policyChangeSchema } from "./schema/change-schema.ts";
import { faultSchema } from "./schema/fault-schema.ts";
import { billingSchema, latencySchema } from "./schema/latency-schema.ts";
import {
  controllerSchema,
  karpenterSchema,
  policySchema,
  schedulerSchema,
} from "./schema/policy-schema.ts";
import { spotSchema } from "./schema/spot-schema.ts";
import { amountField, pathField, positiveDurationField, timeField } from "./schema/value-fields.ts";
import { workloadSchema } from "./schema/workload-schema.ts";

export const scenarioApiVersion = "dryfit.dev/v1";

const specSchema = z.strictObject({
  start: timeField.describe("the first instant of virtual time"),
  duration: positiveDurationField.describe("how long the run is"),
  seed: z.int().min(0).default(1).describe("names every random draw"),
  region: z.string().min(1).describe("an AWS region with known prices"),
  zones: z.array(z.string().min(1)).min(1).describe("Availability Zones of the cluster's subnets"),
  manifests: z
    .array(pathField)
    .min(1)
    .describe("Kubernetes YAML: paths and globs from the scenario's folder; sorted"),
  instanceTypes: z
    .strictObject({
      families: z.array(z.string().min(1)).min(1).optional().describe("such as m5, c5"),
      names: z.array(z.string().min(1)).min(1).optional().describe("such as m5.large"),
    })
    .optional()
    .describe("only these types are on sale, as in a region or a year without the others"),
  account: accountSchema
    .prefault({})
    .describe("what selector terms of EC2NodeClasses find: the part of an account that matters"),
  changes: z
    .array(changeSchema)
    .default([])
    .describe("what changes during the run: NodePools, EC2NodeClasses, the account"),
  karpenter: karpenterSchema.prefault({}).describe("options of Karpenter"),
  workloads: z
    .array(workloadSchema)
    .default([])
    .describe("what arrives or changes over time, besides the manifests"),
  spot: spotSchema.prefault({}).describe("the Spot market"),
  prices: z
    .strictObject({
      refreshPeriod: positiveDurationField
        .prefault("12h")
        .describe("how often Karpenter reads prices; it decides on prices up to this old"),
    })
    .prefault({}),
  latency: latencySchema.prefault({}).describe("how long things take"),
  billing: billingSchema.prefault({}).describe("what is charged besides compute"),
  hostFailuresPer100kHours: amountField
    .default(0)
    .describe("machines that fail without notice, in 100,000 instance-hours"),
  faults: z
    .array(faultSchema)
    .default([])
    .describe("what goes wrong with nodes and instances, besides the Spot market"),
  controller: controllerSchema.prefault({}).describe("how long Karpenter's decisions take"),
  scheduler: schedulerSchema.prefault({}).describe("kube-scheduler"),
  policies: z
    .array(policySchema)
    .min(1)
    .optional()
    .describe("what is compared. Default: one policy as-is, the manifests unchanged"),
});

/** The whole file. */
export const scenarioSchema = z.strictObject({
  $schema: z.string().optional().describe("for editors"),
  apiVersion: z.literal(scenarioApiVersion),
  kind: z.literal("Scenario"),
  metadata: z.strictObject({
    name: z.string().min(1).max(63).describe("in reports"),
    description: z.string().optional(),
  }),
  spec: specSchema,
});

/** The scenario file as it was checked and completed with defaults. */
export type ScenarioFile = z.output<typeof scenarioSchema>;
/** Its `spec`. */
export type ScenarioSpec = ScenarioFile["spec"];
/** One of its workloads. */
export type WorkloadSpec = z.output<typeof workloadSchema>;
/** Its account. */
export type AccountSpec = z.output<typeof accountSchema>;
/** One of its changes. */
export type ChangeSpec = z.output<typeof changeSchema>;
/** One of the changes of a policy. */
export type PolicyChangeSpec = z.output<typeof policyChangeSchema>;
/** One of its faults. */
export type FaultSpec = z.output<typeof faultSchema>;
/** One of its policies. */
export type PolicySpec = z.output<typeof policySchema>;

/**
 * The published JSON Schema of the scenario file (draft-07, which editors know best).
 *
 * @see https://json-schema.org/draft-07
 */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(scenarioSchema, { io: "input", target: "draft-07" });
  return {
    $schema: schema.$schema,
    $id: "https://dryfit.dev/schema/v1/scenario.schema.json",
    title: "dryfit scenario",
    ...schema,
  };
}
