import { tryParseCron } from "../units/index.ts";
import { refusePlaceholder } from "./decode-scalars.ts";
import { labelValueFaults, qualifiedNameFaults, restrictedLabelReason } from "./label-rules.ts";
import type { NodeClaimTemplate, NodePool } from "./node-pool.ts";
import { type Place, complain, describeValue, hasErrorWithin, placeAt } from "./place.ts";
import { findPlaceholder } from "./placeholder.ts";
import type { NodeSelectorRequirement } from "./selectors.ts";
import type { Taint } from "./taint.ts";
import { ignoredValues, requirementFaults } from "./validate-requirements.ts";

/** Where the parts of a NodePool stand: an older form keeps them in other places. */
export interface NodePoolPlaces {
  readonly labels: Place;
  readonly taints: Place;
  readonly startupTaints: Place;
  readonly requirements: Place;
  readonly budgets: Place;
}

/** The places of the parts in a v1 or v1beta1 NodePool. */
export function nodePoolPlaces(root: Place): NodePoolPlaces {
  const spec = placeAt(root, "spec", "template", "spec");
  return {
    labels: placeAt(root, "spec", "template", "metadata", "labels"),
    taints: placeAt(spec, "taints"),
    startupTaints: placeAt(spec, "startupTaints"),
    requirements: placeAt(spec, "requirements"),
    budgets: placeAt(root, "spec", "disruption", "budgets"),
  };
}

/**
 * What the API server lets pass and Karpenter then finds wrong; such a pool launches nothing.
 *
 * Differs: upstream marks the NodePool as not ready, we refuse the manifest, because a policy that
 * never launches a node is no policy that somebody meant to try. A schedule that robfig/cron cannot
 * read is refused for the same reason: upstream disrupts nothing under it.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool_validation.go RuntimeValidate
 */
export function validateNodePool(nodePool: NodePool, places: NodePoolPlaces): void {
  const { template, disruption } = nodePool.spec;
  validateLabels(template, places.labels);
  validateTaints(template, places);
  validateRequirements(template.spec.requirements, places.requirements);
  for (const [index, { schedule }] of disruption.budgets.entries()) {
    if (schedule === undefined || tryParseCron(schedule) !== undefined) continue;
    const place = placeAt(places.budgets, index, "schedule");
    fault(place, schedule, `invalid schedule ${schedule}`, "a cron expression of five fields");
  }
}

function validateLabels(template: NodeClaimTemplate, place: Place): void {
  for (const [key, value] of Object.entries(template.labels)) {
    const at = placeAt(place, key);
    if (findPlaceholder(key) !== undefined || hasErrorWithin(at)) continue;
    for (const sentence of qualifiedNameFaults(key)) {
      fault(at, key, `invalid key name "${key}" in labels, "${sentence}"`);
    }
    const reason = restrictedLabelReason(key);
    if (reason !== undefined) fault(at, key, `invalid key name "${key}" in labels, ${reason}`);
    if (findPlaceholder(value) !== undefined) continue;
    for (const sentence of labelValueFaults(value)) {
      fault(at, value, `invalid value: ${value} for label[${key}], ${sentence}`);
    }
  }
}

function validateTaints(template: NodeClaimTemplate, places: NodePoolPlaces): void {
  const seen = new Set<string>();
  const check = (taints: readonly Taint[], place: Place): void => {
    for (const [index, { key, effect }] of taints.entries()) {
      const pair = `${key}=${effect}`;
      if (seen.has(pair)) {
        fault(placeAt(place, index), pair, `duplicate taint Key/Effect pair ${pair}`);
      }
      seen.add(pair);
    }
  };
  check(template.spec.taints, places.taints);
  check(template.spec.startupTaints, places.startupTaints);
}

function validateRequirements(
  requirements: readonly NodeSelectorRequirement[],
  place: Place,
): void {
  // The rules of the CRD have told it already, in other words.
  if (hasErrorWithin(place)) return;
  for (const [index, requirement] of requirements.entries()) {
    const at = placeAt(place, index);
    const hasPlaceholder = requirement.values.some((value, position) =>
      refusePlaceholder(value, placeAt(at, "values", position), "the value of a label"),
    );
    if (hasPlaceholder) continue;
    for (const sentence of requirementFaults(requirement)) {
      fault(at, requirement, `invalid value: ${sentence} in requirements, restricted`);
    }
    for (const value of ignoredValues(requirement)) {
      complain(placeAt(at, "values"), {
        code: "apis/ignored-value",
        severity: "unsupported",
        value,
        allowed: "a value that Karpenter knows",
        sentence: `${describeValue(value)}: please correct found invalid values, proceeding with valid values`,
      });
    }
  }
}

function fault(place: Place, value: unknown, sentence: string, allowed = sentence): void {
  complain(place, { code: "apis/runtime-validation", value, allowed, sentence });
}
