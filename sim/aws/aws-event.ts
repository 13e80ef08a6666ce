/** EC2's events that Karpenter reads from its interruption queue. */
export const interruptionKinds = [
  "spot-interrupted",
  "rebalance-recommendation",
  "instance-terminated",
] as const;
export type InterruptionKind = (typeof interruptionKinds)[number];

/** What happens between EC2 and the cluster, later. */
export type AwsEvent = { readonly room: "aws" } & (
  | { readonly kind: "kubelet-registers"; readonly instanceId: string }
  | {
      readonly kind: "interruption-message";
      readonly instanceId: string;
      readonly message: InterruptionKind;
    }
);
