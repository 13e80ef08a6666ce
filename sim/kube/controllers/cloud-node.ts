import type { Node } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { seconds, simTime, type SimTime } from "../../../core/units/index.ts";
import { hashUniform, pollAfter, sampleDistribution } from "../../engine/index.ts";
import { taintShutdown, taintUninitialized } from "../admission.ts";
import { isNodeReady, withoutTaint, withTaint } from "../node-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { WorkQueue } from "./controller.ts";

const monitor = { period: seconds(5) };

/** What EC2 says of the instance behind a provider id. */
export type InstanceState = "exists" | "stopped" | "gone";

/**
 * The cloud controllers: takes the uninitialized taint off a new node, and, every 5 s for each node
 * that isn't Ready, deletes it when its instance is gone or taints it when it is stopped.
 *
 * @see kubernetes staging/src/k8s.io/cloud-provider/controllers/nodelifecycle/node_lifecycle_controller.go
 */
export class CloudNodeController implements KubeController {
  readonly name = "cloud-node";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;
  readonly #instanceState: ((providerId: string) => InstanceState) | undefined;

  constructor(
    context: KubeContext,
    instanceState: ((providerId: string) => InstanceState) | undefined,
  ) {
    this.#context = context;
    this.#instanceState = instanceState;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object } = event;
    if (object.kind !== "Node" || event.type === "deleted") return;
    const { name } = object.metadata;
    if (event.type === "added" && isUninitialized(object)) this.#initializeLater(object);
    if (this.#instanceState !== undefined && !isNodeReady(object)) {
      this.#queue.add(`check ${name}`, this.#nextPass());
    }
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const isCheck = key.startsWith("check ");
    const node = this.#context.api.node(key.slice(key.indexOf(" ") + 1));
    if (node === undefined) return;
    if (isCheck) this.#check(node, key);
    else this.#context.api.updateNode(withoutTaint(node, taintUninitialized));
  }

  #initializeLater(node: Node): void {
    const { timeline, settings, seed } = this.#context;
    const draw = hashUniform(seed, "kube-cloud-initialization", node.metadata.uid, 0);
    const delaySeconds = sampleDistribution(settings.latencySeconds.cloudInitialization, draw);
    this.#queue.add(
      `initialize ${node.metadata.name}`,
      simTime(timeline.now + Math.round(delaySeconds * 1000)),
    );
  }

  #check(node: Node, key: string): void {
    if (isNodeReady(node) || this.#instanceState === undefined) return;
    const { api } = this.#context;
    const state = this.#instanceState(node.spec.providerId);
    if (state === "gone") {
      if (node.metadata.deletionTimestamp === undefined) api.deleteNode(node.metadata.name);
      return;
    }
    if (state === "stopped") {
      api.updateNode(withTaint(node, { key: taintShutdown, value: "", effect: "NoSchedule" }));
    }
    this.#queue.add(key, this.#nextPass());
  }

  #nextPass(): SimTime {
    return pollAfter(this.#context.timeline.now, monitor);
  }
}

function isUninitialized(node: Node): boolean {
  return node.spec.taints.some((taint) => taint.key === taintUninitialized);
}
