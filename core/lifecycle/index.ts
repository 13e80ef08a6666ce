/** The life of a NodeClaim: launch, registration, initialization, expiration, termination, repair. */
export { decideConsolidatable } from "./consolidatable.ts";
export { nodePoolDrift } from "./drifted.ts";
export { type LifecycleOptions } from "./lifecycle-context.ts";
export {
  type Lifecycle,
  lifecycleControllers,
  type LifecycleInput,
} from "./lifecycle-controllers.ts";
export {
  type InvoluntaryReason,
  involuntaryReasons,
  type LifecycleFact,
  type LifecycleRecorder,
} from "./lifecycle-recorder.ts";
export { NodeOverlayController, type NodeOverlayInput } from "./node-overlay-controller.ts";
export { nodePoolViolations } from "./node-pool-validation.ts";
export type { RegistrationHook, RegistrationHookResult } from "./registration.ts";
