/**
 * What a topology rule finds in the cluster before a run: which domains there are and how many pods
 * count in each. Runs over the same cluster share it; see `TopologyGroup`.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go countDomains
 */
import { labelHostname, type Node, type Pod } from "../apis/index.ts";
import { labelSelectorMatches, selectionShape } from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import type { NodeDomains } from "./node-domains.ts";
import { isValidSelector, type TopologyRule } from "./topology-rule.ts";

/** A pod that counts, with the node it sits on. */
export interface PlacedPod {
  readonly pod: Pod;
  readonly node: Node;
}

/** Placed pods that every selector treats alike. */
export interface PlacedPods {
  /** One of them. */
  readonly pod: Pod;
  readonly places: readonly { readonly node: Node; readonly count: number }[];
}

/** Hosts of the cluster: how many nodes have the name. */
export type HostNames = ReadonlyMap<string, number>;

/** See the head of this file. */
export class RuleCounts {
  readonly rule: TopologyRule;
  readonly isAboutHosts: boolean;
  /** How many pods count in each domain where any does. */
  readonly counts: ReadonlyMap<string, number>;
  readonly #counts = new Map<string, number>();
  /** Domains that NodePools can make. */
  readonly #universe: ReadonlySet<string>;
  readonly #hostNames: HostNames;
  readonly #nodeDomains: NodeDomains;
  /** How many nodes that the rule looks at have the domain; none until existing pods are counted. */
  #nodesByDomain: ReadonlyMap<string, number> = new Map();
  readonly #isSelectedByShape = new Map<string, boolean>();
  readonly #isCountedByShape = new Map<string, boolean>();

  constructor(
    rule: TopologyRule,
    universe: readonly string[],
    nodeDomains: NodeDomains,
    hostNames: HostNames,
  ) {
    this.rule = rule;
    this.#nodeDomains = nodeDomains;
    this.isAboutHosts = rule.key === labelHostname;
    this.counts = this.#counts;
    this.#universe = new Set(universe);
    this.#hostNames = hostNames;
  }

  count(domain: string): number {
    return this.#counts.get(domain) ?? 0;
  }

  /** Whether the domain is known: by a pod, a node, a NodePool or, with `knowsHosts`, a host. */
  has(domain: string, knowsHosts: boolean): boolean {
    return (
      this.#counts.has(domain) ||
      this.#nodesByDomain.has(domain) ||
      this.#universe.has(domain) ||
      (knowsHosts && this.isAboutHosts && this.#hostNames.has(domain))
    );
  }

  /** All known domains, in no order, some perhaps twice. */
  *domains(knowsHosts: boolean): Generator<string> {
    yield* this.#universe;
    yield* this.#nodesByDomain.keys();
    yield* this.#counts.keys();
    if (knowsHosts && this.isAboutHosts) yield* this.#hostNames.keys();
  }

  /** Whether some NodePool, or some node but these, has the domain. */
  isVouchedFor(domain: string, without: readonly StateNode[], knowsHosts: boolean): boolean {
    if (this.#universe.has(domain)) return true;
    let nodes = this.#nodesByDomain.get(domain) ?? 0;
    let hosts = knowsHosts && this.isAboutHosts ? (this.#hostNames.get(domain) ?? 0) : 0;
    for (const node of without) {
      if (this.domainOfNode(node) === domain) nodes -= 1;
      if (node.hostName === domain) hosts -= 1;
    }
    return nodes > 0 || hosts > 0;
  }

  /** The same pods, where NodePools make other domains. */
  withUniverse(universe: readonly string[]): RuleCounts {
    const other = new RuleCounts(this.rule, universe, this.#nodeDomains, this.#hostNames);
    for (const [domain, count] of this.#counts) other.#counts.set(domain, count);
    return other;
  }

  /** Counts pods in the domain; while the counts are being made only. */
  record(domain: string, count = 1): void {
    this.#counts.set(domain, this.count(domain) + count);
  }

  /** Learns the domains of the nodes and counts the pods; while the counts are being made only. */
  countExisting(placedByNamespace: ReadonlyMap<string, readonly PlacedPods[]>): void {
    this.#nodesByDomain = this.#nodeDomains.counts;
    for (const namespace of this.rule.namespaces) {
      for (const { pod, places } of placedByNamespace.get(namespace) ?? []) {
        if (!this.#isCounted(pod)) continue;
        for (const { node, count } of places) {
          const domain = this.#nodeDomains.ofPlace(node);
          if (domain !== undefined) this.record(domain, count);
        }
      }
    }
  }

  /** The domain that a node of the run makes known. */
  domainOfNode(node: StateNode): string | undefined {
    return this.#nodeDomains.ofNode(node);
  }

  /** Where a placed pod counts; `undefined` when it doesn't. */
  domainOfPod({ pod, node }: PlacedPod): string | undefined {
    if (!this.rule.namespaces.has(pod.metadata.namespace)) return undefined;
    return this.#isCounted(pod) ? this.#nodeDomains.ofPlace(node) : undefined;
  }

  /** A rule without a selector counts every pod here, though it selects none later. */
  #isCounted(pod: Pod): boolean {
    const shape = selectionShape(pod);
    let isCounted = this.#isCountedByShape.get(shape);
    if (isCounted === undefined) {
      const { selector } = this.rule;
      isCounted =
        isValidSelector(selector) &&
        (selector === undefined || labelSelectorMatches(selector, pod.metadata.labels));
      this.#isCountedByShape.set(shape, isCounted);
    }
    return isCounted;
  }

  /** Whether the pod counts for the rule once it is placed, by namespace and labels. */
  selects(pod: Pod): boolean {
    const shape = selectionShape(pod);
    let isSelected = this.#isSelectedByShape.get(shape);
    if (isSelected === undefined) {
      const { namespaces, selector } = this.rule;
      isSelected =
        namespaces.has(pod.metadata.namespace) &&
        isValidSelector(selector) &&
        labelSelectorMatches(selector, pod.metadata.labels);
      this.#isSelectedByShape.set(shape, isSelected);
    }
    return isSelected;
  }
}
