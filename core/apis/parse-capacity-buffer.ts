import type { CapacityBuffer, PodTemplateObject } from "./capacity-buffer.ts";
import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  object,
  optional,
  present,
  required,
  typeMeta,
} from "./decoder.ts";
import { integer, text, textWith } from "./decode-scalars.ts";
import { condition, namespacedMetadata } from "./parse-metadata.ts";
import { limits } from "./parse-node-pool.ts";
import { podTemplate } from "./parse-pod.ts";

const name = textWith({ minLength: 1 });
const localObjectRef = object({ name: required(name) });
const count = integer({ minimum: 0, maximum: 2 ** 31 - 1 });

const spec = checked(
  object({
    provisioningStrategy: defaulted(text, "buffer.x-k8s.io/active-capacity"),
    podTemplateRef: optional(localObjectRef),
    scalableRef: optional(
      object({ apiGroup: defaulted(text, ""), kind: required(name), name: required(name) }),
    ),
    replicas: optional(count),
    percentage: optional(count),
    limits: optional(limits),
  }),
  [
    {
      message: "If podTemplateRef is set, replicas or limits must also be set",
      holds: ({ podTemplateRef, replicas, limits: written }) =>
        podTemplateRef === undefined || replicas !== undefined || written !== undefined,
    },
    {
      message: "You must define either PodTemplateRef or ScalableRef, but not both",
      holds: ({ podTemplateRef, scalableRef }) =>
        podTemplateRef === undefined || scalableRef === undefined,
    },
  ],
);

const status: Decoder<CapacityBuffer["status"]> = mapped(
  object({
    podTemplateRef: optional(localObjectRef),
    replicas: optional(integer()),
    podTemplateGeneration: optional(integer()),
    provisioningStrategy: optional(text),
    conditions: defaulted(list(condition), []),
  }),
  ({ conditions, ...rest }) => ({ ...present(rest), conditions }),
);

/**
 * An autoscaling.x-k8s.io/v1beta1 CapacityBuffer.
 *
 * @see karpenter v1.14.1 pkg/apis/crds/autoscaling.x-k8s.io_capacitybuffers.yaml
 */
export const capacityBuffer: Decoder<CapacityBuffer> = mapped(
  object({
    ...typeMeta,
    metadata: required(namespacedMetadata),
    spec: required(spec),
    status: defaulted(status, { conditions: [] }),
  }),
  ({ metadata, spec: { provisioningStrategy, ...rest }, status: written }) => ({
    kind: "CapacityBuffer",
    metadata,
    spec: { provisioningStrategy, ...present(rest) },
    status: written,
  }),
);

/** A PodTemplate. @see k8s.io/api core/v1/types.go PodTemplate */
export const podTemplateObject: Decoder<PodTemplateObject> = mapped(
  object({
    ...typeMeta,
    metadata: required(namespacedMetadata),
    template: required(podTemplate),
  }),
  ({ metadata, template }) => ({ kind: "PodTemplate", metadata, template }),
);
