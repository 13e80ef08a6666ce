import {
  type Decoder,
  checked,
  defaulted,
  isMapping,
  object,
  present,
  required,
  typeMeta,
} from "../decoder.ts";
import { oneOf } from "../decode-scalars.ts";
import type { Ec2NodeClass } from "../ec2-node-class.ts";
import {
  defaultMetadataOptions,
  ec2NodeClassStatus,
  emptyEc2NodeClassStatus,
  identityRule,
  sharedFields,
} from "../parse-ec2-node-class.ts";
import { emptyKubelet } from "../parse-kubelet.ts";
import { clusterMetadata } from "../parse-metadata.ts";
import { betaAmiSelectorTerms } from "../parse-selector-terms.ts";
import type { ParsedObject } from "../parsed-object.ts";
import { placeAt } from "../place.ts";
import { type OlderAmiFamily, convertImages, olderAmiFamilies } from "./convert-images.ts";

const aliasVersionAnnotation = "compatibility.karpenter.k8s.aws/v1-alias-version";

const written = object({
  ...sharedFields,
  amiFamily: required(oneOf(olderAmiFamilies)),
  amiSelectorTerms: defaulted(betaAmiSelectorTerms, []),
});
const spec = checked(written, [
  identityRule,
  {
    message: "amiSelectorTerms is required when amiFamily == 'Custom'",
    holds: ({ amiFamily, amiSelectorTerms }) =>
      amiFamily !== "Custom" || amiSelectorTerms.length > 0,
  },
]);

const parts = object({
  ...typeMeta,
  metadata: required(clusterMetadata),
  spec: required(spec),
  status: defaulted(ec2NodeClassStatus, emptyEc2NodeClassStatus),
});

/**
 * A karpenter.k8s.aws/v1beta1 EC2NodeClass, turned into v1.
 *
 * @see karpenter-provider-aws v1.0.0 pkg/apis/v1/ec2nodeclass_conversion.go EC2NodeClass.ConvertFrom
 */
export const ec2NodeClassV1Beta1: Decoder<ParsedObject> = (raw, place) => {
  const read = parts(raw, place);
  const rawSpec = isMapping(raw) ? raw["spec"] : undefined;
  if (read === undefined || !isMapping(rawSpec)) return undefined;
  const {
    role: _role,
    instanceProfile: _profile,
    amiFamily,
    amiSelectorTerms,
    ...kept
  } = read.spec;
  const { associatePublicIPAddress, blockDeviceMappings, ...rest } = kept;
  const images = convertImages(
    {
      amiFamily: amiFamily satisfies OlderAmiFamily,
      terms: amiSelectorTerms,
      blockDeviceMappings,
      aliasVersion: read.metadata.annotations[aliasVersionAnnotation],
    },
    placeAt(place, "spec"),
  );
  const options = rawSpec["metadataOptions"];
  const { amiFamily: _family, ...rawRest } = rawSpec;
  const object: Ec2NodeClass = {
    kind: "EC2NodeClass",
    metadata: read.metadata,
    spec: {
      ...rest,
      ...present({ associatePublicIpAddress: associatePublicIPAddress }),
      amiFamily: images.amiFamily,
      amiSelectorTerms: images.amiSelectorTerms,
      blockDeviceMappings: images.blockDeviceMappings,
      capacityReservationSelectorTerms: [],
      kubelet: emptyKubelet,
      raw: {
        ...rawRest,
        ...present(images.raw),
        // The older default of two hops is written out, as the historic converter does.
        metadataOptions: { ...defaultMetadataOptions(2), ...(isMapping(options) ? options : {}) },
      },
    },
    status: read.status,
  };
  return { object };
};
