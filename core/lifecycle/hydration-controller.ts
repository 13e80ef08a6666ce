// Nodes and NodeClaims that came to be without the label of their NodeClass get it. Controllers of
// Nodes tell by it which ones are Karpenter's.
import type { Node, NodeClaim, NodeClassReference } from "../apis/index.ts";
import { nodeClassLabel } from "../scheduling/index.ts";
import { done, KeyedController, type Outcome, type WatchEvent } from "../state/index.ts";
import { milliseconds, seconds } from "../units/index.ts";
import { type LifecycleContext, writeNodeClaim } from "./lifecycle-context.ts";

const backoff = { base: milliseconds(5), max: seconds(1000) };

/** The label on the object; the very same object where it is there. */
function withNodeClassLabel<T extends Node | NodeClaim>(
  object: T,
  nodeClassRef: NodeClassReference,
): T {
  const { metadata } = object;
  const label = nodeClassLabel(nodeClassRef.group, nodeClassRef.kind);
  if (metadata.labels[label] === nodeClassRef.name) return object;
  const labels = { ...metadata.labels, [label]: nodeClassRef.name };
  return { ...object, metadata: { ...metadata, labels } };
}

/** @see karpenter v1.14.1 pkg/controllers/nodeclaim/hydration/controller.go Controller */
export class NodeClaimHydrationController extends KeyedController {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    super({
      name: "nodeclaim.hydration",
      backoff,
      keysOf: ({ type, object }) =>
        object.kind === "NodeClaim" &&
        type !== "deleted" &&
        withNodeClassLabel(object, object.spec.nodeClassRef) !== object
          ? [object.metadata.name]
          : [],
      reconcileKey: (key) => this.#hydrate(key),
    });
    this.#context = context;
  }

  #hydrate(name: string): Outcome {
    const { cluster } = this.#context;
    const nodeClaim = cluster.nodeClaim(name);
    if (nodeClaim === undefined) return done;
    const hydrated = withNodeClassLabel(nodeClaim, nodeClaim.spec.nodeClassRef);
    if (hydrated !== nodeClaim) writeNodeClaim(cluster, hydrated);
    return done;
  }
}

/** @see karpenter v1.14.1 pkg/controllers/node/hydration/controller.go Controller */
export class NodeHydrationController extends KeyedController {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    super({
      name: "node.hydration",
      backoff,
      keysOf: (event) => this.#keysOf(event),
      reconcileKey: (key) => this.#hydrate(key),
    });
    this.#context = context;
  }

  #keysOf({ type, object }: WatchEvent): readonly string[] {
    if (type === "deleted") return [];
    const { machines } = this.#context;
    const nodes =
      object.kind === "Node"
        ? [object]
        : object.kind === "NodeClaim"
          ? machines.nodesOf(object)
          : [];
    return nodes.filter((node) => this.#hydrated(node) !== node).map((node) => node.metadata.name);
  }

  #hydrate(name: string): Outcome {
    const { cluster } = this.#context;
    const node = cluster.node(name);
    if (node === undefined) return done;
    const hydrated = this.#hydrated(node);
    if (hydrated !== node) cluster.updateNode(hydrated);
    return done;
  }

  /** A Node of several NodeClaims, or of none, stays as it is. */
  #hydrated(node: Node): Node {
    const nodeClaim = this.#context.machines.nodeClaimOf(node);
    return nodeClaim === undefined ? node : withNodeClassLabel(node, nodeClaim.spec.nodeClassRef);
  }
}
