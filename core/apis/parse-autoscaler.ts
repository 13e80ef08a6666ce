import {
  type Decoder,
  checked,
  defaulted,
  list,
  mapped,
  neutrals,
  object,
  optional,
  present,
  required,
  silent,
  typeMeta,
  unplayed,
} from "./decoder.ts";
import { integer, oneOf, text } from "./decode-scalars.ts";
import { namespacedMetadata } from "./parse-metadata.ts";
import { type Place, complain, placeAt } from "./place.ts";
import type { HorizontalPodAutoscaler } from "./workloads.ts";

const bounds = {
  scaleTargetRef: required(
    object({ kind: required(text), name: required(text), ...neutrals("apiVersion") }),
  ),
  minReplicas: defaulted(integer({ minimum: 0 }), 1),
  maxReplicas: required(integer({ minimum: 1 })),
};

const metric = object({
  type: required(oneOf(["Resource", "ContainerResource", "Pods", "Object", "External"])),
  resource: optional(
    object({
      name: required(text),
      target: required(
        object({
          type: required(oneOf(["Utilization", "Value", "AverageValue"])),
          averageUtilization: optional(integer({ minimum: 1 })),
          averageValue: unplayed("only utilisation in percent of the request is simulated"),
          value: unplayed("only utilisation in percent of the request is simulated"),
        }),
      ),
    }),
  ),
  containerResource: unplayed("only the cpu utilisation of whole pods is simulated"),
  pods: unplayed("only cpu utilisation is simulated"),
  object: unplayed("only cpu utilisation is simulated"),
  external: unplayed("only cpu utilisation is simulated"),
});

const spec = object({
  ...bounds,
  metrics: optional(list(metric)),
  behavior: unplayed("scaling uses the default stabilisation and policies"),
});

const objectParts = { ...typeMeta, metadata: required(namespacedMetadata), ...silent("status") };

/** What Kubernetes aims at when no metric is given: 80 % of the cpu request. */
const defaultCpuPercent = 80;

/**
 * An autoscaling/v2 HorizontalPodAutoscaler (v2beta2 is written the same), cpu utilisation only.
 *
 * @see kubernetes pkg/apis/autoscaling/v2/defaults.go SetDefaults_HorizontalPodAutoscaler
 */
export const horizontalPodAutoscaler: Decoder<HorizontalPodAutoscaler> = withBounds(
  (raw, place) => {
    const read = object({ ...objectParts, spec: required(spec) })(raw, place);
    if (read === undefined) return undefined;
    const { scaleTargetRef, minReplicas, maxReplicas, metrics } = read.spec;
    warnOfOtherResources(place, metrics ?? []);
    const cpu = metrics?.find((one) => one.resource?.name === "cpu")?.resource;
    const hasMetrics = metrics !== undefined && metrics.length > 0;
    const target = hasMetrics ? cpu?.target.averageUtilization : defaultCpuPercent;
    return {
      kind: "HorizontalPodAutoscaler",
      metadata: read.metadata,
      spec: {
        targetKind: scaleTargetRef.kind,
        targetName: scaleTargetRef.name,
        minReplicas,
        maxReplicas,
        ...present({ targetCpuUtilizationPercent: target }),
      },
    };
  },
);

function warnOfOtherResources(
  place: Place,
  metrics: readonly { readonly resource?: { readonly name: string } }[],
): void {
  for (const [index, { resource }] of metrics.entries()) {
    if (resource === undefined || resource.name === "cpu") continue;
    complain(placeAt(place, "spec", "metrics", index, "resource", "name"), {
      code: "apis/unmodelled-field",
      severity: "unplayed",
      value: resource.name,
      allowed: "cpu",
      sentence: "not modelled: only cpu utilisation is simulated",
    });
  }
}

/** An autoscaling/v1 HorizontalPodAutoscaler. */
export const firstHorizontalPodAutoscaler: Decoder<HorizontalPodAutoscaler> = withBounds(
  mapped(
    object({
      ...objectParts,
      spec: required(
        object({
          ...bounds,
          targetCPUUtilizationPercentage: defaulted(integer({ minimum: 1 }), defaultCpuPercent),
        }),
      ),
    }),
    ({ metadata, spec: written }) => ({
      kind: "HorizontalPodAutoscaler",
      metadata,
      spec: {
        targetKind: written.scaleTargetRef.kind,
        targetName: written.scaleTargetRef.name,
        minReplicas: written.minReplicas,
        maxReplicas: written.maxReplicas,
        targetCpuUtilizationPercent: written.targetCPUUtilizationPercentage,
      },
    }),
  ),
);

function withBounds(decode: Decoder<HorizontalPodAutoscaler>): Decoder<HorizontalPodAutoscaler> {
  return checked(decode, [
    {
      message: "spec.maxReplicas: must be greater than or equal to `minReplicas`",
      holds: ({ spec: { minReplicas, maxReplicas } }) => maxReplicas >= minReplicas,
    },
  ]);
}
