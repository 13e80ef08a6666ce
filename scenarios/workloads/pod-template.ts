import type { ManifestObject, PodTemplate } from "../../core/apis/index.ts";
import { parseObject, resolvePriorities } from "../../core/apis/index.ts";
import type { FieldIssue } from "../../core/apis/index.ts";
import { compareStrings, invariant } from "../../core/units/index.ts";

/** What the pods of a workload without a manifest are like. */
export interface PodShape {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly object[];
  readonly priorityClassName?: string | undefined;
}

/** A template, or what the API server would say against it. */
export type PodTemplateResult =
  | { readonly ok: true; readonly template: PodTemplate }
  | {
      readonly ok: false;
      readonly issues: readonly Pick<FieldIssue, "found" | "allowed" | "message">[];
    };

const nativeResources = ["cpu", "memory", "ephemeral-storage"];

/**
 * The pod template of a shape and its requests (quantities as text), read as a written manifest
 * would be: same defaults, same validation, priority from its class.
 *
 * Extended resources such as nvidia.com/gpu become limits, too, as the API server demands.
 */
export function podTemplateOf(
  shape: PodShape,
  requests: Readonly<Record<string, string>>,
  options: {
    readonly terminationGracePeriodSeconds: number;
    readonly objects: readonly ManifestObject[];
  },
): PodTemplateResult {
  const limits = Object.fromEntries(
    Object.entries(requests)
      .filter(([name]) => !nativeResources.includes(name))
      .sort(([a], [b]) => compareStrings(a, b)),
  );
  const parsed = parseObject({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "pod",
      namespace: shape.namespace,
      labels: shape.labels,
      annotations: shape.annotations,
    },
    spec: {
      restartPolicy: "Never",
      nodeSelector: shape.nodeSelector,
      tolerations: shape.tolerations,
      terminationGracePeriodSeconds: options.terminationGracePeriodSeconds,
      ...(shape.priorityClassName === undefined
        ? {}
        : { priorityClassName: shape.priorityClassName }),
      containers: [{ name: "main", image: "batch", resources: { requests, limits } }],
    },
  });
  const errors = parsed.issues.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return { ok: false, issues: errors };
  invariant(parsed.object?.kind === "Pod", "a pod without errors was not read as a pod");
  const classes = options.objects.filter(({ kind }) => kind === "PriorityClass");
  const { objects, missing } = resolvePriorities([...classes, parsed.object]);
  const [unknown] = missing;
  if (unknown !== undefined) {
    const names = classes.map(({ metadata }) => metadata.name).sort(compareStrings);
    const { priorityClassName: found, message } = unknown;
    return { ok: false, issues: [{ found, allowed: names.join(", "), message }] };
  }
  const pod = objects.at(-1);
  invariant(pod?.kind === "Pod", "resolving priorities lost a pod");
  const { labels, annotations } = pod.metadata;
  return { ok: true, template: { labels, annotations, spec: pod.spec } };
}
