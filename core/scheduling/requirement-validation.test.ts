import { describe, expect, it } from "vitest";
import type { NodeSelectorOperator } from "../apis/index.ts";
import { isRestrictedLabel } from "./labels.ts";
import { requirementViolations } from "./requirement-validation.ts";

const check = (key: string, operator: string, values: readonly string[] = [], minValues?: number) =>
  requirementViolations({
    key,
    operator: operator as NodeSelectorOperator,
    values,
    ...(minValues === undefined ? {} : { minValues }),
  });

describe("requirementViolations", () => {
  it("finds nothing wrong with supported operators, whole numbers and well-known labels", () => {
    expect(check("topology.kubernetes.io/zone", "In", ["a"])).toEqual([]);
    expect(check("karpenter.k8s.aws/instance-cpu", "Gt", ["4"])).toEqual([]);
    expect(check("karpenter.sh/capacity-type", "In", ["spot", "typo"])).toEqual([]);
    expect(check("example.com/team", "NotIn", [])).toEqual([]);
    expect(check("subdomain.k8s.io/test", "In", ["", "x.y_z-1"])).toEqual([]);
  });

  it.each([
    ["an unknown operator", check("a", "Like"), "key a has an unsupported operator Like not in"],
    ["the host name", check("kubernetes.io/hostname", "Exists"), "using label kubernetes.io/host"],
    ["a restricted domain", check("x.karpenter.sh/y", "Exists"), "using label x.karpenter.sh/y is"],
    ["In without values", check("a", "In"), "key a with operator In must have a value defined"],
    [
      "too few values",
      check("a", "In", ["x"], 2),
      "key a with operator In must have at least minimum number of values defined in 'values' field",
    ],
    [
      "unknown values",
      check("karpenter.sh/capacity-type", "In", ["x"]),
      "no valid values found in [x] for karpenter.sh/capacity-type, " +
        "expected one of: map[on-demand:{} reserved:{} spot:{}], got: [x]",
    ],
    [
      "too few known values",
      check("karpenter.sh/capacity-type", "In", ["spot", "x"], 2),
      "not enough valid values found in [spot x] for karpenter.sh/capacity-type, " +
        "expected at least 2 valid values from: [on-demand reserved spot], got: 1",
    ],
    [
      "two slashes",
      check("a/b/c", "Exists"),
      "key a/b/c is not a qualified name, a valid label key must consist of alphanumeric " +
        "characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
        "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
        "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and " +
        "'/' (e.g. 'example.com/MyName')",
    ],
    ["an empty prefix", check("/a", "Exists"), "key /a is not a qualified name, prefix part must"],
    ["upper case in a prefix", check("A.b/c", "Exists"), "key A.b/c is not a qualified name, pre"],
    [
      "a value out of form",
      check("a", "In", ["-"]),
      "invalid value - for key a, a valid label must",
    ],
    [
      "a long value",
      check("a", "In", ["x".repeat(64)]),
      `invalid value ${"x".repeat(64)} for key a, `,
    ],
  ])("refuses %s", (_name, violations, start) => {
    expect(violations[0]?.slice(0, start.length)).toBe(start);
  });

  it.each([[[]], [["1", "2"]], [["a"]], [["-1"]], [["9223372036854775808"]]])(
    "refuses %o as a bound",
    (values) => {
      for (const operator of ["Gt", "Lt", "Gte", "Lte"]) {
        expect(check("a", operator, values)).toContain(
          `key a with operator ${operator} must have a single positive integer value`,
        );
      }
    },
  );
});

describe("isRestrictedLabel", () => {
  it("bars Karpenter's domains and the host name, but not well-known labels in them", () => {
    expect(isRestrictedLabel("karpenter.sh/nodepool")).toBe(false);
    expect(isRestrictedLabel("karpenter.k8s.aws/instance-family")).toBe(false);
    expect(isRestrictedLabel("karpenter.k8s.aws/ec2nodeclass")).toBe(true);
    expect(isRestrictedLabel("karpenter.sh/initialized")).toBe(true);
    expect(isRestrictedLabel("notkarpenter.sh/x")).toBe(false);
    expect(isRestrictedLabel("kubernetes.io/hostname")).toBe(true);
  });
});
