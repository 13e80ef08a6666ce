/** Capacity buffers: their shape and size, their status, and the virtual pods that stand for them. */
export { transitionEvents } from "./buffer-events.ts";
export {
  bufferCondition,
  conditionProvisioning,
  conditionReadyForProvisioning,
  setBufferCondition,
  withResolution,
} from "./buffer-status.ts";
export { CapacityBufferController } from "./controller.ts";
export { resolveCapacityBuffer } from "./resolution.ts";
export { VirtualPodCache, type VirtualPods } from "./virtual-pod-cache.ts";
export { buildVirtualPods } from "./virtual-pods.ts";
export { bufferKeyOf, isVirtualPod, realPods } from "./virtual-pod.ts";
