/**
 * Times our scheduler on a workload, every iteration with pods that it has never seen. The instance
 * types are the same from one to the next, as a cloud provider lists them.
 */
import { assembleObjects, hasErrors, parseObjects } from "../../core/apis/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import {
  defaultSchedulingOptions,
  solve,
  type SchedulingInput,
} from "../../core/provisioning/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { invariant, parseTime } from "../../core/units/index.ts";
import { CaseCluster } from "../../conformance/case-cluster.ts";
import { buildInstanceTypes } from "../../conformance/decide.ts";
import { iterationsOf, type Workload } from "./workloads.ts";

/** An entry per iteration. `seconds` is all of `solve`, construction included. */
export interface OurTiming {
  readonly seconds: readonly number[];
  readonly nodes: readonly number[];
  readonly podErrors: number;
}

const now = parseTime("2026-03-01T00:10:00Z");

/** Runs it once to warm up if it is repeated, then as often as upstream is run. */
export function timeOurs(workload: Workload): OurTiming {
  const iterations = iterationsOf(workload);
  const instanceTypes = buildInstanceTypes(workload.instanceTypes);
  if (iterations > 1) once(workload, instanceTypes);
  const runs = Array.from({ length: iterations }, () => once(workload, instanceTypes));
  return {
    seconds: runs.map(({ seconds }) => seconds),
    nodes: runs.map(({ nodes }) => nodes),
    podErrors: runs.at(-1)?.podErrors ?? 0,
  };
}

function once(workload: Workload, instanceTypes: readonly InstanceType[]) {
  const input = schedulingInput(workload, instanceTypes);
  const start = performance.now();
  const outcome = solve(input);
  const seconds = (performance.now() - start) / 1000;
  invariant(outcome.ok, "the benchmark's rules are valid");
  const { newNodeClaims, podErrors } = outcome.results;
  return { seconds, nodes: newNodeClaims.length, podErrors: podErrors.size };
}

function schedulingInput(
  { preferencePolicy, pods }: Workload,
  instanceTypes: readonly InstanceType[],
): SchedulingInput {
  const results = parseObjects({ kind: "List", items: [nodePool, ...pods] });
  for (const { issues } of results) {
    invariant(!hasErrors(issues), "the benchmark's objects are valid", {
      issues: JSON.stringify(issues),
    });
  }
  const objects = assembleObjects(results).objects as readonly ClusterObject[];
  const podsToSchedule = objects.filter((object) => object.kind === "Pod");
  const nodePools = objects.filter((object) => object.kind === "NodePool");
  return {
    now,
    nodePools,
    instanceTypesByNodePool: new Map([["default", instanceTypes]]),
    stateNodes: [],
    clusterStateNodes: [],
    daemonSetPods: [],
    cluster: new CaseCluster(() => now, objects),
    podsToSchedule,
    options: { ...defaultSchedulingOptions, preferencePolicy, reservedOfferingMode: "Fallback" },
  };
}

const nodePool = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "default", uid: "default", creationTimestamp: "2026-03-01T00:00:00Z" },
  spec: {
    // Never reached; 2^53 bytes are less than the 10,000,000Gi of upstream's benchmark.
    limits: { cpu: "10000000", memory: "8000000Gi" },
    template: {
      spec: {
        requirements: [],
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      },
    },
  },
};
