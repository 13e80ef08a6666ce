// Bookkeeping on NodePools: the hash of the template, validation, the NodeClass's readiness and
// whether nodes register. Upstream has a controller for each; their results don't depend on order.
import {
  annotationNodePoolHash,
  annotationNodePoolHashVersion,
  type NodePool,
  nodePoolHash,
  nodePoolHashVersion,
} from "../apis/index.ts";
import {
  conditionOf,
  done,
  KeyedController,
  type Outcome,
  type WatchEvent,
} from "../state/index.ts";
import { milliseconds, seconds, type SimTime } from "../units/index.ts";
import { type LifecycleContext, writeNodeClaim } from "./lifecycle-context.ts";
import { withNodeClassReadiness, withValidation } from "./node-pool-readiness.ts";
import { resetRegistrationHealth } from "./registration-health.ts";

const backoff = { base: milliseconds(5), max: seconds(1000) };

/**
 * Keeps annotations and conditions of NodePools.
 *
 * Not supported: `status.resources` of a NodePool (cluster state has the same numbers).
 *
 * @see karpenter v1.14.1 pkg/controllers/nodepool/hash/controller.go, validation/controller.go, readiness/controller.go, registrationhealth/controller.go
 */
export class NodePoolController extends KeyedController {
  readonly #context: LifecycleContext;
  /** NodePools known, by name: the NodeClass each refers to. */
  readonly #nodeClassByNodePool = new Map<string, string>();
  readonly #nodeClassGenerations = new Map<string, number>();
  /** The generation of its NodeClass that a NodePool, by uid, was last looked at with. */
  readonly #observedGenerations = new Map<string, number>();

  constructor(context: LifecycleContext) {
    super({
      name: "nodepool",
      backoff,
      keysOf: (event) => this.#keysOf(event),
      reconcileKey: (key, now) => this.#reconcileKey(key, now),
    });
    this.#context = context;
  }

  #keysOf({ type, object }: WatchEvent): readonly string[] {
    if (object.kind === "NodePool") {
      const { name, uid } = object.metadata;
      if (type === "deleted") {
        this.#nodeClassByNodePool.delete(name);
        this.#observedGenerations.delete(uid);
        this.#context.registrationHealth.forget(uid);
        return [];
      }
      this.#nodeClassByNodePool.set(name, object.spec.template.spec.nodeClassRef.name);
      return [name];
    }
    if (object.kind !== "EC2NodeClass") return [];
    const nodeClassName = object.metadata.name;
    this.#nodeClassGenerations.set(nodeClassName, object.metadata.generation);
    return [...this.#nodeClassByNodePool].flatMap(([nodePoolName, referred]) =>
      referred === nodeClassName ? [nodePoolName] : [],
    );
  }

  #reconcileKey(name: string, now: SimTime): Outcome {
    const { cluster, cloudProvider, registrationHealth } = this.#context;
    const nodePool = cluster.nodePool(name);
    if (nodePool === undefined) return done;
    const hashed = this.#withHash(nodePool);
    const validated = withValidation(hashed, now);
    const readiness = cloudProvider.nodeClassReadiness(nodePool);
    const ready = withNodeClassReadiness(validated, readiness, now);
    const isNodeClassChanged = this.#isNodeClassChanged(nodePool);
    const changed =
      readiness.kind === "not-found"
        ? ready
        : resetRegistrationHealth(ready, isNodeClassChanged, registrationHealth, now);
    if (changed !== nodePool) cluster.updateNodePoolStatus(changed);
    return done;
  }

  #isNodeClassChanged({ metadata, spec }: NodePool): boolean {
    const generation = this.#nodeClassGenerations.get(spec.template.spec.nodeClassRef.name);
    if (generation === undefined) return false;
    const observed = this.#observedGenerations.get(metadata.uid);
    this.#observedGenerations.set(metadata.uid, generation);
    return observed !== undefined && observed !== generation;
  }

  #withHash(nodePool: NodePool): NodePool {
    const { metadata } = nodePool;
    const hash = nodePoolHash(nodePool);
    const isVersionChanged =
      metadata.annotations[annotationNodePoolHashVersion] !== nodePoolHashVersion;
    if (!isVersionChanged && metadata.annotations[annotationNodePoolHash] === hash) return nodePool;
    if (isVersionChanged) this.#updateNodeClaims(metadata.name, hash);
    const annotations = {
      ...metadata.annotations,
      [annotationNodePoolHash]: hash,
      [annotationNodePoolHashVersion]: nodePoolHashVersion,
    };
    return { ...nodePool, metadata: { ...metadata, annotations } };
  }

  /**
   * A hash of another version says nothing about drift. NodeClaims take over the new one, unless they
   * had drifted before: that must not be forgotten.
   *
   * @see karpenter v1.14.1 pkg/controllers/nodepool/hash/controller.go Controller.updateNodeClaimHash
   */
  #updateNodeClaims(nodePoolName: string, hash: string): void {
    const { cluster, machines } = this.#context;
    for (const name of machines.nodeClaimNamesOfNodePool(nodePoolName)) {
      const nodeClaim = cluster.nodeClaim(name);
      if (nodeClaim === undefined) continue;
      const { metadata } = nodeClaim;
      if (metadata.annotations[annotationNodePoolHashVersion] === nodePoolHashVersion) continue;
      const isDrifted = conditionOf(nodeClaim, "Drifted") !== undefined;
      const annotations = {
        ...metadata.annotations,
        [annotationNodePoolHashVersion]: nodePoolHashVersion,
        ...(isDrifted ? {} : { [annotationNodePoolHash]: hash }),
      };
      writeNodeClaim(cluster, { ...nodeClaim, metadata: { ...metadata, annotations } });
    }
  }
}
