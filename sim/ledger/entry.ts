import type { CapacityType } from "../../core/apis/index.ts";
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

interface At {
  readonly at: SimTime;
}

/**
 * A fact of a run. Entries are appended in time order and never changed.
 *
 * `podKey` is `namespace/name` and `podUid` tells namesakes apart.
 */
export type LedgerEntry = At &
  (
    | {
        readonly kind: "instance-launched";
        readonly instanceId: string;
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly instanceType: string;
        readonly instanceFamily: string;
        readonly zone: string;
        readonly capacityType: CapacityType;
        readonly vcpus: number;
        readonly memoryBytes: number;
        readonly onDemandUsdPerHour: number;
      }
    /** Billing starts. */
    | { readonly kind: "instance-running"; readonly instanceId: string }
    /** Billing ends. */
    | {
        readonly kind: "instance-shutting-down";
        readonly instanceId: string;
        readonly terminatedBy: TerminatedBy;
      }
    | { readonly kind: "instance-terminated"; readonly instanceId: string }
    /**
     * A part of an instance's bill, closed: at its end, at the end of the run, and at hour marks.
     * `usd` sums over a run to the reported cost.
     */
    | {
        readonly kind: "charge";
        readonly item: "compute" | "storage" | "public-ipv4";
        readonly instanceId: string;
        readonly usd: number;
        readonly onDemandEquivalentUsd: number;
        readonly segments: readonly BillSegment[];
      }
    | { readonly kind: "control-plane-charge"; readonly usd: number }
    /** An instance-hour given back: EC2 ended the Spot Instance in its first hour. */
    | { readonly kind: "charge-waived"; readonly instanceId: string; readonly usd: number }
    | {
        readonly kind: "launch-failed";
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly code: string;
        readonly message: string;
      }
    | { readonly kind: "interruption-notice"; readonly instanceId: string }
    | { readonly kind: "rebalance-recommendation"; readonly instanceId: string }
    | {
        readonly kind: "node-claim-created";
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly reason: string;
        readonly instanceTypes: readonly string[];
      }
    | {
        readonly kind: "node-claim-deleted";
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly reason: string;
      }
    | {
        readonly kind: "node-registered";
        readonly nodeName: string;
        readonly nodeClaimName: string;
        readonly instanceId: string;
        readonly allocatableCpuMillicores: number;
        readonly allocatableMemoryBytes: number;
      }
    | { readonly kind: "node-ready"; readonly nodeName: string }
    | { readonly kind: "node-initialized"; readonly nodeName: string }
    | { readonly kind: "node-removed"; readonly nodeName: string }
    | {
        readonly kind: "pod-created";
        readonly podKey: string;
        readonly podUid: string;
        readonly workload: WorkloadRef;
        readonly isDaemon: boolean;
        readonly requests: PodRequests;
      }
    | {
        readonly kind: "pod-bound";
        readonly podKey: string;
        readonly podUid: string;
        readonly nodeName: string;
      }
    | { readonly kind: "pod-ready"; readonly podKey: string; readonly podUid: string }
    | { readonly kind: "pod-not-ready"; readonly podKey: string; readonly podUid: string }
    /** kube-scheduler found no node: PodScheduled=False, reason Unschedulable. */
    | { readonly kind: "pod-unschedulable"; readonly podKey: string; readonly podUid: string }
    /**
     * Karpenter itself cannot help the pod; the message is its FailedScheduling event. The journal
     * holds it when the message changes, not at every look.
     */
    | {
        readonly kind: "pod-failed-scheduling";
        readonly podKey: string;
        readonly podUid: string;
        readonly message: string;
      }
    | {
        readonly kind: "pod-evicted";
        readonly podKey: string;
        readonly podUid: string;
        readonly nodeName: string;
        readonly reason: string;
        /** Work of a run-to-completion pod that has to be done again. */
        readonly lostWorkSeconds?: number;
      }
    | {
        readonly kind: "eviction-blocked";
        readonly podKey: string;
        readonly podUid: string;
        readonly podDisruptionBudget: string;
      }
    /** Died without notice: host reclaimed, forced delete, preempted. */
    | {
        readonly kind: "pod-killed";
        readonly podKey: string;
        readonly podUid: string;
        readonly nodeName: string;
        readonly reason: string;
        readonly lostWorkSeconds: number;
      }
    /** The pod object is gone or terminal; `outcome` says how it ended. */
    | {
        readonly kind: "pod-ended";
        readonly podKey: string;
        readonly podUid: string;
        readonly outcome: "succeeded" | "failed" | "deleted";
      }
    | {
        readonly kind: "workload-desired";
        readonly workload: WorkloadRef;
        readonly replicas: number;
      }
    /** A disruption command that was started. Prices in USD per hour, before and after. */
    | {
        readonly kind: "disruption-command";
        readonly commandId: string;
        readonly method: string;
        readonly reason: string;
        readonly decision: "delete" | "replace" | "no-op";
        readonly candidates: readonly string[];
        readonly nodePools: readonly string[];
        readonly replacements: readonly string[];
        readonly usdPerHourBefore: number;
        readonly usdPerHourAfter: number;
        readonly message: string;
      }
    /** A move that was considered and refused, with the reason code. */
    | {
        readonly kind: "disruption-refused";
        readonly nodeName: string;
        readonly reason: string;
        readonly message: string;
      }
    | {
        readonly kind: "disruption-command-ended";
        readonly commandId: string;
        readonly outcome: "succeeded" | "failed";
        readonly message: string;
      }
    /** A Kubernetes event that Karpenter published. */
    | {
        readonly kind: "event";
        readonly objectKind: string;
        readonly objectKey: string;
        readonly type: "Normal" | "Warning";
        readonly reason: string;
        readonly message: string;
      }
    /** The price of a capacity pool from now on; recorded for pools in use. */
    | {
        readonly kind: "spot-price";
        readonly instanceType: string;
        readonly zone: string;
        readonly usdPerHour: number;
      }
  );

export type LedgerEntryKind = LedgerEntry["kind"];

/** Where facts go. Implementations aggregate on the way or write a journal. */
export interface LedgerSink {
  record(entry: LedgerEntry): void;
}
