import type { SimTime } from "../../core/units/index.ts";

/** Who ended an instance: a caller (Karpenter), or EC2 itself. */
export type TerminatedBy = "user" | "ec2";

/** Which workload a pod belongs to, as reports group it. */
export interface WorkloadRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a pod asks for, in the units of core/units/resources. */
export interface PodRequests {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** A stretch of an instance's bill at one price. `until` is exclusive. */
export interface BillSegment {
  readonly from: SimTime;
  readonly until: SimTime;
  readonly usdPerHour: number;
}
