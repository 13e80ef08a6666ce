// Which Nodes and NodeClaims stand for the same machine, told by provider id. Cluster state keeps
// one of each; here duplicates stay visible, because every controller treats them in its own way.
import { labelNodePool, type Node, type NodeClaim } from "../apis/index.ts";
import type { Cluster, Controller, WatchEvent } from "../state/index.ts";
import { compareStrings } from "../units/index.ts";

/** Names by the value of one field, and the other way round. */
class NameIndex {
  readonly #valueByName = new Map<string, string>();
  readonly #namesByValue = new Map<string, Set<string>>();

  set(name: string, value: string): void {
    const before = this.#valueByName.get(name);
    if (before === value) return;
    this.delete(name);
    this.#valueByName.set(name, value);
    const names = this.#namesByValue.get(value);
    if (names === undefined) this.#namesByValue.set(value, new Set([name]));
    else names.add(name);
  }

  delete(name: string): void {
    const value = this.#valueByName.get(name);
    if (value === undefined) return;
    this.#valueByName.delete(name);
    const names = this.#namesByValue.get(value);
    names?.delete(name);
    if (names?.size === 0) this.#namesByValue.delete(value);
  }

  /** Sorted. */
  names(value: string): readonly string[] {
    const names = this.#namesByValue.get(value);
    return names === undefined ? [] : [...names].sort(compareStrings);
  }
}

/**
 * Finds the counterparts of Nodes and NodeClaims, and the NodeClaims of a NodePool. It has to
 * observe each event before those who ask.
 *
 * @see karpenter v1.14.1 pkg/utils/nodeclaim/nodeclaim.go AllNodesForNodeClaim
 * @see karpenter v1.14.1 pkg/utils/node/node.go NodeClaimForNode
 */
export class MachineIndex implements Controller {
  readonly name = "lifecycle.index";
  readonly #cluster: Pick<Cluster, "node" | "nodeClaim">;
  readonly #nodesByProviderId = new NameIndex();
  readonly #claimsByProviderId = new NameIndex();
  readonly #claimsByNodePool = new NameIndex();
  readonly #claimsByNodeClass = new NameIndex();

  constructor(cluster: Pick<Cluster, "node" | "nodeClaim">) {
    this.#cluster = cluster;
  }

  observe({ type, object }: WatchEvent): void {
    if (object.kind === "Node") {
      const { name } = object.metadata;
      if (type === "deleted") this.#nodesByProviderId.delete(name);
      else this.#nodesByProviderId.set(name, object.spec.providerId);
    } else if (object.kind === "NodeClaim") {
      this.#observeNodeClaim(type, object);
    }
  }

  /** Does nothing: an index is never due. */
  reconcile(): void {
    // Everything happens in observe.
  }

  nextDueAt(): undefined {
    return undefined;
  }

  /** Nodes of the NodeClaim's machine, sorted by name; none before it is launched. */
  nodesOf(nodeClaim: NodeClaim): readonly Node[] {
    const providerId = nodeClaim.status.providerId ?? "";
    if (providerId === "") return [];
    const names = this.#nodesByProviderId.names(providerId);
    return names.flatMap((name) => this.#cluster.node(name) ?? []);
  }

  /** The only NodeClaim of the Node's machine; `undefined` for none and for several. */
  nodeClaimOf(node: Node): NodeClaim | undefined {
    const names = this.nodeClaimNamesOf(node);
    const [only] = names;
    return names.length === 1 && only !== undefined ? this.#cluster.nodeClaim(only) : undefined;
  }

  /** Names of all NodeClaims of the Node's machine, sorted. */
  nodeClaimNamesOf(node: Node): readonly string[] {
    const { providerId } = node.spec;
    return providerId === "" ? [] : this.#claimsByProviderId.names(providerId);
  }

  /** Names of the NodePool's NodeClaims, sorted. */
  nodeClaimNamesOfNodePool(nodePoolName: string): readonly string[] {
    return this.#claimsByNodePool.names(nodePoolName);
  }

  /** Names of the NodeClaims that refer to a NodeClass of this name, sorted. */
  nodeClaimNamesOfNodeClass(nodeClassName: string): readonly string[] {
    return this.#claimsByNodeClass.names(nodeClassName);
  }

  #observeNodeClaim(type: WatchEvent["type"], { metadata, spec, status }: NodeClaim): void {
    const { name, labels } = metadata;
    if (type === "deleted") {
      this.#claimsByProviderId.delete(name);
      this.#claimsByNodePool.delete(name);
      this.#claimsByNodeClass.delete(name);
      return;
    }
    this.#claimsByProviderId.set(name, status.providerId ?? "");
    this.#claimsByNodePool.set(name, labels[labelNodePool] ?? "");
    this.#claimsByNodeClass.set(name, spec.nodeClassRef.name);
  }
}
