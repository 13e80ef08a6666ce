import { z } from "zod";
import { spotPricings } from "../../sim/ec2/index.ts";
import { amountField, durationField, factorField, pathField, shareField } from "./value-fields.ts";

/** Formats of Spot price histories; the reader tells them apart by itself, the name is a promise. */
export const spotPriceFormats = ["auto", "aws-spot-price-history", "csv"] as const;

const recordedPrices = z.strictObject({
  format: z
    .enum(spotPriceFormats)
    .describe("aws-spot-price-history: JSON or text of the AWS CLI; csv: any column order"),
  path: pathField.describe("the history, gzip or plain"),
});

const modelledPrices = z.strictObject({
  model: z.literal("seeded").describe("drawn from the seed, around the Spot Advisor's savings"),
  changesPerDay: factorField.optional().describe("price changes of a pool in a day. Default: 3"),
  stepSigma: amountField.optional().describe("size of a step of the log price. Default: 0.02"),
  familyShare: shareField
    .optional()
    .describe("share of a step that a family's pools have in common. Default: 0.3"),
  reversion: shareField.optional().describe("how far a step goes back to the mean. Default: 0.05"),
  poolSigma: amountField
    .optional()
    .describe("spread of the pools around their type's mean, in log price. Default: 0.12"),
});

const advisorInterruptions = z.strictObject({
  model: z.literal("advisor").describe("rates of the Spot Instance Advisor's buckets"),
  scale: amountField.optional().describe("multiplies every rate. Default: 1"),
});

const modelledCapacity = z.strictObject({
  model: z.literal("pools").describe("pools that run dry at times"),
  vcpusPerPool: factorField.optional().describe("vCPUs we can hold of a pool. Default: 4000"),
  spotDryMean: durationField
    .optional()
    .describe("mean length of a dry spell, Spot. Default: 1h24m"),
  onDemandDryMean: durationField
    .optional()
    .describe("mean length of a dry spell, On-Demand. Default: 30m"),
  onDemandAvailability: shareField
    .optional()
    .describe("share of the time that On-Demand launches succeed. Default: 0.999"),
  scarceOnDemandAvailability: shareField
    .optional()
    .describe("the same for bare metal and accelerated types. Default: 0.97"),
  shockShare: shareField
    .optional()
    .describe("share of interruptions that strike a whole family in a zone. Default: 0.35"),
  loneShare: shareField
    .optional()
    .describe("share of interruptions that strike a single instance. Default: 0.2"),
});

/** `spec.spot`: the Spot market. */
export const spotSchema = z.strictObject({
  prices: z
    .union([recordedPrices, modelledPrices])
    .prefault({ model: "seeded" })
    .describe("a recorded history, or a seeded model"),
  interruptions: z
    .union([
      advisorInterruptions,
      z.strictObject({
        trace: pathField.describe("CSV with timestamp, instance_type, availability_zone[, kind]"),
      }),
      z.strictObject({ model: z.literal("none").describe("EC2 never takes an instance back") }),
    ])
    .prefault({ model: "advisor" })
    .describe("when EC2 takes Spot Instances back"),
  capacity: z
    .union([
      modelledCapacity,
      z.strictObject({ model: z.literal("unlimited").describe("no launch is ever refused") }),
    ])
    .prefault({ model: "pools" })
    .describe("whether a launch finds capacity"),
  billing: z
    .strictObject({
      pricing: z
        .enum(spotPricings)
        .default("per-second")
        .describe("the price in force in each second, or at the start of each instance-hour"),
      waiveFirstHour: z
        .boolean()
        .default(true)
        .describe("EC2 gives back the usage of an instance that it interrupts in its first hour"),
    })
    .prefault({}),
});
