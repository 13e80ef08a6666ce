import type { NodePool } from "../apis/index.ts";
import { isConditionTrue } from "../state/index.ts";
import { compareStrings } from "../units/index.ts";
import { type Candidate, candidatesByNodePool, isOfStaticNodePool } from "./candidate.ts";
import type { Command } from "./command.ts";
import { consideredMove } from "./considered-move.ts";
import { type DisruptionMethod, type MethodDecision, type MethodView, nothing } from "./method.ts";
import { type Refusal, type RefusalCode, sentences } from "./reasons.ts";

/**
 * Replaces drifted nodes of static NodePools one for one, as many at a time as budget and limit let.
 *
 * NodePools and candidates by name. Differs: upstream leaves both to the order of a map.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/staticdrift.go StaticDrift
 */
export const staticDrift: DisruptionMethod = Object.freeze({
  name: "static-drift",
  reason: "Drifted",
  disruptionClass: "eventual",
  consolidationType: "",
  isValidated: false,
  refuse,
  decide,
} as const);

function refuse(candidate: Candidate): Refusal | undefined {
  const { name: nodeName, nodePool, nodeClaim } = candidate;
  if (!isOfStaticNodePool(candidate)) {
    const sentence = sentences.notStaticNodePool(nodePool.metadata.name);
    return { nodeName, code: "disruption/not-static-node-pool", sentence };
  }
  if (isConditionTrue(nodeClaim, "Drifted")) return undefined;
  return { nodeName, code: "disruption/not-drifted", sentence: sentences.notDrifted() };
}

function decide(view: MethodView): MethodDecision {
  const byNodePool = candidatesByNodePool(view.candidates);
  const commands: Command[] = [];
  const refusals: Refusal[] = [];
  for (const [name, candidates] of [...byNodePool].sort(([a], [b]) => compareStrings(a, b))) {
    const [first] = candidates;
    if (first === undefined) continue;
    const refused = refusalOfNodePool(first.nodePool, view);
    const granted = refused === undefined ? grant(first.nodePool, candidates.length, view) : 0;
    for (const [index, candidate] of candidates.entries()) {
      if (index < granted) {
        const replacements = [{ kind: "static", nodePool: first.nodePool } as const];
        commands.push({ candidates: [candidate], replacements });
      } else {
        const why = refused ?? refusalOfRest(name, index, view);
        refusals.push({ nodeName: candidate.name, ...why });
      }
    }
  }
  const considered = commands.map((it) => consideredMove(it, { verdict: "approved" }));
  return { ...nothing, commands, refusals, considered };
}

type Why = Omit<Refusal, "nodeName">;

function why(nodePool: string, code: RefusalCode, sentence: string): Why {
  return { code, sentence, blockedBy: { nodePool } };
}

function refusalOfNodePool({ metadata, spec }: NodePool, view: MethodView): Why | undefined {
  const { name } = metadata;
  if (view.budgets.remaining(name) === 0) {
    return view.budgets.refusal(name);
  }
  const { active, pendingDisruption } = view.nodeClaimCounts(name);
  if (active + pendingDisruption > (spec.replicas ?? 0)) {
    return why(name, "disruption/static-over-replicas", sentences.staticOverReplicas(name));
  }
  return undefined;
}

function refusalOfRest(nodePoolName: string, index: number, view: MethodView): Why {
  if (index >= view.budgets.remaining(nodePoolName)) return view.budgets.refusal(nodePoolName);
  const sentence = sentences.staticNodeLimit(nodePoolName);
  return why(nodePoolName, "disruption/static-node-limit", sentence);
}

/** How many replacements the budget and the limit on nodes allow. */
function grant({ metadata, spec }: NodePool, candidates: number, view: MethodView): number {
  const { name } = metadata;
  const wanted = Math.min(view.budgets.remaining(name), candidates);
  return view.reservableNodes(name, wanted, spec.limits["nodes"]);
}
