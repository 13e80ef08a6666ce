import type { DurationMs, NillableDuration, ResourceList } from "../units/index.ts";
import type { NodeClassReference } from "./node-claim.ts";
import type { Condition, KubernetesObject } from "./object-meta.ts";
import type { NodeSelectorRequirement } from "./selectors.ts";
import type { Taint } from "./taint.ts";

export const consolidationPolicies = ["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"] as const;
export type ConsolidationPolicy = (typeof consolidationPolicies)[number];

/** Reasons that a budget may name. */
export const budgetReasons = ["Underutilized", "Empty", "Drifted"] as const;
export type BudgetReason = (typeof budgetReasons)[number];

/**
 * How many nodes of a NodePool may be disrupted at once.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go Budget
 */
export interface Budget {
  /** Absent: every reason. */
  readonly reasons?: readonly BudgetReason[];
  /** A count ("5") or a percentage ("10%"), as written. */
  readonly nodes: string;
  /** Cron schedule in UTC; comes together with `duration`. */
  readonly schedule?: string;
  readonly duration?: DurationMs;
}

/** The disruption block of a NodePool. */
export interface Disruption {
  readonly consolidateAfter: NillableDuration;
  readonly consolidationPolicy: ConsolidationPolicy;
  readonly budgets: readonly Budget[];
}

/** What NodeClaims of a NodePool are made from. */
export interface NodeClaimTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: {
    readonly taints: readonly Taint[];
    readonly startupTaints: readonly Taint[];
    readonly requirements: readonly NodeSelectorRequirement[];
    readonly nodeClassRef: NodeClassReference;
    readonly terminationGracePeriod?: DurationMs;
    readonly expireAfter: NillableDuration;
  };
}

/**
 * A NodePool, `karpenter.sh/v1`, defaulted.
 *
 * `weight` is 1 to 100 or absent; `replicas` makes the pool static.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go NodePool
 */
export interface NodePool extends KubernetesObject {
  readonly kind: "NodePool";
  readonly spec: {
    readonly template: NodeClaimTemplate;
    readonly disruption: Disruption;
    readonly limits: ResourceList;
    readonly weight?: number;
    readonly replicas?: number;
  };
  readonly status: { readonly conditions: readonly Condition[] };
}
