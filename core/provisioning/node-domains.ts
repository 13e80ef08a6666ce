import { labelHostname, type Node } from "../apis/index.ts";
import { labelRequirements } from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import { nodeFilterMatches, type TopologyNodeFilter } from "./topology-node-filter.ts";
import type { KeyedRule } from "./topology-rules.ts";

/** Whether a node passes a filter, by the filter's text: nodes are replaced when they change. */
const admittanceByNode = new WeakMap<Node, Map<string, boolean>>();

/**
 * Which domain of a label each node has, if the node counts. Rules with the same label and the same
 * node filter share it.
 */
export class NodeDomains {
  readonly #rule: KeyedRule["rule"];
  readonly #nodesKey: string;
  readonly #nodes: readonly StateNode[];
  readonly #admittance = new Map<Node, boolean>();
  #counts: ReadonlyMap<string, number> | undefined;

  constructor({ rule, nodesKey }: KeyedRule, nodes: readonly StateNode[]) {
    this.#rule = rule;
    this.#nodesKey = nodesKey;
    this.#nodes = nodes;
  }

  /** How many nodes of the run have each domain. */
  get counts(): ReadonlyMap<string, number> {
    if (this.#counts !== undefined) return this.#counts;
    const counts = new Map<string, number>();
    for (const node of this.#nodes) {
      const domain = this.ofNode(node);
      if (domain !== undefined) counts.set(domain, (counts.get(domain) ?? 0) + 1);
    }
    this.#counts = counts;
    return counts;
  }

  /** The domain that a node of the run makes known. */
  ofNode({ node, labels }: StateNode): string | undefined {
    const domain = labels[this.#rule.key];
    if (node === undefined || domain === undefined) return undefined;
    return this.#admits(node) ? domain : undefined;
  }

  /** Where the pods of a node count; a node without the label has its name for a hostname. */
  ofPlace(node: Node): string | undefined {
    const { key } = this.#rule;
    const { labels, name } = node.metadata;
    const domain = labels[key] ?? (key === labelHostname ? name : undefined);
    return domain !== undefined && this.#admits(node) ? domain : undefined;
  }

  #admits(node: Node): boolean {
    const { nodeFilter } = this.#rule;
    if (nodeFilter === undefined) return true;
    let isAdmitted = this.#admittance.get(node);
    if (isAdmitted === undefined) {
      isAdmitted = admits(nodeFilter, this.#nodesKey, node);
      this.#admittance.set(node, isAdmitted);
    }
    return isAdmitted;
  }
}

function admits(filter: TopologyNodeFilter, nodesKey: string, node: Node): boolean {
  let known = admittanceByNode.get(node);
  if (known === undefined) {
    known = new Map();
    admittanceByNode.set(node, known);
  }
  let isAdmitted = known.get(nodesKey);
  if (isAdmitted === undefined) {
    const { spec, metadata } = node;
    isAdmitted = nodeFilterMatches(filter, spec.taints, labelRequirements(metadata.labels));
    known.set(nodesKey, isAdmitted);
  }
  return isAdmitted;
}
