// The machines of cluster state and the names by which they are found. A NodeClaim and its Node
// have different names and meet by provider id.
import { compareStrings } from "../units/index.ts";
import type { VolumeReads } from "./node-usage.ts";
import { StateNodeEntry } from "./state-node-entry.ts";
import type { StateNode } from "./state-node.ts";

/** Every machine by provider id, Node name and NodeClaim name. */
export class StateNodes {
  readonly #reads: VolumeReads;
  readonly #entries = new Map<string, StateNodeEntry>();
  readonly #providerIdByNode = new Map<string, string>();
  /** The empty string for a NodeClaim that has none yet. */
  readonly #providerIdByClaim = new Map<string, string>();
  readonly #unlaunchedClaims = new Set<string>();
  #sorted: readonly StateNodeEntry[] | undefined;
  #views: readonly StateNode[] | undefined;

  constructor(reads: VolumeReads) {
    this.#reads = reads;
  }

  /** Sorted by name; the same array while nothing changes. */
  views(): readonly StateNode[] {
    this.#sorted ??= [...this.#entries.values()].sort(
      (a, b) => compareStrings(a.name, b.name) || compareStrings(a.providerId, b.providerId),
    );
    this.#views ??= this.#sorted.map((entry) => entry.view());
    return this.#views;
  }

  entries(): Iterable<StateNodeEntry> {
    return this.#entries.values();
  }

  byProviderId(providerId: string): StateNodeEntry | undefined {
    return this.#entries.get(providerId);
  }

  byNodeName(nodeName: string): StateNodeEntry | undefined {
    return this.#entries.get(this.#providerIdByNode.get(nodeName) ?? "");
  }

  byNodeClaimName(nodeClaimName: string): StateNodeEntry | undefined {
    return this.#entries.get(this.#providerIdByClaim.get(nodeClaimName) ?? "");
  }

  /** The name of a Node with this provider id; of several, the one known longest. */
  nodeNameOf(providerId: string): string | undefined {
    for (const [name, id] of this.#providerIdByNode) if (id === providerId) return name;
    return undefined;
  }

  hasNode(nodeName: string): boolean {
    return this.#providerIdByNode.has(nodeName);
  }

  hasNodeClaim(nodeClaimName: string): boolean {
    return this.#providerIdByClaim.has(nodeClaimName);
  }

  /** Names of NodeClaims without provider id, sorted. */
  unlaunchedNodeClaims(): readonly string[] {
    return [...this.#unlaunchedClaims].sort(compareStrings);
  }

  get hasUnlaunchedNodeClaims(): boolean {
    return this.#unlaunchedClaims.size > 0;
  }

  /** The machine's view has changed. */
  touch(): void {
    this.#views = undefined;
  }

  /** A machine has come, gone or got another name. */
  touchOrder(): void {
    this.#sorted = undefined;
    this.#views = undefined;
  }

  /** The machine, made if it isn't known. */
  add(providerId: string): StateNodeEntry {
    let entry = this.#entries.get(providerId);
    if (entry === undefined) {
      entry = new StateNodeEntry(providerId, this.#reads);
      this.#entries.set(providerId, entry);
    }
    return entry;
  }

  /** Forgets the machine once it has neither Node nor NodeClaim. */
  prune(entry: StateNodeEntry): void {
    if (entry.node === undefined && entry.nodeClaim === undefined) {
      this.#entries.delete(entry.providerId);
    }
    this.touchOrder();
  }

  nameNode(nodeName: string, providerId: string): void {
    this.#providerIdByNode.set(nodeName, providerId);
  }

  forgetNode(nodeName: string): void {
    this.#providerIdByNode.delete(nodeName);
  }

  nameNodeClaim(nodeClaimName: string, providerId: string): void {
    this.#providerIdByClaim.set(nodeClaimName, providerId);
    if (providerId === "") this.#unlaunchedClaims.add(nodeClaimName);
    else this.#unlaunchedClaims.delete(nodeClaimName);
  }

  forgetNodeClaim(nodeClaimName: string): void {
    this.#providerIdByClaim.delete(nodeClaimName);
    this.#unlaunchedClaims.delete(nodeClaimName);
  }
}
