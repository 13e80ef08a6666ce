import { labelNodeInitialized, type Node, type NodeClaim } from "../apis/index.ts";
import { formatTaint, isKnownEphemeralTaint, matchTaint } from "../scheduling/index.ts";
import { sortedEntries } from "../units/index.ts";

/** What a Node lacks to be initialized. */
export interface InitializationBlocker {
  readonly reason:
    | "NodeNotFound"
    | "NodeNotReady"
    | "StartupTaintsExist"
    | "KnownEphemeralTaintsExist"
    | "ResourceNotRegistered";
  readonly message: string;
}

/**
 * The first thing that keeps a registered NodeClaim from being initialized; `undefined` when nothing
 * does. There is no time limit to it.
 *
 * Differs: of several missing resources upstream names any, here it is the first by name. Dynamic
 * resource allocation is not supported, so its drivers aren't waited for (upstream's default).
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/initialization.go Initialization.Reconcile
 */
export function initializationBlocker(
  nodeClaim: NodeClaim,
  nodes: readonly Node[],
): InitializationBlocker | undefined {
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) {
    return { reason: "NodeNotFound", message: "Node not registered with cluster" };
  }
  if (!isNodeReady(node)) return { reason: "NodeNotReady", message: "Node status is NotReady" };
  const { taints } = node.spec;
  const { startupTaints, requests } = nodeClaim.spec;
  const startupTaint = startupTaints
    .flatMap((each) => taints.filter((taint) => matchTaint(each, taint)))
    .at(0);
  if (startupTaint !== undefined) {
    const message = `StartupTaint "${formatTaint(startupTaint)}" still exists`;
    return { reason: "StartupTaintsExist", message };
  }
  const ephemeralTaint = taints.find(isKnownEphemeralTaint);
  if (ephemeralTaint !== undefined) {
    const message = `KnownEphemeralTaint "${formatTaint(ephemeralTaint)}" still exists`;
    return { reason: "KnownEphemeralTaintsExist", message };
  }
  const missing = sortedEntries(requests).find(
    ([name, amount]) => amount !== 0 && (node.status.allocatable[name] ?? 0) === 0,
  );
  if (missing === undefined) return undefined;
  const message = `Resource "${missing[0]}" was requested but not registered`;
  return { reason: "ResourceNotRegistered", message };
}

/** Whether the Node's condition Ready is True; absent counts as not. */
export function isNodeReady(node: Node): boolean {
  return node.status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

/** The Node with the label that says so. */
export function withInitialization(node: Node): Node {
  const labels = { ...node.metadata.labels, [labelNodeInitialized]: "true" };
  return { ...node, metadata: { ...node.metadata, labels } };
}
