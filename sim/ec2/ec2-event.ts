import type { CapacityPool } from "./capacity-pool.ts";
import type { Ec2Instance } from "./instance.ts";
import type { FleetError } from "./fleet.ts";
import type { PoolReclaim } from "./pool-outlook.ts";

/** What happens inside EC2, later. */
export type Ec2Event = { readonly room: "ec2" } & (
  | { readonly kind: "fleet-answers"; readonly requestId: number }
  | { readonly kind: "instance-runs"; readonly instanceId: string }
  | { readonly kind: "instance-is-terminated"; readonly instanceId: string }
  | {
      readonly kind: "pool-is-reclaimed";
      readonly pool: CapacityPool;
      readonly reclaim: PoolReclaim;
    }
  | { readonly kind: "pool-is-at-risk"; readonly pool: CapacityPool }
  | { readonly kind: "instance-is-stopped"; readonly instanceId: string }
  | { readonly kind: "instance-gets-notice"; readonly instanceId: string }
  | { readonly kind: "instance-is-taken"; readonly instanceId: string }
  | { readonly kind: "host-fails"; readonly instanceId: string }
  | { readonly kind: "hour-mark" }
);

/** The answer to one CreateFleet request. */
export interface FleetAnswer {
  readonly requestId: number;
  readonly instances: readonly Ec2Instance[];
  readonly errors: readonly FleetError[];
}

/** What EC2 tells the outside: answers, and the events of Amazon EventBridge and AWS Health. */
export type Ec2Notification =
  | { readonly kind: "fleet-answer"; readonly answer: FleetAnswer }
  | { readonly kind: "instance-state-changed"; readonly instance: Ec2Instance }
  | { readonly kind: "spot-interruption-warning"; readonly instance: Ec2Instance }
  | { readonly kind: "rebalance-recommendation"; readonly instance: Ec2Instance }
  /** AWS Health, category scheduledChange. */
  | { readonly kind: "scheduled-change"; readonly instance: Ec2Instance };
