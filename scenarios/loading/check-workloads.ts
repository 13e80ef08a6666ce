import { nearMiss } from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { WorkloadSpec } from "../scenario-schema.ts";
import { batchTemplate, traceTemplate } from "../workloads/pod-arrivals.ts";
import type { PodTemplateResult } from "../workloads/pod-template.ts";
import { scaledTarget } from "../workloads/replica-plans.ts";
import type { ScaledWorkload } from "../workloads/replica-plans.ts";
import { atValue } from "./document-place.ts";
import type { PolicyCluster } from "./load-clusters.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** Workloads that name what is not in the manifests, or whose pods an API server would refuse. */
export function checkWorkloads(
  document: ScenarioDocument,
  workloads: readonly WorkloadSpec[],
  [cluster]: readonly PolicyCluster[],
): readonly Diagnostic[] {
  if (cluster === undefined) return [];
  return workloads.flatMap((workload, index) => {
    const steps = ["spec", "workloads", index];
    if ("replicas" in workload) return checkTarget(document, steps, workload, cluster);
    const { objects } = cluster.manifests;
    const anyPod = { cpuMillicores: 0, memoryBytes: 0, gpus: 0 } as Parameters<
      typeof traceTemplate
    >[1];
    const result =
      "batch" in workload
        ? batchTemplate(workload, objects)
        : traceTemplate(workload, anyPod, objects);
    return podComplaints(document, steps, result);
  });
}

function checkTarget(
  document: ScenarioDocument,
  steps: readonly Step[],
  workload: ScaledWorkload,
  { manifests }: PolicyCluster,
): readonly Diagnostic[] {
  const { kind, namespace, name } = scaledTarget(workload);
  const known = manifests.objects.filter((object) => object.kind === kind);
  const isKnown = known.some(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  if (isKnown) return [];
  const names = known.map(({ metadata }) => metadata.name).sort(compareStrings);
  const elsewhere = known.find(({ metadata }) => metadata.name === name)?.metadata.namespace;
  const meant = nearMiss(name, names);
  const hint = elsewhere !== undefined ? `namespace: ${elsewhere}` : meant && `write ${meant}`;
  const at = [...steps, kind === "Deployment" ? "deployment" : "statefulSet"];
  return [
    {
      ...atValue(document, at),
      code: "scenario/unknown-object",
      found: `${namespace}/${name}`,
      allowed: names.length === 0 ? `manifests with a ${kind}` : names.join(", "),
      ...(hint === undefined ? {} : { hint }),
      message: `there is no ${kind} ${namespace}/${name} among the manifests`,
    },
  ];
}

function podComplaints(
  document: ScenarioDocument,
  steps: readonly Step[],
  result: PodTemplateResult,
): readonly Diagnostic[] {
  if (result.ok) return [];
  return result.issues.map(({ found, allowed, message }) => ({
    ...atValue(document, steps),
    code: "scenario/bad-pod",
    found,
    allowed,
    message: `the pods of this workload are refused: ${message}`,
  }));
}
