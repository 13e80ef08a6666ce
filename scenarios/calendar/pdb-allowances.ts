// What PodDisruptionBudgets allow while everything is healthy: the least that they ever stand in the
// way. A budget that allows nothing then never does.
import {
  annotationDoNotDisrupt,
  objectKey,
  type PodDisruptionBudget,
} from "../../core/apis/index.ts";
import { labelSelectorMatches } from "../../core/scheduling/index.ts";
import { compareStrings, tryParseDuration } from "../../core/units/index.ts";
import { budgetCounts } from "../../sim/kube/index.ts";
import type { HeldWorkload, PdbAllowance } from "./budget-report.ts";
import { hasCounts } from "./held-nodes.ts";
import type { WorkloadPods } from "./workload-pods.ts";

/** What each budget allows, sorted by name. */
export function pdbAllowances(
  budgets: readonly PodDisruptionBudget[],
  workloads: readonly WorkloadPods[],
): readonly PdbAllowance[] {
  return budgets
    .map((budget) => allowanceOf(budget, selected(budget, workloads)))
    .sort((a, b) => compareStrings(a.name, b.name));
}

function selected(
  { metadata, spec }: PodDisruptionBudget,
  workloads: readonly WorkloadPods[],
): readonly WorkloadPods[] {
  return workloads.filter(
    ({ namespace, labels }) =>
      namespace === metadata.namespace && labelSelectorMatches(spec.selector, labels),
  );
}

function allowanceOf(
  budget: PodDisruptionBudget,
  workloads: readonly WorkloadPods[],
): PdbAllowance {
  const { maxUnavailable, minAvailable } = budget.spec;
  const pods = sum(workloads.map((it) => it.pods ?? 0));
  const isScaled = workloads.every(({ scale }) => scale !== "unscaled");
  const scale = sum(workloads.map((it) => (it.scale === "scaled" ? (it.pods ?? 0) : 0)));
  const counts = budgetCounts(budget.spec, {
    currentHealthy: pods,
    matchingPods: pods,
    controllerScale: isScaled ? scale : undefined,
  });
  const { expectedPods = 0, disruptionsAllowed = 0 } = counts ?? {};
  const isKnown =
    typeof minAvailable !== "number" || workloads.every((it) => it.pods !== undefined);
  const isFullyBlocking =
    maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%";
  const message =
    !isKnown || disruptionsAllowed > 0 ? undefined : whyNothing(budget, workloads, expectedPods);
  return {
    name: objectKey(budget),
    ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
    ...(minAvailable === undefined ? {} : { minAvailable }),
    workloads: workloads.map(workloadText),
    ...(isKnown ? { expectedPods, allowedAtFullHealth: disruptionsAllowed } : {}),
    ...(hasCounts(budget)
      ? {
          allowedNow: budget.status.disruptionsAllowed,
          healthyNow: budget.status.currentHealthy,
          desiredNow: budget.status.desiredHealthy,
        }
      : {}),
    isFullyBlocking,
    ...(message === undefined ? {} : { message }),
  };
}

function workloadText({ name, pods, autoscaled }: WorkloadPods): string {
  if (pods === undefined) return `${name} (a pod a node)`;
  if (autoscaled === undefined) return `${name} (${pods})`;
  return `${name} (${autoscaled.min} to ${autoscaled.max})`;
}

function whyNothing(
  { spec }: PodDisruptionBudget,
  workloads: readonly WorkloadPods[],
  expectedPods: number,
): string {
  const { maxUnavailable, minAvailable, selector } = spec;
  if (workloads.length === 0) {
    return selector === undefined
      ? "it has no selector and selects no pod"
      : "it selects no workload of the manifests";
  }
  const [first] = workloads.filter(({ scale }) => scale === "unscaled");
  if (first !== undefined && typeof minAvailable !== "number") {
    return `${first.name} has no scale, without which Kubernetes allows nothing`;
  }
  if (maxUnavailable === 0 || maxUnavailable === "0%") return `maxUnavailable is ${maxUnavailable}`;
  if (minAvailable === "100%") return "minAvailable is 100%";
  if (maxUnavailable === undefined && minAvailable === undefined) {
    return "it has neither maxUnavailable nor minAvailable, which allows nothing";
  }
  if (maxUnavailable !== undefined && expectedPods === 0) {
    return "its pods have no controller, so Kubernetes expects none and allows nothing";
  }
  return `all of ${expectedPods} pods must be available: minAvailable is ${minAvailable ?? ""}`;
}

/** Workloads whose pods no method that honours pods ever moves, in the order of the manifests. */
export function heldWorkloads(
  budgets: readonly PodDisruptionBudget[],
  workloads: readonly WorkloadPods[],
): readonly HeldWorkload[] {
  const allowances = new Map(pdbAllowances(budgets, workloads).map((it) => [it.name, it]));
  return workloads.flatMap((workload): readonly HeldWorkload[] => {
    const held = (message: string): readonly HeldWorkload[] => [
      { workload: workload.name, message },
    ];
    if (workload.pods === 0) return [];
    const value = workload.annotations[annotationDoNotDisrupt];
    const annotation = `annotation ${annotationDoNotDisrupt}: "${value}"`;
    if (value === "true") return held(annotation);
    if ((tryParseDuration(value ?? "") ?? 0) > 0) return held(`${annotation} from a pod's start`);
    const own = budgets
      .filter((budget) => selected(budget, [workload]).length > 0)
      .map(objectKey)
      .sort(compareStrings);
    if (own.length > 1) {
      return held(`eviction does not support multiple PDBs: ${own.join(", ")}`);
    }
    const [name = ""] = own;
    const allowance = allowances.get(name);
    if (allowance?.message === undefined) return [];
    return held(`PodDisruptionBudget ${name}: ${allowance.message}`);
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
