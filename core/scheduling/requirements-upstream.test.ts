import { describe, expect, it } from "vitest";
import type { NodeSelectorRequirement } from "../apis/index.ts";
import type { Requirement } from "./requirement.ts";
import { allowUndefinedWellKnownLabels, Requirements } from "./requirements.ts";
import recorded from "./testdata/requirements-upstream.json" with { type: "json" };

const entries = (list: readonly unknown[]) => list as readonly NodeSelectorRequirement[];
const build = (list: readonly unknown[]) =>
  Requirements.fromNodeSelectorRequirements(entries(list));

function describeAsUpstream(requirement: Requirement): unknown {
  return {
    text: String(requirement),
    operator: requirement.operator,
    length: String(requirement.length),
    has: recorded.probes.filter((probe) => requirement.has(probe)),
    api: requirement.toNodeSelectorRequirements(),
  };
}

describe("Requirement, beside upstream", () => {
  it("intersects 400 random pairs as upstream did", () => {
    expect(recorded.pairs).toHaveLength(400);
    for (const { a, b, intersection, hasIntersection } of recorded.pairs) {
      const [left, right] = [build(a).get("key"), build(b).get("key")];
      const pair = `${left} | ${right}`;
      expect(describeAsUpstream(left.intersection(right)), pair).toEqual(intersection);
      expect(left.hasIntersection(right), pair).toBe(hasIntersection);
    }
  });
});

describe("Requirements, beside upstream", () => {
  it("accept and refuse 300 random pairs as upstream did", () => {
    expect(recorded.maps).toHaveLength(300);
    for (const { a, b, textA, intersects, strict, lenient, message } of recorded.maps) {
      const [mine, incoming] = [build(a), build(b)];
      const pair = `${mine} | ${incoming}`;
      expect(String(mine)).toBe(textA);
      expect(mine.isIntersecting(incoming), pair).toBe(intersects);
      expect(mine.isCompatible(incoming), pair).toBe(strict);
      expect(mine.isCompatible(incoming, allowUndefinedWellKnownLabels), pair).toBe(lenient);
      const refusal = mine.compatible(incoming);
      expect(refusal === undefined, pair).toBe(strict);
      if (message !== undefined) expect(refusal?.message).toBe(message);
    }
  });
});
