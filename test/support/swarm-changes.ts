// What changes and what goes wrong in the worlds of the swarm.
import { invariant, minutes, type SimTime } from "../../core/units/index.ts";
import { undescribedAccount } from "../../sim/aws/index.ts";
import type { PlannedFault, WorldPlan } from "../../sim/world-plan.ts";
import type { SwarmDice } from "./swarm-dice.ts";
import type { Manifest } from "./swarm-manifests.ts";
import { objectsOf, worldStart } from "./worlds.ts";

/** Nodes drift: the control plane is upgraded, or somebody labels a NodePool's nodes. */
export function swarmRollout(
  dice: SwarmDice,
  nodePools: readonly Manifest[],
  instant: (name: string) => SimTime,
): Pick<WorldPlan, "account" | "changes"> {
  const start = { since: worldStart, account: undescribedAccount };
  const upgraded = { ...undescribedAccount, kubernetesVersion: "1.34" };
  const account = dice.chance("upgrade", 0.3)
    ? [start, { since: instant("upgrade at"), account: upgraded }]
    : [start];
  if (!dice.chance("relabelled", 0.3)) return { account, changes: [] };
  const [before] = objectsOf(nodePools.slice(0, 1));
  invariant(before?.kind === "NodePool", "a NodePool's manifest gives a NodePool");
  const { template } = before.spec;
  const spec = { ...before.spec, template: { ...template, labels: { rollout: "2" } } };
  const objects = [{ before, after: { ...before, spec } }];
  return { account, changes: [{ at: instant("relabelled at"), objects }] };
}

const effects: readonly PlannedFault["effect"][] = [
  { kind: "node-condition", type: "AcceleratedHardwareReady", status: "False" },
  { kind: "node-condition", type: "Ready", status: "False", lasts: minutes(20) },
  { kind: "node-condition", type: "Ready", status: "Unknown" },
  { kind: "instance", fault: "scheduled-change" },
  { kind: "instance", fault: "system-status-impaired" },
  { kind: "instance", fault: "stopped" },
  { kind: "instance", fault: "spot-interruption" },
];

/** A few nodes fall ill, are due for maintenance, are stopped or interrupted. */
export function swarmFaults(
  dice: SwarmDice,
  instant: (name: string) => SimTime,
): readonly PlannedFault[] {
  return Array.from({ length: dice.whole("faults", 0, 3) }, (_, index) => ({
    effect: dice.pick(`fault ${index}`, effects),
    matchLabels: {},
    strikes: { kind: "at", at: instant(`fault ${index} at`), count: 1 },
  }));
}
