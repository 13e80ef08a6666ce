import {
  type Decoder,
  defaulted,
  list,
  mapped,
  neutrals,
  object,
  optional,
  partly,
  present,
  required,
  silent,
  typeMeta,
  unplayed,
} from "./decoder.ts";
import { integer, oneOf, text } from "./decode-scalars.ts";
import { countOrPercent } from "./parse-disruption-budget.ts";
import { namespacedMetadata } from "./parse-metadata.ts";
import { podTemplate } from "./parse-pod.ts";
import { labelSelector } from "./parse-selectors.ts";
import { type Place, complain, describeValue, placeAt } from "./place.ts";
import type { PodTemplate } from "./pod.ts";
import { selectsLabels } from "./label-selection.ts";
import type { LabelSelector } from "./selectors.ts";
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "./workloads.ts";

const replicas = defaulted(integer({ minimum: 0 }), 1);
const seconds = integer({ minimum: 0 });
const objectParts = { ...typeMeta, metadata: required(namespacedMetadata), ...silent("status") };

/**
 * A selector has to match the pods of its own template.
 *
 * @see kubernetes pkg/apis/apps/validation ValidatePodTemplateSpecForReplicaSet
 */
function checkSelector(
  place: Place,
  spec: { readonly selector: LabelSelector; readonly template: PodTemplate },
): void {
  if (selectsLabels(spec.selector, spec.template.labels)) return;
  const labels = describeValue(spec.template.labels);
  complain(placeAt(place, "spec", "template", "metadata", "labels"), {
    code: "apis/rule",
    value: spec.template.labels,
    allowed: "labels that spec.selector matches",
    sentence: `Invalid value: ${labels}: \`selector\` does not match template \`labels\``,
  });
}

/** Checks the selector of a workload that could be read. */
function withSelector<
  Value extends {
    readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplate };
  },
>(decode: Decoder<Value>): Decoder<Value> {
  return (raw, place) => {
    const value = decode(raw, place);
    if (value !== undefined) checkSelector(place, value.spec);
    return value;
  };
}

const rollingUpdate = object({
  maxSurge: defaulted(countOrPercent, "25%"),
  maxUnavailable: defaulted(countOrPercent, "25%"),
});

const strategy: Decoder<Deployment["spec"]["strategy"]> = mapped(
  object({
    type: defaulted(oneOf(["RollingUpdate", "Recreate"]), "RollingUpdate"),
    rollingUpdate: defaulted(rollingUpdate, { maxSurge: "25%", maxUnavailable: "25%" }),
  }),
  (written) =>
    written.type === "Recreate"
      ? { kind: "Recreate" }
      : { kind: "RollingUpdate", ...written.rollingUpdate },
);

/** A Deployment. @see kubernetes pkg/apis/apps/v1/defaults.go SetDefaults_Deployment */
export const deployment: Decoder<Deployment> = withSelector(
  mapped(
    object({
      ...objectParts,
      spec: required(
        object({
          replicas,
          selector: required(labelSelector),
          template: required(podTemplate),
          strategy: defaulted(strategy, {
            kind: "RollingUpdate",
            maxSurge: "25%",
            maxUnavailable: "25%",
          }),
          minReadySeconds: defaulted(seconds, 0),
          paused: unplayed("rollouts are not paused"),
          ...neutrals("revisionHistoryLimit", "progressDeadlineSeconds"),
        }),
      ),
    }),
    ({ metadata, spec }) => ({ kind: "Deployment", metadata, spec }),
  ),
);

/** A ReplicaSet. */
export const replicaSet: Decoder<ReplicaSet> = withSelector(
  mapped(
    object({
      ...objectParts,
      spec: required(
        object({
          replicas,
          selector: required(labelSelector),
          template: required(podTemplate),
          minReadySeconds: defaulted(seconds, 0),
        }),
      ),
    }),
    ({ metadata, spec }) => ({ kind: "ReplicaSet", metadata, spec }),
  ),
);

const volumeClaimTemplate = mapped(
  object({
    metadata: required(
      object({
        name: required(text),
        ...neutrals("labels", "annotations"),
        ...silent("creationTimestamp", "namespace"),
      }),
    ),
    spec: defaulted(
      object({
        storageClassName: optional(text),
        ...neutrals("accessModes", "resources", "selector", "volumeMode", "volumeName"),
        ...neutrals("dataSource", "dataSourceRef", "volumeAttributesClassName"),
      }),
      {},
    ),
    ...typeMeta,
    ...silent("status"),
  }),
  ({ metadata, spec }) => ({
    name: metadata.name,
    ...present({ storageClassName: spec.storageClassName }),
  }),
);

const statefulSetStrategy = object({
  ...neutrals("type"),
  rollingUpdate: optional(
    object({
      partition: optional(
        partly(
          integer({ minimum: 0 }),
          (partition) => partition > 0,
          "every pod has the one template, a partition keeps none on an older one",
          "unplayed",
        ),
      ),
      ...neutrals("maxUnavailable"),
    }),
  ),
});

/** A StatefulSet. @see kubernetes pkg/apis/apps/v1/defaults.go SetDefaults_StatefulSet */
export const statefulSet: Decoder<StatefulSet> = withSelector(
  mapped(
    object({
      ...objectParts,
      spec: required(
        object({
          replicas,
          selector: required(labelSelector),
          template: required(podTemplate),
          podManagementPolicy: defaulted(oneOf(["OrderedReady", "Parallel"]), "OrderedReady"),
          volumeClaimTemplates: defaulted(list(volumeClaimTemplate), []),
          minReadySeconds: unplayed("a pod is available as soon as it is ready"),
          ordinals: unplayed("pods are numbered from 0"),
          updateStrategy: optional(statefulSetStrategy),
          ...neutrals("serviceName", "revisionHistoryLimit"),
          ...neutrals("persistentVolumeClaimRetentionPolicy"),
        }),
      ),
    }),
    ({ metadata, spec: { updateStrategy: _strategy, ...spec } }) => ({
      kind: "StatefulSet",
      metadata,
      spec,
    }),
  ),
);

/** A DaemonSet. */
export const daemonSet: Decoder<DaemonSet> = withSelector(
  mapped(
    object({
      ...objectParts,
      spec: required(
        object({
          selector: required(labelSelector),
          template: required(podTemplate),
          minReadySeconds: unplayed("a pod is available as soon as it is ready"),
          ...neutrals("revisionHistoryLimit", "updateStrategy"),
        }),
      ),
    }),
    ({ metadata, spec }) => ({ kind: "DaemonSet", metadata, spec }),
  ),
);
