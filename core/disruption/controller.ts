// The loop: every ten seconds each method in turn looks for something to disrupt; the first that
// starts a command ends the pass, and the next pass follows at once. A command that is to be looked
// at again holds up the pass for 15 seconds, while the queue goes on with commands under way.
//
// A pass that did nothing leaves a note of what it rested on. While that is unchanged, passes are
// left out (with skipIdlePolls): the next one takes place at the first multiple of ten seconds at
// which something has changed or a condition of time comes due.
//
// With a decision latency, a search is made on the cluster as it is when it begins, and what it has
// decided counts when the time it takes has passed.
//
// Past 400 lines: it is one state machine.
import {
  backoffWait,
  type ClusterEvent,
  type Controller,
  type StateNode,
  type WatchEvent,
} from "../state/index.ts";
import {
  after,
  type DurationMs,
  durationMs,
  elapsed,
  invariant,
  milliseconds,
  minutes,
  seconds,
  type SimTime,
} from "../units/index.ts";
import type { Candidate } from "./candidate.ts";
import type { DisruptionRecorder } from "./decision-recorder.ts";
import { consolidationRejectedEvents } from "./events.ts";
import { areBuffersUnchanged } from "./buffer-inputs.ts";
import { earliest, hasMovedUntold, type Inputs, inputsOf, isUnchanged } from "./inputs.ts";
import { liveView, type ViewSources } from "./live-view.ts";
import {
  type ApprovedCommand,
  approvedCommands,
  type DisruptionMethod,
  type MethodDecision,
  type MethodName,
} from "./method.ts";
import { decideMethod, enabledMethods, ListedView } from "./methods.ts";
import { Narrator } from "./narrator.ts";
import {
  freshMemory,
  type IdlePass,
  idleness,
  type Memory,
  type MethodEnd,
  type PassEnd,
  type Pending,
} from "./pass.ts";
import { CommandQueue } from "./queue-controller.ts";
import { recheck, validateCommand, validationDelay } from "./validation.ts";

/** What disruption works with. */
export interface DisruptionContext extends ViewSources {
  readonly recorder?: DisruptionRecorder;
}

/** @see karpenter v1.14.1 pkg/controllers/disruption/controller.go pollingPeriod */
const pollingPeriod: DurationMs = seconds(10);
const unsyncedRetry: DurationMs = seconds(1);
/** @see sigs.k8s.io/controller-runtime pkg/controller/controller.go RateLimiter */
const backoff = { base: milliseconds(5), max: seconds(1000) };
/** After how long a method looks again although nothing has changed. */
const memoRefresh: DurationMs = minutes(5);
const passesPerInstantMax = 100_000;

/**
 * Disrupts nodes: finds commands, has them looked at again, starts them and sees them through.
 *
 * Differs: a search takes the time that the decision latency says, by default none; upstream's
 * deadlines are in that time. What happens at the very instant of a poll counts for that poll.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/controller.go Controller
 */
export class DisruptionController implements Controller {
  readonly name = "disruption";
  readonly #context: DisruptionContext;
  readonly #methods: readonly DisruptionMethod[];
  readonly #queue: CommandQueue;
  readonly #narrator: Narrator;
  readonly #memories: ReadonlyMap<MethodName, Memory>;
  #listed:
    | { readonly version: number; readonly view: ListedView; inputs: Inputs | undefined }
    | undefined;
  /** Counts observations. */
  #version = 0;
  #lastSeen: SimTime | undefined;
  /** The next pass; polls lie on multiples of the period from here. */
  #passDueAt: SimTime | undefined;
  #pending: Pending | undefined;
  #idle: IdlePass | undefined;
  #failures = 0;

  constructor(context: DisruptionContext) {
    const { cluster, recorder } = context;
    this.#context = context;
    this.#methods = enabledMethods(context.options);
    this.#queue = new CommandQueue({ ...context, skipIdlePolls: context.options.skipIdlePolls });
    this.#narrator = new Narrator({
      ...(recorder === undefined ? {} : { recorder }),
      publish: (event: ClusterEvent) => cluster.recordEvent(event),
      stateNode: (name) => this.#stateNode(name),
    });
    this.#memories = new Map(this.#methods.map(({ name }) => [name, freshMemory()]));
  }

  #stateNode(name: string): StateNode | undefined {
    const { state } = this.#context;
    return state.byNodeName(name) ?? state.byNodeClaimName(name);
  }

  observe(event: WatchEvent, now: SimTime): void {
    this.#version++;
    this.#lastSeen = now;
    this.#queue.observe(event, now);
    this.#passDueAt ??= now;
    if (this.#idle !== undefined) this.#wake(now);
  }

  /** The idle pass doesn't stand any more: the next is at the first poll from now on. */
  #wake(now: SimTime): void {
    const isPolled = this.#idle?.at === now;
    this.#idle = undefined;
    this.#passDueAt = isPolled ? now : this.#pollFrom(now);
  }

  /** The first poll at or after a time. */
  #pollFrom(time: SimTime): SimTime {
    const next = this.#passDueAt ?? time;
    const missed = Math.ceil(Math.max(elapsed(next, time), 0) / pollingPeriod);
    return after(next, durationMs(missed * pollingPeriod));
  }

  nextDueAt(): SimTime | undefined {
    return earliest(this.#queue.nextDueAt(), this.#pending?.at ?? this.#nextPassAt());
  }

  #nextPassAt(): SimTime | undefined {
    const { options } = this.#context;
    const idle = this.#idle;
    if (idle === undefined) return this.#passDueAt;
    if (hasMovedUntold(idle.inputs, this.#context)) return this.#lastSeen;
    if (!options.skipIdlePolls || idle.restsOnOfferings) return this.#passDueAt;
    const dueAt = earliest(idle.inputs.validUntil, idle.refreshAt);
    return dueAt === undefined ? undefined : this.#pollFrom(dueAt);
  }

  /**
   * Whether a poll at this time would provably do nothing: nothing that the last pass rested on has
   * changed, and no condition of time has come due since.
   */
  hasNothingToDo(now: SimTime): boolean {
    const idle = this.#idle;
    if (idle === undefined || this.#pending !== undefined) return false;
    if (idle.refreshAt !== undefined && now >= idle.refreshAt) return false;
    return isUnchanged(idle.inputs, this.#context, this.#version, now);
  }

  reconcile(now: SimTime): void {
    this.#lastSeen = now;
    this.#queue.reconcile(now);
    const idle = this.#idle;
    if (idle !== undefined && hasMovedUntold(idle.inputs, this.#context)) this.#wake(now);
    this.#passDueAt ??= now;
    for (let passes = 0; this.#isDue(now); passes++) {
      invariant(passes < passesPerInstantMax, "disruption comes to an end at each instant");
      this.#step(now);
      this.#queue.reconcile(now);
    }
  }

  #isDue(now: SimTime): boolean {
    if (this.#pending !== undefined) return this.#pending.at <= now;
    const dueAt = this.#nextPassAt();
    return dueAt !== undefined && dueAt <= now;
  }

  #step(now: SimTime): void {
    const pending = this.#pending;
    if (pending === undefined && this.#context.options.skipIdlePolls) {
      if (this.hasNothingToDo(now)) {
        this.#passDueAt = after(this.#pollFrom(now), pollingPeriod);
        // It counts as polled: what follows at this instant is looked at again, as after a real poll.
        if (this.#idle !== undefined) this.#idle = { ...this.#idle, at: now };
        return;
      }
    }
    this.#pending = undefined;
    this.#idle = undefined;
    this.#settle(pending === undefined ? this.#pass(now) : this.#resume(pending, now), now);
  }

  /** Says when the next pass is. */
  #settle(end: PassEnd | { readonly kind: "unsynced" }, now: SimTime): void {
    if (end.kind === "waiting") return;
    if (end.kind === "failed") {
      this.#context.recorder?.passFailed(end.error, now);
      this.#passDueAt = after(now, backoffWait(backoff, this.#failures++));
      return;
    }
    this.#failures = 0;
    if (end.kind === "started") this.#passDueAt = now;
    if (end.kind === "unsynced") this.#passDueAt = after(now, unsyncedRetry);
    if (end.kind === "nothing") {
      this.#passDueAt = after(now, pollingPeriod);
      this.#idle = end.idle;
    }
  }

  #pass(now: SimTime): PassEnd | { readonly kind: "unsynced" } {
    if (!this.#context.state.isSynced()) return { kind: "unsynced" };
    this.#queue.cleanUp();
    return this.#tryMethods(0, now);
  }

  #tryMethods(from: number, now: SimTime): PassEnd {
    let restsOnOfferings = false;
    let isRepeatable = from === 0;
    let refreshAt: SimTime | undefined;
    for (let index = from; index < this.#methods.length; index++) {
      const method = this.#methods[index];
      invariant(method !== undefined, "a method of every index");
      const end = this.#tryMethod(method, index, now);
      if (end.kind !== "nothing") return end;
      const { timestamp } = this.#memory(method);
      if (end.why !== "no-candidates" && timestamp !== undefined) {
        refreshAt = earliest(refreshAt, after(timestamp, memoRefresh));
      }
      if (end.why === "looking") restsOnOfferings = true;
      if (end.why === "unfinished") isRepeatable = false;
    }
    if (!isRepeatable) return { kind: "nothing", idle: undefined };
    const inputs = this.#inputs(now);
    const refresh = refreshAt === undefined ? {} : { refreshAt };
    return { kind: "nothing", idle: { at: now, inputs, restsOnOfferings, ...refresh } };
  }

  #memory({ name }: DisruptionMethod): Memory {
    const memory = this.#memories.get(name);
    invariant(memory !== undefined, "every method has a memory", { name });
    return memory;
  }

  /** The view of now; the same one while nothing has been observed. */
  #view(now: SimTime): ListedView {
    const known = this.#listed;
    const isKnown =
      known?.version === this.#version &&
      known.view.now === now &&
      areBuffersUnchanged(known.view.view.buffers, this.#context) &&
      known.view.view.stateNodes === this.#context.state.stateNodes();
    if (isKnown) return known.view;
    if (known?.inputs !== undefined && this.#isUnchanged(known.inputs, now)) {
      this.#listed = { ...known, view: known.view.at(now) };
      return this.#listed.view;
    }
    const view = new ListedView(liveView(this.#context, this.#queue.providerIds(), now), now);
    this.#listed = { version: this.#version, view, inputs: undefined };
    return view;
  }

  #inputs(now: SimTime): Inputs {
    const { view } = this.#view(now);
    const inputs = inputsOf(view, this.#version, now);
    if (this.#listed !== undefined) this.#listed.inputs = inputs;
    return inputs;
  }

  /** Whether decisions rest on the same as before; never without leave to leave polls out. */
  #isUnchanged(inputs: Inputs, now: SimTime): boolean {
    const { options } = this.#context;
    return options.skipIdlePolls && isUnchanged(inputs, this.#context, this.#version, now);
  }

  #tryMethod(method: DisruptionMethod, index: number, now: SimTime): MethodEnd {
    const listed = this.#view(now);
    const { refusals } = listed.listing(method.disruptionClass);
    const { candidates } = listed.candidatesOf(method);
    this.#narrator.listing(method, listed);
    const memory = this.#memory(method);
    memory.timestamp = undefined;
    if (candidates.length === 0) return { kind: "nothing", why: idleness(refusals) };
    this.#narrator.budgets(method, listed);
    if (method.isValidated && this.#isConsolidated(memory, now)) {
      return { kind: "nothing", why: "consolidated" };
    }
    const decision = this.#known(memory, now) ?? this.#search(method, candidates, now);
    if (decision.took === 0) return this.#conclude(method, index, decision, now);
    const at = after(now, decision.took);
    this.#pending = { kind: "search", methodIndex: index, decision, at };
    return { kind: "waiting" };
  }

  #search(
    method: DisruptionMethod,
    candidates: readonly Candidate[],
    now: SimTime,
  ): MethodDecision {
    const memory = this.#memory(method);
    const { unseenNodePools } = memory;
    const decision = decideMethod(method, this.#view(now), candidates, unseenNodePools);
    const isFruitless = decision.commands.length === 0 && decision.error === undefined;
    memory.fruitless =
      isFruitless && decision.took > 0
        ? { inputs: this.#inputs(now), unseenNodePools, decision }
        : undefined;
    return decision;
  }

  /** What a search would find that was made before on the same inputs. */
  #known({ fruitless, unseenNodePools }: Memory, now: SimTime): MethodDecision | undefined {
    if (fruitless === undefined) return undefined;
    const isSame =
      this.#isUnchanged(fruitless.inputs, now) &&
      fruitless.unseenNodePools.join() === unseenNodePools.join();
    return isSame ? fruitless.decision : undefined;
  }

  /** Does what a search has decided. */
  #conclude(
    method: DisruptionMethod,
    index: number,
    decision: MethodDecision,
    now: SimTime,
  ): MethodEnd {
    const memory = this.#memory(method);
    this.#narrator.decision(method.name, decision, now);
    memory.unseenNodePools = decision.unseenNodePools;
    if (decision.error !== undefined) return { kind: "failed", error: decision.error };
    if (decision.isConsolidated && method.isValidated) {
      memory.consolidatedAt = this.#context.state.consolidationTimestamp(now);
      // A search that takes time has to be made again when its turn comes: what follows it waits.
      const isReusable = !decision.isTimedOut && decision.took === 0;
      memory.inputs = isReusable ? this.#inputs(now) : undefined;
      return { kind: "nothing", why: "consolidated" };
    }
    if (decision.commands.length === 0) {
      return { kind: "nothing", why: decision.isTimedOut ? "unfinished" : "looking" };
    }
    return this.#act(method, index, decision, now);
  }

  /**
   * Whether nothing has changed since the method's last search found nothing. Once the timestamp has
   * moved for its age alone, a search on the same inputs would find nothing again: it isn't made.
   */
  #isConsolidated(memory: Memory, now: SimTime): boolean {
    const timestamp = this.#context.state.consolidationTimestamp(now);
    memory.timestamp = timestamp;
    if (memory.consolidatedAt === timestamp) return true;
    const { inputs } = memory;
    if (inputs === undefined || !this.#isUnchanged(inputs, now)) return false;
    memory.consolidatedAt = timestamp;
    return true;
  }

  #act(
    method: DisruptionMethod,
    methodIndex: number,
    decision: MethodDecision,
    now: SimTime,
  ): MethodEnd {
    const found = approvedCommands(decision);
    const [first] = found;
    if (method.isValidated && first !== undefined) {
      const at = after(now, validationDelay);
      this.#pending = { kind: "validation", methodIndex, ...first, at };
      return { kind: "waiting" };
    }
    return this.#start(method, found, now);
  }

  #start(
    method: DisruptionMethod,
    found: readonly ApprovedCommand[],
    now: SimTime,
  ): Extract<PassEnd, { readonly kind: "started" | "failed" }> {
    const errors = found.flatMap(
      ({ command, move }) => this.#queue.start(method, command, move.scores, now) ?? [],
    );
    if (errors.length === 0) return { kind: "started" };
    // Said of each command, and of all of them.
    const text = errors.map((it) => `disrupting candidates, ${it}`).join("; ");
    return { kind: "failed", error: `disrupting candidates, ${text}` };
  }

  /** Goes on with a pass that has waited. */
  #resume(pending: Pending, now: SimTime): PassEnd {
    const { methodIndex } = pending;
    const method = this.#methods[methodIndex];
    invariant(method !== undefined, "a pass waits in one of its methods", { methodIndex });
    switch (pending.kind) {
      case "search": {
        const end = this.#conclude(method, methodIndex, pending.decision, now);
        return end.kind === "nothing" ? this.#tryMethods(methodIndex + 1, now) : end;
      }
      case "validation":
        return this.#validate(method, pending, now);
      case "simulation":
        return this.#endValidation(method, pending, now);
    }
  }

  #validate(
    method: DisruptionMethod,
    { methodIndex, command, move }: ApprovedCommand & Pick<Pending, "methodIndex">,
    now: SimTime,
  ): PassEnd {
    const listed = this.#view(now);
    this.#narrator.listing(method, listed);
    const result = validateCommand(method, command, listed);
    this.#narrator.validation(method, listed, result);
    if (result.kind === "failed") return result;
    const at = after(now, result.took);
    const answered = { kind: "simulation", methodIndex, command, move, result, at } as const;
    if (result.took === 0) return this.#endValidation(method, answered, now);
    this.#pending = answered;
    return { kind: "waiting" };
  }

  #endValidation(
    method: DisruptionMethod,
    { methodIndex, command, move, result: answer }: Extract<Pending, { kind: "simulation" }>,
    now: SimTime,
  ): PassEnd {
    const result = recheck(method, answer, this.#view(now));
    if (result.kind === "valid") {
      return this.#start(method, [{ command: result.command, move }], now);
    }
    const { failure, code, sentence } = result;
    const failed = { ...move, verdict: "failed-validation", refusal: { code, sentence } } as const;
    const rejected = { method: method.name, move: failed, failure, message: sentence };
    this.#context.recorder?.commandRejected(rejected, now);
    // Upstream has lost the command of several nodes by then, and says nothing about it.
    if (method.consolidationType === "single") {
      this.#narrator.events("validation", consolidationRejectedEvents(command, failure));
    }
    return this.#tryMethods(methodIndex + 1, now);
  }
}
