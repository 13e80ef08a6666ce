/**
 * The API server's rules of writing: who gets which name, uid and generation, when an object is
 * really gone, and what goes with it.
 *
 * Deleting marks an object and removes it once no finalizer is left; a pod on a node also waits for
 * its kubelet, within its grace period. When an owner is gone, its dependents are deleted.
 */
import { objectKey } from "../../core/apis/index.ts";
import type { ObjectMeta, Pod } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { afterOrLast } from "../../core/units/index.ts";
import { deepFreeze } from "./freeze.ts";
import type { ObjectNames } from "./object-names.ts";
import type { ObjectKind, ObjectOf, ObjectStore } from "./object-store.ts";
import { isPodTerminal } from "./pod-conditions.ts";
import type { WatchQueue } from "./watch-queue.ts";

/** What the writer works with. */
export interface ObjectWriterOptions {
  readonly store: ObjectStore;
  readonly watch: WatchQueue;
  readonly names: ObjectNames;
  readonly now: () => SimTime;
}

/** The grace that a terminating pod has. */
interface Grace {
  readonly askedAt: SimTime;
  readonly seconds: number;
}

/** Writes objects into the store and tells the watchers. */
export class ObjectWriter {
  readonly #store: ObjectStore;
  readonly #watch: WatchQueue;
  readonly #names: ObjectNames;
  readonly #now: () => SimTime;
  /** Granted grace of terminating pods, by uid. */
  readonly #graceByUid = new Map<string, Grace>();

  constructor(options: ObjectWriterOptions) {
    this.#store = options.store;
    this.#watch = options.watch;
    this.#names = options.names;
    this.#now = options.now;
  }

  /**
   * Adds an object; undefined when its name is taken. The server gives uid, creation time and, with
   * `generateName`, the rest of the name.
   */
  create<T extends ClusterObject>(draft: T, generateName: boolean): T | undefined {
    const { namespace } = draft.metadata;
    const generated = generateName
      ? this.#names.generate(
          draft.metadata.name,
          (taken) => this.#store.get(draft.kind, keyOf(namespace, taken)) !== undefined,
        )
      : undefined;
    const name = generated?.name ?? draft.metadata.name;
    const key = keyOf(namespace, name);
    if (this.#store.get(draft.kind, key) !== undefined) return undefined;
    const now = this.#now();
    const { deletionTimestamp: _, ...given } = draft.metadata;
    const metadata: ObjectMeta = {
      ...given,
      name,
      uid:
        generated === undefined
          ? this.#names.uid(draft.kind, key, now)
          : this.#names.uidOfGenerated(draft.kind, key, generated.index),
      creationTimestamp: now,
      generation: 1,
    };
    const object = deepFreeze({ ...draft, metadata } as T);
    this.#store.put(object);
    this.#watch.publish({ type: "added", object });
    return object;
  }

  /**
   * Replaces an object by its successor. What the server owns (uid, creation and deletion time) is
   * kept; a new spec object bumps the generation. Removes a deleted object whose last finalizer
   * goes. False when the object, by its uid, is not there; unchanged objects are not written.
   */
  update(object: ClusterObject): boolean {
    const key = objectKey(object);
    const before = this.#store.get(object.kind, key);
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return false;
    if (object === before) return true;
    const metadata = withServerFields(object.metadata, before.metadata, isNewSpec(object, before));
    const next = deepFreeze({ ...object, metadata } as ClusterObject);
    this.#replace(before, next);
    if (next.metadata.deletionTimestamp !== undefined && !this.#mustWait(next)) this.#remove(next);
    return true;
  }

  /**
   * Deletes an object. Pods on a node get `graceSeconds`, by default their own; a later call can
   * only shorten it, and zero removes at once. False when there is no such object.
   */
  delete(kind: ObjectKind, key: string, graceSeconds?: number): boolean {
    const object = this.#store.get(kind, key);
    if (object === undefined) return false;
    if (object.kind === "Pod") this.#deletePod(object, graceSeconds);
    else if (object.metadata.deletionTimestamp === undefined) this.#mark(object, this.#now());
    return true;
  }

  /** The grace that a terminating pod was granted; undefined for others. */
  graceSeconds(uid: string): number | undefined {
    return this.#graceByUid.get(uid)?.seconds;
  }

  #deletePod(pod: Pod, asked: number | undefined): void {
    const needsNoGrace = pod.spec.nodeName === undefined || isPodTerminal(pod);
    const granted = this.#graceByUid.get(pod.metadata.uid);
    const wanted = asked ?? granted?.seconds ?? pod.spec.terminationGracePeriodSeconds;
    const grace = needsNoGrace ? 0 : Math.max(0, wanted);
    const { deletionTimestamp } = pod.metadata;
    if (deletionTimestamp === undefined || granted === undefined) {
      this.#grant(pod, { askedAt: this.#now(), seconds: grace });
      return;
    }
    if (grace < granted.seconds || grace === 0) this.#grant(pod, { ...granted, seconds: grace });
  }

  /** Grace counts from when the pod was first asked to go. */
  #grant(pod: Pod, grace: Grace): void {
    this.#graceByUid.set(pod.metadata.uid, grace);
    this.#mark(pod, afterOrLast(grace.askedAt, grace.seconds * 1000));
  }

  /** Sets the deletion time and removes the object unless something holds it. */
  #mark(object: ClusterObject, deletionTimestamp: SimTime): void {
    const { metadata } = object;
    const generation = metadata.generation + 1;
    const marked = deepFreeze({
      ...object,
      metadata: { ...metadata, deletionTimestamp, generation },
    } as ClusterObject);
    if (!this.#mustWait(marked)) {
      this.#store.put(marked);
      this.#remove(marked);
      return;
    }
    this.#replace(object, marked);
  }

  /** Whether a deleted object stays: for its finalizers, or for the kubelet of its node. */
  #mustWait(object: ClusterObject): boolean {
    if (object.metadata.finalizers.length > 0) return true;
    return object.kind === "Pod" && this.#graceByUid.get(object.metadata.uid)?.seconds !== 0;
  }

  #replace(before: ClusterObject, object: ClusterObject): void {
    this.#store.put(object);
    this.#watch.publish({ type: "modified", object, before });
  }

  #remove(object: ClusterObject): void {
    // A listener of the last change may have removed it already.
    if (this.#store.get(object.kind, objectKey(object))?.metadata.uid !== object.metadata.uid) {
      return;
    }
    this.#store.remove(object);
    this.#graceByUid.delete(object.metadata.uid);
    this.#watch.publish({ type: "deleted", object, before: object });
    for (const dependent of this.#store.dependentsOf(object.metadata.uid)) {
      if (this.#hasLivingOwner(dependent)) continue;
      this.delete(dependent.kind, objectKey(dependent));
    }
  }

  /** Whether one of the owners still exists; owners of kinds unknown here count as gone. */
  #hasLivingOwner(object: ClusterObject): boolean {
    const { namespace, ownerReferences } = object.metadata;
    return ownerReferences.some((owner) => {
      const kind = owner.kind as ObjectKind;
      const found: ObjectOf<ObjectKind> | undefined =
        this.#store.get(kind, keyOf(namespace, owner.name)) ?? this.#store.get(kind, owner.name);
      return found?.metadata.uid === owner.uid;
    });
  }
}

function keyOf(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

function isNewSpec(object: ClusterObject, before: ClusterObject): boolean {
  return specOf(object) !== specOf(before);
}

/** What a user writes of an object; a PodTemplate has its template at the top. */
function specOf(object: ClusterObject): unknown {
  if (object.kind === "PodTemplate") return object.template;
  return "spec" in object ? object.spec : undefined;
}

function withServerFields(metadata: ObjectMeta, before: ObjectMeta, isBump: boolean): ObjectMeta {
  const generation = before.generation + (isBump ? 1 : 0);
  const isAsBefore =
    metadata.creationTimestamp === before.creationTimestamp &&
    metadata.deletionTimestamp === before.deletionTimestamp &&
    metadata.generation === generation;
  if (isAsBefore) return metadata;
  const { deletionTimestamp: _, ...rest } = metadata;
  const { creationTimestamp, deletionTimestamp } = before;
  return {
    ...rest,
    creationTimestamp,
    generation,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
}
