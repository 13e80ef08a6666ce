import type { TopologyTracker } from "../../core/provisioning/topology-tracker.ts";

/** A topology without any group: it constrains no pod and counts none. */
export const nullTopology: TopologyTracker = Object.freeze({
  addRequirements: (_pod, _taints, _podRequirements, requirements) => ({ ok: true, requirements }),
  record: () => undefined,
  update: () => undefined,
  register: () => undefined,
  isAffectedBy: () => false,
  shapeOf: () => "",
} satisfies TopologyTracker);
