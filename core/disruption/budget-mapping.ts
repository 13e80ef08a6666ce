import { type Budget, type BudgetReason, labelNodePool } from "../apis/index.ts";
import { isConditionTrue, type StateNode } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { allowedDisruptions } from "./budget.ts";
import { type BlockedBy, type Refusal, sentences } from "./reasons.ts";
import type { DisruptionView } from "./view.ts";

/** How a NodePool stands with its budgets for one reason. */
export interface NodePoolBudget {
  readonly nodePoolName: string;
  /** Initialized nodes whose instance isn't terminating. */
  readonly nodes: number;
  /** Of these, the ones that are not ready or are being deleted, for whatever cause. */
  readonly disrupting: number;
  /** What the budgets allow in all. */
  readonly allowed: number;
  /** The first budget that allows no more; absent where none limits. */
  readonly budget?: Budget;
}

/**
 * The remaining disruptions per NodePool; a search takes from it as it selects candidates.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/helpers.go BuildDisruptionBudgetMapping
 */
export class BudgetMapping {
  /** In the order of the view's NodePools. */
  readonly nodePools: readonly NodePoolBudget[];
  readonly #reason: BudgetReason;
  readonly #remainingByNodePool: Map<string, number>;
  readonly #refusalByNodePool = new Map<string, Omit<Refusal, "nodeName">>();

  constructor(nodePools: readonly NodePoolBudget[], reason: BudgetReason) {
    this.nodePools = nodePools;
    this.#reason = reason;
    this.#remainingByNodePool = new Map(
      nodePools.map(({ nodePoolName, allowed, disrupting }) => [
        nodePoolName,
        Math.max(allowed - disrupting, 0),
      ]),
    );
  }

  /** What is left; 0 for an unknown NodePool. */
  remaining(nodePoolName: string): number {
    return this.#remainingByNodePool.get(nodePoolName) ?? 0;
  }

  /** Takes one; false, and nothing taken, when none is left. */
  take(nodePoolName: string): boolean {
    const remaining = this.remaining(nodePoolName);
    if (remaining === 0) return false;
    this.#remainingByNodePool.set(nodePoolName, remaining - 1);
    return true;
  }

  /** Why a node stays when its NodePool has none left. */
  refusal(nodePoolName: string): Omit<Refusal, "nodeName"> {
    let refusal = this.#refusalByNodePool.get(nodePoolName);
    if (refusal === undefined) {
      const sentence = sentences.budgetExhausted(this.#reason);
      const blockedBy = this.#blockedBy(nodePoolName);
      refusal = { code: "disruption/budget-exhausted", sentence, blockedBy };
      this.#refusalByNodePool.set(nodePoolName, refusal);
    }
    return refusal;
  }

  #blockedBy(nodePool: string): BlockedBy {
    const found = this.nodePools.find(({ nodePoolName }) => nodePoolName === nodePool);
    const { allowed = 0, disrupting = 0, nodes = 0, budget } = found ?? {};
    const text = budget === undefined ? {} : { budgetNodes: budget.nodes };
    const schedule = budget?.schedule === undefined ? {} : { schedule: budget.schedule };
    const reason = this.#reason;
    return { nodePool, budget: { reason, allowed, disrupting, nodes, ...text, ...schedule } };
  }

  /** NodePools that have nodes and whose budgets allow no disruption at all. */
  blocked(): readonly string[] {
    return this.nodePools
      .filter(({ nodes, allowed }) => nodes !== 0 && allowed === 0)
      .map(({ nodePoolName }) => nodePoolName);
  }
}

/** The mapping for one reason, as of now. */
export function buildBudgetMapping(
  view: Pick<DisruptionView, "stateNodes" | "nodePools">,
  reason: BudgetReason,
  now: SimTime,
): BudgetMapping {
  const { nodes, disrupting } = countNodes(view.stateNodes);
  return new BudgetMapping(
    view.nodePools.map((nodePool) => {
      const { name } = nodePool.metadata;
      const count = nodes.get(name) ?? 0;
      const { allowed, budget } = allowedDisruptions(nodePool, count, reason, now);
      return {
        nodePoolName: name,
        nodes: count,
        disrupting: disrupting.get(name) ?? 0,
        allowed,
        ...(budget === undefined ? {} : { budget }),
      };
    }),
    reason,
  );
}

/** Numbers of nodes by NodePool. */
interface NodeCounts {
  readonly nodes: ReadonlyMap<string, number>;
  readonly disrupting: ReadonlyMap<string, number>;
}

const countsByNodes = new WeakMap<readonly StateNode[], NodeCounts>();

/** The counts of a list of nodes; remembered by the list, which every method asks about. */
function countNodes(stateNodes: readonly StateNode[]): NodeCounts {
  const known = countsByNodes.get(stateNodes);
  if (known !== undefined) return known;
  const nodes = new Map<string, number>();
  const disrupting = new Map<string, number>();
  for (const stateNode of stateNodes) {
    const nodePoolName = stateNode.labels[labelNodePool];
    if (nodePoolName === undefined || !isCounted(stateNode)) continue;
    nodes.set(nodePoolName, (nodes.get(nodePoolName) ?? 0) + 1);
    if (!isReady(stateNode) || stateNode.isMarkedForDeletion) {
      disrupting.set(nodePoolName, (disrupting.get(nodePoolName) ?? 0) + 1);
    }
  }
  const counts = { nodes, disrupting };
  countsByNodes.set(stateNodes, counts);
  return counts;
}

/** A replacement that isn't initialized yet must not raise a percentage. */
function isCounted({ nodeClaim, isInitialized }: StateNode): boolean {
  if (nodeClaim === undefined || !isInitialized) return false;
  return !isConditionTrue(nodeClaim, "InstanceTerminating");
}

function isReady({ node }: StateNode): boolean {
  return (
    node?.status.conditions.some(({ type, status }) => type === "Ready" && status === "True") ??
    false
  );
}
