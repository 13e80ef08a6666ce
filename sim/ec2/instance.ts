import type { SimTime } from "../../core/units/index.ts";
import type { TerminatedBy } from "../ledger/index.ts";
import type { CapacityPool } from "./capacity-pool.ts";

/** How an instance is bought from EC2. Reserved capacity launches as on-demand into a reservation. */
export const purchaseOptions = ["spot", "on-demand"] as const;
export type PurchaseOption = (typeof purchaseOptions)[number];

/**
 * The states of an instance that we model, in order.
 *
 * @see Amazon EC2 User Guide, "Amazon EC2 instance state changes"
 */
export const instanceStates = [
  "pending",
  "running",
  "stopping",
  "stopped",
  "shutting-down",
  "terminated",
] as const;
export type InstanceState = (typeof instanceStates)[number];

/** A status check that has failed, of the instance itself or of the system below it. */
export type StatusCheck = "instance-status" | "system-status";

/** One EC2 instance. Instants are absent until they have come. */
export interface Ec2Instance {
  readonly instanceId: string;
  readonly pool: CapacityPool;
  readonly purchaseOption: PurchaseOption;
  readonly vcpus: number;
  readonly state: InstanceState;
  readonly tags: Readonly<Record<string, string>>;
  readonly imageId: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  /** How many instances this pool had launched before: names its draws, whatever the policy. */
  readonly ordinal: number;
  readonly launchedAt: SimTime;
  readonly runningAt?: SimTime;
  readonly shuttingDownAt?: SimTime;
  readonly terminatedAt?: SimTime;
  readonly terminatedBy?: TerminatedBy;
  /** Status checks that fail, each since when. */
  readonly impairedSince?: Readonly<Partial<Record<StatusCheck, SimTime>>>;
  /** When EC2 announced maintenance of its host. */
  readonly maintenanceAnnouncedAt?: SimTime;
  /** When EC2 said that it would take the Spot Instance back. */
  readonly interruptionNoticeAt?: SimTime;
}
