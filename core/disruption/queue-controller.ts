// The shell around queue.ts: starts commands, looks at those under way, ends them or rolls them back.
import type { Node, NodeClaim } from "../apis/index.ts";
import { realPods } from "../capacitybuffer/index.ts";
import { limitExceededBy, staticNodeClaimDraft, toNodeClaimDraft } from "../provisioning/index.ts";
import type { Cluster, ClusterEvent, ClusterState, StateNode, WatchEvent } from "../state/index.ts";
import { after, durationMs, elapsed, type SimTime } from "../units/index.ts";
import type { Candidate } from "./candidate.ts";
import {
  type Command,
  decisionOf,
  nodePoolNames,
  type Replacement,
  replacementCost,
  startedCommandText,
  sumPrices,
} from "./command.ts";
import type { NodePoolScore } from "./considered-move.ts";
import type { DisruptionRecorder } from "./decision-recorder.ts";
import { launchingEvents, resultEvents, terminatingEvents } from "./events.ts";
import {
  withDisruptedTaint,
  withDisruptionReason,
  withoutDisruptedTaint,
  withoutDisruptionReason,
} from "./marks.ts";
import type { DisruptionMethod } from "./method.ts";
import { Novelty } from "./novelty.ts";
import {
  earliestTimeout,
  type QueuedCommand,
  queueRetryPeriod,
  stepCommand,
  timeoutError,
} from "./queue.ts";

/** What the queue works with. */
export interface QueueContext {
  readonly cluster: Cluster;
  readonly state: ClusterState;
  readonly recorder?: DisruptionRecorder;
  /** Leaves out looks at commands whose replacements haven't changed. */
  readonly skipIdlePolls: boolean;
}

interface Entry {
  queued: QueuedCommand;
  readonly providerIds: readonly string[];
  lookedAt: SimTime | undefined;
  nextLookAt: SimTime;
}

/**
 * Commands under way. A machine is in at most one of them.
 *
 * Differs: upstream keys its work by the first candidate's NodeClaim, and a command whose first
 * NodeClaim vanishes is never looked at again; here a command is looked at until it ends.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/queue.go Queue
 */
export class CommandQueue {
  readonly #context: QueueContext;
  /** In the order in which they were started. */
  readonly #entries = new Set<Entry>();
  readonly #entryByProviderId = new Map<string, Entry>();
  readonly #news = new Novelty<ClusterEvent>(
    ({ objectKey, reason, message }) => `${objectKey} ${reason} ${message}`,
  );
  #started = 0;
  #ended = 0;
  /** The machines that were cleaned up last, and how many commands had ended by then. */
  #clean: { readonly stateNodes: readonly StateNode[]; readonly ended: number } | undefined;

  constructor(context: QueueContext) {
    this.#context = context;
  }

  has(providerId: string): boolean {
    return this.#entryByProviderId.has(providerId);
  }

  /** Machines of all commands under way. */
  providerIds(): ReadonlySet<string> {
    return new Set(this.#entryByProviderId.keys());
  }

  /**
   * Taints and marks the candidates and creates the replacements; answers why that went wrong.
   *
   * Candidates are marked for deletion after the replacements exist: earlier, provisioning would
   * launch machines for the same pods.
   *
   * @see karpenter v1.14.1 pkg/controllers/disruption/queue.go StartCommand
   */
  start(
    method: DisruptionMethod,
    command: Command,
    scores: readonly NodePoolScore[],
    now: SimTime,
  ): string | undefined {
    const { state } = this.#context;
    const providerIds = command.candidates.map(({ providerId }) => providerId);
    if (providerIds.some((it) => this.has(it))) return "candidate is being disrupted";
    const id = `command-${++this.#started}`;
    for (const candidate of command.candidates) this.#mark(candidate, method, now);
    const created = command.replacements.map((it) => {
      const made = this.#create(it);
      if (made.nodeClaim === undefined) return made;
      const told = { commandId: id, reason: method.reason, nodeClaim: made.nodeClaim };
      this.#context.recorder?.replacementCreated({ ...told, replacement: it }, now);
      return made;
    });
    const errors = created.flatMap(({ error }) => error ?? []);
    if (errors.length > 0) {
      return `launching replacement nodeclaim, ${errors.join("; ")} (command-id=${id})`;
    }
    state.markForDeletion(providerIds);
    this.#recordResults(command, now);
    const replacements = created.flatMap(({ nodeClaim }) =>
      nodeClaim === undefined
        ? []
        : [{ nodeClaimName: nodeClaim.metadata.name, isInitialized: false }],
    );
    const queued: QueuedCommand = { id, method, command, createdAt: now, replacements };
    const entry: Entry = { queued, providerIds, lookedAt: undefined, nextLookAt: now };
    this.#entries.add(entry);
    for (const providerId of providerIds) this.#entryByProviderId.set(providerId, entry);
    this.#tellStarted(queued, scores, now);
    return undefined;
  }

  /**
   * Takes taint and condition off machines that no command is about: a command may have failed half
   * way through its start.
   *
   * @see karpenter v1.14.1 pkg/controllers/disruption/controller.go Reconcile
   */
  cleanUp(): void {
    const stateNodes = this.#context.state.stateNodes();
    const isClean = this.#clean?.stateNodes === stateNodes && this.#clean.ended === this.#ended;
    if (isClean) return;
    this.#clean = { stateNodes, ended: this.#ended };
    for (const stateNode of stateNodes) {
      const { node, nodeClaim, providerId } = stateNode;
      if (nodeClaim === undefined || stateNode.isMarkedForDeletion || this.has(providerId))
        continue;
      if (node !== undefined && withoutDisruptedTaint(node) !== node) {
        this.#updateNode(node.metadata.name, withoutDisruptedTaint);
      }
      if (!stateNode.isInitialized || withoutDisruptionReason(nodeClaim) === nodeClaim) continue;
      this.#updateNodeClaim(nodeClaim.metadata.name, withoutDisruptionReason);
    }
  }

  #mark(
    { node, nodeClaim, ...candidate }: Candidate,
    method: DisruptionMethod,
    now: SimTime,
  ): void {
    const { cluster, state } = this.#context;
    this.#updateNode(node.metadata.name, withDisruptedTaint);
    const { name } = nodeClaim.metadata;
    this.#updateNodeClaim(name, (it) => withDisruptionReason(it, method.reason, now));
    if (candidate.nodePool.spec.replicas === undefined) return;
    if (cluster.nodeClaim(name) === undefined) return;
    state.nodePoolClaims.set(candidate.nodePool.metadata.name, name, "pending-disruption");
  }

  /** An object that is gone is left alone. */
  #updateNode(name: string, change: (node: Node) => Node): void {
    const node = this.#context.cluster.node(name);
    if (node === undefined) return;
    const changed = change(node);
    if (changed !== node) this.#context.cluster.updateNode(changed);
  }

  #updateNodeClaim(name: string, change: (nodeClaim: NodeClaim) => NodeClaim): void {
    const nodeClaim = this.#context.cluster.nodeClaim(name);
    if (nodeClaim === undefined) return;
    const changed = change(nodeClaim);
    if (changed !== nodeClaim) this.#context.cluster.updateNodeClaim(changed);
  }

  /** @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Provisioner.Create */
  #create(replacement: Replacement): { readonly nodeClaim?: NodeClaim; readonly error?: string } {
    const { cluster, state } = this.#context;
    const name =
      replacement.kind === "static"
        ? replacement.nodePool.metadata.name
        : replacement.nodeClaim.nodePoolName;
    const nodePool = cluster.nodePool(name);
    if (nodePool === undefined) {
      const notFound = `nodepools.karpenter.sh "${name}" not found`;
      return { error: `creating node claim, getting current resource usage, ${notFound}` };
    }
    const exceeded = limitExceededBy(nodePool.spec.limits, state.nodePoolUsage(name));
    if (exceeded !== undefined) return { error: `creating node claim, ${exceeded}` };
    const draft =
      replacement.kind === "static"
        ? staticNodeClaimDraft(replacement.nodePool)
        : toNodeClaimDraft(replacement.nodeClaim);
    return { nodeClaim: cluster.createNodeClaim(draft) };
  }

  #recordResults({ results }: Command, now: SimTime): void {
    if (results === undefined) return;
    for (const { stateNode, pods } of results.existingNodes) {
      if (realPods(pods).length > 0) this.#context.state.nominate(stateNode.providerId, now);
    }
    this.#publish(resultEvents(results));
  }

  #publish(events: readonly ClusterEvent[]): void {
    for (const event of events) this.#context.cluster.recordEvent(event);
  }

  #tellStarted(
    { id, method, command, replacements }: QueuedCommand,
    scores: readonly NodePoolScore[],
    now: SimTime,
  ): void {
    this.#context.recorder?.commandStarted(
      {
        id,
        method: method.name,
        reason: method.reason,
        decision: decisionOf(command),
        candidates: command.candidates.map(({ name }) => name),
        nodePools: nodePoolNames(command),
        replacements: replacements.map(({ nodeClaimName }) => nodeClaimName),
        usdPerHourBefore: sumPrices(command.candidates),
        usdPerHourAfter: replacementCost(command),
        scores,
        message: startedCommandText(command, method.reason, id),
      },
      now,
    );
  }

  /** A look is worth it when a replacement has changed. */
  observe({ object }: WatchEvent, now: SimTime): void {
    if (object.kind !== "NodeClaim" || this.#entries.size === 0) return;
    const { name } = object.metadata;
    for (const entry of this.#entries) {
      if (!entry.queued.replacements.some(({ nodeClaimName }) => nodeClaimName === name)) continue;
      // What happens after a look at the very same instant is looked at again at once.
      const at = entry.lookedAt === now ? now : nextLook(entry.queued, now);
      if (at < entry.nextLookAt) entry.nextLookAt = at;
    }
  }

  nextDueAt(): SimTime | undefined {
    let earliest: SimTime | undefined;
    for (const { nextLookAt } of this.#entries) {
      if (earliest === undefined || nextLookAt < earliest) earliest = nextLookAt;
    }
    return earliest;
  }

  reconcile(now: SimTime): void {
    for (const entry of [...this.#entries]) {
      if (entry.nextLookAt <= now) this.#look(entry, now);
    }
  }

  /** @see karpenter v1.14.1 pkg/controllers/disruption/queue.go Reconcile */
  #look(entry: Entry, now: SimTime): void {
    const { cluster, state } = this.#context;
    const pending = entry.queued.replacements.filter(({ isInitialized }) => !isInitialized);
    const step = stepCommand(entry.queued, {
      nodeClaim: (name) => cluster.nodeClaim(name),
      hasNodeClaim: (name) => state.hasNodeClaim(name),
    });
    entry.queued = step.queued;
    entry.lookedAt = now;
    this.#tellLaunching(
      step.queued,
      pending.map(({ nodeClaimName }) => nodeClaimName),
    );
    if (step.kind === "terminate") this.#terminate(step.queued);
    const cause = step.kind === "wait" ? step.waitingFor : step.kind === "fail" ? step.error : "";
    const timeout = timeoutError(step.queued, this.#entryByProviderId.size, now, cause);
    if (step.kind === "fail" || timeout !== undefined) {
      this.#fail(entry, timeout ?? cause, now);
    } else if (step.kind === "terminate") {
      this.#end(entry, "succeeded", "command succeeded", now);
    } else {
      entry.nextLookAt = this.#afterWait(step.queued, now);
    }
  }

  #tellLaunching({ id, method, replacements }: QueuedCommand, looked: readonly string[]): void {
    const events = looked.flatMap((name) => {
      const nodeClaim = this.#context.cluster.nodeClaim(name);
      if (nodeClaim === undefined) return [];
      const isInitialized = replacements.some(
        (it) => it.nodeClaimName === name && it.isInitialized,
      );
      return launchingEvents(nodeClaim, method.reason, isInitialized);
    });
    this.#publish(this.#news.round(id, events).news);
  }

  /** Without a change, nothing can come of a look before the time limit may have been reached. */
  #afterWait(queued: QueuedCommand, now: SimTime): SimTime {
    const next = after(now, queueRetryPeriod);
    if (!this.#context.skipIdlePolls) return next;
    const timeout = nextLook(queued, after(earliestTimeout(queued), durationMs(1)));
    return timeout > next ? timeout : next;
  }

  /** Nothing is looked at again: what blocks now does not stop it. */
  #terminate({ command, method }: QueuedCommand): void {
    for (const candidate of command.candidates) {
      if (!this.#context.cluster.deleteNodeClaim(candidate.nodeClaim.metadata.name)) continue;
      this.#publish(terminatingEvents(candidate, method.reason));
    }
  }

  /**
   * Rolls the command back. Replacements that exist live on as ordinary machines.
   *
   * @see karpenter v1.14.1 pkg/controllers/disruption/queue.go CompleteCommand
   */
  #fail(entry: Entry, error: string, now: SimTime): void {
    for (const { node, nodeClaim, stateNode } of entry.queued.command.candidates) {
      this.#updateNode(node.metadata.name, withoutDisruptedTaint);
      if (!stateNode.isInitialized) continue;
      this.#updateNodeClaim(nodeClaim.metadata.name, withoutDisruptionReason);
    }
    this.#context.state.unmarkForDeletion(entry.providerIds);
    this.#end(entry, "failed", error, now);
  }

  #end(entry: Entry, outcome: "succeeded" | "failed", message: string, now: SimTime): void {
    const { id } = entry.queued;
    this.#ended++;
    this.#entries.delete(entry);
    for (const providerId of entry.providerIds) this.#entryByProviderId.delete(providerId);
    this.#news.forget(id);
    this.#context.recorder?.commandEnded({ id, outcome, message }, now);
  }
}

/** The first time from `from` on at which the command is looked at, a whole number of periods old. */
function nextLook({ createdAt }: QueuedCommand, from: SimTime): SimTime {
  const age = Math.max(elapsed(createdAt, from), 0);
  const periods = Math.ceil(age / queueRetryPeriod);
  return after(createdAt, durationMs(periods * queueRetryPeriod));
}
