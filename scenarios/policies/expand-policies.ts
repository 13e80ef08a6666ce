import type { Experiments } from "../../sim/world-plan.ts";
import type { PolicySpec, ScenarioSpec } from "../scenario-schema.ts";
import { mergePatch } from "./merge-patch.ts";

/** The policy of a scenario that names none. */
export const asIs = "as-is";

/** One policy, complete: the scenario's settings with the policy's own laid over them. */
export interface Policy {
  readonly name: string;
  readonly description: string | undefined;
  readonly karpenter: ScenarioSpec["karpenter"];
  readonly scheduler: ScenarioSpec["scheduler"];
  readonly controller: ScenarioSpec["controller"];
  readonly experiments: Experiments;
  /** As written, for the overlays on manifests. */
  readonly spec: PolicySpec;
}

/** The policies of a scenario, in its order; one that changes nothing where it names none. */
export function expandPolicies(spec: ScenarioSpec): readonly Policy[] {
  const written = spec.policies ?? [{ name: asIs }];
  return written.map((policy) => ({
    name: policy.name,
    description: policy.description,
    karpenter: merged(spec.karpenter, policy.karpenter),
    scheduler: merged(spec.scheduler, policy.scheduler),
    controller: merged(spec.controller, policy.controller),
    experiments: experimentsOf(policy),
    spec: policy,
  }));
}

/** Both were checked by the same schema, and merging keeps its shape. */
function merged<Block extends object>(base: Block, overlay: Block | undefined): Block {
  return overlay === undefined ? base : (mergePatch(base, overlay) as Block);
}

function experimentsOf({ experiments }: PolicySpec): Experiments {
  const { singleNode, ...rest } = experiments?.consolidation ?? {};
  const renamed = {
    ...rest,
    ...(singleNode === undefined ? {} : { singleNodeConsolidation: singleNode }),
  };
  return Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== undefined));
}
