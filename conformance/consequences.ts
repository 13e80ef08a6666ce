// What follows from a decision: the NodeClaims that are created, pods that were passed over, NodeOverlays
// that were turned down, and what static NodePools lack.
import { labelNodePool, type NodeClaim, objectKey } from "../core/apis/index.ts";
import { lifecycleControllers } from "../core/lifecycle/index.ts";
import {
  limitExceededBy,
  type ProvisioningDecision,
  toNodeClaimDraft,
} from "../core/provisioning/index.ts";
import { formatTaint } from "../core/scheduling/index.ts";
import {
  type ClusterState,
  conditionOf,
  type NodeClaimDraft,
  replayCluster,
} from "../core/state/index.ts";
import {
  compareStrings,
  formatDuration,
  Never,
  seconds,
  type SimTime,
} from "../core/units/index.ts";
import type { CaseCloudProvider } from "./case-cloud-provider.ts";
import type { CaseCluster } from "./case-cluster.ts";
import type { Consequences, CreatedNodeClaim } from "./cases.ts";

/** What a case is decided in. */
export interface CaseWorld {
  readonly now: SimTime;
  readonly cluster: CaseCluster;
  readonly cloudProvider: CaseCloudProvider;
  readonly state: ClusterState;
  readonly isStaticCapacityOn: boolean;
}

/** Writes to the cluster what the decision asks for, and reports it. To be called once. */
export function consequences(world: CaseWorld, decision: ProvisioningDecision): Consequences {
  const { cluster, state, isStaticCapacityOn } = world;
  const fromStatic = isStaticCapacityOn ? { static: provisionStatic(world) } : {};
  const newNodeClaims = decision.kind === "scheduled" ? decision.results.newNodeClaims : [];
  const created = newNodeClaims.map((nodeClaim): CreatedNodeClaim => {
    const { nodePoolName } = nodeClaim;
    const limits = cluster.nodePool(nodePoolName)?.spec.limits ?? {};
    const error = limitExceededBy(limits, state.nodePoolUsage(nodePoolName));
    if (error !== undefined) return { nodePool: nodePoolName, error };
    return describeCreated(toNodeClaimDraft(nodeClaim));
  });
  return {
    created,
    ignoredPods: Object.fromEntries(
      decision.ignoredPods.map(({ pod, message }) => [objectKey(pod), message]),
    ),
    nodeOverlays: Object.fromEntries(
      cluster.nodeOverlays().flatMap((overlay) => {
        const condition = conditionOf(overlay, "ValidationSucceeded");
        if (condition?.status !== "False") return [];
        return [[overlay.metadata.name, `${condition.reason}: ${condition.message}`] as const];
      }),
    ),
    ...fromStatic,
  };
}

function provisionStatic({
  now,
  cluster,
  cloudProvider,
  state,
}: CaseWorld): Required<Consequences>["static"] {
  const featureGates = { nodeRepair: false, staticCapacity: true };
  const { controllers } = lifecycleControllers({
    ...{ cluster, cloudProvider, state, options: { featureGates } },
  });
  const found = controllers.find(({ name }) => name === "static.provisioning");
  if (found === undefined) throw new Error("there is no controller of static NodePools");
  replayCluster(cluster, (event, at) => found.observe(event, at), now);
  const known = new Set(cluster.nodeClaims().map(({ metadata }) => metadata.name));
  found.reconcile(now);
  const created = cluster
    .nodeClaims()
    .filter(({ metadata }) => !known.has(metadata.name))
    .map(describeCreated)
    .sort((a, b) => compareStrings(a.nodePool, b.nodePool));
  const nextDueAt = found.nextDueAt();
  const requeueAfterSeconds = nextDueAt === undefined ? 0 : (nextDueAt - now) / seconds(1);
  return { created, requeueAfterSeconds };
}

function describeCreated({ metadata, spec }: NodeClaimDraft | NodeClaim): CreatedNodeClaim {
  const open = new Set(
    spec.requirements
      .filter(({ operator, values }) => operator !== "In" || values.length > 1)
      .map(({ key }) => key),
  );
  return {
    nodePool: metadata.labels[labelNodePool] ?? "",
    labels: Object.fromEntries(
      Object.entries(metadata.labels).map(([key, value]) => [key, open.has(key) ? "(any)" : value]),
    ),
    annotations: metadata.annotations,
    owner: metadata.ownerReferences.map(({ kind, name, uid }) => `${kind}/${name}/${uid}`).join(),
    nodeClass: spec.nodeClassRef.name,
    requirements: [...spec.requirements]
      .sort((a, b) => compareStrings(a.key, b.key) || compareStrings(a.operator, b.operator))
      .map(({ key, operator, values, minValues }) => ({
        ...{ key, operator },
        ...(values.length === 0 ? {} : { values }),
        ...(minValues === undefined ? {} : { minValues }),
      })),
    requests: { ...spec.requests },
    taints: spec.taints.map(formatTaint),
    startupTaints: spec.startupTaints.map(formatTaint),
    expireAfter: spec.expireAfter === Never ? "Never" : formatDuration(spec.expireAfter),
    ...(spec.terminationGracePeriod === undefined
      ? {}
      : { terminationGracePeriod: formatDuration(spec.terminationGracePeriod) }),
  };
}
