/**
 * Topology of one scheduling run: groups of rules with counts per domain, which narrow candidates
 * and are counted up as pods are placed.
 *
 * Pods are looked at once per run and namespace, groups are found by identity, and what a pod owns is
 * indexed, so that placing a pod touches only the groups that concern it.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go Topology
 */
import { labelHostname, type Node, type Pod, type Taint } from "../apis/index.ts";
import { labelSelectorMatches, Requirement, Requirements } from "../scheduling/index.ts";
import { isScheduled, isTerminal, isTerminating } from "../state/index.ts";
import { invariant } from "../units/index.ts";
import { TopologyDomains } from "./topology-domains.ts";
import {
  isValidSelector,
  TopologyGroup,
  topologyIdentity,
  type TopologyRule,
} from "./topology-group.ts";
import { nextDomains } from "./topology-next-domains.ts";
import { nodeFilterMatches } from "./topology-node-filter.ts";
import { inverseTopologyRules, podTopologyRules } from "./topology-rules.ts";
import type {
  TopologyInput,
  TopologyOutcome,
  TopologyResult,
  TopologyTracker,
} from "./topology-tracker.ts";

/** A pod that counts, with the node it sits on. */
interface PlacedPod {
  readonly pod: Pod;
  readonly node: Node;
}

const noGroups: readonly TopologyGroup[] = [];
const labelsByNode = new WeakMap<Node, Requirements>();

/** Builds the topology of a run, or says why an invalid selector prevents it. */
export function createTopology(input: TopologyInput): TopologyResult {
  const topology = new Topology(input);
  const errors = [
    ...topology.trackExistingAntiAffinity(),
    ...input.pods.map((pod) => topology.update(pod)),
  ].filter((error) => error !== undefined);
  return errors.length === 0 ? { ok: true, topology } : { ok: false, error: errors.join("; ") };
}

/** See the head of this file; made by `createTopology`. */
export class Topology implements TopologyTracker {
  readonly #input: TopologyInput;
  readonly #domains: TopologyDomains;
  readonly #excludedUids: ReadonlySet<string>;
  readonly #groups = new Map<string, TopologyGroup>();
  readonly #inverseGroups = new Map<string, TopologyGroup>();
  readonly #groupsByKey = new Map<string, TopologyGroup[]>();
  readonly #ownedByUid = new Map<string, readonly TopologyGroup[]>();
  readonly #inverseOwnedByUid = new Map<string, Set<TopologyGroup>>();
  #placedByNamespace: ReadonlyMap<string, readonly PlacedPod[]> | undefined;

  constructor(input: TopologyInput) {
    this.#input = input;
    this.#domains = new TopologyDomains(input.nodePools, input.instanceTypesByNodePool);
    this.#excludedUids = new Set(input.pods.map(({ metadata }) => metadata.uid));
  }

  /**
   * Notes where pods with required anti-affinity sit, terminating ones included.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go updateInverseAffinities
   */
  trackExistingAntiAffinity(): readonly string[] {
    const errors: string[] = [];
    for (const { node, pods } of this.#input.clusterStateNodes) {
      if (node === undefined) continue;
      for (const pod of pods) {
        if (pod.spec.affinity === undefined || this.#excludedUids.has(pod.metadata.uid)) continue;
        const error = this.#trackInverse(pod, node.metadata.labels);
        if (error !== undefined) errors.push(`tracking existing pod anti-affinity, ${error}`);
      }
    }
    return errors;
  }

  update(pod: Pod): string | undefined {
    const { uid } = pod.metadata;
    for (const group of this.#ownedByUid.get(uid) ?? noGroups) group.owners.delete(uid);
    this.#ownedByUid.delete(uid);
    const { preferencePolicy, cluster } = this.#input;
    const inverseError = this.#trackInverse(pod, undefined);
    if (inverseError !== undefined) return `updating inverse anti-affinities, ${inverseError}`;
    const rules = podTopologyRules(pod, preferencePolicy, cluster);
    if (!rules.ok) return rules.error;
    if (rules.rules.length === 0) return undefined;
    const owned = new Set(rules.rules.map((rule) => this.#group(rule, pod)));
    for (const group of owned) group.owners.add(uid);
    this.#ownedByUid.set(uid, [...owned]);
    return undefined;
  }

  addRequirements(
    pod: Pod,
    _taints: readonly Taint[],
    podRequirements: Requirements,
    nodeRequirements: Requirements,
  ): TopologyOutcome {
    let requirements = nodeRequirements;
    for (const group of this.#matchingGroups(pod)) {
      const { key } = group.rule;
      const podDomains = podRequirements.find(key) ?? Requirement.of(key, "Exists");
      const nodeDomains = nodeRequirements.find(key) ?? Requirement.of(key, "Exists");
      const domains = nextDomains(group, pod, podDomains, nodeDomains);
      if (domains.operator === "DoesNotExist") {
        return new Unsatisfiable(group, podDomains, nodeDomains);
      }
      requirements = requirements.add(domains);
    }
    return { ok: true, requirements };
  }

  record(pod: Pod, taints: readonly Taint[], requirements: Requirements): void {
    for (const group of this.#groups.values()) {
      if (!group.selects(pod)) continue;
      const { type, key, nodeFilter } = group.rule;
      if (!nodeFilterMatches(nodeFilter, taints, requirements)) continue;
      const domains = requirements.get(key);
      if (type === "pod anti-affinity") {
        // Wherever it may end up, nobody else may go.
        for (const domain of domains.sortedValues) group.record(domain);
      } else if (domains.only !== undefined) {
        group.record(domains.only);
      }
    }
    for (const group of this.#inverseOwnedByUid.get(pod.metadata.uid) ?? noGroups) {
      for (const domain of requirements.get(group.rule.key).sortedValues) group.record(domain);
    }
  }

  register(topologyKey: string, domain: string): void {
    for (const group of this.#groupsByKey.get(topologyKey) ?? noGroups) group.register(domain);
  }

  unregister(topologyKey: string, domain: string): void {
    for (const group of this.#groupsByKey.get(topologyKey) ?? noGroups) group.unregister(domain);
  }

  isAffectedBy(pod: Pod): boolean {
    const { uid } = pod.metadata;
    if (this.#ownedByUid.has(uid) || this.#inverseOwnedByUid.has(uid)) return true;
    for (const group of this.#groups.values()) if (group.selects(pod)) return true;
    for (const group of this.#inverseGroups.values()) if (group.selects(pod)) return true;
    return false;
  }

  shapeOf(pod: Pod): string {
    let shape = "";
    for (const group of this.#ownedByUid.get(pod.metadata.uid) ?? noGroups) {
      shape += `${group.serial}${group.selects(pod) ? "+" : "-"}`;
    }
    for (const group of this.#inverseGroups.values()) {
      if (group.selects(pod)) shape += `!${group.serial}`;
    }
    return shape;
  }

  /** Groups that the pod owns, then those of pods that keep it away. */
  #matchingGroups(pod: Pod): readonly TopologyGroup[] {
    const owned = this.#ownedByUid.get(pod.metadata.uid) ?? noGroups;
    if (this.#inverseGroups.size === 0) return owned;
    let matching: TopologyGroup[] | undefined;
    for (const group of this.#inverseGroups.values()) {
      if (!group.selects(pod)) continue;
      matching ??= [...owned];
      matching.push(group);
    }
    return matching ?? owned;
  }

  /** Makes the pod an owner of inverse groups; counts its domains when it already sits on a node. */
  #trackInverse(
    pod: Pod,
    nodeLabels: Readonly<Record<string, string>> | undefined,
  ): string | undefined {
    const { uid } = pod.metadata;
    const rules = inverseTopologyRules(pod, this.#input.cluster);
    if (!rules.ok) return rules.error;
    for (const rule of rules.rules) {
      const group = this.#known(this.#inverseGroups, rule, pod).group;
      const domain = nodeLabels?.[rule.key];
      if (domain !== undefined) group.record(domain);
      group.owners.add(uid);
      const owned = this.#inverseOwnedByUid.get(uid) ?? new Set();
      this.#inverseOwnedByUid.set(uid, owned.add(group));
    }
    return undefined;
  }

  #group(rule: TopologyRule, pod: Pod): TopologyGroup {
    const { group, isNew } = this.#known(this.#groups, rule, pod);
    if (isNew) this.#countExisting(group);
    return group;
  }

  #known(
    groups: Map<string, TopologyGroup>,
    rule: TopologyRule,
    pod: Pod,
  ): { readonly group: TopologyGroup; readonly isNew: boolean } {
    const identity = topologyIdentity(rule);
    const known = groups.get(identity);
    if (known !== undefined) return { group: known, isNew: false };
    const domains =
      rule.nodeFilter?.taintsPolicy === "Ignore"
        ? this.#domains.all(rule.key)
        : this.#domains.tolerated(rule.key, pod.spec.tolerations);
    const group = new TopologyGroup(rule, domains, this.#groups.size + this.#inverseGroups.size);
    groups.set(identity, group);
    const sameKey = this.#groupsByKey.get(rule.key);
    if (sameKey === undefined) this.#groupsByKey.set(rule.key, [group]);
    else sameKey.push(group);
    return { group, isNew: true };
  }

  /**
   * Counts the pods that the group finds in the cluster, and learns the domains of its nodes.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go countDomains
   */
  #countExisting(group: TopologyGroup): void {
    const { key, nodeFilter, namespaces, selector } = group.rule;
    for (const { node, labels } of this.#input.stateNodes) {
      const domain = labels[key];
      if (node === undefined || domain === undefined) continue;
      if (nodeFilterMatches(nodeFilter, node.spec.taints, nodeLabels(node))) {
        group.register(domain);
      }
    }
    if (!isValidSelector(selector)) return;
    const placed = this.#placed();
    for (const namespace of namespaces) {
      for (const { pod, node } of placed.get(namespace) ?? []) {
        // A rule without a selector counts every pod here, though it selects none later.
        if (selector !== undefined && !labelSelectorMatches(selector, pod.metadata.labels))
          continue;
        const { labels, name } = node.metadata;
        const domain = labels[key] ?? (key === labelHostname ? name : undefined);
        if (domain === undefined) continue;
        if (nodeFilterMatches(nodeFilter, node.spec.taints, nodeLabels(node))) {
          group.record(domain);
        }
      }
    }
  }

  /** Live pods on nodes, but those of this run, by namespace. */
  #placed(): ReadonlyMap<string, readonly PlacedPod[]> {
    if (this.#placedByNamespace !== undefined) return this.#placedByNamespace;
    const { cluster } = this.#input;
    const byNamespace = new Map<string, PlacedPod[]>();
    for (const pod of cluster.pods()) {
      if (!isScheduled(pod) || isTerminal(pod) || isTerminating(pod)) continue;
      if (this.#excludedUids.has(pod.metadata.uid)) continue;
      invariant(pod.spec.nodeName !== undefined, "a scheduled pod has a node");
      const node = cluster.node(pod.spec.nodeName);
      if (node === undefined) continue;
      const { namespace } = pod.metadata;
      const pods = byNamespace.get(namespace);
      if (pods === undefined) byNamespace.set(namespace, [{ pod, node }]);
      else pods.push({ pod, node });
    }
    this.#placedByNamespace = byNamespace;
    return byNamespace;
  }
}

function nodeLabels(node: Node): Requirements {
  let labels = labelsByNode.get(node);
  if (labels === undefined) {
    labels = Requirements.fromLabels(node.metadata.labels);
    labelsByNode.set(node, labels);
  }
  return labels;
}

/** A class rather than an object with a closure, as most are made and dropped. */
class Unsatisfiable {
  readonly ok = false;
  readonly isLasting: boolean;
  readonly error: () => string;

  constructor(group: TopologyGroup, podDomains: Requirement, nodeDomains: Requirement) {
    this.isLasting = isLastingRefusal(group, nodeDomains);
    this.error = () => unsatisfiable(group, podDomains, nodeDomains);
  }
}

/**
 * Whether what the group refuses now it will always refuse. Counts rise and domains other than
 * hostnames are known from the start, so domains never become empty again, and a NodeClaim's
 * hostname, once too full for a spread, stays so.
 */
function isLastingRefusal({ rule }: TopologyGroup, nodeDomains: Requirement): boolean {
  const { type, key } = rule;
  if (key !== labelHostname) return type === "pod anti-affinity";
  return type !== "pod affinity" && nodeDomains.sortedValues.length === 1;
}

const countsShown = 25;

function unsatisfiable(
  group: TopologyGroup,
  podDomains: Requirement,
  nodeDomains: Requirement,
): string {
  const { type, key } = group.rule;
  const domains = group.domains();
  const shown = domains.slice(0, countsShown).map((domain) => `${domain}: ${group.count(domain)}`);
  const others = domains.length - shown.length;
  const counts = shown.join(", ") + (others > 0 ? ` and ${others} other(s)` : "");
  // Upstream leaves the parenthesis open.
  return (
    `unsatisfiable topology constraint for ${type}, key=${key} (counts = ${counts}, ` +
    `podDomains = ${podDomains.toString()}, nodeDomains = ${nodeDomains.toString()}`
  );
}
