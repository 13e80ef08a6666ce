import { compareStrings } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { type StoryKind, storyKinds } from "./story.ts";

/** An object as somebody names it: with or without its kind, in full or in part. */
export interface ObjectQuery {
  readonly text: string;
  /** Absent: any. */
  readonly kind?: StoryKind;
  readonly name: string;
}

/** An object of the journal that a query may mean. */
export interface FoundObject {
  readonly kind: StoryKind;
  readonly name: string;
  /** Of a node or a NodeClaim: the NodeClaim. */
  readonly nodeClaimName?: string;
}

/** What a query has found. */
export type Finding =
  | { readonly kind: "found"; readonly object: FoundObject }
  /** Nothing matches; some names that there are, and how many, by kind. */
  | { readonly kind: "none"; readonly known: readonly KnownObjects[] }
  /** Several objects match; the first of them, sorted, and how many there are. */
  | {
      readonly kind: "ambiguous";
      readonly objects: readonly FoundObject[];
      readonly count: number;
    };

/** What a run has of one kind. */
export interface KnownObjects {
  readonly kind: StoryKind;
  /** The first few, sorted. */
  readonly names: readonly string[];
  readonly count: number;
}

const kindsByWord: Readonly<Record<string, StoryKind>> = {
  pod: "pod",
  pods: "pod",
  po: "pod",
  node: "node",
  nodes: "node",
  no: "node",
  nodeclaim: "nodeclaim",
  nodeclaims: "nodeclaim",
  nodepool: "nodepool",
  nodepools: "nodepool",
};

/**
 * `pod/shop/web-1`, `shop/web-1`, `node/ip-10-0-0-1`, `nodeclaim/default-x`, `nodepool/default`, an
 * instance id, or a part of any of these names from its begin or its end.
 */
export function parseObjectQuery(text: string): ObjectQuery {
  const slash = text.indexOf("/");
  const kind = slash < 0 ? undefined : kindsByWord[text.slice(0, slash).toLowerCase()];
  return kind === undefined ? { text, name: text } : { text, kind, name: text.slice(slash + 1) };
}

const listed = 20;
const partialMax = 1000;
const examples = 5;

/**
 * Looks through a journal for what a query may mean. A name in full wins over parts, and of the parts
 * each has to be the only one.
 */
export class ObjectFinder {
  readonly #query: ObjectQuery;
  readonly #exact = new Map<string, FoundObject>();
  readonly #partial = new Map<string, FoundObject>();

  constructor(query: ObjectQuery) {
    this.#query = query;
  }

  readonly #known = new Map<StoryKind, { readonly names: string[]; count: number }>();
  readonly #nodePools = new Set<string>();

  /** Whether a line of the journal names an object. */
  wants(kind: LedgerEntryKind): boolean {
    return namingKinds.has(kind);
  }

  add(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "pod-created":
        return this.#offer("pod", entry.podKey);
      case "node-claim-created": {
        const { nodeClaimName, nodePoolName } = entry;
        this.#offer("nodeclaim", nodeClaimName, nodeClaimName);
        return this.#offerNodePool(nodePoolName);
      }
      case "pod-failed-scheduling":
        for (const { nodePoolName } of entry.nodePools) this.#offerNodePool(nodePoolName);
        return;
      case "instance-launched":
        return this.#offerInstance(entry.instanceId, entry.nodeClaimName);
      case "node-registered":
        return this.#offer("node", entry.nodeName, entry.nodeClaimName);
      default:
    }
  }

  /** A NodePool is named over and over. */
  #offerNodePool(name: string): void {
    if (name === "" || this.#nodePools.has(name)) return;
    this.#nodePools.add(name);
    this.#offer("nodepool", name);
  }

  #offer(kind: StoryKind, name: string, nodeClaimName?: string): void {
    this.#know(kind, name);
    if (this.#query.kind !== undefined && this.#query.kind !== kind) return;
    const object = { kind, name, ...(nodeClaimName === undefined ? {} : { nodeClaimName }) };
    const key = `${kind}/${name}`;
    if (name === this.#query.name) this.#exact.set(key, object);
    else if (this.#partial.size < partialMax && isPart(name, this.#query.name)) {
      this.#partial.set(key, object);
    }
  }

  #know(kind: StoryKind, name: string): void {
    const known = this.#known.get(kind) ?? { names: [], count: 0 };
    known.count += 1;
    if (known.names.length < examples) known.names.push(name);
    this.#known.set(kind, known);
  }

  /** An instance is told as its NodeClaim, also where a node or a NodeClaim was asked for. */
  #offerInstance(instanceId: string, nodeClaimName: string): void {
    const { kind, name } = this.#query;
    if (kind === "pod" || kind === "nodepool") return;
    const object = { kind: "nodeclaim", name: nodeClaimName, nodeClaimName } as const;
    if (instanceId === name) this.#exact.set(`nodeclaim/${nodeClaimName}`, object);
    else if (name.startsWith("i-") && instanceId.startsWith(name)) {
      this.#partial.set(`nodeclaim/${nodeClaimName}`, object);
    }
  }

  /** What was found in the whole of the journal. */
  finding(): Finding {
    const found = this.#exact.size > 0 ? this.#exact : this.#partial;
    const objects = [...found].sort(([a], [b]) => compareStrings(a, b)).map(([, it]) => it);
    const [first] = objects;
    if (first === undefined) return { kind: "none", known: this.#knownObjects() };
    if (objects.length === 1) return { kind: "found", object: first };
    return { kind: "ambiguous", objects: objects.slice(0, listed), count: objects.length };
  }

  #knownObjects(): readonly KnownObjects[] {
    return storyKinds.flatMap((kind) => {
      const known = this.#known.get(kind);
      if (known === undefined) return [];
      return [{ kind, names: known.names.toSorted(compareStrings), count: known.count }];
    });
  }
}

const namingKinds: ReadonlySet<LedgerEntryKind> = new Set([
  "pod-created",
  "pod-failed-scheduling",
  "node-claim-created",
  "instance-launched",
  "node-registered",
]);

/** Parts begin or end where the name does; the end of a pod's key may be its name. */
function isPart(name: string, part: string): boolean {
  return part !== "" && (name.startsWith(part) || name.endsWith(part) || isPodNamePart(name, part));
}

function isPodNamePart(key: string, part: string): boolean {
  const slash = key.indexOf("/");
  return slash >= 0 && key.slice(slash + 1).startsWith(part);
}

/** `node/ip-10-0-0-1.ec2.internal`, as a query that finds the object and no other. */
export function formatObject({ kind, name }: FoundObject): string {
  return `${kind}/${name}`;
}
