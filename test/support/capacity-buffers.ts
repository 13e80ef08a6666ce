import type {
  CapacityBuffer,
  Deployment,
  PodTemplate,
  PodTemplateObject,
  ReplicaSet,
  StatefulSet,
} from "../../core/apis/index.ts";
import { parseResourceList, simTime } from "../../core/units/index.ts";
import { deepFreeze } from "./freeze.ts";
import { objectMeta, type PodOverrides, podSpec, type Quantities } from "./pods.ts";

/** What a test may say about a buffer; it refers to PodTemplate `template` unless it says otherwise. */
export interface BufferOverrides {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly podTemplateRef?: string;
  readonly scalableRef?: Partial<NonNullable<CapacityBuffer["spec"]["scalableRef"]>>;
  readonly replicas?: number;
  readonly percentage?: number;
  readonly limits?: Quantities;
  readonly status?: Partial<CapacityBuffer["status"]>;
  /** Refers to nothing. */
  readonly refersToNothing?: boolean;
}

export function capacityBuffer(overrides: BufferOverrides = {}): CapacityBuffer {
  const { name = "buffer", namespace = "default", replicas, percentage, limits } = overrides;
  const { podTemplateRef = "template", scalableRef, refersToNothing } = overrides;
  const reference =
    scalableRef === undefined
      ? { podTemplateRef: { name: podTemplateRef } }
      : { scalableRef: { apiGroup: "apps", kind: "Deployment", name: "app", ...scalableRef } };
  return deepFreeze({
    kind: "CapacityBuffer",
    metadata: objectMeta({ name, namespace, uid: overrides.uid ?? `uid-${namespace}-${name}` }),
    spec: {
      provisioningStrategy: "buffer.x-k8s.io/active-capacity",
      ...(refersToNothing === true ? {} : reference),
      ...(replicas === undefined ? {} : { replicas }),
      ...(percentage === undefined ? {} : { percentage }),
      ...(limits === undefined ? {} : { limits: parseResourceList(limits) }),
    },
    status: { conditions: [], ...overrides.status },
  });
}

/** A buffer that has been resolved to so many pods. */
export function readyBuffer(replicas: number, overrides: BufferOverrides = {}): CapacityBuffer {
  const conditions = [bufferConditionOf("ReadyForProvisioning", "True", "Resolved")];
  return capacityBuffer({ replicas, ...overrides, status: { replicas, conditions } });
}

export function bufferConditionOf(
  type: string,
  status: "True" | "False",
  reason: string,
): CapacityBuffer["status"]["conditions"][number] {
  return { type, status, reason, message: "", lastTransitionTime: simTime(0) };
}

/** Pods of 1 cpu, unless told otherwise. */
export function template(overrides: PodOverrides = {}): PodTemplate {
  const { labels = {}, annotations = {} } = overrides;
  return { labels, annotations, spec: podSpec({ requests: { cpu: "1" }, ...overrides }) };
}

export function podTemplate(
  name: string,
  overrides: PodOverrides & { readonly generation?: number } = {},
): PodTemplateObject {
  const { namespace = "default", generation = 1, ...rest } = overrides;
  return deepFreeze({
    kind: "PodTemplate",
    metadata: objectMeta({ name, namespace, generation }),
    template: template(rest),
  });
}

export function deployment(name: string, replicas: number, pods?: PodOverrides): Deployment {
  return deepFreeze({
    kind: "Deployment",
    metadata: objectMeta({ name }),
    spec: {
      replicas,
      selector: { matchLabels: {}, matchExpressions: [] },
      template: template(pods),
      strategy: { kind: "Recreate" },
      minReadySeconds: 0,
    },
  });
}

export function replicaSet(name: string, replicas: number): ReplicaSet {
  const { metadata, spec } = deployment(name, replicas);
  const { strategy: _, ...rest } = spec;
  return deepFreeze({ kind: "ReplicaSet", metadata, spec: rest });
}

export function statefulSet(name: string, replicas: number): StatefulSet {
  const { metadata, spec } = deployment(name, replicas);
  const { selector, template: shape } = spec;
  return deepFreeze({
    kind: "StatefulSet",
    metadata,
    spec: {
      replicas,
      selector,
      template: shape,
      podManagementPolicy: "Parallel",
      volumeClaimTemplates: [],
    },
  });
}
