import { describe, expect, it } from "vitest";
import { deepFreeze } from "../../test/support/freeze.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod, podAffinityTerm, topologySpread } from "../../test/support/pods.ts";
import { describeResults, schedule } from "../../test/support/scheduling.ts";
import type { NodeSelectorTerm, Pod } from "../apis/index.ts";
import { relax } from "./preferences.ts";

const zone = "topology.kubernetes.io/zone";

function zoneTerm(...values: readonly string[]): NodeSelectorTerm {
  return { matchExpressions: [{ key: zone, operator: "In", values }], matchFields: [] };
}

function reasons(start: Pod, toleratePreferNoSchedule: boolean): readonly string[] {
  const found: string[] = [];
  let current: Pod = start;
  for (;;) {
    const relaxation = relax(deepFreeze(current), { toleratePreferNoSchedule });
    if (relaxation === undefined) return found;
    found.push(
      relaxation.reason
        .replace(/ ?= ?\{.*/, "")
        .replace("DuringSchedulingIgnoredDuringExecution", ""),
    );
    current = relaxation.pod;
  }
}

describe("relax", () => {
  const weighted = { weight: 1, podAffinityTerm: podAffinityTerm(zone, {}) };
  const everything = pod({
    affinity: {
      requiredNodeTerms: [zoneTerm("a"), zoneTerm("b")],
      preferredNodeTerms: [{ weight: 1, preference: zoneTerm("a") }],
      preferredPodAffinity: [weighted],
      preferredPodAntiAffinity: [weighted],
    },
    spec: {
      topologySpreadConstraints: [
        topologySpread(zone, {}),
        topologySpread(zone, {}, { whenUnsatisfiable: "ScheduleAnyway" }),
      ],
    },
  });

  it("drops soft constraints one by one, in upstream's order", () => {
    expect(reasons(everything, true)).toEqual([
      "removing: spec.affinity.nodeAffinity.required[0]",
      "removing: spec.affinity.podAffinity.preferred[0]",
      "removing: spec.affinity.podAntiAffinity.preferred[0]",
      "removing: spec.affinity.nodeAffinity.preferred[0]",
      "removing: spec.topologySpreadConstraints",
      "adding: toleration for PreferNoSchedule taints",
    ]);
    expect(reasons(everything, false)).toHaveLength(5);
    expect(reasons(pod(), false)).toEqual([]);
  });

  it("drops the heaviest preference first", () => {
    const preferredNodeTerms = [1, 100, 50].map((weight) => ({
      weight,
      preference: zoneTerm(String(weight)),
    }));
    const relaxed = relax(pod({ affinity: { preferredNodeTerms } }), {
      toleratePreferNoSchedule: false,
    });
    expect(relaxed?.pod.spec.affinity?.preferredNodeTerms.map(({ weight }) => weight)).toEqual([
      50, 1,
    ]);
  });

  it("moves the last spread constraint to where the soft one was", () => {
    const constraint = (key: string, isSoft: boolean) =>
      topologySpread(key, {}, { whenUnsatisfiable: isSoft ? "ScheduleAnyway" : "DoNotSchedule" });
    const constraints = [constraint("a", true), constraint("b", false), constraint("c", false)];
    const relaxed = relax(pod({ spec: { topologySpreadConstraints: constraints } }), {
      toleratePreferNoSchedule: false,
    });
    expect(relaxed?.pod.spec.topologySpreadConstraints.map((it) => it.topologyKey)).toEqual([
      "c",
      "b",
    ]);
  });
});

describe("preferences in a run", () => {
  it("hold when they can and give way when they cannot, unless ignored from the start", () => {
    const prefer = (name: string) => [{ weight: 1, preference: zoneTerm(name) }];
    const zoneOf = (name: string, preferencePolicy: "Respect" | "Ignore") =>
      schedule({
        podsToSchedule: [pod({ affinity: { preferredNodeTerms: prefer(name) } })],
        options: { preferencePolicy },
      }).newNodeClaims[0]?.requirements.get(zone).only;
    expect(zoneOf("test-zone-2", "Respect")).toBe("test-zone-2");
    expect(zoneOf("test-zone-9", "Respect")).toBeUndefined();
    expect(zoneOf("test-zone-2", "Ignore")).toBeUndefined();
  });

  it("let required terms be alternatives: the next is tried when the first fails", () => {
    const requiredNodeTerms = [zoneTerm("test-zone-9"), zoneTerm("test-zone-2")];
    const results = schedule({ podsToSchedule: [pod({ affinity: { requiredNodeTerms } })] });
    expect(results.newNodeClaims[0]?.requirements.get(zone).only).toBe("test-zone-2");
  });

  it("avoid PreferNoSchedule taints, and give way only if some NodePool has one", () => {
    const taints = [{ key: "soft", value: "", effect: "PreferNoSchedule" }] as const;
    const podsToSchedule = [pod()];
    const tainted = nodePool({ name: "tainted", taints });
    expect(
      describeResults(schedule({ nodePools: [tainted, nodePool()], podsToSchedule }))[0],
    ).toMatch(/^new default/);
    expect(describeResults(schedule({ nodePools: [tainted], podsToSchedule }))[0]).toMatch(
      /^new tainted/,
    );
    const stateNodes = [stateNode({ taints })];
    expect(describeResults(schedule({ stateNodes, podsToSchedule }))[0]).toMatch(/^new default/);
  });
});
