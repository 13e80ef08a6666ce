import {
  labelCapacityType,
  labelInstanceType,
  labelNodePool,
  type NodeClaim,
  objectKey,
  type Pod,
} from "../core/apis/index.ts";
import { realPods } from "../core/capacitybuffer/index.ts";
import type {
  ConsideredMove,
  CreatedReplacement,
  DisruptionRecorder,
  EndedCommand,
  NodePoolScore,
  RecordedMove,
  RecordedRefusal,
  RejectedCommand,
  StartedCommand,
} from "../core/disruption/index.ts";
import type { LifecycleFact, LifecycleRecorder } from "../core/lifecycle/index.ts";
import type {
  DecisionRecorder,
  NodeClaimCreation,
  NodeClaimRefusal,
  PodDecision,
  SchedulingNodeClaim,
} from "../core/provisioning/index.ts";
import { conditionOf, type WatchEvent } from "../core/state/index.ts";
import type { SimTime } from "../core/units/index.ts";
import { instanceIdOf } from "./aws/index.ts";
import type { LedgerEntry, LedgerSink } from "./ledger/index.ts";

/** How many pods of a NodeClaim are named. */
const namedPods = 20;

/** What is known of a NodeClaim's creation besides itself. */
interface Creation {
  readonly reason: string;
  readonly commandId?: string;
  readonly wanted?: SchedulingNodeClaim;
}

/**
 * Turns what Karpenter's controllers decide into facts of the ledger. Launches that EC2 refused are
 * recorded where they happen, by the cloud provider.
 */
export class DecisionLedger implements LifecycleRecorder, DecisionRecorder, DisruptionRecorder {
  readonly #ledger: LedgerSink;
  /** NodeClaims that have appeared and nobody has said why yet, by uid. */
  readonly #appeared = new Map<string, NodeClaim>();
  /** What went wrong with launches that are tried again, by the NodeClaim's uid. */
  readonly #launchErrors = new Map<string, string>();

  #movesConsidered = 0;

  constructor(ledger: LedgerSink) {
    this.#ledger = ledger;
  }

  /** How many moves disruption has looked at, those that it found again and again included. */
  get movesConsidered(): number {
    return this.#movesConsidered;
  }

  searched(moves: number): void {
    this.#movesConsidered += moves;
  }

  /** Looks at a change of the cluster; NodeClaims that Karpenter creates are explained afterwards. */
  observe({ type, object, before }: WatchEvent, at: SimTime): void {
    if (object.kind !== "NodeClaim") return;
    if (type === "added") this.#appeared.set(object.metadata.uid, object);
    if (before?.kind === "NodeClaim" && type === "modified") this.#drift(before, object, at);
    if (type === "deleted") this.#launchErrors.delete(object.metadata.uid);
  }

  /** Records the NodeClaims that none of Karpenter's controllers has created. */
  recordApplied(at: SimTime): void {
    for (const nodeClaim of [...this.#appeared.values()]) {
      this.#created(nodeClaim, { reason: "applied" }, at);
    }
  }

  nodeClaimCreated({ nodeClaim, wanted }: NodeClaimCreation, at: SimTime): void {
    this.#created(nodeClaim, { reason: "provisioned", wanted }, at);
  }

  replacementCreated(created: CreatedReplacement, at: SimTime): void {
    const { commandId, reason, nodeClaim, replacement } = created;
    const wanted = replacement.kind === "scheduled" ? { wanted: replacement.nodeClaim } : {};
    this.#created(nodeClaim, { reason: reason.toLowerCase(), commandId, ...wanted }, at);
  }

  #created(nodeClaim: NodeClaim, { reason, commandId, wanted }: Creation, at: SimTime): void {
    this.#appeared.delete(nodeClaim.metadata.uid);
    const pods = wanted?.pods ?? [];
    const allowed = wanted?.requirements.get(labelCapacityType);
    this.#ledger.record({
      kind: "node-claim-created",
      at,
      nodeClaimName: nodeClaim.metadata.name,
      nodePoolName: nodePoolOf(nodeClaim),
      reason,
      ...(commandId === undefined ? {} : { commandId }),
      instanceTypes: listedValues(nodeClaim, labelInstanceType),
      capacityTypes: listedValues(nodeClaim, labelCapacityType),
      allowedCapacityTypes:
        allowed === undefined || allowed.complement ? [] : [...allowed.sortedValues],
      pods: pods.slice(0, namedPods).map(objectKey),
      podCount: pods.length,
    });
  }

  #drift(before: NodeClaim, nodeClaim: NodeClaim, at: SimTime): void {
    if (before.status.conditions === nodeClaim.status.conditions) return;
    const was = driftReason(before);
    const reason = driftReason(nodeClaim);
    if (was === reason) return;
    const nodeClaimName = nodeClaim.metadata.name;
    if (reason !== undefined) {
      this.#ledger.record({ kind: "node-claim-drifted", at, nodeClaimName, reason });
    } else {
      this.#ledger.record({ kind: "node-claim-drift-ended", at, nodeClaimName });
    }
  }

  podDecided(decision: PodDecision, at: SimTime): void {
    switch (decision.kind) {
      case "unschedulable":
        return this.#failed(decision.pod, decision.error, at);
      case "ignored":
        return this.#failed(decision.pod, decision, at);
      case "new-node-claim": {
        const nodeClaimName = decision.nodeClaim.metadata.name;
        const identity = podIdentity(decision.pod);
        this.#ledger.record({ kind: "pod-nominated", at, ...identity, nodeClaimName });
        return;
      }
      case "existing-node": {
        const { node, nodeClaim } = decision.stateNode;
        this.#ledger.record({
          kind: "pod-nominated",
          at,
          ...podIdentity(decision.pod),
          ...(nodeClaim === undefined ? {} : { nodeClaimName: nodeClaim.metadata.name }),
          ...(node === undefined ? {} : { nodeName: node.metadata.name }),
        });
      }
    }
  }

  nodeClaimRefused({ nodeClaim, message }: NodeClaimRefusal, at: SimTime): void {
    const byNodePool = [{ nodePoolName: nodeClaim.nodePoolName, message }];
    for (const pod of realPods(nodeClaim.pods)) this.#failed(pod, { message, byNodePool }, at);
  }

  #failed(pod: Pod, error: FailedScheduling, at: SimTime): void {
    this.#ledger.record({
      kind: "pod-failed-scheduling",
      at,
      ...podIdentity(pod),
      message: error.message,
      // Told at every look and read at the first: the parts are written out only then.
      get nodePools() {
        return error.byNodePool ?? [];
      },
    });
  }

  commandStarted(command: StartedCommand, at: SimTime): void {
    const { id: commandId, scores, ...facts } = command;
    const told = { commandId, ...facts, scores: scores.map(finiteScore) };
    this.#ledger.record({ kind: "disruption-command", at, ...told });
  }

  commandEnded({ id: commandId, outcome, message }: EndedCommand, at: SimTime): void {
    this.#ledger.record({ kind: "disruption-command-ended", at, commandId, outcome, message });
  }

  commandRejected({ method, move }: RejectedCommand, at: SimTime): void {
    this.#ledger.record(considered(method, move, false, at));
  }

  considered({ method, isRepeat, ...move }: RecordedMove, at: SimTime): void {
    this.#ledger.record(considered(method, move, isRepeat, at));
  }

  refused(refusal: RecordedRefusal, at: SimTime): void {
    const { nodeName, method, code: reason, sentence: message, blockedBy, isRepeat } = refusal;
    this.#ledger.record({
      kind: "disruption-refused",
      at,
      nodeName,
      ...(method === undefined ? {} : { method }),
      reason,
      message,
      ...(blockedBy === undefined ? {} : { blockedBy }),
      isRepeat,
    });
  }

  refusalEnded({ nodeName, code: reason, sentence: message }: RecordedRefusal, at: SimTime): void {
    this.#ledger.record({ kind: "disruption-refusal-ended", at, nodeName, reason, message });
  }

  passFailed(message: string, at: SimTime): void {
    this.#ledger.record({ kind: "disruption-pass-failed", at, message });
  }

  record(fact: LifecycleFact, at: SimTime): void {
    switch (fact.kind) {
      case "scaled-up":
        return this.#created(fact.nodeClaim, { reason: "provisioned" }, at);
      case "launch-failed":
        return this.#launchFailed(fact, at);
      case "registered": {
        const { node, nodeClaim } = fact;
        const { allocatable } = node.status;
        this.#ledger.record({
          kind: "node-registered",
          at,
          nodeName: node.metadata.name,
          nodeClaimName: nodeClaim.metadata.name,
          instanceId: instanceIdOf(node.spec.providerId),
          allocatableCpuMillicores: allocatable["cpu"] ?? 0,
          allocatableMemoryBytes: allocatable["memory"] ?? 0,
        });
        return;
      }
      case "initialized":
      case "node-drained": {
        const nodeName = fact.node.metadata.name;
        const kind = fact.kind === "initialized" ? "node-initialized" : "node-drained";
        this.#ledger.record({ kind, at, nodeName });
        return;
      }
      case "drain-blocked": {
        const nodeName = fact.node.metadata.name;
        const pods = fact.protectedPods.map(objectKey);
        this.#ledger.record({ kind: "drain-blocked", at, nodeName, pods });
        return;
      }
      case "node-claim-disrupted": {
        const { nodeClaim, reason, conditionType } = fact;
        return this.#deleted(nodeClaim, reason, at, conditionType);
      }
      case "scaled-down":
        return this.#deleted(fact.nodeClaim, "scaled-down", at);
      case "node-claim-terminated": {
        const nodeClaimName = fact.nodeClaim.metadata.name;
        this.#ledger.record({ kind: "node-claim-removed", at, nodeClaimName });
        return;
      }
      default:
        return;
    }
  }

  /** Want of capacity is in the ledger already. */
  #launchFailed(
    { nodeClaim, code, message }: Extract<LifecycleFact, { kind: "launch-failed" }>,
    at: SimTime,
  ): void {
    const { uid, name: nodeClaimName } = nodeClaim.metadata;
    if (code === "insufficient-capacity" || this.#launchErrors.get(uid) === message) return;
    this.#launchErrors.set(uid, message);
    const facts = { nodeClaimName, nodePoolName: nodePoolOf(nodeClaim), code, message };
    this.#ledger.record({ kind: "launch-retried", at, ...facts });
  }

  #deleted(nodeClaim: NodeClaim, reason: string, at: SimTime, conditionType?: string): void {
    const nodeClaimName = nodeClaim.metadata.name;
    const facts = { nodeClaimName, nodePoolName: nodePoolOf(nodeClaim), reason };
    const condition = conditionType === undefined ? {} : { conditionType };
    this.#ledger.record({ kind: "node-claim-deleted", at, ...facts, ...condition });
  }
}

/** Why a pod has found no place, by the NodePools that were tried. */
interface FailedScheduling {
  readonly message: string;
  readonly byNodePool?: readonly { readonly nodePoolName: string; readonly message: string }[];
}

function considered(
  method: string,
  { refusal, scores, ...move }: ConsideredMove,
  isRepeat: boolean,
  at: SimTime,
): LedgerEntry {
  const { code: reason, sentence: message, blockedBy } = refusal ?? {};
  return {
    kind: "disruption-considered",
    at,
    method,
    ...move,
    scores: scores.map(finiteScore),
    ...(reason === undefined || message === undefined ? {} : { reason, message }),
    ...(blockedBy === undefined ? {} : { blockedBy }),
    isRepeat,
  };
}

/** JSON has no infinity. */
function finiteScore({ score, ...rest }: NodePoolScore) {
  return Number.isFinite(score) ? { ...rest, score } : rest;
}

function podIdentity(pod: Pod): { readonly podKey: string; readonly podUid: string } {
  return { podKey: objectKey(pod), podUid: pod.metadata.uid };
}

function driftReason(nodeClaim: NodeClaim): string | undefined {
  const condition = conditionOf(nodeClaim, "Drifted");
  return condition?.status === "True" ? condition.reason : undefined;
}

/** The values that the NodeClaim's requirement on a label names. */
function listedValues({ spec }: NodeClaim, label: string): readonly string[] {
  return spec.requirements.find(({ key }) => key === label)?.values ?? [];
}

function nodePoolOf(nodeClaim: NodeClaim): string {
  return nodeClaim.metadata.labels[labelNodePool] ?? "";
}
