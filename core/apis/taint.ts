export const taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;
export type TaintEffect = (typeof taintEffects)[number];

/** A mark on a node that keeps pods away unless they tolerate it. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: TaintEffect;
}

/** A pod's leave to ignore taints; an empty key with Exists tolerates all, no effect all effects. */
export interface Toleration {
  readonly key: string;
  readonly operator: "Equal" | "Exists" | "Lt" | "Gt";
  readonly value: string;
  readonly effect?: TaintEffect;
  readonly tolerationSeconds?: number;
}
