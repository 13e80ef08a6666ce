// Runs of the scheduler with topology, over clusters given as nodes with pods.
import type { Pod } from "../../core/apis/index.ts";
import type { SchedulingReads } from "../../core/provisioning/scheduling-input.ts";
import type { SchedulingResults } from "../../core/provisioning/scheduling-results.ts";
import { solve } from "../../core/provisioning/solve.ts";
import type { StateNode } from "../../core/state/index.ts";
import { emptyReads, schedulingInput, type SchedulingOverrides } from "./scheduling.ts";

/** What a cluster answers about these nodes and the pods on them, and about others elsewhere. */
export function readsOf(
  nodes: readonly StateNode[],
  otherPods: readonly Pod[] = [],
): SchedulingReads {
  const pods = [...nodes.flatMap((it) => it.pods), ...otherPods];
  const nodeByName = new Map(nodes.flatMap(({ name, node }) => (node ? [[name, node]] : [])));
  const podsByNode = new Map(
    [...nodeByName.keys()].map((name) => [name, pods.filter((it) => it.spec.nodeName === name)]),
  );
  return {
    ...emptyReads,
    nodes: () => [...nodeByName.values()],
    node: (name) => nodeByName.get(name),
    podsOnNode: (name) => podsByNode.get(name) ?? [],
  };
}

/** Schedules with topology; the cluster is that of the state nodes unless another is given. */
export function scheduleWithTopology(overrides: SchedulingOverrides): SchedulingResults {
  const nodes = overrides.clusterStateNodes ?? overrides.stateNodes ?? [];
  const outcome = solve(schedulingInput({ cluster: readsOf(nodes), ...overrides }));
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.results;
}

/**
 * How many of the run's pods each domain got, sorted: `test-zone-1=2 test-zone-2=1`, with `?` for
 * machines whose domain is still open and `none=1` for pods without a place. Host names are left
 * out: `1 1 2` are three machines.
 */
export function describeSpread(results: SchedulingResults, topologyKey: string): string {
  const isHostname = topologyKey === "kubernetes.io/hostname";
  const counts = new Map<string, number>();
  const count = (domain: string, pods: number): void => {
    if (pods > 0) counts.set(domain, (counts.get(domain) ?? 0) + pods);
  };
  results.newNodeClaims.forEach(({ requirements, pods }, index) => {
    const domain = isHostname ? `new-${index}` : (requirements.find(topologyKey)?.only ?? "?");
    count(domain, pods.length);
  });
  for (const { stateNode, pods } of results.existingNodes) {
    count(isHostname ? stateNode.hostName : (stateNode.labels[topologyKey] ?? "?"), pods.length);
  }
  const texts = [...counts].map(([domain, pods]) =>
    isHostname ? String(pods) : `${domain}=${pods}`,
  );
  const unplaced = results.podErrors.size;
  return [...texts.sort(), ...(unplaced > 0 ? [`none=${unplaced}`] : [])].join(" ");
}
