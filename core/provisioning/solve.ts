import type { Pod } from "../apis/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import { Scheduler, type VolumeAlternatives } from "./scheduler.ts";
import type { SchedulingInput } from "./scheduling-input.ts";
import type { SchedulingResults } from "./scheduling-results.ts";
import { createTopology } from "./topology.ts";
import { createVolumeTopology } from "./volume-topology.ts";

/** What `solve` decided, or why the run had to be given up. */
export type SolveOutcome =
  | { readonly ok: true; readonly results: SchedulingResults }
  | { readonly ok: false; readonly error: string };

/**
 * Decides where the pods go: onto existing nodes, or onto NodeClaims to be created.
 *
 * Pods whose volumes cannot be looked up are placed all the same, without regard to them and, until
 * their first failure, to their own spread and affinity; upstream only logs the lookup.
 *
 * The input isn't changed. The same input gives the same results.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go NewScheduler
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go Solve
 */
export function solve(input: SchedulingInput): SolveOutcome {
  const { pods, alternatives } = lookUpVolumes(input);
  const topology = createTopology({
    preferencePolicy: input.options.preferencePolicy,
    nodePools: input.nodePools,
    instanceTypesByNodePool: input.instanceTypesByNodePool,
    stateNodes: input.stateNodes,
    clusterStateNodes: input.clusterStateNodes,
    cluster: input.cluster,
    pods,
  });
  if (!topology.ok) {
    return { ok: false, error: `creating scheduler, tracking topology counts, ${topology.error}` };
  }
  return { ok: true, results: new Scheduler(input, topology.topology, alternatives).solve() };
}

function lookUpVolumes({ cluster, podsToSchedule }: SchedulingInput): {
  readonly pods: readonly Pod[];
  readonly alternatives: VolumeAlternatives;
} {
  const volumeTopology = createVolumeTopology(cluster);
  const alternatives = new Map<string, readonly Requirements[]>();
  const pods = podsToSchedule.filter((pod) => {
    if (pod.spec.volumes.length === 0) return true;
    const found = volumeTopology.requirements(pod);
    if (found.ok && found.alternatives.length > 0) {
      alternatives.set(pod.metadata.uid, found.alternatives);
    }
    return found.ok;
  });
  return { pods, alternatives };
}
