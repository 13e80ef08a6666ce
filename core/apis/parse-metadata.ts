import { type SimTime, simTime } from "../units/index.ts";
import {
  type Decoder,
  defaulted,
  isMapping,
  list,
  mapped,
  mapping,
  observed,
  silent,
  object,
  optional,
  present,
  required,
} from "./decoder.ts";
import { flag, instant, integer, oneOf, text, textMap, textWith } from "./decode-scalars.ts";
import { labelValueFaults, qualifiedNameFaults } from "./label-rules.ts";
import type { Condition, ObjectMeta } from "./object-meta.ts";
import { warnOfObsoleteAnnotations } from "./obsolete-names.ts";
import { findPlaceholder } from "./placeholder.ts";
import { type Place, complain, describeValue, placeAt } from "./place.ts";

/** Annotations, with a word about those of older releases. */
export const annotations = observed(textMap, warnOfObsoleteAnnotations);

/** When an object was created that does not say so: the epoch, until a store gives it its time. */
const unknownTime: SimTime = simTime(0);

const ownerReference = object({
  apiVersion: required(text),
  kind: required(text),
  name: required(text),
  uid: required(text),
  controller: optional(flag),
  blockOwnerDeletion: optional(flag),
});

/**
 * Labels with Kubernetes' rules for keys and values.
 *
 * @see k8s.io/apimachinery pkg/apis/meta/v1/validation/validation.go ValidateLabels
 */
const labels: Decoder<Readonly<Record<string, string>>> = mapping((raw, place, key) => {
  const value = text(raw, place);
  if (value === undefined) return undefined;
  if (findPlaceholder(key) === undefined) refuse(place, key, qualifiedNameFaults(key));
  if (findPlaceholder(value) === undefined) refuse(place, value, labelValueFaults(value));
  return value;
});

function refuse(place: Place, value: string, faults: readonly string[]): void {
  for (const fault of faults) {
    complain(place, {
      code: "apis/rule",
      value,
      allowed: fault,
      sentence: `Invalid value: ${describeValue(value)}: ${fault}`,
    });
  }
}

const dnsLabel = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
const subdomain = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

const shape = {
  name: required(textWith({ pattern: subdomain, minLength: 1, maxLength: 253 })),
  // Empty is as good as absent; that is how templates without one come out.
  namespace: optional(textWith({ pattern: `^$|${dnsLabel}`, maxLength: 63 })),
  uid: defaulted(text, ""),
  labels: defaulted(labels, {}),
  annotations: defaulted(annotations, {}),
  creationTimestamp: defaulted(instant, unknownTime),
  deletionTimestamp: optional(instant),
  finalizers: defaulted(list(text), []),
  ownerReferences: defaulted(list(ownerReference), []),
  generation: defaulted(integer(), 1),
  ...silent(
    "generateName",
    "selfLink",
    "resourceVersion",
    "deletionGracePeriodSeconds",
    "clusterName",
    "managedFields",
  ),
};
const decodeShape = object(shape);

/** The server makes a name out of generateName where there is none, and keeps both. */
const decodeMetadata: typeof decodeShape = (raw, place) => {
  const isNameless =
    isMapping(raw) && raw["generateName"] !== undefined && raw["name"] === undefined;
  if (!isNameless) return decodeShape(raw, place);
  complain(placeAt(place, "name"), {
    code: "apis/required",
    value: undefined,
    allowed: "a name",
    hint: "write a name; nothing here makes one out of generateName",
    sentence: "Required value",
  });
  return undefined;
};

/** Metadata of an object that lives in a namespace, `default` where none is named. */
export const namespacedMetadata: Decoder<ObjectMeta> = mapped(decodeMetadata, (metadata) => ({
  ...metadata,
  namespace: metadata.namespace || "default",
}));

/** Metadata of an object of the whole cluster; a namespace written there is dropped, as kubectl does. */
export const clusterMetadata: Decoder<ObjectMeta> = mapped(decodeMetadata, (metadata) => ({
  ...metadata,
  namespace: "",
}));

/** Labels and annotations of a template. */
export interface TemplateMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The metadata of a template without any. */
export const emptyTemplateMetadata: TemplateMetadata = { labels: {}, annotations: {} };

/** Metadata of a pod template; name and the like are ignored by controllers. */
export const templateMetadata: Decoder<TemplateMetadata> = object({
  labels: defaulted(labels, {}),
  annotations: defaulted(annotations, {}),
  ...silent(
    "name",
    "namespace",
    "generateName",
    "creationTimestamp",
    "finalizers",
    "ownerReferences",
    "uid",
    "resourceVersion",
    "generation",
  ),
});

/** A status condition, lenient about what only documents it. */
export const condition: Decoder<Condition> = mapped(
  object({
    type: required(text),
    status: required(oneOf(["True", "False", "Unknown"])),
    reason: defaulted(text, ""),
    message: defaulted(text, ""),
    lastTransitionTime: defaulted(instant, unknownTime),
    observedGeneration: optional(integer()),
    ...silent("lastHeartbeatTime", "lastProbeTime", "lastUpdateTime", "severity"),
  }),
  ({ observedGeneration, ...rest }) => ({ ...rest, ...present({ observedGeneration }) }),
);
