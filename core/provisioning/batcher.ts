// The batch window as a pure machine: idle until something new triggers it, then open until nothing
// new has come for the idle duration, or the maximal duration has passed. Time is an argument; due
// times are data.
import { after, type DurationMs, type SimTime, seconds } from "../units/index.ts";

/**
 * How long a batch stays open.
 *
 * @see karpenter v1.14.1 pkg/operator/options/options.go BatchIdleDuration BatchMaxDuration
 */
export interface BatchOptions {
  readonly batchIdleDuration: DurationMs;
  readonly batchMaxDuration: DurationMs;
}

/** Karpenter's defaults: one second and ten. */
export const defaultBatchOptions: BatchOptions = Object.freeze({
  batchIdleDuration: seconds(1),
  batchMaxDuration: seconds(10),
});

/** Either no window is open, or one that closes at the earlier of two times. */
export type BatchState =
  | { readonly kind: "idle" }
  | { readonly kind: "open"; readonly idleUntil: SimTime; readonly openUntil: SimTime };

/** Waiting for the first trigger. */
export const idleBatch: BatchState = Object.freeze({ kind: "idle" });

/**
 * The state after something new asked for a run: a window opens, or its idle time starts anew.
 * Repeats of the same thing within a window aren't new; see `Batcher`.
 */
export function triggerBatch(state: BatchState, now: SimTime, options: BatchOptions): BatchState {
  const idleUntil = after(now, options.batchIdleDuration);
  return state.kind === "idle"
    ? { kind: "open", idleUntil, openUntil: after(now, options.batchMaxDuration) }
    : { ...state, idleUntil };
}

/** When the window closes; `undefined` while none is open. */
export function batchClosesAt(state: BatchState): SimTime | undefined {
  if (state.kind === "idle") return undefined;
  return state.idleUntil < state.openUntil ? state.idleUntil : state.openUntil;
}

/**
 * Gathers triggers into batches; each thing counts once a batch.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/batcher.go Batcher
 */
export class Batcher {
  readonly #options: BatchOptions;
  readonly #triggered = new Set<string>();
  #state: BatchState = idleBatch;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** Asks for a run on behalf of an object, by uid. */
  trigger(uid: string, now: SimTime): void {
    if (this.#triggered.has(uid)) return;
    this.#triggered.add(uid);
    this.#state = triggerBatch(this.#state, now, this.#options);
  }

  /** When the open batch is complete; `undefined` without one. */
  closesAt(): SimTime | undefined {
    return batchClosesAt(this.#state);
  }

  /** Whether a batch is complete; if so it is consumed, and everything counts as new again. */
  take(now: SimTime): boolean {
    const closesAt = batchClosesAt(this.#state);
    if (closesAt === undefined || closesAt > now) return false;
    this.#state = idleBatch;
    this.#triggered.clear();
    return true;
  }
}
