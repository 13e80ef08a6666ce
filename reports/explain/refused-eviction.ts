import type { Moment } from "./story.ts";

/** What is told of an eviction that the API refuses: by one PodDisruptionBudget, or for several. */
export function refusedEviction(
  eviction: string,
  budgets: readonly string[],
  times: string,
): Pick<Moment, "what" | "text" | "details"> {
  const what = "eviction-blocked";
  const [budget, ...others] = budgets;
  if (others.length === 0) {
    const text = `${eviction} refused by PodDisruptionBudget ${budget ?? ""}, ${times}`;
    return { what, text, details: [] };
  }
  const details = [`eviction does not support multiple PDBs: ${budgets.join(", ")}`];
  return { what, text: `${eviction} refused, ${times}`, details };
}
