import { z } from "zod";
import { accountPatchSchema } from "./account-schema.ts";
import { momentField, objectNameField } from "./value-fields.ts";

/** A merge patch on an object, as written. */
export const patchField = z.record(z.string(), z.unknown());

const objectChanges = {
  nodePools: z
    .record(objectNameField, patchField)
    .optional()
    .describe("merge patches (RFC 7386) by NodePool; '*' is every NodePool and comes first"),
  ec2NodeClasses: z
    .record(objectNameField, patchField)
    .optional()
    .describe("the same for EC2NodeClasses"),
};

const at = momentField.describe("time since the start, or an instant");

/** One of a policy's `changes`: what is rolled out under this policy alone. */
export const policyChangeSchema = z.strictObject({ at, ...objectChanges });

/** One of `spec.changes`: what changes during the run under every policy. */
export const changeSchema = z.strictObject({
  at,
  ...objectChanges,
  account: accountPatchSchema.optional().describe("a merge patch on spec.account"),
});
