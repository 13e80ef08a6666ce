/** Kubernetes and Karpenter objects: shapes, defaulting, validation, older versions. */
export * from "./ec2-node-class.ts";
export * from "./labels.ts";
export * from "./node-claim.ts";
export * from "./node-overlay.ts";
export * from "./node-pool-hash.ts";
export * from "./node-pool.ts";
export * from "./node.ts";
export * from "./object-meta.ts";
export * from "./pod.ts";
export * from "./selectors.ts";
export * from "./storage.ts";
export * from "./taint.ts";
export * from "./workloads.ts";
