import { describe, expect, it } from "vitest";
import { instanceType } from "../../test/support/instance-types.ts";
import { stateNode } from "../../test/support/nodes.ts";
import {
  pod,
  podAffinityTerm,
  type PodOverrides,
  pods,
  topologySpread,
} from "../../test/support/pods.ts";
import {
  describeResults,
  schedulingInput,
  type SchedulingOverrides,
} from "../../test/support/scheduling.ts";
import { readsOf } from "../../test/support/topology.ts";
import type { SchedulingResults } from "./scheduling-results.ts";
import { solve } from "./solve.ts";

const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";
const web = { app: "web" };

function decide(overrides: SchedulingOverrides): SchedulingResults {
  const outcome = solve(schedulingInput({ instanceTypes: [instanceType()], ...overrides }));
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.results;
}

function zones(results: SchedulingResults): readonly (string | undefined)[] {
  return results.newNodeClaims
    .flatMap((it) => it.pods.map(() => it.requirements.get(zone).only))
    .sort();
}

describe("solve", () => {
  it("spreads pods over zones", () => {
    const topologySpreadConstraints = [topologySpread(zone, web)];
    const podsToSchedule = pods(4, { labels: web, spec: { topologySpreadConstraints } });
    expect(zones(decide({ podsToSchedule }))).toEqual([
      "test-zone-1",
      "test-zone-1",
      "test-zone-2",
      "test-zone-3",
    ]);
  });

  it("keeps pods with anti-affinity on machines of their own", () => {
    const affinity = { requiredPodAntiAffinity: [podAffinityTerm(hostname, web)] };
    const podsToSchedule = pods(3, { labels: web, affinity });
    expect(decide({ podsToSchedule }).newNodeClaims).toHaveLength(3);
  });

  it("follows a pod that runs already, into its zone", () => {
    const running = pod({ name: "running", labels: web, nodeName: "full" });
    const full = stateNode({
      name: "full",
      zone: "test-zone-2",
      pods: [running],
      capacity: { cpu: 1, pods: 1 },
    });
    const affinity = { requiredPodAffinity: [podAffinityTerm(zone, web)] };
    const results = decide({
      stateNodes: [full],
      cluster: readsOf([full]),
      podsToSchedule: [pod({ affinity })],
    });
    expect(zones(results)).toEqual(["test-zone-2"]);
  });

  it("gives up a soft spread that cannot hold, unless preferences are ignored anyway", () => {
    const soft: PodOverrides = {
      labels: web,
      spec: {
        nodeSelector: { [zone]: "test-zone-1" },
        topologySpreadConstraints: [
          topologySpread(zone, web, {
            whenUnsatisfiable: "ScheduleAnyway",
            nodeAffinityPolicy: "Ignore",
          }),
        ],
      },
    };
    for (const preferencePolicy of ["Respect", "Ignore"] as const) {
      const results = decide({ podsToSchedule: pods(3, soft), options: { preferencePolicy } });
      expect(zones(results)).toEqual(["test-zone-1", "test-zone-1", "test-zone-1"]);
    }
  });

  it("places a pod whose claim cannot be found, as if it had no volume", () => {
    const volumes = [{ name: "data", persistentVolumeClaimName: "missing" }];
    const results = decide({ podsToSchedule: [pod({ spec: { volumes } })] });
    expect(describeResults(results)).toEqual(["new default [pod] on default-instance-type"]);
  });
});
