/** Lets the core's controller run for the time of a case. */
import { type DisruptionRecorder, DisruptionController } from "../../core/disruption/index.ts";
import {
  isConditionTrue,
  isNominated,
  replayCluster,
  type StateNode,
} from "../../core/state/index.ts";
import { compareStrings, elapsed, type SimTime, after, seconds } from "../../core/units/index.ts";
import {
  decideProvisioning,
  defaultSchedulingOptions,
  type ProvisioningDecision,
} from "../../core/provisioning/index.ts";
import { describeDecision } from "../decide.ts";
import { Machines } from "./carry-out.ts";
import type { CaseWorld } from "./case-world.ts";
import type {
  CreatedClaim,
  DecidedEnd,
  DecidedFact,
  DecidedRun,
  DisruptionCase,
  TimedEvent,
} from "./cases.ts";
import { describeEvent, describeScores, eventText, isAboutAnnotation } from "./inspect-methods.ts";

const nothing: DecidedRun = {
  ...{ facts: [], events: [], podEvents: [], end: [] },
  then: { newNodeClaims: [], existingNodes: [], podErrors: {} },
};

/** What becomes of the case. At one instant come first the script, then machines, then the controller. */
export function runCase(world: CaseWorld, testCase: DisruptionCase): DecidedRun {
  if (testCase.seconds === 0) return nothing;
  const start = world.now;
  const end = after(start, seconds(testCase.seconds));
  const facts: DecidedFact[] = [];
  const { cluster } = world;
  const controller = new DisruptionController({
    ...world,
    recorder: recorder(world, (fact, now) => facts.push({ atMs: elapsed(start, now), ...fact })),
  });
  replayCluster(cluster, (event, at) => controller.observe(event, at), start);
  cluster.subscribe((event, at) => controller.observe(event, at));
  const machines = new Machines(world, testCase.carryOut);
  const script = [...(testCase.script ?? [])];
  for (;;) {
    const change = script[0];
    const changeAt = change === undefined ? undefined : after(start, seconds(change.atSeconds));
    const next = earliest(end, world.now, [changeAt, machines.nextAt(), controller.nextDueAt()]);
    if (next === undefined || facts.some(({ kind }) => kind === "failed")) break;
    world.now = next;
    if (change !== undefined && changeAt === next) {
      world.apply(change);
      script.shift();
      continue;
    }
    machines.step(next);
    const dueAt = controller.nextDueAt();
    if (dueAt !== undefined && dueAt <= next) controller.reconcile(next);
  }
  // A pass that goes wrong ends the run there and then.
  if (!facts.some(({ kind }) => kind === "failed")) world.now = end;
  const events = firstEvents(world, start);
  return {
    facts,
    events: events.filter((it) => !isAboutAnnotation(it)),
    podEvents: events.filter(isAboutAnnotation),
    end: world.state.stateNodes().map((it) => describeEnd(it, world.now)),
    then: describeDecision(provision(world)),
  };
}

/** The first of the times, which is not before now; `undefined` when that is after the end. */
function earliest(
  end: SimTime,
  now: SimTime,
  times: readonly (SimTime | undefined)[],
): SimTime | undefined {
  const known = times.flatMap((it) => it ?? []);
  if (known.length === 0) return undefined;
  const next = Math.max(Math.min(...known), now) as SimTime;
  return next > end ? undefined : next;
}

function provision({
  now,
  cluster,
  state,
  cloudProvider,
  options,
  virtualPods,
}: CaseWorld): ProvisioningDecision {
  const { preferencePolicy, minValuesPolicy, reservedCapacity } = options;
  return decideProvisioning(
    {
      now,
      nodePools: cluster.nodePools(),
      instanceTypes: (nodePool) => cloudProvider.getInstanceTypes(nodePool),
      stateNodes: state.stateNodes(),
      pendingPods: state.pendingPods(),
      virtualPods: virtualPods?.getAll(now) ?? [],
      daemonSetPods: state.daemonSetPods(),
      podDisruptionBudgets: cluster.podDisruptionBudgets(),
      cluster,
    },
    { ...defaultSchedulingOptions, preferencePolicy, minValuesPolicy, reservedCapacity },
  );
}

type Tell = (fact: Omit<DecidedFact, "atMs">, now: SimTime) => void;

/** Tells what upstream's harness notes as well; candidates of a command by its id. */
function recorder(world: CaseWorld, tell: Tell): DisruptionRecorder {
  const candidatesById = new Map<string, readonly string[]>();
  return {
    commandStarted: (command, now) => {
      const { id, method, candidates, message, scores, replacements } = command;
      candidatesById.set(id, candidates);
      const savings = command.usdPerHourBefore - command.usdPerHourAfter;
      const described = describeScores(scores);
      const text = message.replace(`/${id}: `, "/ID: ");
      const created = replacements.map((name) => describeCreated(world, name));
      tell({ kind: "started", method, candidates, text, savings, created, scores: described }, now);
    },
    commandEnded: ({ id, outcome, message }, now) => {
      const text = outcome === "failed" ? { text: message } : {};
      tell({ kind: "ended", candidates: candidatesById.get(id) ?? [], outcome, ...text }, now);
    },
    commandRejected: ({ method, move, failure, message }, now) => {
      const { candidates } = move;
      tell({ kind: "rejected", method, candidates, failure, text: message }, now);
    },
    passFailed: (error, now) => tell({ kind: "failed", text: error }, now),
    refused: () => undefined,
    replacementCreated: () => undefined,
    refusalEnded: () => undefined,
    considered: () => undefined,
  };
}

function describeCreated({ cluster }: CaseWorld, name: string): CreatedClaim {
  const nodeClaim = cluster.nodeClaim(name);
  const requirements = (nodeClaim?.spec.requirements ?? []).map((it) => ({
    key: it.key,
    operator: it.operator,
    values: [...it.values].sort(compareStrings),
    ...(it.minValues === undefined ? {} : { minValues: it.minValues }),
  }));
  return {
    name,
    nodePool: nodeClaim?.metadata.labels["karpenter.sh/nodepool"] ?? "",
    requirements: requirements.sort((a, b) => compareStrings(a.key, b.key)),
  };
}

function firstEvents(world: CaseWorld, start: SimTime): readonly TimedEvent[] {
  const told = new Set<string>();
  const events = world.cluster.timedEvents.flatMap(({ at, event }) => {
    const described = describeEvent(event);
    const text = eventText(described);
    if (told.has(text)) return [];
    told.add(text);
    return [{ atMs: elapsed(start, at), ...described }];
  });
  return events.sort((a, b) => a.atMs - b.atMs || compareStrings(eventText(a), eventText(b)));
}

function describeEnd(stateNode: StateNode, now: SimTime): DecidedEnd {
  const { name, node, nodeClaim, isMarkedForDeletion } = stateNode;
  const reason = nodeClaim?.status.conditions.find(({ type }) => type === "DisruptionReason");
  const isReasoned = nodeClaim !== undefined && isConditionTrue(nodeClaim, "DisruptionReason");
  return {
    name,
    markedForDeletion: isMarkedForDeletion,
    nominated: isNominated(stateNode, now),
    tainted: node?.spec.taints.some(({ key }) => key === "karpenter.sh/disrupted") ?? false,
    ...(isReasoned && reason !== undefined ? { disruptionReason: reason.reason } : {}),
    deleting: nodeClaim?.metadata.deletionTimestamp !== undefined,
  };
}
