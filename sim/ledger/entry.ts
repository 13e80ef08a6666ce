import type { CapacityType } from "../../core/apis/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import type {
  BillSegment,
  BlockedBy,
  NodePoolScore,
  PodRequests,
  ReplacementOption,
  TerminatedBy,
  WorkloadRef,
} from "./entry-parts.ts";

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
        /**
         * Why On-Demand was bought: the NodeClaim allows nothing else, no Spot offering of its types
         * was there, or each that was cost more. Absent for Spot.
         */
        readonly onDemandReason?: "required" | "spot-unavailable" | "spot-dearer";
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
    /** Somebody stops it: billing of compute ends. */
    | { readonly kind: "instance-stopping"; readonly instanceId: string }
    /** Something goes wrong with a node or its machine, because the scenario says so. */
    | {
        readonly kind: "fault";
        /** The condition, such as `KernelReady=False`, or what befalls the instance. */
        readonly fault: string;
        readonly nodeName: string;
        readonly instanceId: string;
      }
    /** A condition that faults have made bad is good again. */
    | {
        readonly kind: "fault-ended";
        readonly fault: string;
        readonly nodeName: string;
        readonly instanceId: string;
      }
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
    /** EC2 has no room for a NodeClaim, which is deleted for it. */
    | {
        readonly kind: "launch-failed";
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly code: string;
        readonly message: string;
      }
    /** A launch went wrong otherwise and is tried again. Told when the message changes. */
    | {
        readonly kind: "launch-retried";
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly code: string;
        readonly message: string;
      }
    /**
     * EC2 had no room in a capacity pool, or took Spot back there: Karpenter leaves the offering out of
     * its decisions for a while.
     */
    | {
        readonly kind: "offering-unavailable";
        readonly capacityType: CapacityType;
        readonly instanceType: string;
        readonly zone: string;
        readonly until: SimTime;
      }
    /** EC2 will take the Spot Instance back in two minutes. */
    | { readonly kind: "interruption-notice"; readonly instanceId: string }
    | { readonly kind: "rebalance-recommendation"; readonly instanceId: string }
    /**
     * Karpenter asks for a machine. The reason is `provisioned`, the disruption reason of the command
     * whose replacement it is (`underutilized`, `drifted`), or `applied` for one of the manifests.
     */
    | {
        readonly kind: "node-claim-created";
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly reason: string;
        /** Of the command whose replacement it is. */
        readonly commandId?: string;
        /** Every type that it may be; none named: any that its NodePool allows. */
        readonly instanceTypes: readonly string[];
        /** Those in which its types could be had at that time; none named: any. */
        readonly capacityTypes: readonly string[];
        /** Those that NodePool and pods allow; none named: any. */
        readonly allowedCapacityTypes: readonly string[];
        /** `namespace/name` of the pods that it is for, at most twenty. */
        readonly pods: readonly string[];
        readonly podCount: number;
      }
    /** A NodeClaim is deleted for another reason than a disruption command. */
    | {
        readonly kind: "node-claim-deleted";
        readonly nodeClaimName: string;
        readonly nodePoolName: string;
        readonly reason: string;
        /** Of a repair: the node condition that made it necessary. */
        readonly conditionType?: string;
      }
    /** The NodeClaim has drifted since, and why. */
    | {
        readonly kind: "node-claim-drifted";
        readonly nodeClaimName: string;
        readonly reason: string;
      }
    /** It does not count as drifted any more. */
    | { readonly kind: "node-claim-drift-ended"; readonly nodeClaimName: string }
    /** The NodeClaim is gone, its instance with it. */
    | { readonly kind: "node-claim-removed"; readonly nodeClaimName: string }
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
    /**
     * A draining node waits for pods whose do-not-disrupt annotation protects them. Told when they are
     * other pods than before.
     */
    | {
        readonly kind: "drain-blocked";
        readonly nodeName: string;
        readonly pods: readonly string[];
      }
    /** Every pod that had to go is gone: the instance is terminated next. */
    | { readonly kind: "node-drained"; readonly nodeName: string }
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
    /**
     * kube-scheduler found no node: PodScheduled=False, reason Unschedulable. The message is the first
     * of its kind, later ones are left out.
     */
    | {
        readonly kind: "pod-unschedulable";
        readonly podKey: string;
        readonly podUid: string;
        readonly message: string;
      }
    /** Karpenter expects the pod on a machine. Told when it is another machine than before. */
    | {
        readonly kind: "pod-nominated";
        readonly podKey: string;
        readonly podUid: string;
        /** Absent for a node that Karpenter doesn't manage. */
        readonly nodeClaimName?: string;
        /** Absent while the machine is no node yet. */
        readonly nodeName?: string;
      }
    /**
     * Karpenter itself cannot help the pod; the message is its FailedScheduling event. The journal
     * holds it when the message changes, not at every look.
     */
    | {
        readonly kind: "pod-failed-scheduling";
        readonly podKey: string;
        readonly podUid: string;
        readonly message: string;
        /** The parts of the message, where NodePools were tried: those above in weight come first. */
        readonly nodePools: readonly { readonly nodePoolName: string; readonly message: string }[];
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
    /**
     * The eviction API has refused a pod's eviction. It is tried again and again; the journal holds
     * the first refusal by the same PodDisruptionBudgets. More than one: the API refuses such pods
     * whatever the budgets allow.
     */
    | {
        readonly kind: "eviction-blocked";
        readonly podKey: string;
        readonly podUid: string;
        readonly nodeName: string;
        readonly podDisruptionBudgets: readonly string[];
      }
    /** The end of that: the pod is evicted, gone, or refused by others. */
    | {
        readonly kind: "eviction-unblocked";
        readonly podKey: string;
        readonly podUid: string;
        readonly podDisruptionBudgets: readonly string[];
        readonly since: SimTime;
        /** How often the eviction was refused. */
        readonly attempts: number;
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
        readonly scores: readonly NodePoolScore[];
        readonly message: string;
      }
    /**
     * A move that a method has judged: emptiness and drift node by node, multi-node consolidation
     * every set of nodes that it tries, single-node consolidation every node. Told again when the
     * verdict or a number of it has changed.
     */
    | {
        readonly kind: "disruption-considered";
        readonly method: string;
        readonly verdict: "approved" | "refused" | "superseded" | "failed-validation";
        /** `no-op`: there is nothing that could be done with the nodes. */
        readonly decision: "delete" | "replace" | "no-op";
        /** Node names, best first. */
        readonly candidates: readonly string[];
        readonly nodePools: readonly string[];
        readonly usdPerHourBefore: number;
        /** With the cheapest replacement; absent where nothing could be done. */
        readonly usdPerHourAfter?: number;
        readonly replacements: readonly ReplacementOption[];
        readonly scores: readonly NodePoolScore[];
        /** Reason code and upstream's sentence; absent where nothing spoke against it. */
        readonly reason?: string;
        readonly message?: string;
        readonly blockedBy?: BlockedBy;
        /** The same verdict as before: only numbers have changed. */
        readonly isRepeat: boolean;
      }
    /**
     * A node is no candidate for disruption, or not looked at by a method, with the reason code. Told
     * once while it holds.
     */
    | {
        readonly kind: "disruption-refused";
        /** The NodeClaim's while there is no Node. */
        readonly nodeName: string;
        /** The first method that refused so; absent: no method may disrupt the node. */
        readonly method?: string;
        readonly reason: string;
        readonly message: string;
        readonly blockedBy?: BlockedBy;
        /** The same refusal as before: only the pods that stand in the way are others. */
        readonly isRepeat: boolean;
      }
    /** That refusal does not hold any more. */
    | {
        readonly kind: "disruption-refusal-ended";
        readonly nodeName: string;
        readonly reason: string;
        readonly message: string;
      }
    /** A pass, or a command's start, went wrong; it is tried again after a while. */
    | { readonly kind: "disruption-pass-failed"; readonly message: string }
    | {
        readonly kind: "disruption-command-ended";
        readonly commandId: string;
        readonly outcome: "succeeded" | "failed";
        readonly message: string;
      }
    /** Somebody has changed an object (`NodePool default`) or the `account`, as the scenario says. */
    | { readonly kind: "changed"; readonly what: string }
    /**
     * A Kubernetes event that Karpenter published. One that comes again and again is told at first,
     * then once an hour, and at last when it has not come for ten minutes or the run ends.
     */
    | {
        readonly kind: "event";
        readonly objectKind: string;
        readonly objectKey: string;
        readonly type: "Normal" | "Warning";
        readonly reason: string;
        readonly message: string;
        /** When the first of those came that have come again and again since. */
        readonly firstAt: SimTime;
        readonly lastAt: SimTime;
        /** How often it came from then to then. */
        readonly count: number;
      }
  );

export type LedgerEntryKind = LedgerEntry["kind"];

/** Where facts go. Implementations aggregate on the way or write a journal. */
export interface LedgerSink {
  record(entry: LedgerEntry): void;
}
