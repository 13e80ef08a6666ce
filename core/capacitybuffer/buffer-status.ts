import type { CapacityBuffer, Condition } from "../apis/index.ts";
import { type ConditionChange, putCondition } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { computeReplicas, virtualPodsMax } from "./replicas.ts";
import type { BufferResolution } from "./resolution.ts";

/** The buffer's shape and size are known. */
export const conditionReadyForProvisioning = "ReadyForProvisioning";
/** All of the buffer's pods would fit on nodes that are there. */
export const conditionProvisioning = "Provisioning";

/**
 * The buffer with the condition set; the very same object when nothing changes. There is no root
 * condition.
 *
 * @see karpenter v1.14.1 pkg/apis/autoscaling/v1beta1/capacitybuffer.go SetCondition
 */
export function setBufferCondition(
  buffer: CapacityBuffer,
  change: ConditionChange,
  now: SimTime,
): CapacityBuffer {
  const { status, metadata } = buffer;
  const conditions = putCondition(status.conditions, change, metadata, now);
  return conditions === status.conditions
    ? buffer
    : { ...buffer, status: { ...status, conditions } };
}

/** The condition; `undefined` until it has been set. */
export function bufferCondition({ status }: CapacityBuffer, type: string): Condition | undefined {
  return status.conditions.find((condition) => condition.type === type);
}

/**
 * Whether virtual pods are made for the buffer.
 *
 * @see karpenter v1.14.1 pkg/state/virtualpods/utilities.go isBufferReadyForProvisioning
 */
export function isReadyForProvisioning(buffer: CapacityBuffer): boolean {
  const { podTemplateRef, scalableRef } = buffer.spec;
  return (
    bufferCondition(buffer, conditionReadyForProvisioning)?.status === "True" &&
    (buffer.status.replicas ?? 0) > 0 &&
    (podTemplateRef !== undefined || scalableRef !== undefined)
  );
}

/**
 * The buffer with what its resolution says: condition ReadyForProvisioning and, once resolved, size
 * and template; the very same object when nothing changes.
 *
 * Differs: a buffer of more than 100,000 pods is given room for so many, where upstream makes them
 * all or runs out of memory.
 *
 * @see karpenter v1.14.1 pkg/controllers/capacitybuffer/controller.go resolveAndUpdateStatus
 */
export function withResolution(
  buffer: CapacityBuffer,
  resolution: BufferResolution,
  now: SimTime,
): CapacityBuffer {
  const change = readiness(buffer, resolution);
  const judged = setBufferCondition(
    buffer,
    { type: conditionReadyForProvisioning, ...change },
    now,
  );
  const before = buffer.status;
  const after = { ...judged.status, ...statusOf(buffer, resolution) };
  const { podTemplateRef, podTemplateGeneration, ...rest } = after;
  const status: CapacityBuffer["status"] = {
    ...rest,
    ...(podTemplateRef === undefined ? {} : { podTemplateRef }),
    ...(podTemplateGeneration === undefined ? {} : { podTemplateGeneration }),
  };
  const isUnchanged =
    status.conditions === before.conditions &&
    status.replicas === before.replicas &&
    status.provisioningStrategy === before.provisioningStrategy &&
    podTemplateRef?.name === before.podTemplateRef?.name &&
    podTemplateGeneration === before.podTemplateGeneration;
  return isUnchanged ? buffer : { ...buffer, status };
}

interface StatusChange {
  readonly provisioningStrategy: string;
  readonly replicas?: number;
  readonly podTemplateRef?: { readonly name: string } | undefined;
  readonly podTemplateGeneration?: number | undefined;
}

/** What is left out stays as it was: a buffer that cannot be resolved keeps its former size. */
function statusOf({ spec }: CapacityBuffer, resolution: BufferResolution): StatusChange {
  const { provisioningStrategy } = spec;
  switch (resolution.kind) {
    case "pod-template": {
      const { template, name, generation } = resolution;
      return {
        provisioningStrategy,
        replicas: bounded(computeReplicas(spec, template.spec)),
        podTemplateRef: { name },
        podTemplateGeneration: generation,
      };
    }
    case "scalable": {
      const { template, replicas } = resolution;
      return {
        provisioningStrategy,
        replicas: bounded(computeReplicas(spec, template.spec, replicas)),
        podTemplateRef: undefined,
        podTemplateGeneration: undefined,
      };
    }
    default:
      return { provisioningStrategy };
  }
}

function bounded(replicas: number): number {
  return Math.min(replicas, virtualPodsMax);
}

/** @see karpenter v1.14.1 pkg/controllers/capacitybuffer/constants.go */
function readiness(
  { spec }: CapacityBuffer,
  resolution: BufferResolution,
): Omit<ConditionChange, "type"> {
  switch (resolution.kind) {
    case "pod-template":
    case "scalable":
      return { status: "True", reason: "Resolved", message: "Pod template resolved successfully" };
    case "not-found": {
      const reason =
        spec.podTemplateRef === undefined ? "ScalableRefNotFound" : "PodTemplateNotFound";
      return { status: "False", reason, message: resolution.message };
    }
    case "no-reference":
    case "failed":
      return { status: "False", reason: "ResolutionFailed", message: resolution.message };
  }
}
