import { type NillableDuration, Never, seconds } from "../../units/index.ts";
import {
  type Decoder,
  defaulted,
  isMapping,
  list,
  object,
  optional,
  present,
  required,
  typeMeta,
} from "../decoder.ts";
import { flag, integer } from "../decode-scalars.ts";
import type { Disruption, NodePool } from "../node-pool.ts";
import { provisionerKubelet } from "../parse-kubelet.ts";
import { clusterMetadata } from "../parse-metadata.ts";
import {
  defaultBudgets,
  limits,
  nodeAnnotations,
  nodePoolStatus,
  nodePoolTemplateMetadata,
  weight,
} from "../parse-node-pool.ts";
import { nodePoolRequirements } from "../parse-requirements.ts";
import { nodePoolTaint } from "../parse-taints.ts";
import type { ParsedObject } from "../parsed-object.ts";
import { type Place, complain, converted, hasErrorWithin, placeAt } from "../place.ts";
import { type NodePoolPlaces, validateNodePool } from "../validate-node-pool.ts";
import { rawKubelet } from "../v1beta1/convert-node-pool.ts";
import {
  convertReference,
  missingReference,
  olderReference,
} from "../v1beta1/convert-node-class-reference.ts";
import { nodeTemplateSpec, toEc2NodeClass } from "./convert-aws-node-template.ts";
import { withProvisionerDefaults } from "./provisioner-defaults.ts";

const count = integer({ minimum: 0 });

const parts = object({
  ...typeMeta,
  metadata: required(clusterMetadata),
  spec: defaulted(
    object({
      labels: defaulted(
        (raw, place) => nodePoolTemplateMetadata({ labels: raw }, place)?.labels,
        {},
      ),
      annotations: defaulted(nodeAnnotations, {}),
      taints: defaulted(list(nodePoolTaint), []),
      startupTaints: defaulted(list(nodePoolTaint), []),
      requirements: defaulted(nodePoolRequirements, []),
      kubeletConfiguration: optional(provisionerKubelet),
      provider: optional(nodeTemplateSpec),
      providerRef: optional(olderReference),
      ttlSecondsAfterEmpty: optional(count),
      ttlSecondsUntilExpired: optional(count),
      limits: defaulted(object({ resources: defaulted(limits, {}) }), { resources: {} }),
      weight: optional(weight),
      consolidation: defaulted(object({ enabled: defaulted(flag, false) }), { enabled: false }),
    }),
    {
      labels: {},
      annotations: {},
      taints: [],
      startupTaints: [],
      requirements: [],
      limits: { resources: {} },
      consolidation: { enabled: false },
    },
  ),
  status: defaulted(nodePoolStatus, { conditions: [] }),
});

interface Lifetimes {
  readonly consolidation: { readonly enabled: boolean };
  readonly ttlSecondsAfterEmpty?: number;
  readonly ttlSecondsUntilExpired?: number;
}

/** Consolidation wins over ttlSecondsAfterEmpty; with neither, nothing was ever consolidated. */
function convertDisruption(written: Lifetimes, place: Place): Disruption {
  const { consolidation, ttlSecondsAfterEmpty: emptySeconds } = written;
  const budgets = defaultBudgets;
  converted(
    placeAt(place, "disruption", "budgets"),
    undefined,
    "spec.disruption.budgets: [{nodes: 10%}]",
    "a Provisioner had no budgets; v1 allows a tenth of the nodes unless told otherwise",
  );
  if (consolidation.enabled) {
    converted(
      placeAt(place, "consolidation", "enabled"),
      true,
      "consolidationPolicy: WhenEmptyOrUnderutilized with consolidateAfter: 0s",
      emptySeconds === undefined
        ? "consolidation became a policy"
        : "consolidation became a policy, and it wins over ttlSecondsAfterEmpty",
    );
    const consolidationPolicy = "WhenEmptyOrUnderutilized";
    return { consolidateAfter: seconds(0), consolidationPolicy, budgets };
  }
  if (emptySeconds !== undefined) {
    converted(
      placeAt(place, "ttlSecondsAfterEmpty"),
      emptySeconds,
      `consolidationPolicy: WhenEmpty with consolidateAfter: ${emptySeconds}s`,
      "only empty nodes are removed",
    );
    const consolidateAfter = seconds(emptySeconds);
    return { consolidateAfter, consolidationPolicy: "WhenEmpty", budgets };
  }
  converted(
    placeAt(place, "consolidation"),
    undefined,
    "consolidateAfter: Never",
    "a Provisioner without consolidation and ttlSecondsAfterEmpty removed no node for its use",
  );
  return { consolidateAfter: Never, consolidationPolicy: "WhenEmptyOrUnderutilized", budgets };
}

function convertExpiry(written: Lifetimes, place: Place): NillableDuration {
  const { ttlSecondsUntilExpired } = written;
  const isSet = ttlSecondsUntilExpired !== undefined;
  converted(
    placeAt(place, "ttlSecondsUntilExpired"),
    ttlSecondsUntilExpired,
    `spec.template.spec.expireAfter: ${isSet ? `${ttlSecondsUntilExpired}s` : Never}`,
    isSet
      ? "in v1 nodes expire by force: without a replacement first, and without regard to budgets"
      : "a Provisioner's nodes did not expire unless told to, where v1 has 720h",
  );
  return isSet ? seconds(ttlSecondsUntilExpired) : Never;
}

function places(spec: Place): NodePoolPlaces {
  return {
    labels: placeAt(spec, "labels"),
    taints: placeAt(spec, "taints"),
    startupTaints: placeAt(spec, "startupTaints"),
    requirements: placeAt(spec, "requirements"),
    budgets: spec,
  };
}

/** A generated class is named after its Provisioner, as the historic converter named it. */
const generatedGroup = { group: "karpenter.k8s.aws", kind: "EC2NodeClass" } as const;

/**
 * A karpenter.sh/v1alpha5 Provisioner as the NodePool that behaves like it.
 *
 * @see karpenter-provider-aws v0.32.0 tools/karpenter-convert
 */
export const provisioner: Decoder<ParsedObject> = (raw, place) => {
  const read = parts(raw, place);
  if (read === undefined) return undefined;
  const specPlace = placeAt(place, "spec");
  const { spec, metadata } = read;
  if (spec.provider !== undefined && spec.providerRef !== undefined) {
    complain(placeAt(specPlace, "provider"), {
      code: "apis/rule",
      value: spec.providerRef,
      allowed: "either provider or providerRef",
      sentence: "expected exactly one, got both: provider, providerRef",
    });
  }
  const reference =
    spec.providerRef !== undefined
      ? convertReference(spec.providerRef, placeAt(specPlace, "providerRef"))
      : spec.provider !== undefined
        ? { ...generatedGroup, name: metadata.name }
        : missingReference(specPlace, "providerRef");
  const requirementsPlace = placeAt(specPlace, "requirements");
  const requirements = withProvisionerDefaults(spec.requirements, requirementsPlace);
  const nodePool: NodePool = {
    kind: "NodePool",
    metadata,
    spec: {
      template: {
        labels: spec.labels,
        annotations: spec.annotations,
        spec: {
          taints: spec.taints,
          startupTaints: spec.startupTaints,
          requirements,
          nodeClassRef: reference,
          expireAfter: convertExpiry(spec, specPlace),
        },
      },
      disruption: convertDisruption(spec, specPlace),
      limits: spec.limits.resources,
      ...present({ weight: spec.weight }),
    },
    status: read.status,
  };
  validateNodePool(nodePool, places(specPlace));
  return {
    object: nodePool,
    companions: inlineNodeClass(raw, nodePool, spec.provider, specPlace),
    pending: {
      ...present({
        kubelet: spec.kubeletConfiguration,
        kubeletRaw: rawKubelet(raw, ["kubeletConfiguration"]),
      }),
      ...(reference.name === "" ? { needsNodeClass: true } : {}),
    },
  };
};

function inlineNodeClass(
  raw: unknown,
  nodePool: NodePool,
  provider: Parameters<typeof toEc2NodeClass>[0]["spec"] | undefined,
  specPlace: Place,
): NonNullable<ParsedObject["companions"]> {
  const place = placeAt(specPlace, "provider");
  const rawSpec = isMapping(raw) && isMapping(raw["spec"]) ? raw["spec"]["provider"] : undefined;
  if (provider === undefined || !isMapping(rawSpec) || hasErrorWithin(place)) return [];
  const { name } = nodePool.metadata;
  converted(place, rawSpec, `an EC2NodeClass named ${name}`, "v1 keeps it in an object of its own");
  return [toEc2NodeClass({ name, spec: provider, rawSpec, place })];
}
