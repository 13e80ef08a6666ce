import { z } from "zod";
import { instanceFaults, nodeConditionTypes } from "../../sim/world-plan.ts";
import {
  factorField,
  momentField,
  objectNameField,
  positiveDurationField,
} from "./value-fields.ts";

const nodeCondition = z.strictObject({
  type: z
    .enum(nodeConditionTypes)
    .describe("Ready, of the kubelet, or a condition of the EKS node monitoring agent"),
  status: z
    .union([z.enum(["False", "Unknown"]), z.literal(false)])
    .default("False")
    .transform((status) => (status === false ? "False" : status))
    .describe("Unknown: the kubelet falls silent and the containers are lost; for Ready only"),
  for: positiveDurationField
    .optional()
    .describe("after which it is well again. Default: it stays as it is"),
});

/** One of `spec.faults`: something that goes wrong with nodes or their instances. */
export const faultSchema = z.strictObject({
  at: momentField.optional().describe("when it strikes: time since the start, or an instant"),
  per100kHours: factorField
    .optional()
    .describe("instead of at: the mean number in 100,000 node-hours, at random"),
  nodes: z
    .strictObject({
      nodePool: objectNameField.optional().describe("only nodes of this NodePool"),
      matchLabels: z
        .record(z.string(), z.string())
        .optional()
        .describe("only nodes with these labels"),
      count: z.int().min(1).optional().describe("how many are struck, drawn at random. Default: 1"),
      percent: z
        .number()
        .gt(0)
        .max(100)
        .optional()
        .describe("the same as a share of those that fit, rounded up"),
    })
    .prefault({})
    .describe("which nodes"),
  nodeCondition: nodeCondition.optional().describe("a condition that goes bad"),
  instance: z.enum(instanceFaults).optional().describe("what befalls the instance"),
});
