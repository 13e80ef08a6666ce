import { type Decoder, object, optional, required } from "../decoder.ts";
import { text } from "../decode-scalars.ts";
import type { NodeClassReference } from "../node-claim.ts";
import { type Place, converted, placeAt } from "../place.ts";

const providerGroup = "karpenter.k8s.aws";
const providerKind = "EC2NodeClass";

/** A reference as v1beta1 and v1alpha5 wrote it. */
export interface OlderReference {
  readonly name: string;
  readonly kind?: string;
  readonly apiVersion?: string;
}

/** Reads `{apiVersion, kind, name}`, of which only the name is required. */
export const olderReference: Decoder<OlderReference> = object({
  name: required(text),
  kind: optional(text),
  apiVersion: optional(text),
});

/**
 * The v1 reference: the group is what stands before the slash of apiVersion, and what is missing is
 * the AWS provider's. An AWSNodeTemplate is an EC2NodeClass of the same name.
 *
 * @see karpenter v1.0.0 pkg/apis/v1/nodepool_conversion.go NodePoolSpec.convertFrom
 */
export function convertReference(written: OlderReference, place: Place): NodeClassReference {
  const group = written.apiVersion?.split("/")[0] ?? "";
  const kind = written.kind === "AWSNodeTemplate" ? providerKind : (written.kind ?? "");
  const reference = {
    group: group === "" ? providerGroup : group,
    kind: kind === "" ? providerKind : kind,
    name: written.name,
  };
  converted(
    place,
    written,
    `nodeClassRef {group: ${reference.group}, kind: ${reference.kind}, name: ${reference.name}}`,
    "v1 names the group without its version",
  );
  return reference;
}

/** The reference of an object that has none; `assembleObjects` looks for the only node class. */
export function missingReference(place: Place, field: string): NodeClassReference {
  converted(
    placeAt(place, field),
    undefined,
    "a reference to the only node class of the manifests",
    `${field} is missing, which an API server refuses`,
  );
  return { group: providerGroup, kind: providerKind, name: "" };
}
