// What the scheduler's runs over one cluster share, topology aside; see `SchedulingBase`.
import { labelNodePool, type NodePool } from "../apis/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import { compareStrings } from "../units/index.ts";
import { type CompiledTemplates, compileTemplates } from "./compiled-templates.ts";
import { daemonReserve } from "./daemon-overhead.ts";
import { isUnderConsolidateAfter, UntouchedNode } from "./existing-node.ts";
import { limitedCapacity, RemainingLimits } from "./limits.ts";
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
    this.candidates = new NodeCandidates(this.nodes);
  }

  /** @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go calculateExistingNodeClaims */
  #openNodes(): readonly UntouchedNode[] {
    const { stateNodes, nodePools, options, now } = this.input;
    const nodePoolByName = new Map<string, NodePool>(
      nodePools.map((nodePool) => [nodePool.metadata.name, nodePool]),
    );
    const { daemonSetPods } = this.compiled;
    const nodes = stateNodes.map((stateNode) => {
      const nodePoolName = nodePoolNameOf(stateNode);
      const reserve = daemonReserve(stateNode, daemonSetPods, options.ignoreDraRequests);
      const isFresh =
        options.enforceConsolidateAfter &&
        isUnderConsolidateAfter(stateNode, nodePoolByName.get(nodePoolName), now);
      this.#limits.subtract(nodePoolName, limitedCapacity(stateNode));
      return new UntouchedNode(stateNode, reserve, isFresh);
    });
    return nodes.sort(
      ({ stateNode: a }, { stateNode: b }) =>
        Number(isInitialized(b)) - Number(isInitialized(a)) || compareStrings(a.name, b.name),
    );
  }

  /** What NodePools may launch in a run without these nodes; a copy of its own. */
  limitsWithout(stateNodes: readonly StateNode[]): RemainingLimits {
    const limits = this.#limits.copy();
    for (const stateNode of stateNodes) {
      limits.restore(nodePoolNameOf(stateNode), limitedCapacity(stateNode));
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
