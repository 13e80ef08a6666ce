// One verdict a node out of what all methods say: it goes now, it could go but something else goes
// first, or it stays, and of several refusals the one that answers "why is this node still here?".
import type { BudgetReason } from "../../core/apis/index.ts";
import {
  type ConsideredMove,
  type DisruptionMethod,
  decisionOf,
  type ListedView,
  type Refusal,
  type RefusalCode,
  routineRefusals,
} from "../../core/disruption/index.ts";
import { isConditionTrue, type StateNode } from "../../core/state/index.ts";
import type { FoundCommand, MethodFindings } from "./disruption-methods.ts";
import type { PlannedRefusal, PlannedVerdict } from "./disruption-plan.ts";

/** A refusal, with the method; none where no method gets past it. */
interface Said {
  readonly refusal: Refusal;
  readonly method?: DisruptionMethod;
}

/** A verdict without what is known of the node beside it. */
export interface Verdict extends Pick<PlannedVerdict, "verdict" | "code" | "message"> {
  readonly refusals: readonly PlannedRefusal[];
  /** The refusal that the verdict tells; absent for a node that doesn't stay by one. */
  readonly told?: {
    readonly code: RefusalCode;
    readonly reason?: BudgetReason;
    /** What would become of the node alone, where that was looked at. */
    readonly move?: ConsideredMove;
  };
}

/** What is said of every node of the view, by its name. */
export class NodeVerdicts {
  readonly #listed: ListedView;
  readonly #findings: readonly MethodFindings[];
  readonly #started: readonly FoundCommand[];
  readonly #refusals = new Map<string, Said[]>();

  /** `started`: what the pass starts. */
  constructor(
    listed: ListedView,
    findings: readonly MethodFindings[],
    started: readonly FoundCommand[],
  ) {
    this.#listed = listed;
    this.#findings = findings;
    this.#started = started;
    // Graceful first: what keeps a node from these methods mostly keeps it from all.
    for (const refusal of listed.listing("graceful").refusals) this.#note(refusal);
    for (const { method, refusals } of findings) {
      for (const refusal of refusals) this.#note(refusal, method);
    }
  }

  #note(refusal: Refusal, method?: DisruptionMethod): void {
    const said = { refusal, ...(method === undefined ? {} : { method }) };
    const all = this.#refusals.get(refusal.nodeName);
    if (all === undefined) this.#refusals.set(refusal.nodeName, [said]);
    else all.push(said);
  }

  of(stateNode: StateNode): Verdict {
    const { name } = stateNode;
    const said = this.#refusals.get(name) ?? [];
    const refusals = said.map(plannedRefusal);
    const started = this.#started.find((it) => isAbout(it, name));
    if (started !== undefined) {
      const message = `${started.method.reason}: ${decisionOf(started.command)}`;
      return { verdict: "disrupted", code: "plan/disrupted", message, refusals };
    }
    const found = this.#findings
      .flatMap(({ commands }) => commands)
      .find((it) => isAbout(it, name));
    if (found !== undefined) {
      const message = nextMessage(found);
      return { verdict: "next", code: "plan/another-command-first", message, refusals };
    }
    const main = mainRefusal(stateNode, said, this.#listed);
    if (main === undefined) {
      const message = "no method has considered it";
      return { verdict: "stays", code: "disruption/not-consolidatable", message, refusals };
    }
    const { code, sentence } = main.refusal;
    const move = this.#findings
      .find(({ method }) => method === main.method)
      ?.considered.find(({ candidates }) => candidates.length === 1 && candidates[0] === name);
    const told = {
      code,
      ...(main.method === undefined ? {} : { reason: main.method.reason }),
      ...(move === undefined ? {} : { move }),
    };
    return { verdict: "stays", code, message: sentence, refusals, told };
  }
}

function plannedRefusal({ refusal, method }: Said): PlannedRefusal {
  const { code, sentence, event, blockedBy } = refusal;
  return {
    ...(method === undefined ? {} : { method: method.name }),
    code,
    message: sentence,
    ...(event === undefined ? {} : { event }),
    ...(blockedBy === undefined ? {} : { blockedBy }),
  };
}

function nextMessage({ method, command }: FoundCommand): string {
  const others = command.candidates.length - 1;
  const together = others === 0 ? "" : ` together with ${others} more`;
  return `${method.name} could ${decisionOf(command)} it${together}; another command goes first`;
}

function isAbout({ command }: FoundCommand, nodeName: string): boolean {
  return command.candidates.some(({ name }) => name === nodeName);
}

/**
 * What keeps the node from being a candidate; for a drifted node what drift says, since that comes
 * first; else the last method that had more to say than that the node is none of its business.
 */
function mainRefusal(
  { nodeClaim }: StateNode,
  said: readonly Said[],
  listed: ListedView,
): Said | undefined {
  const [first] = said;
  const isDrifted = nodeClaim !== undefined && isConditionTrue(nodeClaim, "Drifted");
  const isEventual =
    isDrifted &&
    listed
      .listing("eventual")
      .candidates.some(({ nodeClaim: it }) => it.metadata.name === nodeClaim.metadata.name);
  const isTelling = ({ refusal }: Said): boolean => !routineRefusals.has(refusal.code);
  if (isEventual) {
    const drift = said.findLast((it) => it.method?.reason === "Drifted" && isTelling(it));
    if (drift !== undefined) return drift;
  }
  if (first !== undefined && first.method === undefined) return first;
  return said.findLast(isTelling) ?? said.findLast(({ method }) => method !== undefined);
}
