// Commands under way: candidates are tainted and marked, replacements are created, and once all of
// these are initialized the candidates are deleted. A command that cannot end is rolled back.
import type { NodeClaim } from "../apis/index.ts";
import { isConditionTrue } from "../state/index.ts";
import {
  after,
  type DurationMs,
  durationMs,
  elapsed,
  formatDuration,
  hours,
  minutes,
  seconds,
  type SimTime,
} from "../units/index.ts";
import type { Command } from "./command.ts";
import type { DisruptionMethod } from "./method.ts";

/** A replacement that exists, or has existed. */
export interface StartedReplacement {
  readonly nodeClaimName: string;
  /** Once true it stays so, whatever becomes of the machine. */
  readonly isInitialized: boolean;
}

/** A command that has been started. */
export interface QueuedCommand {
  /** Deterministic: the method, and how many commands were started before. */
  readonly id: string;
  readonly method: DisruptionMethod;
  readonly command: Command;
  readonly createdAt: SimTime;
  readonly replacements: readonly StartedReplacement[];
}

const shortestLimit = minutes(10);
const longestLimit = hours(1);
const limitPerProviderIdMs = 80;

/** How often a command that waits is looked at. */
export const queueRetryPeriod: DurationMs = seconds(1);

/**
 * How long a command may take with so many machines in the queue: more machines keep the provider
 * busier.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/queue.go GetMaxRetryDuration
 */
export function commandTimeLimit(providerIds: number): DurationMs {
  const scaled = limitPerProviderIdMs * providerIds;
  return durationMs(Math.min(Math.max(scaled, shortestLimit), longestLimit));
}

/** What is to be done about a command now. */
export type QueueStep =
  | { readonly kind: "wait"; readonly queued: QueuedCommand; readonly waitingFor: string }
  /** All replacements are initialized. */
  | { readonly kind: "terminate"; readonly queued: QueuedCommand }
  | { readonly kind: "fail"; readonly queued: QueuedCommand; readonly error: string };

/** What a step reads. */
export interface QueueReads {
  nodeClaim(name: string): NodeClaim | undefined;
  /** Whether cluster state knows the NodeClaim, launched or not. */
  hasNodeClaim(name: string): boolean;
}

/**
 * Looks at the replacements of a command: whether to wait, to go on or to give up. A replacement that
 * is gone, for want of capacity or because it never registered, ends the command.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/queue.go waitOrTerminate
 */
export function stepCommand(queued: QueuedCommand, reads: QueueReads): QueueStep {
  const replacements: StartedReplacement[] = [];
  const waitingFor: string[] = [];
  for (const replacement of queued.replacements) {
    const { nodeClaimName: name } = replacement;
    if (replacement.isInitialized) {
      replacements.push(replacement);
      continue;
    }
    const nodeClaim = reads.nodeClaim(name);
    if (nodeClaim === undefined && !reads.hasNodeClaim(name)) {
      const rest = queued.replacements.slice(replacements.length);
      const error = `replacement was deleted, nodeclaims.karpenter.sh "${name}" not found`;
      return {
        kind: "fail",
        queued: { ...queued, replacements: [...replacements, ...rest] },
        error,
      };
    }
    const isInitialized = nodeClaim !== undefined && isConditionTrue(nodeClaim, "Initialized");
    if (!isInitialized) waitingFor.push(`nodeclaim not initialized (NodeClaim=${name})`);
    replacements.push({ nodeClaimName: name, isInitialized });
  }
  const next = { ...queued, replacements };
  if (waitingFor.length === 0) return { kind: "terminate", queued: next };
  const text = `waiting for replacement initialization, ${waitingFor.join("; ")}`;
  return { kind: "wait", queued: next, waitingFor: text };
}

/**
 * Why a command is out of time; `undefined` while it isn't. Looked at after its step: a command that
 * finishes too late has failed all the same, as upstream.
 */
export function timeoutError(
  queued: QueuedCommand,
  providerIds: number,
  now: SimTime,
  cause: string,
): string | undefined {
  const age = elapsed(queued.createdAt, now);
  if (age <= commandTimeLimit(providerIds)) return undefined;
  const text = cause === "" ? "" : `, ${cause}`;
  return `command reached timeout${text} (duration=${formatDuration(age)})`;
}

/** The earliest time at which a command can be out of time. */
export function earliestTimeout({ createdAt }: QueuedCommand): SimTime {
  return after(createdAt, shortestLimit);
}
