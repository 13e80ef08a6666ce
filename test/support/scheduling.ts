// Runs of the scheduler without a cluster, and their results as short texts.
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import { RunBase, type VolumeAlternatives } from "../../core/provisioning/run-base.ts";
import { Scheduler } from "../../core/provisioning/scheduler.ts";
import {
  defaultSchedulingOptions,
  type SchedulingInput,
  type SchedulingOptions,
  type SchedulingReads,
} from "../../core/provisioning/scheduling-input.ts";
import type { SchedulingResults } from "../../core/provisioning/scheduling-results.ts";
import { simTime } from "../../core/units/index.ts";
import { deepFreeze } from "./freeze.ts";
import { defaultInstanceTypes } from "./instance-types.ts";
import { nodePool } from "./node-pools.ts";
import { nullTopology } from "./null-topology.ts";

/** A run's input where only what matters is given; types for one NodePool or by name. */
export interface SchedulingOverrides extends Partial<Omit<SchedulingInput, "options">> {
  readonly instanceTypes?: readonly InstanceType[];
  readonly options?: Partial<SchedulingOptions>;
}

/** A cluster without any object that a run would look up. */
export const emptyReads: SchedulingReads = Object.freeze({
  nodes: () => [],
  node: () => undefined,
  podsOnNode: () => [],
  namespaces: () => ["default"],
  namespaceLabels: () => ({}),
  persistentVolumeClaim: () => undefined,
  persistentVolume: () => undefined,
  storageClass: () => undefined,
  storageClasses: () => [],
});

/** Frozen input: one NodePool named `default`, the default instance types, no nodes, no pods. */
export function schedulingInput(overrides: SchedulingOverrides = {}): SchedulingInput {
  const { instanceTypes = defaultInstanceTypes(), options, ...rest } = overrides;
  const nodePools = overrides.nodePools ?? [nodePool()];
  const stateNodes = overrides.stateNodes ?? [];
  return deepFreeze<SchedulingInput>({
    now: simTime(0),
    nodePools,
    instanceTypesByNodePool: new Map(
      nodePools.map(({ metadata }) => [metadata.name, instanceTypes]),
    ),
    stateNodes,
    clusterStateNodes: stateNodes,
    daemonSetPods: [],
    cluster: emptyReads,
    podsToSchedule: [],
    ...rest,
    options: { ...defaultSchedulingOptions, ...options },
  });
}

/** Schedules without topology. */
export function schedule(
  overrides: SchedulingOverrides = {},
  alternatives: VolumeAlternatives = new Map(),
): SchedulingResults {
  const input = schedulingInput(overrides);
  const { podsToSchedule } = input;
  const run = { podsToSchedule, withoutNodes: [], alternatives, topology: nullTopology };
  return new Scheduler(new RunBase(input), run).solve();
}

/**
 * One line per NodeClaim, node with pods, and pod without a place:
 * `new default [a b] on default-instance-type small-instance-type`, `node-1 [c]`, `d: <error>`.
 */
export function describeResults(results: SchedulingResults): readonly string[] {
  const names = (list: readonly { readonly metadata: { readonly name: string } }[]): string =>
    list.map(({ metadata }) => metadata.name).join(" ");
  return [
    ...results.newNodeClaims.map(
      ({ nodePoolName, pods, instanceTypeOptions }) =>
        `new ${nodePoolName} [${names(pods)}] on ${instanceTypeOptions.map(({ name }) => name).join(" ")}`,
    ),
    ...results.existingNodes
      .filter(({ pods }) => pods.length > 0)
      .map(({ stateNode, pods }) => `${stateNode.name} [${names(pods)}]`),
    ...[...results.podErrors].map(([{ metadata }, { message }]) => `${metadata.name}: ${message}`),
  ];
}
