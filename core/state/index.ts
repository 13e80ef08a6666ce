/** The cluster as the core sees it, and the ports through which it is read and written. */
export * from "./buffer-pod-counts.ts";
export * from "./clock.ts";
export * from "./cluster-state.ts";
export * from "./cluster.ts";
export * from "./conditions.ts";
export * from "./controller.ts";
export * from "./cost-tracker.ts";
export { daemonSetPod } from "./daemon-set-pods.ts";
export * from "./eviction-cost.ts";
export { replayCluster } from "./initial-events.ts";
export * from "./keyed-controller.ts";
export * from "./node-pool-claim-states.ts";
export * from "./pod-predicates.ts";
export * from "./state-node.ts";
export * from "./watch.ts";
export { type Backoff, backoffWait, WorkQueue } from "./work-queue.ts";
