import type { AwsEvent } from "./aws/index.ts";
import type { Ec2Event } from "./ec2/index.ts";
import type { KubeEvent } from "./kube/index.ts";

/** What happens in a world besides what its rooms know of. */
export type WorldEvent = { readonly room: "world" } & (
  | { readonly kind: "replicas-change"; readonly plan: number; readonly change: number }
  | { readonly kind: "pods-arrive"; readonly next: number }
  | { readonly kind: "pod-comes-again"; readonly arrival: number; readonly attempt: number }
  | { readonly kind: "objects-change"; readonly change: number }
  | { readonly kind: "account-changes" }
  /** With the node that it strikes, or with as many as it wants. */
  | {
      readonly kind: "fault-strikes";
      readonly fault: number;
      readonly nodeName?: string;
      readonly nth?: number;
    }
  | { readonly kind: "fault-ends"; readonly fault: number; readonly nodeName: string }
  | { readonly kind: "karpenter-wakes" }
);

/** Every event of a run. */
export type SimEvent = AwsEvent | Ec2Event | KubeEvent | WorldEvent;
