import { hang } from "../reports/index.ts";
import type { Plan, PlannedBuffer } from "../scenarios/index.ts";
import { count, type TextStyle } from "./text-lines.ts";

/** A place with pods, those of CapacityBuffers apart. */
interface Place {
  readonly pods: readonly string[];
  readonly virtualPods?: readonly string[];
}

/** Pods of several places, virtual ones left out. */
export function numberOf(places: readonly Place[]): number {
  return places.reduce((sum, { pods }) => sum + pods.length, 0);
}

/** Virtual pods of several places. */
export function numberOfVirtual(places: readonly Place[]): number {
  return places.reduce((sum, { virtualPods = [] }) => sum + virtualPods.length, 0);
}

/** `2 pods and 3 virtual ones`. */
export function podsText(real: number, virtual: number): string {
  if (virtual === 0) return count(real, "pod");
  if (real === 0) return count(virtual, "virtual pod");
  return `${count(real, "pod")} and ${virtual} virtual`;
}

/** `2+3`: pods and virtual ones. */
export function podsCell({ pods, virtualPods }: Place): string {
  return virtualPods === undefined ? String(pods.length) : `${pods.length}+${virtualPods.length}`;
}

/** Each CapacityBuffer with where there is room for it, and why there is none. */
export function formatBuffers({ buffers }: Plan, style: TextStyle): readonly string[] {
  if (buffers.length === 0) return [];
  const lines = buffers.flatMap((buffer) => bufferLines(buffer, style));
  return ["", style.paint.bold("Capacity buffers"), ...lines];
}

function bufferLines(buffer: PlannedBuffer, { columns, paint }: TextStyle): readonly string[] {
  const { ready, replicas, onExistingNodes, onNewNodes, unschedulable } = buffer;
  const head = `  ${buffer.buffer}: `;
  if (ready.status !== "True") {
    return hang(head, `not ready: ${ready.reason}: ${ready.message}`, columns).map(paint.red);
  }
  if (replicas === 0) return hang(head, "no pods to keep room for", columns);
  const places = [
    ...(onExistingNodes > 0 ? [`${onExistingNodes} on existing nodes`] : []),
    ...(onNewNodes > 0 ? [`${onNewNodes} on new nodes`] : []),
    ...(unschedulable.length > 0 ? [`${unschedulable.length} nowhere`] : []),
  ];
  const where = places.length === 0 ? "" : `: ${places.join(", ")}`;
  const [first] = unschedulable;
  return [
    ...hang(head, `room for ${count(replicas, "pod")}${where}`, columns),
    ...(first === undefined ? [] : hang("    ", first.message, columns).map(paint.red)),
  ];
}
