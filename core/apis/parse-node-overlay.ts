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
import { integer, textWith } from "./decode-scalars.ts";
import type { NodeOverlay } from "./node-overlay.ts";
import { clusterMetadata, condition } from "./parse-metadata.ts";
import { limits } from "./parse-node-pool.ts";
import { nodeOverlayRequirements } from "./parse-requirements.ts";
import { complain, placeAt } from "./place.ts";
import { requirementFaults } from "./validate-requirements.ts";

const adjustmentPattern =
  "^(([+-]{1}(\\d*\\.?\\d+))|(\\+{1}\\d*\\.?\\d+%)|(^(-\\d{1,2}(\\.\\d+)?%)$)|(-100%))$";
const standardResources = ["cpu", "memory", "ephemeral-storage", "pods"] as const;

const spec = checked(
  object({
    requirements: required(nodeOverlayRequirements),
    priceAdjustment: optional(textWith({ pattern: adjustmentPattern })),
    price: optional(textWith({ pattern: "^\\d+(\\.\\d+)?$" })),
    capacity: defaulted(
      checked(limits, [
        {
          message: "invalid resource restricted",
          holds: (capacity) => standardResources.every((name) => !Object.hasOwn(capacity, name)),
        },
      ]),
      {},
    ),
    weight: defaulted(integer({ minimum: 1, maximum: 10_000 }), 0),
  }),
  [
    {
      message: "cannot set both 'price' and 'priceAdjustment'",
      holds: ({ price, priceAdjustment }) => price === undefined || priceAdjustment === undefined,
    },
  ],
);

const nodeOverlayStatus: Decoder<NodeOverlay["status"]> = object({
  conditions: defaulted(list(condition), []),
});

const parts = mapped(
  object({
    ...typeMeta,
    metadata: required(clusterMetadata),
    spec: required(spec),
    status: defaulted(nodeOverlayStatus, { conditions: [] }),
  }),
  ({ metadata, spec: { price, priceAdjustment, ...rest }, status }): NodeOverlay => ({
    kind: "NodeOverlay",
    metadata,
    spec: { ...rest, ...present({ price, priceAdjustment }) },
    status,
  }),
);

/**
 * A karpenter.sh/v1alpha1 NodeOverlay, with Karpenter's own checks of its requirements.
 *
 * @see karpenter v1.14.1 pkg/apis/crds/karpenter.sh_nodeoverlays.yaml
 * @see karpenter v1.14.1 pkg/apis/v1alpha1/nodeoverlay_validation.go RuntimeValidate
 */
export const nodeOverlay: Decoder<NodeOverlay> = (raw, place) => {
  const overlay = parts(raw, place);
  const isFine = place.reading.issues.every((issue) => issue.severity !== "error");
  if (overlay === undefined || !isFine) return overlay;
  for (const [index, requirement] of overlay.spec.requirements.entries()) {
    for (const sentence of requirementFaults(requirement)) {
      complain(placeAt(place, "spec", "requirements", index), {
        code: "apis/runtime-validation",
        value: requirement,
        allowed: sentence,
        sentence: `invalid value: ${sentence} in requirements, restricted`,
      });
    }
  }
  return overlay;
};
