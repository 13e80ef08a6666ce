import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  object,
  observed,
  optional,
  present,
  required,
} from "./decoder.ts";
import { integer, oneOf, text } from "./decode-scalars.ts";
import { warnOfObsoleteKey } from "./obsolete-names.ts";
import { labelSelector, nodeSelectorTerm, nodeSelectorTerms } from "./parse-selectors.ts";
import type { Affinity, PodAffinityTerm, TopologySpreadConstraint } from "./pod.ts";

const weight = integer({ minimum: 1, maximum: 100 });

const topologyKey = observed(text, warnOfObsoleteKey);

const podAffinityTerm: Decoder<PodAffinityTerm> = object({
  labelSelector: optional(labelSelector),
  namespaces: defaulted(list(text), []),
  namespaceSelector: optional(labelSelector),
  topologyKey: required(topologyKey),
  matchLabelKeys: defaulted(list(text), []),
  mismatchLabelKeys: defaulted(list(text), []),
});

const podAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: defaulted(list(podAffinityTerm), []),
  preferredDuringSchedulingIgnoredDuringExecution: defaulted(
    list(object({ weight: required(weight), podAffinityTerm: required(podAffinityTerm) })),
    [],
  ),
});

const nodeAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: optional(nodeSelectorTerms),
  preferredDuringSchedulingIgnoredDuringExecution: defaulted(
    list(object({ weight: required(weight), preference: required(nodeSelectorTerm) })),
    [],
  ),
});

/** Node affinity, pod affinity and anti-affinity of a pod. */
export const affinity: Decoder<Affinity> = mapped(
  object({
    nodeAffinity: optional(nodeAffinity),
    podAffinity: optional(podAffinity),
    podAntiAffinity: optional(podAffinity),
  }),
  (written) => ({
    ...present({
      requiredNodeTerms: written.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
    }),
    preferredNodeTerms: written.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    requiredPodAffinity: written.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    preferredPodAffinity:
      written.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    requiredPodAntiAffinity:
      written.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    preferredPodAntiAffinity:
      written.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
  }),
);

const policy = oneOf(["Honor", "Ignore"]);

/**
 * How pods spread, with the API server's defaults.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export const topologySpreadConstraint: Decoder<TopologySpreadConstraint> = checked(
  object({
    maxSkew: required(integer()),
    topologyKey: required(topologyKey),
    whenUnsatisfiable: required(oneOf(["DoNotSchedule", "ScheduleAnyway"])),
    labelSelector: optional(labelSelector),
    minDomains: optional(integer()),
    nodeAffinityPolicy: defaulted(policy, "Honor"),
    nodeTaintsPolicy: defaulted(policy, "Ignore"),
    matchLabelKeys: defaulted(list(text), []),
  }),
  [
    {
      message: "maxSkew: must be greater than zero",
      holds: (constraint) => constraint.maxSkew > 0,
    },
    {
      message: "minDomains: must be greater than zero",
      holds: (constraint) => constraint.minDomains === undefined || constraint.minDomains > 0,
    },
    {
      message:
        "minDomains: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
      holds: (constraint) =>
        constraint.minDomains === undefined || constraint.whenUnsatisfiable === "DoNotSchedule",
    },
  ],
);
