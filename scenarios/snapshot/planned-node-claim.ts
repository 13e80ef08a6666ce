import type { NodePool } from "../../core/apis/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import {
  limitExceededBy,
  type MinValuesPolicy,
  type SchedulingNodeClaim,
  toNodeClaimDraft,
} from "../../core/provisioning/index.ts";
import { Requirements } from "../../core/scheduling/index.ts";
import type { ClusterState } from "../../core/state/index.ts";
import { compareStrings, formatResourceList } from "../../core/units/index.ts";
import { launchChoices } from "../../sim/aws/index.ts";
import { namedPods } from "./named-pods.ts";
import type { PlannedLaunch, PlannedNodeClaim } from "./planned-launch.ts";

/** What a launch depends on. */
export interface LaunchFacts {
  readonly state: Pick<ClusterState, "nodePoolUsage">;
  readonly cluster: { nodePool(name: string): NodePool | undefined };
  /** By NodePool. */
  readonly types: ReadonlyMap<string, readonly InstanceType[]>;
}

/** The NodeClaim as it would be created, and the launch that it would lead to. */
export function plannedNodeClaim(
  nodeClaim: SchedulingNodeClaim,
  { state, types, cluster }: LaunchFacts,
  minValuesPolicy: MinValuesPolicy,
): PlannedNodeClaim {
  const { nodePoolName } = nodeClaim;
  const { spec } = toNodeClaimDraft(nodeClaim);
  const requirements = Requirements.fromNodeSelectorRequirements(spec.requirements);
  const limits = cluster.nodePool(nodePoolName)?.spec.limits ?? {};
  const exceeded = limitExceededBy(limits, state.nodePoolUsage(nodePoolName));
  const launch = launchChoices(
    types.get(nodePoolName) ?? [],
    requirements,
    spec.requests,
    minValuesPolicy,
  );
  const refusal =
    exceeded !== undefined
      ? `creating node claim, ${exceeded}`
      : launch.kind === "none"
        ? launch.message
        : undefined;
  return {
    nodePool: nodePoolName,
    ...namedPods(nodeClaim.pods),
    requests: formatResourceList(spec.requests),
    daemonRequests: formatResourceList(nodeClaim.daemonOverhead),
    requirements: requirements.list.map(String),
    instanceTypeCount: nodeClaim.instanceTypeOptions.length,
    ...(launch.kind === "choices" && refusal === undefined
      ? { launch: plannedLaunch(launch) }
      : {}),
    ...(refusal === undefined ? {} : { refusal }),
    isMinValuesRelaxed: nodeClaim.isMinValuesRelaxed,
  };
}

function plannedLaunch({
  capacityType,
  choices,
}: Extract<ReturnType<typeof launchChoices>, { readonly kind: "choices" }>): PlannedLaunch {
  const instanceTypes = choices
    .map(({ instanceType, offerings }) => ({
      instanceType,
      usdPerHour: Math.min(...offerings.map(({ priceUsdPerHour }) => priceUsdPerHour)),
      zones: offerings.map(({ zone }) => zone).sort(compareStrings),
    }))
    .sort((a, b) => a.usdPerHour - b.usdPerHour || compareStrings(a.instanceType, b.instanceType));
  const zones = [...new Set(instanceTypes.flatMap((it) => it.zones))].sort(compareStrings);
  return { capacityType, zones, instanceTypes };
}
