import type { WatchEvent } from "../../../core/state/index.ts";
import { controllerOf } from "../../../core/apis/index.ts";
import type { Pod } from "../../../core/apis/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import type { EventHandle, Timeline } from "../../engine/index.ts";
import type { LedgerSink } from "../../ledger/index.ts";
import type { KubeApiServer } from "../api-server.ts";
import type { KubeEvent } from "../kube-event.ts";
import type { KubeNotices } from "../notices.ts";
import { isPodActive, isPodReady } from "../pod-conditions.ts";
import type { KubeSettings } from "../settings.ts";

/** What every controller of the simulated cluster works with. */
export interface KubeContext {
  readonly api: KubeApiServer;
  readonly timeline: Timeline<KubeEvent>;
  readonly ledger: LedgerSink;
  readonly notices: KubeNotices;
  readonly settings: KubeSettings;
  readonly seed: number | string;
}

/**
 * A controller of the simulated cluster: `observe` marks keys as due in its work queue, and
 * `reconcile` is called with each of them when it is.
 */
export interface KubeController {
  readonly name: string;
  observe(event: WatchEvent): void;
  reconcile(key: string): void;
}

interface PendingKey {
  readonly at: SimTime;
  readonly handle: EventHandle;
}

/** The keys that one controller has to look at, each at most once, at its earliest instant. */
export class WorkQueue {
  readonly #timeline: Timeline<KubeEvent>;
  readonly #controller: string;
  readonly #pendingByKey = new Map<string, PendingKey>();

  constructor(timeline: Timeline<KubeEvent>, controller: string) {
    this.#timeline = timeline;
    this.#controller = controller;
  }

  /** Has the key looked at, now or later; an earlier wish stands. */
  add(key: string, at: SimTime = this.#timeline.now): void {
    const pending = this.#pendingByKey.get(key);
    if (pending !== undefined) {
      if (pending.at <= at) return;
      this.#timeline.cancel(pending.handle);
    }
    const event = { room: "kube", kind: "reconcile", controller: this.#controller, key } as const;
    const handle = this.#timeline.schedule(at, event, "kube-controller");
    this.#pendingByKey.set(key, { at, handle });
  }

  /** Drops the wish for the key; called when its event happens, or when it is pointless now. */
  remove(key: string): void {
    const pending = this.#pendingByKey.get(key);
    if (pending === undefined) return;
    this.#pendingByKey.delete(key);
    this.#timeline.cancel(pending.handle);
  }
}

/** The key of the pod's controller if that is of this kind. */
export function controllerKey(pod: Pod, kind: string): string | undefined {
  const controller = controllerOf(pod);
  return controller?.kind === kind ? `${pod.metadata.namespace}/${controller.name}` : undefined;
}

/** Whether the event adds a replica to its workload or takes one away. */
export function changesActivePods(event: WatchEvent<Pod>): boolean {
  const { before, object, type } = event;
  if (type === "deleted" || before === undefined) return true;
  return isPodActive(before) !== isPodActive(object);
}

/** Whether the event changes what a rollout counts: active, or Ready. */
export function changesAvailability(event: WatchEvent<Pod>): boolean {
  if (changesActivePods(event)) return true;
  return event.before !== undefined && isPodReady(event.before) !== isPodReady(event.object);
}

/** The watch event as one of a pod, or undefined. */
export function asPodEvent(event: WatchEvent): WatchEvent<Pod> | undefined {
  return event.object.kind === "Pod" ? (event as WatchEvent<Pod>) : undefined;
}
