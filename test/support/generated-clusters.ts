// Clusters of the conformance generator, as the core sees them: for laws that hold on any cluster.
import { assembleObjects, parseObjects } from "../../core/apis/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import { type ClusterObject, ClusterState, replayCluster } from "../../core/state/index.ts";
import { parseTime, seconds, type SimTime } from "../../core/units/index.ts";
import { CaseCluster } from "../../conformance/case-cluster.ts";
import { buildInstanceTypes } from "../../conformance/decide.ts";
import { generateCases, generateInstanceTypeSets } from "../../conformance/generate.ts";

/** A cluster at one instant. */
export interface GeneratedCluster {
  readonly name: string;
  readonly now: SimTime;
  readonly cluster: CaseCluster;
  readonly state: ClusterState;
  readonly instanceTypes: readonly InstanceType[];
}

const caseSets = generateInstanceTypeSets(7);
const typesBySet = new Map<string, readonly InstanceType[]>();

function instanceTypesOf(set: string): readonly InstanceType[] {
  const types = typesBySet.get(set) ?? buildInstanceTypes(caseSets[set] ?? []);
  typesBySet.set(set, types);
  return types;
}

/**
 * One cluster of each topic of the conformance generator that has nodes; the same for the same seed.
 * Objects may be changed on the way.
 */
export function generatedClusters(
  seed: number,
  change: (object: ClusterObject) => ClusterObject = (object) => object,
): readonly GeneratedCluster[] {
  return generateCases(seed, 1, caseSets).flatMap(({ name, objects, instanceTypeSet, ...it }) => {
    const parsed = assembleObjects(parseObjects(objects)).objects as readonly ClusterObject[];
    const now = parseTime(it.now);
    const cluster = new CaseCluster(() => now, parsed.map(change));
    if (cluster.nodes().length === 0) return [];
    const state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    replayCluster(cluster, (event, at) => state.observe(event, at), now);
    return [{ name, now, cluster, state, instanceTypes: instanceTypesOf(instanceTypeSet) }];
  });
}
