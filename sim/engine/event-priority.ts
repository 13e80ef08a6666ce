/**
 * What happens first when several events fall on the same millisecond, first to last.
 *
 * The order is that of cause and effect: the market moves, EC2 takes machines away or hands them
 * out, kubelets and workloads answer, the Kubernetes controllers and scheduler see that, Karpenter
 * decides on what they left, and only then are meters read and samples taken. Without it a result
 * would hang on which part of the world happened to schedule its event first.
 *
 * `end` is last, so that the horizon's own instant is still simulated and measured.
 */
export const eventPriorityNames = [
  "market",
  "interruption",
  "instance",
  "kubelet",
  "workload",
  "kube-controller",
  "kube-scheduler",
  "karpenter-provisioning",
  "karpenter-lifecycle",
  "karpenter-disruption",
  "metering",
  "sampling",
  "end",
] as const;

/** The name of one rank among simultaneous events; see {@link eventPriorityNames}. */
export type EventPriority = (typeof eventPriorityNames)[number];

/**
 * The rank of each name, 0 for the first to happen. Events without a stated priority use
 * {@link defaultEventPriority}.
 */
export const eventPriorityRanks: Readonly<Record<EventPriority, number>> = {
  market: 0,
  interruption: 1,
  instance: 2,
  kubelet: 3,
  workload: 4,
  "kube-controller": 5,
  "kube-scheduler": 6,
  "karpenter-provisioning": 7,
  "karpenter-lifecycle": 8,
  "karpenter-disruption": 9,
  metering: 10,
  sampling: 11,
  end: 12,
};

/** The priority of an event that was scheduled without one. */
export const defaultEventPriority: EventPriority = "workload";
