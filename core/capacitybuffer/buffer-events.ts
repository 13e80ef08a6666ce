import { type CapacityBuffer, objectKey } from "../apis/index.ts";
import type { ClusterEvent } from "../state/index.ts";

/**
 * What is told of a buffer whose status is being written: each condition whose status is another one
 * than before.
 *
 * Differs: upstream says nothing of a condition that is set for the first time; here it comes from
 * Unknown, so that a journal has its beginning.
 *
 * @see github.com/awslabs/operatorpkg status/controller.go reconcileFound
 */
export function transitionEvents(
  before: CapacityBuffer,
  after: CapacityBuffer,
): readonly ClusterEvent[] {
  return after.status.conditions.flatMap(({ type, status, reason, message }) => {
    const former = before.status.conditions.find((it) => it.type === type)?.status ?? "Unknown";
    if (former === status) return [];
    const why = message === "" ? reason : `${reason}, Message: ${message}`;
    return [
      {
        type: "Normal",
        reason: type,
        message: `Status condition transitioned, Type: ${type}, Status: ${former} -> ${status}, Reason: ${why}`,
        objectKind: "CapacityBuffer",
        objectKey: objectKey(after),
      } as const,
    ];
  });
}
