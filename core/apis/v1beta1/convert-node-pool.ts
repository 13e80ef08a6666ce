import { Never, type NillableDuration, formatDuration, seconds } from "../../units/index.ts";
import {
  type Decoder,
  checked,
  defaulted,
  isMapping,
  object,
  optional,
  present,
  required,
  typeMeta,
} from "../decoder.ts";
import { nillableDuration, oneOf } from "../decode-scalars.ts";
import type { PendingConversion } from "../field-issue.ts";
import type { Disruption, NodePool } from "../node-pool.ts";
import { kubeletConfiguration } from "../parse-kubelet.ts";
import { clusterMetadata } from "../parse-metadata.ts";
import {
  betaBudgets,
  defaultBudgets,
  defaultExpireAfter,
  limits,
  nodePoolStatus,
  nodePoolTemplateMetadata,
  templateSpecShape,
  weight,
} from "../parse-node-pool.ts";
import type { ParsedObject } from "../parsed-object.ts";
import { type Place, converted, placeAt } from "../place.ts";
import { nodePoolPlaces, validateNodePool } from "../validate-node-pool.ts";
import {
  convertReference,
  missingReference,
  olderReference,
} from "./convert-node-class-reference.ts";

const disruption = checked(
  object({
    consolidationPolicy: defaulted(oneOf(["WhenEmpty", "WhenUnderutilized"]), "WhenUnderutilized"),
    consolidateAfter: optional(nillableDuration),
    expireAfter: defaulted(nillableDuration, defaultExpireAfter),
    budgets: defaulted(betaBudgets, defaultBudgets),
  }),
  [
    {
      message: "consolidateAfter cannot be combined with consolidationPolicy=WhenUnderutilized",
      holds: ({ consolidationPolicy, consolidateAfter }) =>
        consolidationPolicy !== "WhenUnderutilized" ||
        consolidateAfter === undefined ||
        consolidateAfter === Never,
    },
    {
      message: "consolidateAfter must be specified with consolidationPolicy=WhenEmpty",
      holds: ({ consolidationPolicy, consolidateAfter }) =>
        consolidationPolicy !== "WhenEmpty" || consolidateAfter !== undefined,
    },
  ],
);

const template = object({
  metadata: defaulted(nodePoolTemplateMetadata, { labels: {}, annotations: {} }),
  spec: required(
    object({
      ...templateSpecShape,
      nodeClassRef: optional(olderReference),
      kubelet: optional(kubeletConfiguration),
    }),
  ),
});

const parts = object({
  ...typeMeta,
  metadata: required(clusterMetadata),
  spec: required(
    object({
      template: required(template),
      disruption: defaulted(disruption, {
        consolidationPolicy: "WhenUnderutilized",
        expireAfter: defaultExpireAfter,
        budgets: defaultBudgets,
      }),
      limits: defaulted(limits, {}),
      weight: optional(weight),
    }),
  ),
  status: defaulted(nodePoolStatus, { conditions: [] }),
});

interface OlderDisruption {
  readonly consolidationPolicy: "WhenEmpty" | "WhenUnderutilized";
  readonly consolidateAfter?: NillableDuration;
  readonly expireAfter: NillableDuration;
  readonly budgets: Disruption["budgets"];
}

/** `WhenUnderutilized` acted at once, whatever consolidateAfter said: in v1 that is `0s`. */
function convertDisruption(written: OlderDisruption, root: Place): Disruption {
  const place = placeAt(root, "spec", "disruption");
  const { consolidationPolicy, consolidateAfter, budgets } = written;
  converted(
    placeAt(place, "expireAfter"),
    written.expireAfter === Never ? Never : formatDuration(written.expireAfter),
    "spec.template.spec.expireAfter",
    "in v1 nodes expire by force: without a replacement first, and without regard to budgets",
  );
  if (consolidationPolicy === "WhenEmpty") {
    return { consolidateAfter: consolidateAfter ?? Never, consolidationPolicy, budgets };
  }
  converted(
    placeAt(place, "consolidationPolicy"),
    consolidationPolicy,
    "consolidationPolicy: WhenEmptyOrUnderutilized with consolidateAfter: 0s",
    "the policy was renamed; its nodes could be consolidated at any time",
  );
  return {
    consolidateAfter: seconds(0),
    consolidationPolicy: "WhenEmptyOrUnderutilized",
    budgets,
  };
}

/**
 * A karpenter.sh/v1beta1 NodePool, read with its own rules and turned into v1.
 *
 * @see karpenter v1.0.0 pkg/apis/v1/nodepool_conversion.go NodePool.ConvertFrom
 */
export const nodePoolV1Beta1: Decoder<ParsedObject> = (raw, place) => {
  const read = parts(raw, place);
  if (read === undefined) return undefined;
  const { nodeClassRef, kubelet, ...templateSpec } = read.spec.template.spec;
  const specPlace = placeAt(place, "spec", "template", "spec");
  const result: NodePool = {
    kind: "NodePool",
    metadata: read.metadata,
    spec: {
      template: {
        ...read.spec.template.metadata,
        spec: {
          ...templateSpec,
          nodeClassRef:
            nodeClassRef === undefined
              ? missingReference(specPlace, "nodeClassRef")
              : convertReference(nodeClassRef, placeAt(specPlace, "nodeClassRef")),
          expireAfter: read.spec.disruption.expireAfter,
        },
      },
      disruption: convertDisruption(read.spec.disruption, place),
      limits: read.spec.limits,
      ...present({ weight: read.spec.weight }),
    },
    status: read.status,
  };
  validateNodePool(result, nodePoolPlaces(place));
  const pending: PendingConversion = {
    ...present({ kubelet, kubeletRaw: rawKubelet(raw, ["template", "spec", "kubelet"]) }),
    ...(nodeClassRef === undefined ? { needsNodeClass: true } : {}),
  };
  return { object: result, pending };
};

/** The kubelet block as it is written, for the hash of the node class that takes it over. */
export function rawKubelet(
  raw: unknown,
  path: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  let value: unknown = isMapping(raw) ? raw["spec"] : undefined;
  for (const key of path) value = isMapping(value) ? value[key] : undefined;
  return isMapping(value) ? value : undefined;
}
