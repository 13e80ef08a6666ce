/** What is told of one object of a run: plain data, for people and machines alike. */
import type { SimTime } from "../../core/units/index.ts";

/** Kinds of objects that have a story. */
export const storyKinds = ["pod", "node", "nodeclaim", "nodepool"] as const;
export type StoryKind = (typeof storyKinds)[number];

/** Something that happened, or that held for a while. */
export interface Moment {
  readonly at: SimTime;
  /** Absent for an instant. */
  readonly until?: SimTime;
  /** It still held at the end of the run, which is then `until`. */
  readonly isOpen?: true;
  /** A stable word such as `launched`. */
  readonly what: string;
  readonly text: string;
  readonly details: readonly string[];
}

/** Prices in USD per hour at the first and the last look. */
export interface PriceRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Why a node stayed, for as long as nothing else was said of it. Looks count only those that found
 * something new: a pod in the way, a price, a score.
 */
export interface Stay {
  readonly from: SimTime;
  /** Absent: until the end of the run. */
  readonly until?: SimTime;
  readonly looks: number;
  /** Reason code. */
  readonly reason: string;
  /** Absent: no method may disrupt the node. */
  readonly method?: string;
  /** Of the last look, in upstream's words. */
  readonly message: string;
  /** Pods and PodDisruptionBudgets in the way, at most five of each. */
  readonly pods: readonly string[];
  readonly podDisruptionBudgets: readonly string[];
  /** What else stands in the way: an annotation, a budget, a NodePool. */
  readonly blockedBy: readonly string[];
  /** How many other nodes were looked at with it, at the last look. */
  readonly others: number;
  readonly usdPerHourBefore?: PriceRange;
  readonly usdPerHourAfter?: PriceRange;
}

/** A pod's time on a node. */
export interface Tenancy {
  readonly podKey: string;
  readonly podUid: string;
  /** `Kind/namespace/name`. */
  readonly workload: string;
  readonly isDaemon: boolean;
  readonly from: SimTime;
  /** Absent: until the end of the run. */
  readonly until?: SimTime;
  /** How it ended: `evicted`, `killed`, `succeeded`, `failed`, `deleted`. */
  readonly ending?: string;
  /** Of an eviction or a death: why. */
  readonly reason?: string;
  readonly successor?: Successor;
}

/** The pod that took the place of one that was disrupted. */
export interface Successor {
  readonly podKey: string;
  readonly createdAt: SimTime;
  readonly nodeName?: string;
  readonly boundAt?: SimTime;
}

/** A line of the head: what about, and the text. */
export interface Summary {
  readonly label: string;
  readonly text: string;
}

/** A day of a NodePool. */
export interface NodePoolDay {
  /** `2026-03-02`, UTC. */
  readonly date: string;
  readonly launched: number;
  readonly refusedLaunches: number;
  readonly ended: number;
  readonly commands: number;
  readonly usd: number;
}

/** The story of one object. */
export interface Story {
  readonly kind: StoryKind;
  readonly name: string;
  /** Other names of the same: NodeClaim, Node, instance, uid. */
  readonly names: Readonly<Record<string, string>>;
  readonly summary: readonly Summary[];
  /** Numbers of the summary, with the unit in the name. */
  readonly figures: Readonly<Record<string, number>>;
  /** In the order of time. */
  readonly moments: readonly Moment[];
  /** Of a node: why it stayed. In the order of their begin. */
  readonly stays: readonly Stay[];
  /** Of a node: who lived there. In the order of their coming. */
  readonly tenancies: readonly Tenancy[];
  /** Of a NodePool. */
  readonly days: readonly NodePoolDay[];
}
