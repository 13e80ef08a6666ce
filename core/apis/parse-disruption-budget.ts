import {
  type Decoder,
  checked,
  defaulted,
  mapped,
  mapping,
  object,
  optional,
  present,
  required,
  silent,
  typeMeta,
  wrongType,
} from "./decoder.ts";
import { instant, integer, oneOf, refusePlaceholder } from "./decode-scalars.ts";
import { namespacedMetadata } from "./parse-metadata.ts";
import { labelSelector } from "./parse-selectors.ts";
import { complain, converted, describeValue, placeAt } from "./place.ts";
import type { LabelSelector } from "./selectors.ts";
import type { IntOrPercent, PodDisruptionBudget } from "./workloads.ts";

/**
 * A count or a percentage: `2`, `"25%"`; a text that is a number, such as `"2"`, is refused.
 *
 * @see kubernetes pkg/apis/apps/validation ValidatePositiveIntOrPercent
 */
export const countOrPercent: Decoder<IntOrPercent> = (raw, place) => {
  if (typeof raw === "number" && Number.isSafeInteger(raw)) {
    if (raw < 0) {
      complain(place, {
        code: "apis/range",
        value: raw,
        allowed: "0 or more",
        sentence: `Invalid value: ${raw}: must be greater than or equal to 0`,
      });
    }
    return raw;
  }
  if (typeof raw !== "string") return wrongType(place, raw, "integer or string");
  if (refusePlaceholder(raw, place, "a count or a percentage")) return 0;
  if (/^[0-9]+%$/.test(raw)) return raw as `${number}%`;
  complain(place, {
    code: "apis/pattern",
    value: raw,
    allowed: 'a count such as 2, or a percentage such as "25%"',
    hint: /^[0-9]+$/.test(raw) ? "write the number without quotes" : undefined,
    sentence: `Invalid value: ${describeValue(raw)}: must be an integer or percentage (e.g '5%')`,
  });
  return 0;
};

const count = integer({ minimum: 0 });

const status = object({
  disruptionsAllowed: defaulted(count, 0),
  currentHealthy: defaulted(count, 0),
  desiredHealthy: defaulted(count, 0),
  expectedPods: defaulted(count, 0),
  disruptedPods: defaulted(
    mapping((raw, place) => instant(raw, place)),
    {},
  ),
  ...silent("observedGeneration", "conditions"),
});

const spec = checked(
  object({
    selector: optional(labelSelector),
    minAvailable: optional(countOrPercent),
    maxUnavailable: optional(countOrPercent),
    unhealthyPodEvictionPolicy: defaulted(
      oneOf(["IfHealthyBudget", "AlwaysAllow"]),
      "IfHealthyBudget",
    ),
  }),
  [
    {
      message: "minAvailable and maxUnavailable cannot be both set",
      holds: (written) =>
        written.minAvailable === undefined || written.maxUnavailable === undefined,
    },
  ],
);

const parts = object({
  ...typeMeta,
  metadata: required(namespacedMetadata),
  spec: defaulted(spec, { unhealthyPodEvictionPolicy: "IfHealthyBudget" }),
  status: defaulted(status, {
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    disruptedPods: {},
  }),
});

/** A policy/v1 PodDisruptionBudget. @see kubernetes pkg/apis/policy/validation */
export const podDisruptionBudget: Decoder<PodDisruptionBudget> = mapped(
  parts,
  ({ metadata, spec: { selector, minAvailable, maxUnavailable, ...rest }, status }) => ({
    kind: "PodDisruptionBudget",
    metadata,
    spec: { ...rest, ...present({ selector, minAvailable, maxUnavailable }) },
    status,
  }),
);

/**
 * A policy/v1beta1 PodDisruptionBudget, whose empty selector selected nothing.
 *
 * @see https://kubernetes.io/docs/reference/using-api/deprecation-guide/#poddisruptionbudget-v125
 */
export const betaPodDisruptionBudget: Decoder<PodDisruptionBudget> = (raw, place) => {
  const read = podDisruptionBudget(raw, place);
  const selector = read?.spec.selector;
  if (read === undefined || selector === undefined || !isEmpty(selector)) return read;
  const meaning = "the empty selector matched no pod in policy/v1beta1 and matches all in v1";
  converted(placeAt(place, "spec", "selector"), {}, "no selector", meaning);
  const { selector: _selector, ...rest } = read.spec;
  return { ...read, spec: rest };
};

function isEmpty(selector: LabelSelector): boolean {
  const labels = Object.keys(selector.matchLabels).length;
  return labels === 0 && selector.matchExpressions.length === 0;
}
