/** Virtual time: the event queue, the clock over it, and randomness by name. */
export {
  defaultEventPriority,
  eventPriorityNames,
  eventPriorityRanks,
  type EventPriority,
} from "./event-priority.ts";
export { EventHeap, eventPriorityLimit, type EventHandle } from "./event-heap.ts";
export {
  Engine,
  type EngineEvent,
  type EngineOptions,
  type EventHandler,
  type RunEnd,
} from "./engine.ts";
export { pollAfter, pollFrom, type Polls, pollUpTo } from "./poll-times.ts";
export { hashUniform, RandomStream, stream } from "./random.ts";
export {
  distributionIssues,
  distributionKinds,
  distributionMean,
  distributionQuantile,
  sampleDistribution,
  type ConstantDistribution,
  type Distribution,
  type DistributionIssue,
  type DistributionKind,
  type EmpiricalDistribution,
  type EmpiricalQuantile,
  type ExponentialDistribution,
  type LognormalDistribution,
  type NormalDistribution,
  type UniformDistribution,
} from "./distributions.ts";
export type { Timeline } from "./timeline.ts";
