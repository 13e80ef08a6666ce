import type { ClusterEvent, StateNode } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import type { DisruptionRecorder } from "./decision-recorder.ts";
import { nodePoolBlockedEvent, refusalEvents } from "./events.ts";
import type { ConsolidationMove, MethodDecision, MethodName } from "./method.ts";
import { Novelty } from "./novelty.ts";
import { type Refusal, routineRefusals } from "./reasons.ts";

/** Whom the narrator tells. */
export interface NarratorParts {
  readonly recorder?: DisruptionRecorder;
  publish(event: ClusterEvent): void;
  /** By the name in refusals. */
  stateNode(name: string): StateNode | undefined;
}

/**
 * Tells recorder and cluster what is new.
 *
 * Differs: upstream publishes an event again whenever two minutes (for some, one or fifteen) have
 * passed since it last did; here it is told again only after it has not held for a while.
 *
 * @see karpenter v1.14.1 pkg/events/recorder.go
 */
export class Narrator {
  readonly #parts: NarratorParts;
  readonly #refusals = new Novelty();
  readonly #events = new Novelty();
  readonly #moves = new Novelty();

  constructor(parts: NarratorParts) {
    this.#parts = parts;
  }

  /** Why nodes are no candidates, or not a method's: one round of the scope. */
  refusals(scope: string, refusals: readonly Refusal[], now: SimTime, method?: MethodName): void {
    const told = refusals.filter(({ code }) => !routineRefusals.has(code));
    const textOf = ({ nodeName, code, sentence }: Refusal): string =>
      `${nodeName} ${code} ${sentence}`;
    for (const refusal of this.#refusals.round(scope, told, textOf)) {
      const named = method === undefined ? refusal : { ...refusal, method };
      this.#parts.recorder?.refused(named, now);
      this.#publishRefusal(refusal);
    }
  }

  #publishRefusal({ nodeName, event, sentence }: Refusal): void {
    if (event === undefined) return;
    const { node, nodeClaim } = this.#parts.stateNode(nodeName) ?? {};
    const names = {
      ...(node === undefined ? {} : { nodeName: node.metadata.name }),
      ...(nodeClaim === undefined ? {} : { nodeClaimName: nodeClaim.metadata.name }),
    };
    for (const each of refusalEvents(names, event, sentence)) this.#parts.publish(each);
  }

  /** NodePools whose budgets allow nothing for a reason: one round per method. */
  blockedNodePools(names: readonly string[], reason: string, method: MethodName): void {
    const events = names.map((name) => nodePoolBlockedEvent(name, reason));
    this.events(`budget ${method}`, events);
  }

  events(scope: string, events: readonly ClusterEvent[]): void {
    const textOf = ({ objectKind, objectKey, reason, message }: ClusterEvent): string =>
      `${objectKind} ${objectKey} ${reason} ${message}`;
    for (const event of this.#events.round(scope, events, textOf)) this.#parts.publish(event);
  }

  /** All that a method has found in a search. */
  decision(method: MethodName, decision: MethodDecision, now: SimTime): void {
    this.refusals(`search ${method}`, decision.refusals, now, method);
    this.events(`search ${method}`, decision.events);
    const moves = this.#moves.round(method, decision.moves, moveText);
    for (const move of moves) this.#parts.recorder?.moveScored(move, now);
  }
}

function moveText({ decision, nodePoolName, score }: ConsolidationMove): string {
  const parts = [score?.score, score?.savingsFraction, score?.disruptionFraction];
  return `${decision} ${nodePoolName} ${parts.join(" ")}`;
}
