import { simTime } from "../../units/index.ts";
import {
  type Decoder,
  type ObjectOf,
  type ValueOf,
  checked,
  defaulted,
  isMapping,
  object,
  optional,
  present,
  required,
  silent,
  typeMeta,
  unmodelled,
} from "../decoder.ts";
import { oneOf, text, textMap } from "../decode-scalars.ts";
import type { Ec2NodeClass, SelectorTerm } from "../ec2-node-class.ts";
import type { ObjectMeta } from "../object-meta.ts";
import { blockDeviceMappings } from "../parse-block-devices.ts";
import {
  defaultMetadataOptions,
  emptyEc2NodeClassStatus,
  instanceTags,
  sharedFields,
} from "../parse-ec2-node-class.ts";
import { emptyKubelet } from "../parse-kubelet.ts";
import { clusterMetadata } from "../parse-metadata.ts";
import type { ParsedObject } from "../parsed-object.ts";
import { type Place, complain, converted, placeAt } from "../place.ts";
import { convertImages, olderAmiFamilies } from "../v1beta1/convert-images.ts";
import { amiTermsOf, termsOf } from "./convert-selectors.ts";

const shape = {
  ...typeMeta,
  amiFamily: optional(oneOf(olderAmiFamilies)),
  amiSelector: optional(textMap),
  subnetSelector: required(textMap),
  securityGroupSelector: optional(textMap),
  instanceProfile: optional(text),
  launchTemplate: optional(text),
  tags: defaulted(instanceTags, {}),
  blockDeviceMappings: defaulted(blockDeviceMappings, []),
  detailedMonitoring: sharedFields.detailedMonitoring,
  userData: optional(text),
  metadataOptions: sharedFields.metadataOptions,
  context: unmodelled("EC2 reserves it; launches are the same without", text),
};
const written: Decoder<ObjectOf<typeof shape>> = object(shape);

/** The spec of an AWSNodeTemplate, or the inline provider of a Provisioner. */
export const nodeTemplateSpec: typeof written = checked(
  (raw, place) => {
    const spec = written(raw, place);
    if (spec?.launchTemplate !== undefined) refuseLaunchTemplate(place, spec.launchTemplate);
    return spec;
  },
  [
    {
      message: "missing field(s): securityGroupSelector",
      holds: ({ launchTemplate, securityGroupSelector }) =>
        launchTemplate !== undefined || securityGroupSelector !== undefined,
    },
    {
      message: "missing field(s): amiSelector",
      holds: ({ amiFamily, amiSelector }) => amiFamily !== "Custom" || amiSelector !== undefined,
    },
  ],
);

function refuseLaunchTemplate(place: Place, launchTemplate: string): void {
  complain(placeAt(place, "launchTemplate"), {
    code: "apis/not-convertible",
    value: launchTemplate,
    allowed: "nothing: v1 makes its own launch templates",
    hint: "write its image, user data and volumes as amiSelectorTerms, userData and blockDeviceMappings",
    sentence: 'cannot convert with "spec.launchTemplate"',
  });
}

/** What a node class is made from. */
export interface NodeTemplate {
  readonly name: string;
  readonly metadata?: ObjectMeta;
  readonly spec: ValueOf<typeof nodeTemplateSpec>;
  readonly rawSpec: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/**
 * The v1 EC2NodeClass of an AWSNodeTemplate's spec.
 *
 * @see karpenter-provider-aws v0.32.0 pkg/utils/nodeclass/nodeclass.go
 */
export function toEc2NodeClass(template: NodeTemplate): Ec2NodeClass {
  const { spec, rawSpec, place } = template;
  const subnetSelectorTerms = convertSelector(place, "subnetSelector", spec.subnetSelector);
  const securityGroupSelectorTerms = convertSelector(
    place,
    "securityGroupSelector",
    spec.securityGroupSelector ?? {},
  );
  const images = convertImages(
    {
      amiFamily: spec.amiFamily ?? "AL2",
      terms: convertAmiSelector(place, spec.amiSelector),
      blockDeviceMappings: spec.blockDeviceMappings,
    },
    place,
  );
  warnOfRole(place, spec.instanceProfile);
  const options = rawSpec["metadataOptions"];
  const raw: Record<string, unknown> = {
    ...pick(rawSpec, ["userData", "tags", "blockDeviceMappings", "detailedMonitoring", "context"]),
    ...(spec.instanceProfile === undefined
      ? { role: "$KARPENTER_NODE_ROLE" }
      : { instanceProfile: spec.instanceProfile }),
    subnetSelectorTerms,
    securityGroupSelectorTerms,
    ...present(images.raw),
    metadataOptions: { ...defaultMetadataOptions(2), ...(isMapping(options) ? options : {}) },
  };
  return {
    kind: "EC2NodeClass",
    metadata: template.metadata ?? generatedMetadata(template.name),
    spec: {
      amiFamily: images.amiFamily,
      amiSelectorTerms: images.amiSelectorTerms,
      subnetSelectorTerms,
      securityGroupSelectorTerms,
      capacityReservationSelectorTerms: [],
      kubelet: emptyKubelet,
      blockDeviceMappings: images.blockDeviceMappings,
      detailedMonitoring: spec.detailedMonitoring,
      tags: spec.tags,
      ...present({ userData: spec.userData }),
      raw,
    },
    status: emptyEc2NodeClassStatus,
  };
}

function convertSelector(
  place: Place,
  field: "subnetSelector" | "securityGroupSelector",
  selector: Readonly<Record<string, string>>,
): readonly SelectorTerm[] {
  const terms = termsOf(selector);
  const current = `${field}Terms: ${JSON.stringify(terms)}`;
  converted(placeAt(place, field), selector, current, "a map became a list of terms");
  return terms;
}

function convertAmiSelector(
  place: Place,
  selector: Readonly<Record<string, string>> | undefined,
): readonly SelectorTerm[] {
  if (selector === undefined) return [];
  const terms = amiTermsOf(selector);
  const current = `amiSelectorTerms: ${JSON.stringify(terms)}`;
  converted(placeAt(place, "amiSelector"), selector, current, "a map became a list of terms");
  return terms;
}

function warnOfRole(place: Place, instanceProfile: string | undefined): void {
  if (instanceProfile !== undefined) return;
  converted(
    placeAt(place, "instanceProfile"),
    undefined,
    "role: $KARPENTER_NODE_ROLE",
    "v1 needs a role or an instance profile, where a default could be set for the controller",
  );
}

function pick(
  from: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}

function generatedMetadata(name: string): ObjectMeta {
  return {
    name,
    namespace: "",
    uid: "",
    labels: {},
    annotations: {},
    creationTimestamp: simTime(0),
    finalizers: [],
    ownerReferences: [],
    generation: 1,
  };
}

const parts = object({
  ...typeMeta,
  metadata: required(clusterMetadata),
  spec: required(nodeTemplateSpec),
  ...silent("status"),
});

/** A karpenter.k8s.aws/v1alpha1 AWSNodeTemplate as an EC2NodeClass of the same name. */
export const awsNodeTemplate: Decoder<ParsedObject> = (raw, place) => {
  const read = parts(raw, place);
  const rawSpec = isMapping(raw) ? raw["spec"] : undefined;
  if (read === undefined || !isMapping(rawSpec)) return undefined;
  const { metadata, spec } = read;
  const specPlace = placeAt(place, "spec");
  return {
    object: toEc2NodeClass({ name: metadata.name, metadata, spec, rawSpec, place: specPlace }),
  };
};
