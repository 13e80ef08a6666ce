/** What happens between EC2 and the cluster, later. */
export type AwsEvent = { readonly room: "aws" } & (
  | { readonly kind: "kubelet-registers"; readonly instanceId: string }
  | {
      readonly kind: "interruption-message";
      readonly instanceId: string;
      readonly message: "spot-interrupted" | "instance-terminated";
    }
);
