import { describe, expect, it } from "vitest";
import type { NodeSelectorOperator, NodeSelectorTerm } from "../apis/index.ts";
import { hasPreferredNodeAffinity, podRequirements } from "./pod-requirements.ts";
import { strictPodRequirements } from "./pod-requirements.ts";
import { Requirement } from "./requirement.ts";
import { allowUndefinedWellKnownLabels as lenient, Requirements } from "./requirements.ts";
import { pod } from "./pod-fixture.ts";

const zone = "topology.kubernetes.io/zone";
const team = "example.com/team";

/** A map out of lines such as `key In a b`. */
function requirements(...lines: readonly string[]): Requirements {
  return Requirements.of(
    ...lines.map((line) => {
      const [key = "", operator, ...values] = line.split(" ");
      return Requirement.of(key, operator as NodeSelectorOperator, values);
    }),
  );
}

function term(...lines: readonly string[]): NodeSelectorTerm {
  return { matchExpressions: requirements(...lines).toNodeSelectorRequirements(), matchFields: [] };
}

describe("Requirements", () => {
  it("are compatible with aliased labels", () => {
    const aliased = requirements("failure-domain.beta.kubernetes.io/zone In test");
    expect(aliased.has(zone)).toBe(true);
    expect(aliased.isCompatible(requirements(`${zone} Exists`))).toBe(true);
  });

  // One key; rows are the existing side, columns the incoming one: absent, In, NotIn, Exists,
  // DoesNotExist. `well-known` is read in lenient mode, the others strictly.
  const columns = ["", "In a", "NotIn a", "Exists", "DoesNotExist"];
  const table: readonly (readonly [string, string, readonly boolean[]])[] = [
    ["nothing, well-known", "", [true, true, true, true, true]],
    ["nothing, custom", "", [true, false, true, false, true]],
    ["In a", "In a", [true, true, false, true, false]],
    ["In a b", "In a b", [true, true, true, true, false]],
    ["NotIn a", "NotIn a", [true, false, true, true, true]],
    ["Exists", "Exists", [true, true, true, true, false]],
    ["DoesNotExist", "DoesNotExist", [true, false, true, false, true]],
    ["Gt 5", "Gt 5", [true, false, true, true, false]],
  ];
  it.each(table)("with %s accept as upstream's table says", (name, existing, expected) => {
    const key = name.endsWith("well-known") ? zone : team;
    const options = name.endsWith("well-known") ? lenient : undefined;
    const mine = existing === "" ? Requirements.empty : requirements(`${key} ${existing}`);
    const answers = columns.map((column) =>
      mine.isCompatible(
        column === "" ? Requirements.empty : requirements(`${key} ${column}`),
        options,
      ),
    );
    expect(answers).toEqual(expected);
  });

  it("let a contradiction pass on an undefined label, because it reads as DoesNotExist", () => {
    const contradiction = requirements(`${team} In a`, `${team} In b`);
    expect(Requirements.empty.compatible(contradiction)).toBeUndefined();
  });

  it("never find NotIn and DoesNotExist in conflict, even with crossing bounds", () => {
    const low = requirements(`${team} Lt 3`, `${team} NotIn 1`);
    const high = requirements(`${team} Gt 5`, `${team} NotIn 7`);
    expect(low.intersects(high)).toBeUndefined();
    expect(requirements(`${team} Lt 3`).intersects(high)?.key).toBe(team);
  });

  it.each([
    ["zone", zone],
    ["region", "topology.kubernetes.io/region"],
    ["nodepool", "karpenter.sh/nodepool"],
    ["instance-type", "node.kubernetes.io/instance-type"],
    ["arch", "kubernetes.io/arch"],
    ["capacity-type", "karpenter.sh/capacity-type"],
    ["topology.kubernetesio/zone", zone],
    ["node.io/zone", zone],
    ["topology.kubernetes.io/regio", "topology.kubernetes.io/region"],
    ["node.kubernetes.io/region", "topology.kubernetes.io/region"],
    ["karpenter/nodepool", "karpenter.sh/nodepool"],
  ])("guess that %s is a typo of %s", (typo, meant) => {
    const refusal = Requirements.empty.compatible(requirements(`${typo} Exists`), lenient);
    expect(refusal?.message).toBe(
      `label "${typo}" does not have known values (typo of "${meant}"?)`,
    );
  });

  it("display an error message for unknown labels", () => {
    const refusal = Requirements.empty.compatible(requirements("deployment Exists"));
    expect(refusal).toMatchObject({ kind: "undefined-label", key: "deployment" });
    expect(refusal?.message).toBe('label "deployment" does not have known values');
  });

  it("report every label in conflict, in code-unit order", () => {
    const refusal = requirements("b In 1", "a In 1").intersects(requirements("a In 2", "b In 3"));
    expect(refusal?.message).toBe(
      "key a, a In [2] not in a In [1]; key b, b In [3] not in b In [1]",
    );
  });

  it("convert to the API form with both bounds, and print without the host name", () => {
    const all = requirements("b Gt 1", "b Lt 9", "kubernetes.io/hostname In n", "a NotIn x");
    expect(all.toNodeSelectorRequirements().map(({ operator }) => operator)).toEqual([
      "NotIn",
      "Gte",
      "Lte",
      "In",
    ]);
    expect(String(all)).toBe("a NotIn [x], b Exists >=2 <=8");
  });

  it("stay themselves when an addition changes nothing, and never change in place", () => {
    const before = requirements("a In 1", "b In 1 2");
    expect(before.add(Requirement.of("a", "Exists"))).toBe(before);
    const after = before.add(Requirement.of("b", "In", ["2"]), Requirement.of("0", "Exists"));
    expect(String(before)).toBe("a In [1], b In [1 2]");
    expect(after.keys()).toEqual(["0", "a", "b"]);
    expect(after.get("a")).toBe(before.get("a"));
    expect(
      after
        .without("0")
        .replace(Requirement.of("b", "In", ["1", "2"]))
        .equals(before),
    ).toBe(true);
  });

  it("make labels of custom keys only", () => {
    const all = requirements(`${zone} In a`, `${team} In y x`, "kubernetes.io/hostname In n");
    expect(all.labels()).toEqual({ [team]: "x" });
  });
});

describe("podRequirements", () => {
  const selective = pod("p", {
    nodeSelector: { [team]: "x" },
    affinity: {
      requiredNodeTerms: [term("a In 1"), term("a In 2")],
      preferredNodeTerms: [
        { weight: 1, preference: term("b In 1") },
        { weight: 9, preference: term("b In 2") },
        { weight: 9, preference: term("b In 3") },
      ],
      requiredPodAffinity: [],
      preferredPodAffinity: [],
      requiredPodAntiAffinity: [],
      preferredPodAntiAffinity: [],
    },
  });

  it("take the heaviest preference, the first of equals, and the first required term", () => {
    expect(String(podRequirements(selective))).toBe("a In [1], b In [2], example.com/team In [x]");
    expect(hasPreferredNodeAffinity(selective)).toBe(true);
  });

  it("leave preferences out when strict", () => {
    expect(String(strictPodRequirements(selective))).toBe("a In [1], example.com/team In [x]");
  });
});
