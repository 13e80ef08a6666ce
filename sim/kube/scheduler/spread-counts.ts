import type { Pod, TopologySpreadConstraint } from "../../../core/apis/index.ts";
import { labelSelectorMatches, toleratesAll } from "../../../core/scheduling/index.ts";
import { matchesNodeAffinity } from "../node-affinity.ts";
import type { LabelGroup } from "./label-group.ts";
import type { NodeInfo } from "./node-info.ts";
import { selectorOf } from "./spread-selector.ts";

/** What a hard constraint counts: whose it is, and the keys of all hard constraints beside it. */
export interface SpreadQuestion {
  readonly pod: Pod;
  readonly constraint: TopologySpreadConstraint;
  readonly keys: readonly string[];
}

/**
 * How the pods that a hard constraint selects are spread over its domains: kept up to date pod by pod
 * and node by node, as counting them anew for every attempt would take a walk over all nodes.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/podtopologyspread/filtering.go calPreFilterState
 */
export class SpreadCounts {
  readonly #question: SpreadQuestion;
  /** Selected pods that are not terminating, by node. */
  readonly #podsByNode = new Map<string, number>();
  /** Nodes that count, with their domain. */
  readonly #domainByNode = new Map<string, string>();
  readonly #nodesByDomain = new Map<string, number>();
  readonly #podsByDomain = new Map<string, number>();

  constructor(question: SpreadQuestion, nodes: readonly NodeInfo[], groups: Iterable<LabelGroup>) {
    this.#question = question;
    for (const node of nodes) this.setNode(node);
    for (const group of groups) {
      if (!this.selects(group)) continue;
      for (const [nodeName, pods] of group.stayingPodsByNode) this.changePods(nodeName, pods);
    }
  }

  /** Whether pods of the group count. */
  selects({ namespace, labels }: Pick<LabelGroup, "namespace" | "labels">): boolean {
    const { pod, constraint } = this.#question;
    return (
      namespace === pod.metadata.namespace &&
      labelSelectorMatches(selectorOf(pod, constraint), labels)
    );
  }

  /** Selected pods have come to the node, or gone. */
  changePods(nodeName: string, by: number): void {
    increase(this.#podsByNode, nodeName, by);
    const domain = this.#domainByNode.get(nodeName);
    if (domain !== undefined) increase(this.#podsByDomain, domain, by);
  }

  /** A node has come or changed. */
  setNode(node: NodeInfo): void {
    this.removeNode(node.name);
    const { labels } = node.node.metadata;
    const { pod, constraint, keys } = this.#question;
    if (!keys.every((key) => labels[key] !== undefined)) return;
    if (!isIncluded(pod, constraint, node)) return;
    const domain = labels[constraint.topologyKey] as string;
    this.#domainByNode.set(node.name, domain);
    increase(this.#nodesByDomain, domain, 1);
    increase(this.#podsByDomain, domain, this.#podsByNode.get(node.name) ?? 0);
  }

  /** A node doesn't count any more. */
  removeNode(name: string): void {
    const domain = this.#domainByNode.get(name);
    if (domain === undefined) return;
    this.#domainByNode.delete(name);
    increase(this.#nodesByDomain, domain, -1);
    increase(this.#podsByDomain, domain, -(this.#podsByNode.get(name) ?? 0));
  }

  /** Pods in the domain. */
  count(domain: string): number {
    return this.#podsByDomain.get(domain) ?? 0;
  }

  /** The fewest pods in any domain; 0 when there are fewer domains than there must be. */
  minimum(minDomains: number): number {
    if (this.#nodesByDomain.size < minDomains) return 0;
    let minimum = Number.POSITIVE_INFINITY;
    for (const domain of this.#nodesByDomain.keys()) {
      minimum = Math.min(minimum, this.count(domain));
    }
    return minimum;
  }
}

/** Whether the pods of a node count for the constraint. */
export function isIncluded(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  { node }: NodeInfo,
): boolean {
  if (constraint.nodeAffinityPolicy === "Honor" && !matchesNodeAffinity(pod.spec, node)) {
    return false;
  }
  if (constraint.nodeTaintsPolicy === "Ignore") return true;
  const hard = node.spec.taints.filter((taint) => taint.effect !== "PreferNoSchedule");
  return toleratesAll(hard, pod.spec.tolerations);
}

function increase(counts: Map<string, number>, name: string, by: number): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
