import type { InterruptionKind } from "./interruption-kinds.ts";

/** What happens between EC2 and the cluster, later. */
export type AwsEvent = { readonly room: "aws" } & (
  | { readonly kind: "kubelet-registers"; readonly instanceId: string }
  | {
      readonly kind: "interruption-message";
      readonly instanceId: string;
      readonly message: InterruptionKind;
    }
  | {
      readonly kind: "instance-status-poll";
      readonly instanceId: string;
      readonly finding: Extract<
        InterruptionKind,
        "instance-status" | "system-status" | "event-status"
      >;
    }
);
