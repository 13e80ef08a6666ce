/**
 * Topology of one scheduling run: groups of rules with counts per domain, which narrow candidates
 * and are counted up as pods are placed.
 *
 * What the cluster looks like before the run comes from a `TopologyBase`; nothing of it is changed.
 * Groups are found by identity, and what a pod owns is indexed, so that placing a pod touches only
 * the groups that concern it.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go Topology
 */
import { labelHostname, type Pod, type Taint } from "../apis/index.ts";
import { Requirement, type Requirements } from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import type { InverseCounts, TopologyBase } from "./topology-base.ts";
import { TopologyGroup } from "./topology-group.ts";
import { nextDomains } from "./topology-next-domains.ts";
import { nodeFilterMatches } from "./topology-node-filter.ts";
import type { PlacedPod, RuleCounts } from "./topology-rule-counts.ts";
import type { KeyedRule } from "./topology-rules.ts";
import type { TopologyOutcome, TopologyResult, TopologyTracker } from "./topology-tracker.ts";

const noGroups: readonly TopologyGroup[] = [];

/**
 * The topology of a run over the base's cluster that is without some of its nodes.
 *
 * `pods` are all that the run moves: those of the base, and further ones, as the cluster has them.
 */
export function topologyOver(
  base: TopologyBase,
  pods: readonly Pod[],
  withoutNodes: readonly StateNode[],
): TopologyResult {
  const topology = new Topology(base, pods, withoutNodes);
  const { errors } = topology;
  return errors.length === 0 ? { ok: true, topology } : { ok: false, error: errors.join("; ") };
}

/** A group of pods that keep others away, with where upstream's list would have it. */
interface InverseGroup {
  readonly group: TopologyGroup;
  readonly position: number;
}

/** See the head of this file; made by `topologyOver`. */
export class Topology implements TopologyTracker {
  readonly errors: readonly string[];
  readonly #base: TopologyBase;
  readonly #withoutNodes: readonly StateNode[];
  /** Pods that this run moves and others over the base don't, with where they count before it. */
  readonly #moved: readonly Pod[];
  readonly #movedPlaces: readonly PlacedPod[];
  readonly #movedUids: ReadonlySet<string>;
  readonly #groups = new Map<string, TopologyGroup>();
  readonly #inverseGroups = new Map<string, InverseGroup>();
  readonly #ownedByUid = new Map<string, readonly TopologyGroup[]>();
  readonly #inverseOwnedByUid = new Map<string, Set<TopologyGroup>>();
  /** Groups that the base doesn't have, or not at this place. */
  readonly #displaced = new Map<string, InverseGroup>();
  /** Domains that came to be known during the run, by label. */
  readonly #registered: (readonly [key: string, domain: string])[] = [];
  #serials = 0;
  #positions: number;
  /** Until the run's own pods are taken in, groups come to know the hosts of the run. */
  #knowsHosts = true;

  constructor(base: TopologyBase, pods: readonly Pod[], withoutNodes: readonly StateNode[]) {
    this.#base = base;
    this.#positions = base.positions;
    this.#withoutNodes = withoutNodes;
    this.#moved = pods.filter((pod) => !base.moves(pod));
    this.#movedPlaces = this.#moved.flatMap((pod) => base.placeOf(pod) ?? []);
    this.#movedUids = new Set(this.#moved.map(({ metadata }) => metadata.uid));
    const errors = base.inverseErrors
      .filter(({ uid }) => !this.#movedUids.has(uid))
      .map(({ text }) => `tracking existing pod anti-affinity, ${text}`);
    for (const pod of pods) {
      const error = this.update(pod);
      if (error !== undefined) errors.push(error);
    }
    this.errors = errors;
    this.#knowsHosts = false;
  }

  update(pod: Pod): string | undefined {
    const { uid } = pod.metadata;
    this.#ownedByUid.delete(uid);
    const inverseError = this.#ownInverse(pod);
    if (inverseError !== undefined) return `updating inverse anti-affinities, ${inverseError}`;
    const rules = this.#base.rules(pod);
    if (!rules.ok) return rules.error;
    if (rules.rules.length === 0) return undefined;
    const groups = new Set(rules.rules.map((rule) => this.#group(rule, pod)));
    this.#ownedByUid.set(uid, [...groups]);
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
    this.#registered.push([topologyKey, domain]);
    for (const group of this.#groups.values()) {
      if (group.rule.key === topologyKey) group.register(domain);
    }
    for (const { group } of this.#inverseGroups.values()) {
      if (group.rule.key === topologyKey) group.register(domain);
    }
  }

  isAffectedBy(pod: Pod): boolean {
    const { uid } = pod.metadata;
    if (this.#ownedByUid.has(uid) || this.#inverseOwnedByUid.has(uid)) return true;
    for (const group of this.#groups.values()) if (group.selects(pod)) return true;
    if (this.#base.repelling(pod).length > 0) return true;
    for (const { group } of this.#displaced.values()) if (group.selects(pod)) return true;
    return false;
  }

  shapeOf(pod: Pod): string {
    let shape = "";
    for (const group of this.#ownedByUid.get(pod.metadata.uid) ?? noGroups) {
      shape += `${group.serial}${group.selects(pod) ? "+" : "-"}`;
    }
    for (const group of this.#repelling(pod)) shape += `!${group.serial}`;
    return shape;
  }

  /** Groups that the pod owns, then those of pods that keep it away. */
  #matchingGroups(pod: Pod): readonly TopologyGroup[] {
    const owned = this.#ownedByUid.get(pod.metadata.uid) ?? noGroups;
    const repelling = this.#repelling(pod);
    return repelling.length === 0 ? owned : [...owned, ...repelling];
  }

  /** Groups of pods that keep the pod away, in the order in which they came to be. */
  #repelling(pod: Pod): readonly TopologyGroup[] {
    const inBase = this.#base.repelling(pod);
    if (this.#displaced.size === 0) {
      return inBase.length === 0 ? noGroups : inBase.map((it) => this.#inverse(it).group);
    }
    const groups = new Set(inBase.map((it) => this.#inverse(it)));
    for (const displaced of this.#displaced.values()) {
      if (displaced.group.selects(pod)) groups.add(displaced);
    }
    return [...groups].sort((a, b) => a.position - b.position).map(({ group }) => group);
  }

  /** Makes the pod an owner of the groups by which it keeps others away. */
  #ownInverse(pod: Pod): string | undefined {
    const rules = this.#base.inverseRules(pod);
    if (!rules.ok) return rules.error;
    const { uid } = pod.metadata;
    for (const rule of rules.rules) {
      const group = this.#inverseOf(rule, pod);
      const owned = this.#inverseOwnedByUid.get(uid) ?? new Set();
      this.#inverseOwnedByUid.set(uid, owned.add(group));
    }
    return undefined;
  }

  #inverseOf(rule: KeyedRule, pod: Pod): TopologyGroup {
    const { identity } = rule;
    const known = this.#inverseGroups.get(identity);
    if (known !== undefined) return known.group;
    const inBase = this.#base.inverse(identity);
    if (inBase !== undefined) return this.#inverse(inBase, pod).group;
    const group = this.#open(this.#base.uncounted(rule, pod), this.#knowsHosts);
    return this.#displace(identity, { group, position: this.#positions++ }).group;
  }

  /**
   * The base's group as this run has it. Without its first owner it stands where the next one does,
   * and knows the domains that the next one tolerates; without any, the pod is its first.
   */
  #inverse(inverse: InverseCounts, first?: Pod): InverseGroup {
    const { identity, counts, owners } = inverse;
    const known = this.#inverseGroups.get(identity);
    if (known !== undefined) return known;
    const owner = owners.find(({ pod }) => !this.#movedUids.has(pod.metadata.uid));
    if (owner !== undefined && owner === owners[0]) {
      const group = this.#open(counts, true);
      const made = { group, position: owner.position };
      this.#inverseGroups.set(identity, made);
      this.#withdrawInverse(inverse, group);
      return made;
    }
    const creator = owner?.pod ?? first ?? owners[0]?.pod;
    const own = creator === undefined ? counts : this.#base.inverseAs(inverse, creator);
    const group = this.#open(own, true);
    this.#withdrawInverse(inverse, group);
    return this.#displace(identity, { group, position: owner?.position ?? this.#positions++ });
  }

  #displace(identity: string, displaced: InverseGroup): InverseGroup {
    this.#inverseGroups.set(identity, displaced);
    this.#displaced.set(identity, displaced);
    return displaced;
  }

  #withdrawInverse(inverse: InverseCounts, group: TopologyGroup): void {
    const discounted: string[] = [];
    for (const pod of this.#moved) {
      for (const share of this.#base.inverseShares(pod)) {
        if (share.inverse !== inverse || share.domain === undefined) continue;
        group.discount(share.domain);
        discounted.push(share.domain);
      }
    }
    group.forgetWithout(this.#withoutNodes, discounted);
  }

  #group(rule: KeyedRule, pod: Pod): TopologyGroup {
    const known = this.#groups.get(rule.identity);
    if (known !== undefined) return known;
    const counts = this.#base.counts(rule, pod);
    const group = this.#open(counts, this.#knowsHosts);
    this.#groups.set(rule.identity, group);
    const discounted: string[] = [];
    for (const placed of this.#movedPlaces) {
      const domain = counts.domainOfPod(placed);
      if (domain === undefined) continue;
      group.discount(domain);
      discounted.push(domain);
    }
    group.forgetWithout(this.#withoutNodes, discounted);
    return group;
  }

  /** A new group; one that stands for what was there before the run knows what came to be known. */
  #open(counts: RuleCounts, knowsHosts: boolean): TopologyGroup {
    const group = new TopologyGroup(counts, this.#serials++, knowsHosts);
    if (!knowsHosts) return group;
    for (const [key, domain] of this.#registered) {
      if (key === counts.rule.key) group.register(domain);
    }
    return group;
  }
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
