import { z } from "zod";
import type { DecisionLatency } from "../../core/provisioning/index.ts";
import { defaultDecisionLatency } from "../../sim/world-plan.ts";
import { patchField, policyChangeSchema } from "./change-schema.ts";
import {
  amountField,
  countField,
  durationField,
  factorField,
  objectNameField,
} from "./value-fields.ts";

const gate = (text: string) => z.boolean().optional().describe(text);

/** Options of Karpenter, as its Helm chart and environment have them. */
export const karpenterSchema = z.strictObject({
  featureGates: z
    .strictObject({
      nodeRepair: gate("replace unhealthy nodes. Default: false"),
      reservedCapacity: gate("use capacity reservations. Default: true"),
      spotToSpotConsolidation: gate("replace Spot by cheaper Spot. Default: false"),
      nodeOverlay: gate("apply NodeOverlays. Default: false"),
      staticCapacity: gate("NodePools with replicas. Default: false"),
      capacityBuffer: gate("act on CapacityBuffers. Default: false"),
    })
    .optional(),
  batchIdleDuration: durationField
    .optional()
    .describe("quiet time that ends a batch of pending pods. Default: 1s"),
  batchMaxDuration: durationField.optional().describe("longest batch. Default: 10s"),
  preferencePolicy: z
    .enum(["Respect", "Ignore"])
    .optional()
    .describe("whether preferences count when packing pods. Default: Respect"),
  minValuesPolicy: z
    .enum(["Strict", "BestEffort"])
    .optional()
    .describe("whether minValues may be relaxed. Default: Strict"),
  vmMemoryOverheadPercent: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("memory that the hypervisor takes, a share as in Karpenter. Default: 0.075"),
  reservedEnis: countField.optional().describe("network interfaces that carry no pods. Default: 0"),
  interruptionQueue: z
    .boolean()
    .optional()
    .describe("whether Karpenter hears of interruptions at all. Default: true"),
});

/** kube-scheduler, an actor of its own. */
export const schedulerSchema = z.strictObject({
  scoringStrategy: z
    .enum(["LeastAllocated", "MostAllocated"])
    .optional()
    .describe("NodeResourcesFit: spread or pack. Default: LeastAllocated"),
  percentageOfNodesToScore: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe("0 adapts to the size of the cluster. Default: 0"),
  systemDefaultSpread: z
    .boolean()
    .optional()
    .describe("soft spreading of pods that have no constraints. Default: true"),
  popFromBackoff: z
    .boolean()
    .optional()
    .describe("an idle scheduler retries pods early, as from Kubernetes 1.33. Default: true"),
});

const msPerMinute = 60_000;
const millisecondsField = z.number().min(0).max(msPerMinute);
const by = Object.fromEntries(
  Object.entries(defaultDecisionLatency).map(([name, value]) => [name, `Default: ${value}`]),
) as Readonly<Record<keyof DecisionLatency, string>>;

/** How long Karpenter's own decisions take. */
export const controllerSchema = z.strictObject({
  decisionLatency: z
    .enum(["ideal", "proportional"])
    .optional()
    .describe(
      "ideal: decisions take no time. proportional: a scheduling run takes the longer the more " +
        "nodes and pods it is about, and Karpenter's limits cut searches short. Default: ideal",
    ),
  proportional: z
    .strictObject({
      baseMs: millisecondsField.optional().describe(`a run over nothing. ${by.baseMs}`),
      perNodeMs: millisecondsField.optional().describe(`each node. ${by.perNodeMs}`),
      perPodMs: millisecondsField.optional().describe(`each pod to be placed. ${by.perPodMs}`),
    })
    .optional()
    .describe("how long a run takes under decisionLatency: proportional, in milliseconds"),
});

/** Proposals that upstream discussed and never shipped. */
export const experimentsSchema = z.strictObject({
  consolidation: z
    .strictObject({
      balancedK: factorField.optional().describe("the factor k of Balanced. Upstream: 2"),
      minSavingsPercent: z
        .number()
        .min(0)
        .max(100)
        .optional()
        .describe("a move must save this share of what its nodes cost, in percent"),
      minSavingsUsdPerHour: amountField
        .optional()
        .describe("a move must save this many US dollars an hour"),
      utilizationCutoffPercent: z
        .number()
        .min(0)
        .max(100)
        .optional()
        .describe("nodes of which more cpu or memory is requested are left alone, in percent"),
      singleNode: z.boolean().optional().describe("false switches single-node consolidation off"),
      spotToSpotInstanceTypesMin: z
        .int()
        .min(1)
        .optional()
        .describe("cheaper types that Spot-to-Spot needs. Upstream: 15"),
    })
    .optional(),
});

/** One of `spec.policies`: an overlay on the manifests and settings. */
export const policySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
    .max(63)
    .describe("lower case letters, digits, dots and dashes"),
  description: z.string().optional(),
  nodePools: z
    .record(objectNameField, patchField)
    .optional()
    .describe("merge patches (RFC 7386) by NodePool; '*' is every NodePool and comes first"),
  ec2NodeClasses: z
    .record(objectNameField, patchField)
    .optional()
    .describe("the same for EC2NodeClasses"),
  changes: z
    .array(policyChangeSchema)
    .optional()
    .describe("what is rolled out during the run under this policy"),
  karpenter: karpenterSchema.optional().describe("laid over spec.karpenter"),
  scheduler: schedulerSchema.optional().describe("laid over spec.scheduler"),
  controller: controllerSchema.optional().describe("laid over spec.controller"),
  experiments: experimentsSchema.optional().describe("off by default, named in the report"),
});
