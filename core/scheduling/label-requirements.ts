import { Requirements } from "./requirements.ts";

type Labels = Readonly<Record<string, string>>;

const requirementsByLabels = new WeakMap<Labels, Requirements>();

/**
 * `Requirements.fromLabels`, remembered by the identity of the labels: a node's stay the same object
 * while its pods and its status change.
 */
export function labelRequirements(labels: Labels): Requirements {
  let requirements = requirementsByLabels.get(labels);
  if (requirements === undefined) {
    requirements = Requirements.fromLabels(labels);
    requirementsByLabels.set(labels, requirements);
  }
  return requirements;
}
