/**
 * The universe of topology domains: every value that nodes of the run's NodePools could have for a
 * label, with the taints that come along. Worked out label by label, when a group first asks.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go buildDomainGroups
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topologydomaingroup.go
 */
import type { NodePool, Taint, Toleration } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import { Requirements, toleratesAll } from "../scheduling/index.ts";
import { compareStrings } from "../units/index.ts";

/** A domain with the sets of taints under which it can be had; one empty set means freely. */
interface Domain {
  readonly name: string;
  readonly taintSets: readonly (readonly Taint[])[];
}

type NodePoolSpec = NodePool["spec"];

/** Values by label, remembered as long as the pool's types and specification stay the same. */
const valuesByTypes = new WeakMap<
  readonly InstanceType[],
  WeakMap<NodePoolSpec, Map<string, readonly string[]>>
>();

/** See the head of this file. */
export class TopologyDomains {
  readonly #nodePools: readonly NodePool[];
  readonly #instanceTypes: ReadonlyMap<string, readonly InstanceType[]>;
  readonly #domainsByKey = new Map<string, readonly Domain[]>();

  constructor(
    nodePools: readonly NodePool[],
    instanceTypes: ReadonlyMap<string, readonly InstanceType[]>,
  ) {
    this.#nodePools = nodePools;
    this.#instanceTypes = instanceTypes;
  }

  /** All domains of a label, sorted. */
  all(topologyKey: string): readonly string[] {
    return this.#domains(topologyKey).map(({ name }) => name);
  }

  /** The domains of a label that can be had under taints which are tolerated, sorted. */
  tolerated(topologyKey: string, tolerations: readonly Toleration[]): readonly string[] {
    const isTolerated = (taints: readonly Taint[]) => toleratesAll(taints, tolerations);
    return this.#domains(topologyKey)
      .filter(({ taintSets }) => taintSets.some(isTolerated))
      .map(({ name }) => name);
  }

  #domains(topologyKey: string): readonly Domain[] {
    let domains = this.#domainsByKey.get(topologyKey);
    if (domains === undefined) {
      domains = this.#collect(topologyKey);
      this.#domainsByKey.set(topologyKey, domains);
    }
    return domains;
  }

  #collect(topologyKey: string): readonly Domain[] {
    const taintSetsByName = new Map<string, (readonly Taint[])[]>();
    for (const nodePool of this.#nodePools) {
      const types = this.#instanceTypes.get(nodePool.metadata.name);
      if (types === undefined) continue;
      const { taints } = nodePool.spec.template.spec;
      for (const name of nodePoolValues(nodePool, types, topologyKey)) {
        const taintSets = taintSetsByName.get(name);
        if (taintSets === undefined || taints.length === 0) taintSetsByName.set(name, [taints]);
        else if (taintSets[0]?.length !== 0) taintSets.push(taints);
      }
    }
    return [...taintSetsByName.entries()]
      .map(([name, taintSets]) => ({ name, taintSets }))
      .sort((left, right) => compareStrings(left.name, right.name));
  }
}

/**
 * Values of a label over the pool's instance types, sorted. As upstream takes what a requirement
 * stores, the values that a NotIn excludes are among them.
 */
function nodePoolValues(
  nodePool: NodePool,
  types: readonly InstanceType[],
  topologyKey: string,
): readonly string[] {
  let bySpec = valuesByTypes.get(types);
  if (bySpec === undefined) {
    bySpec = new WeakMap();
    valuesByTypes.set(types, bySpec);
  }
  let byKey = bySpec.get(nodePool.spec);
  if (byKey === undefined) {
    byKey = new Map();
    bySpec.set(nodePool.spec, byKey);
  }
  let values = byKey.get(topologyKey);
  if (values === undefined) {
    values = collectValues(nodePool, types, topologyKey);
    byKey.set(topologyKey, values);
  }
  return values;
}

function collectValues(
  nodePool: NodePool,
  types: readonly InstanceType[],
  topologyKey: string,
): readonly string[] {
  const { template } = nodePool.spec;
  const wanted = Requirements.fromNodeSelectorRequirements(template.spec.requirements)
    .addAll(Requirements.fromLabels(template.labels))
    .find(topologyKey);
  const values = new Set<string>(wanted?.operator === "In" ? wanted.sortedValues : []);
  for (const { requirements } of types) {
    const offered = requirements.find(topologyKey);
    const both =
      wanted === undefined || offered === undefined
        ? (wanted ?? offered)
        : wanted.intersection(offered);
    for (const value of both?.sortedValues ?? []) values.add(value);
  }
  return [...values].sort(compareStrings);
}
