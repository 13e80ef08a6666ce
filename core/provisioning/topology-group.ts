/**
 * One topology rule with its counts in one run: a spread constraint, a pod affinity or a pod
 * anti-affinity term, shared by all pods for which it reads the same.
 *
 * What the rule finds in the cluster is counted once for all runs over it; a group keeps only where
 * its run differs from that.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topologygroup.go TopologyGroup
 */
import type { Pod } from "../apis/index.ts";
import type { StateNode } from "../state/index.ts";
import { compareStrings } from "../units/index.ts";
import type { RuleCounts } from "./topology-rule-counts.ts";
import type { TopologyRule } from "./topology-rule.ts";

const gone = -1;

/** See the head of this file. */
export class TopologyGroup {
  readonly rule: TopologyRule;
  /** Its number within the run. */
  readonly serial: number;
  readonly #origin: RuleCounts;
  /** Whether the names of all hosts of the run are known to it, if it is about hosts. */
  readonly #knowsHosts: boolean;
  /** Counts that differ from the origin's, `gone` for domains that this run doesn't know. */
  #own: Map<string, number> | undefined;
  #sorted: readonly string[] | undefined;

  constructor(origin: RuleCounts, serial: number, knowsHosts: boolean) {
    this.rule = origin.rule;
    this.serial = serial;
    this.#origin = origin;
    this.#knowsHosts = knowsHosts;
  }

  /** How many pods count in the domain. */
  count(domain: string): number {
    const own = this.#own?.get(domain);
    return own === undefined ? this.#origin.count(domain) : Math.max(own, 0);
  }

  /** Whether the domain is known. */
  has(domain: string): boolean {
    const own = this.#own?.get(domain);
    return own === undefined ? this.#origin.has(domain, this.#knowsHosts) : own !== gone;
  }

  /** Whether the domain is known and no pod counts there. */
  isEmpty(domain: string): boolean {
    return this.has(domain) && this.count(domain) === 0;
  }

  /** All known domains, sorted. */
  domains(): readonly string[] {
    if (this.#sorted !== undefined) return this.#sorted;
    const domains = new Set(this.#origin.domains(this.#knowsHosts));
    for (const [domain, count] of this.#own ?? []) {
      if (count === gone) domains.delete(domain);
      else domains.add(domain);
    }
    this.#sorted = [...domains].sort(compareStrings);
    return this.#sorted;
  }

  /** Whether pods count in some domain that satisfies the condition. */
  isPopulated(condition: (domain: string) => boolean): boolean {
    for (const [domain, count] of this.#own ?? []) {
      if (count > 0 && condition(domain)) return true;
    }
    for (const [domain, count] of this.#origin.counts) {
      if (count > 0 && this.#own?.has(domain) !== true && condition(domain)) return true;
    }
    return false;
  }

  record(domain: string): void {
    this.#set(domain, this.count(domain) + 1);
  }

  register(domain: string): void {
    if (!this.has(domain)) this.#set(domain, 0);
  }

  /** Takes out a pod that counted in the domain before the run. */
  discount(domain: string): void {
    this.#set(domain, this.count(domain) - 1);
  }

  /**
   * Forgets those of the domains that nothing vouches for any more without the nodes: no pod, no
   * other node, and no NodePool.
   */
  forgetWithout(nodes: readonly StateNode[], discounted: Iterable<string>): void {
    const domains = new Set(discounted);
    for (const node of nodes) {
      const registered = this.#origin.domainOfNode(node);
      if (registered !== undefined) domains.add(registered);
      if (this.#origin.isAboutHosts) domains.add(node.hostName);
    }
    for (const domain of domains) {
      if (this.count(domain) > 0) continue;
      if (!this.#origin.isVouchedFor(domain, nodes, this.#knowsHosts)) this.#set(domain, gone);
    }
  }

  #set(domain: string, count: number): void {
    if (this.#sorted !== undefined && (count === gone || !this.has(domain))) {
      this.#sorted = undefined;
    }
    this.#own ??= new Map();
    this.#own.set(domain, count);
  }

  /** Whether the pod counts for the rule, by namespace and labels. */
  selects(pod: Pod): boolean {
    return this.#origin.selects(pod);
  }
}
