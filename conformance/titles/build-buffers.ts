import type { Manifest } from "../cases.ts";
import { pod, pool, type TitledCase, titled as titledCase } from "./build.ts";

type PodDetails = NonNullable<Parameters<typeof pod>[1]>;

interface BufferDetails {
  readonly namespace?: string;
  readonly generation?: number;
  readonly status?: Manifest;
}

/** A CapacityBuffer; its spec says everything but the strategy. */
export function buffer(name: string, spec: Manifest, details: BufferDetails = {}): Manifest {
  const { namespace = "default", generation = 1, status } = details;
  return {
    apiVersion: "autoscaling.x-k8s.io/v1beta1",
    kind: "CapacityBuffer",
    metadata: { name, namespace, uid: `uid-${namespace}-${name}`, generation },
    spec: { provisioningStrategy: "buffer.x-k8s.io/active-capacity", ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

/** So many pods of a PodTemplate, named `shape` unless told otherwise. */
export function ofTemplate(replicas: number, rest: Manifest = {}, name = "shape"): Manifest {
  return { podTemplateRef: { name }, replicas, ...rest };
}

/** Pods of a workload, named `app` unless told otherwise. */
export function ofWorkload(spec: Manifest, kind = "Deployment", name = "app"): Manifest {
  return { scalableRef: { apiGroup: "apps", kind, name }, ...spec };
}

/** What pods are made from: the pod's labels and specification. */
function template(details: PodDetails): Manifest {
  const { metadata, spec } = pod("template", details) as {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: Manifest;
  };
  return { metadata: { labels: metadata.labels }, spec };
}

/** A PodTemplate; pods of 100m cpu unless told otherwise. */
export function podTemplate(name: string, details: PodDetails = {}, generation = 1): Manifest {
  const { namespace = "default" } = details;
  return {
    apiVersion: "v1",
    kind: "PodTemplate",
    metadata: { name, namespace, uid: `uid-${namespace}-${name}`, generation },
    template: template(details),
  };
}

interface WorkloadDetails extends PodDetails {
  readonly kind?: "Deployment" | "ReplicaSet" | "StatefulSet";
}

/** A workload named `app`, whose pods are labelled so; none of them is there. */
export function workload(replicas: number | undefined, details: WorkloadDetails = {}): Manifest {
  const { kind = "Deployment", ...pods } = details;
  const labels = { app: "app", ...pods.labels };
  const serviceName = kind === "StatefulSet" ? { serviceName: "app" } : {};
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "app", namespace: pods.namespace ?? "default", uid: "uid-app" },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: "app" } },
      template: template({ ...pods, labels }),
      ...serviceName,
    },
  };
}

type Objects = readonly (Manifest | readonly Manifest[])[];

/** With the feature gate on, and NodePool `default` unless another one is among the objects. */
export function titled(
  title: string,
  objects: Objects,
  rest: Omit<TitledCase, "title" | "objects"> = {},
): TitledCase {
  const all = objects.flat() as readonly Manifest[];
  const hasPool = all.some(({ kind }) => kind === "NodePool");
  const featureGates = { CapacityBuffer: true, ...rest.featureGates };
  return titledCase(title, hasPool ? all : [pool("default"), ...all], { ...rest, featureGates });
}

/** PodTemplate `shape` of 1 cpu a pod, and a buffer of three of them. */
export const shape = podTemplate("shape", { requests: { cpu: "1" } });
export const three = buffer("b", ofTemplate(3));
