import { compareStrings } from "../units/index.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { type KubernetesObject, objectKey } from "./object-meta.ts";
import type { PodSpec, PodTemplate } from "./pod.ts";
import type { PriorityClass } from "./workloads.ts";

/** A pod or template that names a priority class which does not exist. */
export interface MissingPriorityClass {
  readonly kind: ManifestObject["kind"];
  /** Key of the object, `namespace/name`. */
  readonly key: string;
  /** Of the field that names it. */
  readonly path: string;
  readonly priorityClassName: string;
  readonly message: string;
}

/** Objects whose pods know their priority. */
export interface ResolvedPriorities {
  /** In the order given; an object whose pods need no change is the same object. */
  readonly objects: readonly ManifestObject[];
  readonly missing: readonly MissingPriorityClass[];
}

type ClassValue = Pick<PriorityClass, "value" | "preemptionPolicy">;

const builtIn: readonly (readonly [string, ClassValue])[] = [
  ["system-cluster-critical", { value: 2_000_000_000, preemptionPolicy: "PreemptLowerPriority" }],
  ["system-node-critical", { value: 2_000_001_000, preemptionPolicy: "PreemptLowerPriority" }],
];

/**
 * Gives pods and pod templates the priority of their class, as the Priority admission plugin does.
 *
 * Without a class a pod has the global default; of several, the one with the lowest value, then the
 * first by name. A pod that is bound already was admitted by its cluster and keeps what it has.
 * Classes that do not exist are listed, where an API server would refuse the pod; priority stays 0.
 *
 * @see kubernetes plugin/pkg/admission/priority/admission.go
 */
export function resolvePriorities(objects: readonly ManifestObject[]): ResolvedPriorities {
  const classes = objects.filter((one) => one.kind === "PriorityClass");
  const values = new Map<string, ClassValue>(builtIn);
  for (const one of classes) values.set(one.metadata.name, one);
  const [fallback] = classes
    .filter((one) => one.globalDefault)
    .sort((a, b) => a.value - b.value || compareStrings(a.metadata.name, b.metadata.name));
  const missing: MissingPriorityClass[] = [];
  const resolved = objects.map((object) =>
    mapPodSpecs(object, (spec) => {
      const { priorityClassName } = spec;
      const found = priorityClassName === undefined ? fallback : values.get(priorityClassName);
      if (found === undefined) {
        if (priorityClassName !== undefined && spec.priority === 0) {
          missing.push(missingClass(object, priorityClassName));
        }
        return spec;
      }
      const { value: priority, preemptionPolicy } = found;
      const isSame = spec.priority === priority && spec.preemptionPolicy === preemptionPolicy;
      return isSame ? spec : { ...spec, priority, preemptionPolicy };
    }),
  );
  return { objects: resolved, missing };
}

function missingClass(
  object: ManifestObject & KubernetesObject,
  priorityClassName: string,
): MissingPriorityClass {
  return {
    kind: object.kind,
    key: objectKey(object),
    path: pathOf(object.kind),
    priorityClassName,
    message: `no PriorityClass with name ${priorityClassName} was found`,
  };
}

function pathOf(kind: ManifestObject["kind"]): string {
  if (kind === "Pod") return "spec.priorityClassName";
  const template = kind === "CronJob" ? "spec.jobTemplate.spec.template" : "spec.template";
  return `${template}.spec.priorityClassName`;
}

function mapPodSpecs(object: ManifestObject, change: (spec: PodSpec) => PodSpec): ManifestObject {
  const changeTemplate = (template: PodTemplate): PodTemplate => {
    const spec = change(template.spec);
    return spec === template.spec
      ? template
      : Object.freeze({ ...template, spec: Object.freeze(spec) });
  };
  switch (object.kind) {
    case "Pod": {
      if (object.spec.nodeName !== undefined) return object;
      const spec = change(object.spec);
      return spec === object.spec
        ? object
        : Object.freeze({ ...object, spec: Object.freeze(spec) });
    }
    case "CronJob": {
      const template = changeTemplate(object.spec.job.template);
      if (template === object.spec.job.template) return object;
      const job = Object.freeze({ ...object.spec.job, template });
      return Object.freeze({ ...object, spec: Object.freeze({ ...object.spec, job }) });
    }
    case "Deployment":
    case "ReplicaSet":
    case "StatefulSet":
    case "DaemonSet":
    case "Job": {
      const template = changeTemplate(object.spec.template);
      if (template === object.spec.template) return object;
      const spec = Object.freeze({ ...object.spec, template });
      // The spread keeps the kind, which the union of specs makes the compiler forget.
      return Object.freeze({ ...object, spec }) as typeof object;
    }
    default:
      return object;
  }
}
