// What the scheduler's runs over one cluster share, topology aside; see `SchedulingBase`.
import { labelNodePool, type NodePool } from "../apis/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import { isUnderConsolidateAfter, type StateNode } from "../state/index.ts";
import { compareStrings } from "../units/index.ts";
import { type CompiledTemplates, compileTemplates } from "./compiled-templates.ts";
import { daemonReserve } from "./daemon-overhead.ts";
import { type UntouchedNode, untouchedNode } from "./existing-node.ts";
import { RemainingLimits } from "./limits.ts";
import { NodeCandidates } from "./node-candidates.ts";
import { hasPreferNoScheduleTaint } from "./preferences.ts";
import type { SchedulingInput } from "./scheduling-input.ts";

/** Alternatives that volumes leave for nodes, by pod uid; pods without restriction are absent. */
export type VolumeAlternatives = ReadonlyMap<string, readonly Requirements[]>;

/** Templates, what is left of the nodes, and which nodes are out of the question for which pods. */
export class RunBase {
  readonly input: SchedulingInput;
  readonly compiled: CompiledTemplates;
  /** Initialized ones first, then by name. */
  readonly nodes: readonly UntouchedNode[];
  /** Numbers of the nodes that only pending pods and pods of deleting nodes may come to. */
  readonly fresh: ReadonlySet<number>;
  readonly candidates: NodeCandidates;
  readonly toleratePreferNoSchedule: boolean;
  readonly deletingNodeNames: ReadonlySet<string>;
  readonly #limits: RemainingLimits;
  readonly #numberByNode: ReadonlyMap<StateNode, number>;

  /** Pods of the input are those of every run; its nodes are all that a run may have. */
  constructor(input: SchedulingInput) {
    const { nodePools, clusterStateNodes } = input;
    this.input = input;
    this.compiled = compileTemplates(input);
    this.#limits = new RemainingLimits(nodePools);
    this.toleratePreferNoSchedule = hasPreferNoScheduleTaint(nodePools);
    this.deletingNodeNames = new Set(
      clusterStateNodes.filter((it) => it.isMarkedForDeletion).map(({ name }) => name),
    );
    this.nodes = this.#openNodes();
    this.#numberByNode = new Map(this.nodes.map(({ stateNode }, number) => [stateNode, number]));
    this.fresh = this.#findFresh();
    this.candidates = new NodeCandidates(this.nodes);
  }

  /** @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go calculateExistingNodeClaims */
  #openNodes(): readonly UntouchedNode[] {
    const { stateNodes, options } = this.input;
    const { daemonSetPods } = this.compiled;
    const nodes = stateNodes.map((stateNode) => {
      const reserve = daemonReserve(stateNode, daemonSetPods, options.ignoreDraRequests);
      this.#limits.subtractNode(nodePoolNameOf(stateNode), stateNode);
      return untouchedNode(stateNode, reserve);
    });
    return nodes.sort(
      ({ stateNode: a }, { stateNode: b }) =>
        Number(isInitialized(b)) - Number(isInitialized(a)) || compareStrings(a.name, b.name),
    );
  }

  #findFresh(): ReadonlySet<number> {
    const { nodePools, options, now } = this.input;
    const fresh = new Set<number>();
    if (!options.enforceConsolidateAfter) return fresh;
    const nodePoolByName = new Map<string, NodePool>(
      nodePools.map((nodePool) => [nodePool.metadata.name, nodePool]),
    );
    for (const [number, { stateNode }] of this.nodes.entries()) {
      const nodePool = nodePoolByName.get(nodePoolNameOf(stateNode));
      if (isUnderConsolidateAfter(nodePool, stateNode.nodeClaim, now)) fresh.add(number);
    }
    return fresh;
  }

  /** What NodePools may launch in a run without these nodes; a copy of its own. */
  limitsWithout(stateNodes: readonly StateNode[]): RemainingLimits {
    const limits = this.#limits.copy();
    for (const stateNode of stateNodes) {
      limits.restoreNode(nodePoolNameOf(stateNode), stateNode);
    }
    return limits;
  }

  /** Numbers of the nodes, in the order of `nodes`. */
  numbersOf(stateNodes: readonly StateNode[]): ReadonlySet<number> {
    const numbers = new Set<number>();
    for (const stateNode of stateNodes) {
      const number = this.#numberByNode.get(stateNode);
      if (number !== undefined) numbers.add(number);
    }
    return numbers;
  }
}

function nodePoolNameOf({ labels }: StateNode): string {
  return labels[labelNodePool] ?? "";
}

/** Nodes that Karpenter doesn't manage count as initialized. */
function isInitialized(stateNode: StateNode): boolean {
  return stateNode.isInitialized || !stateNode.isManaged;
}
