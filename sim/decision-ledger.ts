import type {
  ConsideredMove,
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
  NodeClaimRefusal,
  PodDecision,
} from "../core/provisioning/index.ts";
import { labelNodePool, objectKey, type NodeClaim } from "../core/apis/index.ts";
import type { SimTime } from "../core/units/index.ts";
import { instanceIdOf } from "./aws/index.ts";
import type { LedgerEntry, LedgerSink } from "./ledger/index.ts";

/**
 * Turns what Karpenter's controllers decide into facts of the ledger. Launches that EC2 refused are
 * recorded where they happen, by the cloud provider.
 */
export class DecisionLedger implements LifecycleRecorder, DecisionRecorder, DisruptionRecorder {
  readonly #ledger: LedgerSink;

  constructor(ledger: LedgerSink) {
    this.#ledger = ledger;
  }

  /** Karpenter has asked for a machine, and may take any of these instance types. */
  nodeClaimCreated(nodeClaim: NodeClaim, at: SimTime): void {
    const types = nodeClaim.spec.requirements.find(
      ({ key }) => key === "node.kubernetes.io/instance-type",
    );
    this.#ledger.record({
      kind: "node-claim-created",
      at,
      nodeClaimName: nodeClaim.metadata.name,
      nodePoolName: nodePoolOf(nodeClaim),
      reason: "provisioned",
      instanceTypes: types?.values ?? [],
    });
  }

  podDecided(decision: PodDecision, at: SimTime): void {
    const { pod } = decision;
    const identity = { podKey: objectKey(pod), podUid: pod.metadata.uid };
    if (decision.kind === "unschedulable") {
      const { message } = decision.error;
      this.#ledger.record({ kind: "pod-failed-scheduling", at, ...identity, message });
    } else if (decision.kind === "ignored") {
      const { message } = decision;
      this.#ledger.record({ kind: "pod-failed-scheduling", at, ...identity, message });
    }
  }

  nodeClaimRefused({ nodeClaim, message }: NodeClaimRefusal, at: SimTime): void {
    for (const pod of nodeClaim.pods) {
      const identity = { podKey: objectKey(pod), podUid: pod.metadata.uid };
      this.#ledger.record({ kind: "pod-failed-scheduling", at, ...identity, message });
    }
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
      case "initialized": {
        const nodeName = fact.node.metadata.name;
        this.#ledger.record({ kind: "node-initialized", at, nodeName });
        return;
      }
      case "node-claim-disrupted":
        return this.#deleted(fact.nodeClaim, fact.reason, at);
      case "scaled-down":
        return this.#deleted(fact.nodeClaim, "scaled-down", at);
      default:
        return;
    }
  }

  #deleted(nodeClaim: NodeClaim, reason: string, at: SimTime): void {
    const nodeClaimName = nodeClaim.metadata.name;
    const nodePoolName = nodePoolOf(nodeClaim);
    this.#ledger.record({ kind: "node-claim-deleted", at, nodeClaimName, nodePoolName, reason });
  }
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

function nodePoolOf(nodeClaim: NodeClaim): string {
  return nodeClaim.metadata.labels[labelNodePool] ?? "";
}
