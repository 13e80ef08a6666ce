import {
  finalizerTermination,
  labelDoNotSyncTaints,
  labelNodeRegistered,
  type Node,
  type NodeClaim,
  type Taint,
  taintUnregistered,
} from "../apis/index.ts";
import { matchTaint, mergeTaints } from "../scheduling/index.ts";
import { setCondition } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

/**
 * What a provider's registration hook answers; `nodeClaim` is one with more labels, say. Pending
 * without a time: it is asked again with the controller's back-off.
 */
export type RegistrationHookResult =
  | { readonly kind: "ready"; readonly nodeClaim?: NodeClaim }
  | { readonly kind: "pending"; readonly requeueAt?: SimTime }
  | { readonly kind: "error"; readonly message: string };

/**
 * A provider's condition on registration. As long as one is pending the Node keeps its
 * unregistered taint.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go NodeLifecycleHook
 */
export interface RegistrationHook {
  readonly name: string;
  registered(nodeClaim: NodeClaim, now: SimTime): RegistrationHookResult;
}

const unregisteredNoExecuteTaint: Taint = {
  key: taintUnregistered,
  value: "",
  effect: "NoExecute",
};

/** What registration makes of a NodeClaim and its Node. */
export interface RegistrationDecision {
  readonly nodeClaim: NodeClaim;
  /** The Node as it has to be; absent where there is nothing to write it to. */
  readonly node?: Node;
  readonly isRegistered: boolean;
  /** The Node never had the taint that keeps pods away until registration. */
  readonly isTaintMissing: boolean;
  readonly requeueAt?: SimTime;
  readonly isFailed: boolean;
}

/**
 * Takes a Node over once it shows up: finalizer, owner, labels, annotations and taints of the
 * NodeClaim; then, unless a hook is pending, the registered label.
 *
 * Several Nodes of one machine are a failure for good, which liveness cleans up.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/registration.go Registration.Reconcile
 */
export function decideRegistration(
  nodeClaim: NodeClaim,
  nodes: readonly Node[],
  hooks: readonly RegistrationHook[],
  now: SimTime,
): RegistrationDecision {
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) return withoutNode(nodeClaim, node, now);
  const isTaintMissing =
    node.metadata.labels[labelNodeRegistered] === undefined &&
    !node.spec.taints.some((taint) => matchTaint(taint, unregisteredNoExecuteTaint));
  const synced = syncNode(nodeClaim, node);
  const hooked = runHooks(nodeClaim, hooks, now);
  if (hooked.pending.length > 0) {
    const change = {
      type: "Registered",
      status: "Unknown",
      reason: "RegistrationHookPending",
      message: hooked.pending.join(", "),
    } as const;
    return {
      nodeClaim: setCondition(hooked.nodeClaim, change, now),
      node: synced,
      isRegistered: false,
      isTaintMissing,
      ...(hooked.requeueAt === undefined ? {} : { requeueAt: hooked.requeueAt }),
      isFailed: hooked.isFailed,
    };
  }
  const registered = setCondition(
    hooked.nodeClaim,
    { type: "Registered", status: "True" } as const,
    now,
  );
  return {
    nodeClaim: {
      ...registered,
      status: { ...registered.status, nodeName: node.metadata.name },
    },
    node: withRegistration(syncNode(hooked.nodeClaim, synced)),
    isRegistered: true,
    isTaintMissing,
    isFailed: false,
  };
}

function withoutNode(
  nodeClaim: NodeClaim,
  node: Node | undefined,
  now: SimTime,
): RegistrationDecision {
  const change =
    node === undefined
      ? ({
          type: "Registered",
          status: "Unknown",
          reason: "NodeNotFound",
          message: "Node not registered with cluster",
        } as const)
      : ({
          type: "Registered",
          status: "False",
          reason: "MultipleNodesFound",
          message: "Invariant violated, matched multiple nodes",
        } as const);
  return {
    nodeClaim: setCondition(nodeClaim, change, now),
    isRegistered: false,
    isTaintMissing: false,
    isFailed: false,
  };
}

interface HookOutcome {
  readonly nodeClaim: NodeClaim;
  /** In the order of registration. */
  readonly pending: readonly string[];
  readonly requeueAt?: SimTime;
  readonly isFailed: boolean;
}

function runHooks(
  nodeClaim: NodeClaim,
  hooks: readonly RegistrationHook[],
  now: SimTime,
): HookOutcome {
  let current = nodeClaim;
  let requeueAt: SimTime | undefined;
  let isFailed = false;
  const pending: string[] = [];
  for (const hook of hooks) {
    const result = hook.registered(current, now);
    if (result.kind === "ready") {
      current = result.nodeClaim ?? current;
      continue;
    }
    pending.push(hook.name);
    if (result.kind === "error") isFailed = true;
    else if (result.requeueAt !== undefined) {
      const isSooner = requeueAt === undefined || result.requeueAt < requeueAt;
      if (isSooner) requeueAt = result.requeueAt;
    }
  }
  return {
    nodeClaim: current,
    pending,
    ...(requeueAt === undefined ? {} : { requeueAt }),
    // Where nobody says a time, all are asked again after the back-off, as after an error.
    isFailed: isFailed || (pending.length > 0 && requeueAt === undefined),
  };
}

/**
 * The Node with everything that the NodeClaim says of it. Taints that it has already stay as they
 * are. The very same object when it has everything.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/registration.go Registration.syncNode
 */
export function syncNode(nodeClaim: NodeClaim, node: Node): Node {
  const { metadata } = node;
  const isTaintSync = metadata.labels[labelDoNotSyncTaints] !== "true";
  const { taints, startupTaints } = nodeClaim.spec;
  const merged = isTaintSync
    ? mergeTaints(mergeTaints(node.spec.taints, taints), startupTaints)
    : node.spec.taints;
  const ownerReferences = withOwner(nodeClaim, node);
  const isInSync =
    metadata.finalizers.includes(finalizerTermination) &&
    ownerReferences === metadata.ownerReferences &&
    merged.length === node.spec.taints.length &&
    hasAll(metadata.labels, nodeClaim.metadata.labels) &&
    hasAll(metadata.annotations, nodeClaim.metadata.annotations);
  // A write without a change would wake this very controller, without end.
  if (isInSync) return node;
  return {
    ...node,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...nodeClaim.metadata.labels },
      annotations: { ...metadata.annotations, ...nodeClaim.metadata.annotations },
      finalizers: metadata.finalizers.includes(finalizerTermination)
        ? metadata.finalizers
        : [...metadata.finalizers, finalizerTermination],
      ownerReferences,
    },
    spec: { ...node.spec, taints: merged },
  };
}

function hasAll(
  map: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
): boolean {
  for (const key in expected) {
    if (map[key] !== expected[key]) return false;
  }
  return true;
}

function withOwner(nodeClaim: NodeClaim, node: Node): Node["metadata"]["ownerReferences"] {
  const { ownerReferences } = node.metadata;
  const { name, uid } = nodeClaim.metadata;
  if (ownerReferences.some((owner) => owner.uid === uid)) return ownerReferences;
  const owner = { apiVersion: "karpenter.sh/v1", kind: "NodeClaim", name, uid };
  return [...ownerReferences, { ...owner, blockOwnerDeletion: true }];
}

function withRegistration(node: Node): Node {
  return {
    ...node,
    metadata: {
      ...node.metadata,
      labels: { ...node.metadata.labels, [labelNodeRegistered]: "true" },
    },
    spec: {
      ...node.spec,
      taints: node.spec.taints.filter((taint) => !matchTaint(taint, unregisteredNoExecuteTaint)),
    },
  };
}
