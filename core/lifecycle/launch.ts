import type { NodeClaim } from "../apis/index.ts";
import type { CreateResult, LaunchedInstance } from "../cloudprovider/index.ts";
import { setCondition } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

const messageLength = 300;

/** A failed launch, as the recorder sees it. */
export interface LaunchFailure {
  readonly code: "insufficient-capacity" | "node-class-not-ready" | "create-error" | "error";
  readonly message: string;
}

/** What to do about the provider's answer. */
export type LaunchDecision =
  | { readonly kind: "launched"; readonly nodeClaim: NodeClaim }
  | { readonly kind: "wait"; readonly retryAt?: SimTime }
  /** There is no way to launch it as it is: the pods get a new NodeClaim. */
  | {
      readonly kind: "delete";
      readonly reason: "insufficient_capacity" | "nodeclass_not_ready";
      readonly failure: LaunchFailure;
    }
  | { readonly kind: "retry"; readonly nodeClaim: NodeClaim; readonly failure: LaunchFailure };

/**
 * What the provider's answer makes of a NodeClaim whose launch is open.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/launch.go Launch.Reconcile
 */
export function decideLaunch(
  nodeClaim: NodeClaim,
  result: CreateResult,
  now: SimTime,
): LaunchDecision {
  switch (result.kind) {
    case "launched": {
      const populated = populateNodeClaim(nodeClaim, result.instance);
      const change = { type: "Launched", status: "True" } as const;
      return { kind: "launched", nodeClaim: setCondition(populated, change, now) };
    }
    case "in-progress":
      return result.retryAt === undefined
        ? { kind: "wait" }
        : { kind: "wait", retryAt: result.retryAt };
    case "insufficient-capacity":
      return {
        kind: "delete",
        reason: "insufficient_capacity",
        failure: { code: result.kind, message: result.message },
      };
    case "node-class-not-ready":
      return {
        kind: "delete",
        reason: "nodeclass_not_ready",
        failure: { code: result.kind, message: result.message },
      };
    case "create-error":
      return retry(nodeClaim, result.reason, result.message, result, now);
    case "error":
      return retry(nodeClaim, "LaunchFailed", truncateMessage(result.message), result, now);
  }
}

function retry(
  nodeClaim: NodeClaim,
  reason: string,
  message: string,
  failure: { readonly kind: "create-error" | "error"; readonly message: string },
  now: SimTime,
): LaunchDecision {
  const change = { type: "Launched", status: "Unknown", reason, message } as const;
  return {
    kind: "retry",
    nodeClaim: setCondition(nodeClaim, change, now),
    failure: { code: failure.kind, message: failure.message },
  };
}

/**
 * The NodeClaim with what the provider tells: its own labels prevail, the provider's annotations do.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/launch.go PopulateNodeClaimDetails
 */
export function populateNodeClaim(nodeClaim: NodeClaim, instance: LaunchedInstance): NodeClaim {
  const { providerId, imageId, capacity, allocatable } = instance;
  return {
    ...nodeClaim,
    metadata: {
      ...nodeClaim.metadata,
      labels: { ...instance.labels, ...nodeClaim.metadata.labels },
      annotations: { ...nodeClaim.metadata.annotations, ...instance.annotations },
    },
    status: { ...nodeClaim.status, providerId, imageId, capacity, allocatable },
  };
}

/** Text of 300 characters or more is cut there and gets three dots. */
export function truncateMessage(message: string): string {
  return message.length < messageLength ? message : `${message.slice(0, messageLength)}...`;
}
