import { describe, expect, it } from "vitest";
import type { LabelSelectorRequirement, NodeSelectorRequirement } from "../apis/index.ts";
import { labelSelectorMatches, nodeSelectorTermsMatch } from "./label-selector.ts";

const labels = { app: "web", size: "12" };

describe("labelSelectorMatches", () => {
  it("picks nothing without a selector and everything with an empty one", () => {
    expect(labelSelectorMatches(undefined, labels)).toBe(false);
    expect(labelSelectorMatches({ matchLabels: {}, matchExpressions: [] }, {})).toBe(true);
  });

  it("needs every label and every expression", () => {
    const selector = {
      matchLabels: { app: "web" },
      matchExpressions: [{ key: "size", operator: "Exists", values: [] }] as const,
    };
    expect(labelSelectorMatches(selector, labels)).toBe(true);
    expect(labelSelectorMatches(selector, { app: "web" })).toBe(false);
    expect(labelSelectorMatches(selector, { size: "1" })).toBe(false);
  });

  it.each([
    [{ key: "app", operator: "In", values: ["api", "web"] }, true],
    [{ key: "app", operator: "NotIn", values: ["web"] }, false],
    [{ key: "tier", operator: "NotIn", values: ["x"] }, true],
    [{ key: "tier", operator: "In", values: ["x"] }, false],
    [{ key: "tier", operator: "DoesNotExist", values: [] }, true],
    [{ key: "toString", operator: "Exists", values: [] }, false],
  ] satisfies [LabelSelectorRequirement, boolean][])("evaluates %o as %s", (it, expected) => {
    expect(labelSelectorMatches({ matchLabels: {}, matchExpressions: [it] }, labels)).toBe(
      expected,
    );
  });
});

describe("nodeSelectorTermsMatch", () => {
  const matches = (...matchExpressions: readonly NodeSelectorRequirement[]) =>
    nodeSelectorTermsMatch([{ matchExpressions, matchFields: [] }], labels, "node");

  it("ORs terms, and no term or an empty one matches nothing", () => {
    const empty = { matchExpressions: [], matchFields: [] };
    const byName = {
      matchExpressions: [],
      matchFields: [{ key: "metadata.name", operator: "In", values: ["node"] }] as const,
    };
    expect(nodeSelectorTermsMatch([], labels, "node")).toBe(false);
    expect(nodeSelectorTermsMatch([empty], labels, "node")).toBe(false);
    expect(nodeSelectorTermsMatch([empty, byName], labels, "node")).toBe(true);
    expect(nodeSelectorTermsMatch([byName], labels, "other")).toBe(false);
  });

  it("compares integers, and only integers, with Gt, Lt, Gte and Lte", () => {
    expect(matches({ key: "size", operator: "Gt", values: ["11"] })).toBe(true);
    expect(matches({ key: "size", operator: "Gt", values: ["12"] })).toBe(false);
    expect(matches({ key: "size", operator: "Lte", values: ["12"] })).toBe(true);
    expect(matches({ key: "size", operator: "Gte", values: ["13"] })).toBe(false);
    expect(matches({ key: "size", operator: "Lt", values: ["x"] })).toBe(false);
    expect(matches({ key: "app", operator: "Gt", values: ["0"] })).toBe(false);
  });
});
