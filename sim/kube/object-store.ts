import { controllerOf, objectKey } from "../../core/apis/index.ts";
import type { Pod, VolumeAttachment } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { SortedObjects } from "./sorted-objects.ts";

/** The name of an object's kind. */
export type ObjectKind = ClusterObject["kind"];

/** The shape of the objects of a kind. */
export type ObjectOf<Kind extends ObjectKind> = Extract<ClusterObject, { readonly kind: Kind }>;

const nothing: readonly never[] = Object.freeze([]);

/**
 * What etcd holds: every object by kind and key, with the indexes that the cluster's readers need
 * (pods by node and by controller, dependents by owner, attachments by node, namespaces in use).
 *
 * Knows no rules; `KubeApiServer` decides what may be written.
 */
export class ObjectStore {
  readonly #objectsByKind = new Map<ObjectKind, SortedObjects<ClusterObject>>();
  readonly #podsByNode = new Map<string, SortedObjects<Pod>>();
  readonly #podsByController = new Map<string, SortedObjects<Pod>>();
  readonly #attachmentsByNode = new Map<string, SortedObjects<VolumeAttachment>>();
  readonly #dependentsByOwner = new Map<string, Map<string, ClusterObject>>();
  readonly #namespaceUse = new Map<string, number>();

  get<Kind extends ObjectKind>(kind: Kind, key: string): ObjectOf<Kind> | undefined {
    return this.#objectsByKind.get(kind)?.get(key) as ObjectOf<Kind> | undefined;
  }

  /** All objects of a kind, sorted by key. */
  list<Kind extends ObjectKind>(kind: Kind): readonly ObjectOf<Kind>[] {
    return (this.#objectsByKind.get(kind)?.list() ?? nothing) as readonly ObjectOf<Kind>[];
  }

  /** Pods whose spec names the node, sorted by key. */
  podsOnNode(nodeName: string): readonly Pod[] {
    return this.#podsByNode.get(nodeName)?.list() ?? nothing;
  }

  /** Pods whose controller has this uid, sorted by key. */
  podsOf(controllerUid: string): readonly Pod[] {
    return this.#podsByController.get(controllerUid)?.list() ?? nothing;
  }

  volumeAttachments(nodeName: string): readonly VolumeAttachment[] {
    return this.#attachmentsByNode.get(nodeName)?.list() ?? nothing;
  }

  /** Objects with an owner reference to this uid, in the order in which they were added. */
  dependentsOf(ownerUid: string): readonly ClusterObject[] {
    const dependents = this.#dependentsByOwner.get(ownerUid);
    return dependents === undefined ? nothing : [...dependents.values()];
  }

  /** Namespaces that hold at least one object, in the order of first use. */
  namespacesInUse(): Iterable<string> {
    return this.#namespaceUse.keys();
  }

  put(object: ClusterObject): void {
    const before = this.get(object.kind, objectKey(object));
    if (before !== undefined) this.#unindex(before, object);
    let objects = this.#objectsByKind.get(object.kind);
    if (objects === undefined) {
      objects = new SortedObjects();
      this.#objectsByKind.set(object.kind, objects);
    }
    objects.put(object);
    this.#index(object, before === undefined);
  }

  remove(object: ClusterObject): void {
    if (this.#objectsByKind.get(object.kind)?.remove(objectKey(object)) !== true) return;
    this.#unindex(object, undefined);
    const { namespace } = object.metadata;
    const uses = (this.#namespaceUse.get(namespace) ?? 0) - 1;
    if (uses <= 0) this.#namespaceUse.delete(namespace);
    else this.#namespaceUse.set(namespace, uses);
  }

  #index(object: ClusterObject, isNew: boolean): void {
    const { namespace, ownerReferences } = object.metadata;
    if (isNew && namespace !== "") {
      this.#namespaceUse.set(namespace, (this.#namespaceUse.get(namespace) ?? 0) + 1);
    }
    if (object.kind === "Pod") {
      if (object.spec.nodeName !== undefined) {
        putInto(this.#podsByNode, object.spec.nodeName, object);
      }
      const controller = controllerOf(object);
      if (controller !== undefined) putInto(this.#podsByController, controller.uid, object);
    } else if (object.kind === "VolumeAttachment") {
      putInto(this.#attachmentsByNode, object.spec.nodeName, object);
    }
    for (const owner of ownerReferences) {
      let dependents = this.#dependentsByOwner.get(owner.uid);
      if (dependents === undefined) {
        dependents = new Map();
        this.#dependentsByOwner.set(owner.uid, dependents);
      }
      dependents.set(dependentKey(object), object);
    }
  }

  /** Takes `object` out of the indexes that `successor` won't overwrite. */
  #unindex(object: ClusterObject, successor: ClusterObject | undefined): void {
    const key = objectKey(object);
    if (object.kind === "Pod") {
      const next = successor?.kind === "Pod" ? successor : undefined;
      const { nodeName } = object.spec;
      if (nodeName !== undefined && nodeName !== next?.spec.nodeName) {
        removeFrom(this.#podsByNode, nodeName, key);
      }
      const uid = controllerOf(object)?.uid;
      const nextUid = next === undefined ? undefined : controllerOf(next)?.uid;
      if (uid !== undefined && uid !== nextUid) removeFrom(this.#podsByController, uid, key);
    } else if (object.kind === "VolumeAttachment" && successor === undefined) {
      removeFrom(this.#attachmentsByNode, object.spec.nodeName, key);
    }
    const kept = successor?.metadata.ownerReferences ?? nothing;
    for (const owner of object.metadata.ownerReferences) {
      if (kept.some((other) => other.uid === owner.uid)) continue;
      const dependents = this.#dependentsByOwner.get(owner.uid);
      dependents?.delete(dependentKey(object));
      if (dependents?.size === 0) this.#dependentsByOwner.delete(owner.uid);
    }
  }
}

function dependentKey(object: ClusterObject): string {
  return `${object.kind} ${objectKey(object)}`;
}

function putInto<T extends Pod | VolumeAttachment>(
  index: Map<string, SortedObjects<T>>,
  name: string,
  object: T,
): void {
  let objects = index.get(name);
  if (objects === undefined) {
    objects = new SortedObjects();
    index.set(name, objects);
  }
  objects.put(object);
}

function removeFrom<T extends Pod | VolumeAttachment>(
  index: Map<string, SortedObjects<T>>,
  name: string,
  key: string,
): void {
  const objects = index.get(name);
  objects?.remove(key);
  if (objects?.size === 0) index.delete(name);
}
