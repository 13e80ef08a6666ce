/**
 * What the topologies of all runs over one cluster share: which rules there are, what each finds in
 * the cluster, and which pods keep others away. A run that is without some nodes, or that moves
 * their pods, keeps the difference to itself; see `Topology`.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go NewTopology
 */
import type { Pod } from "../apis/index.ts";
import { selectionShape } from "../scheduling/index.ts";
import { invariant } from "../units/index.ts";
import { NodeDomains } from "./node-domains.ts";
import { alikePods, countsWhereItSits, repellentPods } from "./placed-pods.ts";
import { TopologyDomains } from "./topology-domains.ts";
import type { TopologyRule } from "./topology-rule.ts";
import { type PlacedPod, type PlacedPods, RuleCounts } from "./topology-rule-counts.ts";
import { inverseRulesOf, type KeyedRule, type KeyedRules, rulesOf } from "./topology-rules.ts";
import type { TopologyInput } from "./topology-tracker.ts";

/** Where pods with the same required anti-affinity sit, and which pods these are. */
export interface InverseCounts {
  readonly identity: string;
  readonly counts: RuleCounts;
  /** In the order of the cluster's nodes and their pods. */
  readonly owners: readonly InverseOwner[];
}

interface InverseOwner {
  readonly pod: Pod;
  /** Its place in that order. */
  readonly position: number;
}

/** A term by which a placed pod keeps others away, and from where. */
export interface InverseShare {
  readonly inverse: InverseCounts;
  /** Absent when its node lacks the label. */
  readonly domain: string | undefined;
}

/** Why the terms of a placed pod cannot be read. */
interface InverseError {
  readonly uid: string;
  readonly text: string;
}

const noShares: readonly InverseShare[] = [];

/** See the head of this file. `pods` of the input are those that every run moves. */
export class TopologyBase {
  readonly input: TopologyInput;
  readonly inverseErrors: readonly InverseError[];
  /** Positions of owners are below it. */
  readonly positions: number;
  readonly #domains: TopologyDomains;
  readonly #excludedUids: ReadonlySet<string>;
  readonly #hostNames = new Map<string, number>();
  readonly #countsByRule = new Map<string, RuleCounts>();
  readonly #nodeDomains = new Map<string, NodeDomains>();
  readonly #inverseByIdentity = new Map<string, InverseCounts & { owners: InverseOwner[] }>();
  readonly #sharesByUid = new Map<string, InverseShare[]>();
  readonly #repellingByShape = new Map<string, readonly InverseCounts[]>();
  #placedByNamespace: ReadonlyMap<string, readonly PlacedPods[]> | undefined;

  constructor(input: TopologyInput) {
    this.input = input;
    this.#domains = new TopologyDomains(input.nodePools, input.instanceTypesByNodePool);
    this.#excludedUids = new Set(input.pods.map(({ metadata }) => metadata.uid));
    for (const { hostName } of input.stateNodes) {
      this.#hostNames.set(hostName, (this.#hostNames.get(hostName) ?? 0) + 1);
    }
    const inverseErrors: InverseError[] = [];
    let position = 0;
    for (const { node, pods } of input.clusterStateNodes) {
      if (node === undefined) continue;
      for (const pod of repellentPods(pods)) {
        if (this.moves(pod)) continue;
        const text = this.#trackInverse(pod, node.metadata.labels, position++);
        if (text !== undefined) inverseErrors.push({ uid: pod.metadata.uid, text });
      }
    }
    this.inverseErrors = inverseErrors;
    this.positions = position;
  }

  /** Whether every run moves the pod, so that it never counts where it sits. */
  moves({ metadata }: Pod): boolean {
    return this.#excludedUids.has(metadata.uid);
  }

  /** The rules that the pod brings along. */
  rules(pod: Pod): KeyedRules {
    return rulesOf(pod, this.input.preferencePolicy, this.input.cluster);
  }

  /** The rules by which the pod keeps others away. */
  inverseRules(pod: Pod): KeyedRules {
    return inverseRulesOf(pod, this.input.cluster);
  }

  /** What a rule of the pod finds in the cluster. */
  counts(rule: KeyedRule, pod: Pod): RuleCounts {
    let counts = this.#countsByRule.get(rule.countsKey);
    if (counts === undefined) {
      counts = this.#uncounted(rule, pod);
      counts.countExisting(this.#placed());
      this.#countsByRule.set(rule.countsKey, counts);
    }
    return counts;
  }

  /** As `counts` of a rule that nothing in the cluster has: only NodePools' domains are known. */
  uncounted(rule: KeyedRule, pod: Pod): RuleCounts {
    const key = `uncounted ${rule.countsKey}`;
    const counts = this.#countsByRule.get(key) ?? this.#uncounted(rule, pod);
    this.#countsByRule.set(key, counts);
    return counts;
  }

  #uncounted(keyed: KeyedRule, pod: Pod): RuleCounts {
    const { rule, nodesKey } = keyed;
    let nodeDomains = this.#nodeDomains.get(nodesKey);
    if (nodeDomains === undefined) {
      nodeDomains = new NodeDomains(keyed, this.input.stateNodes);
      this.#nodeDomains.set(nodesKey, nodeDomains);
    }
    return new RuleCounts(rule, this.#universe(rule, pod), nodeDomains, this.#hostNames);
  }

  #universe({ key, nodeFilter }: TopologyRule, { spec }: Pod): readonly string[] {
    return nodeFilter?.taintsPolicy === "Ignore"
      ? this.#domains.all(key)
      : this.#domains.tolerated(key, spec.tolerations);
  }

  /** Where pods with the anti-affinity of this identity sit; `undefined` when none does. */
  inverse(identity: string): InverseCounts | undefined {
    return this.#inverseByIdentity.get(identity);
  }

  /** The same places, with the domains of NodePools as another pod would have them. */
  inverseAs({ identity, counts, owners }: InverseCounts, pod: Pod): RuleCounts {
    const tolerations = JSON.stringify(pod.spec.tolerations);
    if (tolerations === JSON.stringify(owners[0]?.pod.spec.tolerations)) return counts;
    const key = `inverse ${identity} ${tolerations}`;
    let known = this.#countsByRule.get(key);
    if (known === undefined) {
      known = counts.withUniverse(this.#universe(counts.rule, pod));
      this.#countsByRule.set(key, known);
    }
    return known;
  }

  /** The terms by which a placed pod keeps others away, in their order. */
  inverseShares({ metadata }: Pod): readonly InverseShare[] {
    return this.#sharesByUid.get(metadata.uid) ?? noShares;
  }

  /** What keeps the pod away, by the first owner's position. */
  repelling(pod: Pod): readonly InverseCounts[] {
    const shape = selectionShape(pod);
    let repelling = this.#repellingByShape.get(shape);
    if (repelling === undefined) {
      repelling = [...this.#inverseByIdentity.values()].filter(({ counts }) => counts.selects(pod));
      this.#repellingByShape.set(shape, repelling);
    }
    return repelling;
  }

  /**
   * Notes where a pod with required anti-affinity sits, terminating or not.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go updateInverseAffinities
   */
  #trackInverse(
    pod: Pod,
    nodeLabels: Readonly<Record<string, string>>,
    position: number,
  ): string | undefined {
    const rules = this.inverseRules(pod);
    if (!rules.ok) return rules.error;
    for (const keyed of rules.rules) {
      const { rule, identity } = keyed;
      let inverse = this.#inverseByIdentity.get(identity);
      if (inverse === undefined) {
        inverse = { identity, counts: this.#uncounted(keyed, pod), owners: [] };
        this.#inverseByIdentity.set(identity, inverse);
      }
      const domain = nodeLabels[rule.key];
      if (domain !== undefined) inverse.counts.record(domain);
      inverse.owners.push({ pod, position });
      const shares = this.#sharesByUid.get(pod.metadata.uid);
      if (shares === undefined) this.#sharesByUid.set(pod.metadata.uid, [{ inverse, domain }]);
      else shares.push({ inverse, domain });
    }
    return undefined;
  }

  /** The place of a pod that counts where it sits; `undefined` for others. */
  placeOf(pod: Pod): PlacedPod | undefined {
    if (!countsWhereItSits(pod)) return undefined;
    invariant(pod.spec.nodeName !== undefined, "a scheduled pod has a node");
    const node = this.input.cluster.node(pod.spec.nodeName);
    return node === undefined ? undefined : { pod, node };
  }

  /** Pods that count where they sit, but those that every run moves, by namespace and labels. */
  #placed(): ReadonlyMap<string, readonly PlacedPods[]> {
    if (this.#placedByNamespace !== undefined) return this.#placedByNamespace;
    const { cluster, pods: moved } = this.input;
    const leftNames = new Set(moved.map(({ spec }) => spec.nodeName));
    const byShape = new Map<string, { readonly pod: Pod; readonly places: Place[] }>();
    for (const node of cluster.nodes()) {
      const isLeft = leftNames.has(node.metadata.name);
      for (const { shape, pods } of alikePods(cluster.podsOnNode(node.metadata.name))) {
        const staying = isLeft ? pods.filter((pod) => !this.moves(pod)) : pods;
        const [pod] = staying;
        if (pod === undefined) continue;
        const place = { node, count: staying.length };
        const placed = byShape.get(shape);
        if (placed === undefined) byShape.set(shape, { pod, places: [place] });
        else placed.places.push(place);
      }
    }
    this.#placedByNamespace = groupByNamespace(byShape.values());
    return this.#placedByNamespace;
  }
}

type Place = PlacedPods["places"][number];

function groupByNamespace(all: Iterable<PlacedPods>): ReadonlyMap<string, readonly PlacedPods[]> {
  const byNamespace = new Map<string, PlacedPods[]>();
  for (const placed of all) {
    const { namespace } = placed.pod.metadata;
    const known = byNamespace.get(namespace);
    if (known === undefined) byNamespace.set(namespace, [placed]);
    else known.push(placed);
  }
  return byNamespace;
}
