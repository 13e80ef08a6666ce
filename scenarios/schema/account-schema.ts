import { z } from "zod";
import { countField, timeField } from "./value-fields.ts";

const aliasFamilies = [
  "al2",
  "al2023",
  "bottlerocket",
  "windows2019",
  "windows2022",
  "windows2025",
] as const;

const tagValue = z.string();
const subnetId = z.string().regex(/^subnet-[0-9a-z]+$/);
const securityGroupId = z.string().regex(/^sg-[0-9a-z]+$/);
const imageId = z.string().regex(/^ami-[0-9a-z]+$/);
const kubernetesVersion = z
  .string()
  .regex(/^1\.\d{1,3}$/)
  .describe("of the control plane, quoted. Its AMIs are others than those of another version");
const amiReleases = z
  .partialRecord(z.enum(aliasFamilies), z.string().regex(/^[0-9A-Za-z._-]+$/))
  .describe("by family, the version that @latest stands for");

const subnetFields = {
  zone: z.string().min(1).describe("one of spec.zones"),
  zoneId: z.string().min(1).optional().describe("such as use1-az1"),
  availableIpAddressCount: countField
    .default(251)
    .describe("of two subnets in a zone the one with more is used; addresses don't run out"),
};
const imageFields = {
  name: z.string().min(1).optional().describe("the AMI's own name"),
  architecture: z.enum(["amd64", "arm64"]).describe("what it runs on"),
  creationDate: timeField.describe("the newest of an architecture is used"),
  owner: z.string().min(1).default("self").describe("self, amazon or an account id"),
  ssmParameters: z.array(z.string().min(1)).default([]).describe("parameters that hold its id"),
};

const tags = z.record(z.string(), tagValue).default({}).describe("what selector terms look at");

const subnet = z.strictObject({ ...subnetFields, tags });
const securityGroup = z.strictObject({
  name: z.string().min(1).optional().describe("the group's own name"),
  tags,
});
const image = z.strictObject({ ...imageFields, tags });

/** What EC2NodeClasses are resolved against. */
export const accountSchema = z.strictObject({
  kubernetesVersion: kubernetesVersion.optional(),
  amiReleases: amiReleases.optional(),
  subnets: z
    .record(subnetId, subnet)
    .optional()
    .describe("by id. Default: one in every zone, which every selector term finds"),
  securityGroups: z
    .record(securityGroupId, securityGroup)
    .optional()
    .describe("by id. Default: one, which every selector term finds"),
  images: z
    .record(imageId, image)
    .optional()
    .describe("AMIs of your own, by id. Default: terms other than aliases find one that suits"),
});

const changedTags = z.record(z.string(), tagValue.nullable()).optional();
const removable = " null takes it away";

/** A merge patch on an account; what it leaves is checked as an account. */
export const accountPatchSchema = z.strictObject({
  kubernetesVersion: kubernetesVersion.optional(),
  amiReleases: amiReleases.optional(),
  subnets: z
    .record(
      subnetId,
      z
        .strictObject({
          zone: subnetFields.zone.optional(),
          zoneId: subnetFields.zoneId,
          availableIpAddressCount: countField.optional(),
          tags: changedTags,
        })
        .nullable(),
    )
    .optional()
    .describe(`by id.${removable}`),
  securityGroups: z
    .record(
      securityGroupId,
      z.strictObject({ name: z.string().optional(), tags: changedTags }).nullable(),
    )
    .optional()
    .describe(`by id.${removable}`),
  images: z
    .record(
      imageId,
      z
        .strictObject({
          name: z.string().optional(),
          architecture: imageFields.architecture.optional(),
          creationDate: timeField.optional(),
          owner: z.string().min(1).optional(),
          ssmParameters: z.array(z.string().min(1)).optional(),
          tags: changedTags,
        })
        .nullable(),
    )
    .optional()
    .describe(`by id.${removable}`),
});
