import { type NillableDuration, hours, seconds } from "../units/index.ts";
import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  mapping,
  object,
  observed,
  optional,
  present,
  required,
  silent,
  typeMeta,
} from "./decoder.ts";
import {
  amountOf,
  hoursAndMinutes,
  integer,
  nillableDuration,
  oneOf,
  plainDuration,
  text,
  textWith,
} from "./decode-scalars.ts";
import { warnOfNodeProtection } from "./do-not-disrupt.ts";
import type { NodeClassReference } from "./node-claim.ts";
import {
  type Budget,
  type Disruption,
  type NodeClaimTemplate,
  type NodePool,
  budgetReasons,
  consolidationPolicies,
} from "./node-pool.ts";
import { warnOfKubeletAnnotation } from "./obsolete-names.ts";
import {
  type TemplateMetadata,
  annotations,
  clusterMetadata,
  condition,
} from "./parse-metadata.ts";
import { nodePoolKeyRules, nodePoolRequirements } from "./parse-requirements.ts";
import { nodePoolTaint } from "./parse-taints.ts";
import { type Place, complain, converted, placeAt } from "./place.ts";
import { nodePoolPlaces, validateNodePool } from "./validate-node-pool.ts";

const schedulePattern =
  "^(@(annually|yearly|monthly|weekly|daily|midnight|hourly))|((.+)\\s(.+)\\s(.+)\\s(.+)\\s(.+))$";
const nodesPattern = "^((100|[0-9]{1,2})%|[0-9]+)$";
const labelValuePattern = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

/** What a NodePool's nodes live for when it does not say. */
export const defaultExpireAfter: NillableDuration = hours(720);

const reasons: Decoder<Budget["reasons"] & object> = checked(
  list(oneOf(budgetReasons), { maxItems: 50 }),
  [
    {
      message: "Duplicate value: each reason may be named once",
      holds: (all) => new Set(all).size === all.length,
    },
  ],
);

function budget(withReasons: boolean): Decoder<Budget> {
  const shape = {
    nodes: defaulted(textWith({ pattern: nodesPattern }), "10%"),
    schedule: optional(textWith({ pattern: schedulePattern })),
    duration: optional(hoursAndMinutes),
  };
  const decode = withReasons
    ? object({ ...shape, reasons: optional(reasons) })
    : (object(shape) as Decoder<Budget>);
  return mapped(decode, ({ nodes, schedule, duration, ...rest }) => ({
    nodes,
    ...present({ schedule, duration, reasons: rest.reasons }),
  }));
}

/** The budgets of a NodePool that names none. */
export const defaultBudgets: readonly Budget[] = [{ nodes: "10%" }];

function budgets(withReasons: boolean): Decoder<readonly Budget[]> {
  return checked(list(budget(withReasons), { maxItems: 50 }), [
    {
      message: "'schedule' must be set with 'duration'",
      holds: (all) =>
        all.every((one) => (one.schedule === undefined) === (one.duration === undefined)),
    },
  ]);
}

/** Budgets of a v1beta1 NodePool, which knew no reasons. */
export const betaBudgets: Decoder<readonly Budget[]> = budgets(false);

const disruption: Decoder<Disruption> = object({
  consolidateAfter: required(nillableDuration),
  consolidationPolicy: defaulted(oneOf(consolidationPolicies), "WhenEmptyOrUnderutilized"),
  budgets: defaulted(budgets(true), defaultBudgets),
});

/** What a NodePool without a disruption block does. */
const defaultDisruption: Disruption = {
  consolidateAfter: seconds(0),
  consolidationPolicy: "WhenEmptyOrUnderutilized",
  budgets: defaultBudgets,
};

const group = checked(textWith({ pattern: "^[^/]*$" }), [
  {
    message: "group may not be empty",
    holds: (value) => value !== "",
    hint: "the group is what stands before the slash of an apiVersion: karpenter.k8s.aws",
  },
]);

/**
 * Reads `karpenter.k8s.aws/v1` as its group, and says so: there is nothing else it could mean.
 *
 * Differs: an API server refuses it, although one of upstream's own v1.14.1 examples
 * (windows-custom-userdata.yaml) has it.
 */
const groupWithVersion: Decoder<string> = (raw, place) => {
  const found = typeof raw === "string" ? /^([^/]+)\/v[0-9]+[a-z0-9]*$/.exec(raw)?.[1] : undefined;
  if (found === undefined) return group(raw, place);
  converted(
    place,
    raw,
    `group: ${found}`,
    "an API server refuses a version here (in body should match '^[^/]*$')",
  );
  return found;
};

/** A reference to a node class; all three parts are required and may not be empty. */
export const nodeClassReference: Decoder<NodeClassReference> = object({
  group: required(groupWithVersion),
  kind: required(checked(text, [{ message: "kind may not be empty", holds: (v) => v !== "" }])),
  name: required(checked(text, [{ message: "name may not be empty", holds: (v) => v !== "" }])),
});

/** Annotations that the nodes of a NodePool get. */
export const nodeAnnotations = observed(annotations, warnOfNodeProtection);

/** Labels and annotations that the nodes of a NodePool get. */
export const nodePoolTemplateMetadata: Decoder<TemplateMetadata> = object({
  labels: defaulted(
    limited(
      mapping((raw, place, key) => {
        checked(text, nodePoolKeyRules)(key, place);
        return textWith({ pattern: labelValuePattern, maxLength: 63 })(raw, place);
      }),
    ),
    {},
  ),
  annotations: defaulted(nodeAnnotations, {}),
});

function limited<Value extends object>(decode: Decoder<Value>): Decoder<Value> {
  return checked(decode, [
    {
      message: "must have at most 100 properties",
      holds: (value) => Object.keys(value).length <= 100,
    },
  ]);
}

/** The parts of a NodePool's template that every version has. */
export const templateSpecShape = {
  taints: defaulted(list(nodePoolTaint), []),
  startupTaints: defaulted(list(nodePoolTaint), []),
  requirements: required(nodePoolRequirements),
} as const;

const templateSpec: Decoder<NodeClaimTemplate["spec"]> = mapped(
  object({
    ...templateSpecShape,
    nodeClassRef: required(nodeClassReference),
    terminationGracePeriod: optional(plainDuration),
    expireAfter: defaulted(nillableDuration, defaultExpireAfter),
  }),
  ({ terminationGracePeriod, ...rest }) => ({ ...rest, ...present({ terminationGracePeriod }) }),
);

const template: Decoder<NodeClaimTemplate> = mapped(
  object({
    metadata: defaulted(nodePoolTemplateMetadata, { labels: {}, annotations: {} }),
    spec: required(templateSpec),
  }),
  ({ metadata, spec }) => ({ ...metadata, spec }),
);

/** An amount as a CRD has it: a whole number or a text, no fraction without quotes. */
const limit = (raw: unknown, place: Place, name: string): number | undefined => {
  if (typeof raw === "number" && !Number.isInteger(raw)) {
    complain(place, {
      code: "apis/type",
      value: raw,
      allowed: "a whole number, or a quantity in quotes",
      hint: `quote it: "${raw}"`,
      sentence: `Invalid value: ${raw}: must be of type integer or string`,
    });
    return 0;
  }
  return amountOf(raw, place, name);
};

/** Limits of a NodePool. */
export const limits: Decoder<Readonly<Record<string, number>>> = mapping(limit);

/** The status of a NodePool, of which the conditions are kept. */
export const nodePoolStatus: Decoder<NodePool["status"]> = object({
  conditions: defaulted(list(condition), []),
  ...silent("nodes", "resources", "nodeClassObservedGeneration", "lastScaleTime"),
});

/** Weight of a NodePool. */
export const weight: Decoder<number> = integer({ minimum: 1, maximum: 100 });

const spec = checked(
  object({
    template: required(template),
    disruption: defaulted(disruption, defaultDisruption),
    limits: defaulted(limits, {}),
    weight: optional(weight),
    replicas: optional(integer({ minimum: 0 })),
  }),
  [
    {
      message: "only 'limits.nodes' is supported on static NodePools",
      holds: (written) =>
        written.replicas === undefined ||
        Object.keys(written.limits).every((name) => name === "nodes"),
    },
    {
      message: "'weight' is not supported on static NodePools",
      holds: (written) => written.replicas === undefined || written.weight === undefined,
    },
  ],
);

const parts = object({
  ...typeMeta,
  metadata: required(
    observed(clusterMetadata, (metadata, place) => {
      warnOfKubeletAnnotation(metadata.annotations, placeAt(place, "annotations"));
    }),
  ),
  spec: required(spec),
  status: defaulted(nodePoolStatus, { conditions: [] }),
});

/**
 * A karpenter.sh/v1 NodePool with the defaults and rules of its CRD, then Karpenter's own checks.
 *
 * @see karpenter v1.14.1 pkg/apis/crds/karpenter.sh_nodepools.yaml
 */
export const nodePool: Decoder<NodePool> = (raw, place) => {
  const read = parts(raw, place);
  if (read === undefined) return undefined;
  const { weight: poolWeight, replicas, ...rest } = read.spec;
  const result: NodePool = {
    kind: "NodePool",
    metadata: read.metadata,
    spec: { ...rest, ...present({ weight: poolWeight, replicas }) },
    status: read.status,
  };
  validateNodePool(result, nodePoolPlaces(place));
  return result;
};
