/**
 * What an entry of a journal has to look like. A journal is a file that somebody hands in: whoever
 * reads one checks what it uses of it, and what is read is small enough to be added up, formatted and
 * shown. Keys beyond these are left out.
 */
import { z } from "zod";
import { parseTime, simTime, type SimTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";

/** The last instant that has a date. */
export const lastTime = parseTime("9999-12-31T23:59:59.999Z");
/** Sentences of many NodePools are long, names are not. */
const sentenceMax = 1 << 20;
const nameMax = 1024;
/** More than any bill, and few enough that as many as a journal holds can be added up and printed. */
const usdMax = 1e12;

const at: z.ZodType<SimTime> = z.int().nonnegative().max(lastTime).transform(simTime);
/** Kubernetes and EC2 have no name, code or key with a control character. */
const text = z
  .string()
  .max(nameMax)
  .regex(/^\P{Cc}*$/u, "holds a control character");
const sentence = z.string().max(sentenceMax);
const texts = z.array(text);
const number = z.number();
const usd = z.number().min(-usdMax).max(usdMax);
const seconds = z
  .number()
  .nonnegative()
  .max(lastTime / 1000);
const count = z.int().nonnegative();
const pod = { podKey: text, podUid: text };
const capacityType = z.enum(["on-demand", "spot", "reserved"]);
const workload = z.object({ kind: text, namespace: text, name: text });

const scores = z.array(
  z.object({
    nodePoolName: text,
    score: number.exactOptional(),
    threshold: number,
    k: number,
    savingsFraction: number,
    disruptionFraction: number,
    isApproved: z.boolean(),
  }),
);

const blockedBy = z.object({
  pods: texts.exactOptional(),
  podDisruptionBudgets: texts.exactOptional(),
  annotation: text.exactOptional(),
  nodePool: text.exactOptional(),
  budget: z
    .object({
      reason: text,
      allowed: number,
      disrupting: number,
      nodes: number,
      budgetNodes: text.exactOptional(),
      schedule: text.exactOptional(),
    })
    .exactOptional(),
});

const replacements = z.array(
  z.object({
    nodePoolName: text,
    instanceTypes: texts,
    instanceTypeCount: count,
    capacityTypes: texts,
  }),
);

const decision = z.enum(["delete", "replace", "no-op"]);
const nodeClaim = { nodeClaimName: text };
const machine = { nodeClaimName: text, nodePoolName: text };
const disrupted = { ...pod, nodeName: text, reason: text };
const failure = { ...machine, code: text, message: sentence };
const refusal = { nodeName: text, reason: text, message: sentence };

function entry<Kind extends LedgerEntryKind, Shape extends z.core.$ZodLooseShape>(
  kind: Kind,
  shape: Shape,
) {
  return z.object({ kind: z.literal(kind), at, ...shape });
}

const entrySchema = z.discriminatedUnion("kind", [
  entry("instance-launched", {
    instanceId: text,
    ...machine,
    instanceType: text,
    instanceFamily: text,
    zone: text,
    capacityType,
    vcpus: number,
    memoryBytes: number,
    onDemandUsdPerHour: usd,
    onDemandReason: z.enum(["required", "spot-unavailable", "spot-dearer"]).exactOptional(),
  }),
  entry("instance-running", { instanceId: text }),
  entry("instance-shutting-down", { instanceId: text, terminatedBy: z.enum(["user", "ec2"]) }),
  entry("instance-terminated", { instanceId: text }),
  entry("instance-stopping", { instanceId: text }),
  entry("fault", { fault: text, nodeName: text, instanceId: text }),
  entry("fault-ended", { fault: text, nodeName: text, instanceId: text }),
  entry("charge", {
    item: z.enum(["compute", "storage", "public-ipv4"]),
    instanceId: text,
    usd,
    onDemandEquivalentUsd: usd,
    segments: z.array(z.object({ from: at, until: at, usdPerHour: usd })),
  }),
  entry("control-plane-charge", { usd }),
  entry("charge-waived", { instanceId: text, usd }),
  entry("launch-failed", failure),
  entry("launch-retried", failure),
  entry("offering-unavailable", { capacityType, instanceType: text, zone: text, until: at }),
  entry("interruption-notice", { instanceId: text }),
  entry("rebalance-recommendation", { instanceId: text }),
  entry("node-claim-created", {
    ...machine,
    reason: text,
    commandId: text.exactOptional(),
    instanceTypes: texts,
    capacityTypes: texts,
    allowedCapacityTypes: texts,
    pods: texts,
    podCount: count,
  }),
  entry("node-claim-deleted", { ...machine, reason: text, conditionType: text.exactOptional() }),
  entry("node-claim-drifted", { ...nodeClaim, reason: text }),
  entry("node-claim-drift-ended", nodeClaim),
  entry("node-claim-removed", nodeClaim),
  entry("node-registered", {
    nodeName: text,
    ...nodeClaim,
    instanceId: text,
    allocatableCpuMillicores: number,
    allocatableMemoryBytes: number,
  }),
  entry("node-ready", { nodeName: text }),
  entry("node-initialized", { nodeName: text }),
  entry("drain-blocked", { nodeName: text, pods: texts }),
  entry("node-drained", { nodeName: text }),
  entry("node-removed", { nodeName: text }),
  entry("pod-created", {
    ...pod,
    workload,
    isDaemon: z.boolean(),
    requests: z.object({ cpuMillicores: number, memoryBytes: number, gpus: number }),
  }),
  entry("pod-bound", { ...pod, nodeName: text }),
  entry("pod-ready", pod),
  entry("pod-not-ready", pod),
  entry("pod-unschedulable", { ...pod, message: sentence }),
  entry("pod-nominated", {
    ...pod,
    nodeClaimName: text.exactOptional(),
    nodeName: text.exactOptional(),
  }),
  entry("pod-failed-scheduling", {
    ...pod,
    message: sentence,
    nodePools: z.array(z.object({ nodePoolName: text, message: sentence })),
  }),
  entry("pod-evicted", { ...disrupted, lostWorkSeconds: seconds.exactOptional() }),
  entry("pod-killed", { ...disrupted, lostWorkSeconds: seconds }),
  entry("eviction-blocked", { ...pod, nodeName: text, podDisruptionBudgets: texts }),
  entry("eviction-unblocked", { ...pod, podDisruptionBudgets: texts, since: at, attempts: count }),
  entry("pod-ended", { ...pod, outcome: z.enum(["succeeded", "failed", "deleted"]) }),
  entry("workload-desired", { workload, replicas: number }),
  entry("disruption-command", {
    commandId: text,
    method: text,
    reason: text,
    decision,
    candidates: texts,
    nodePools: texts,
    replacements: texts,
    usdPerHourBefore: usd,
    usdPerHourAfter: usd,
    scores,
    message: sentence,
  }),
  entry("disruption-considered", {
    method: text,
    verdict: z.enum(["approved", "refused", "superseded", "failed-validation"]),
    decision,
    candidates: texts,
    nodePools: texts,
    usdPerHourBefore: usd,
    usdPerHourAfter: usd.exactOptional(),
    replacements,
    scores,
    reason: text.exactOptional(),
    message: sentence.exactOptional(),
    blockedBy: blockedBy.exactOptional(),
    isRepeat: z.boolean(),
  }),
  entry("disruption-refused", {
    ...refusal,
    method: text.exactOptional(),
    blockedBy: blockedBy.exactOptional(),
    isRepeat: z.boolean(),
  }),
  entry("disruption-refusal-ended", refusal),
  entry("disruption-pass-failed", { message: sentence }),
  entry("disruption-command-ended", {
    commandId: text,
    outcome: z.enum(["succeeded", "failed"]),
    message: sentence,
  }),
  entry("changed", { what: text }),
  entry("event", {
    objectKind: text,
    objectKey: text,
    type: z.enum(["Normal", "Warning"]),
    reason: text,
    message: sentence,
    firstAt: at,
    lastAt: at,
    count,
  }),
]) satisfies z.ZodType<LedgerEntry>;

/** The kinds that can be read: every one that there is. */
export type ReadableKind = z.infer<typeof entrySchema>["kind"];

/** The entry that a parsed line is, or what is wrong with it. */
export function readEntry(
  value: unknown,
):
  | { readonly ok: true; readonly entry: LedgerEntry }
  | { readonly ok: false; readonly problem: string } {
  const result = entrySchema.safeParse(value);
  if (result.success) return { ok: true, entry: result.data };
  const [issue] = result.error.issues;
  if (issue?.code === "invalid_union") return { ok: false, problem: "an unknown kind of entry" };
  const place = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  return { ok: false, problem: `${place}${issue?.message ?? "not an entry"}` };
}
