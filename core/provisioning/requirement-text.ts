import type { Requirement, Requirements } from "../scheduling/index.ts";

const textOfRequirement = new WeakMap<Requirement, string>();
const textOfRequirements = new WeakMap<Requirements, string>();

/**
 * All that decides which values a requirement allows, as a text: equal texts, equal sets. Without
 * minValues, which nothing that is told apart by this text looks at.
 */
export function requirementText(requirement: Requirement): string {
  let text = textOfRequirement.get(requirement);
  if (text === undefined) {
    const { key, complement, gte = "", lte = "", sortedValues } = requirement;
    text = JSON.stringify([key, complement, String(gte), String(lte), sortedValues]);
    textOfRequirement.set(requirement, text);
  }
  return text;
}

/** As `requirementText` for a whole map. */
export function requirementsText(requirements: Requirements): string {
  let text = textOfRequirements.get(requirements);
  if (text === undefined) {
    text = requirements.list.map(requirementText).join("\n");
    textOfRequirements.set(requirements, text);
  }
  return text;
}
