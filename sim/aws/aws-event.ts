/** EC2's events that Karpenter reads from its interruption queue. */
export type InterruptionKind =
  | "spot-interrupted"
  | "rebalance-recommendation"
  | "instance-terminated";

/** What happens between EC2 and the cluster, later. */
export type AwsEvent = { readonly room: "aws" } & (
  | { readonly kind: "kubelet-registers"; readonly instanceId: string }
  | {
      readonly kind: "interruption-message";
      readonly instanceId: string;
      readonly message: InterruptionKind;
    }
);
