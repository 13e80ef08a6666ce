import { describe, expect, it } from "vitest";
import { parseObject } from "./parse-object.ts";

function parse(spec: Readonly<Record<string, unknown>>, status?: unknown) {
  const { object, issues } = parseObject({
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: { name: "o" },
    spec: { requirements: [], ...spec },
    ...(status === undefined ? {} : { status }),
  });
  const errors = issues.filter(({ severity }) => severity === "error");
  return { object, paths: errors.map(({ path }) => path) };
}

describe("a NodeOverlay", () => {
  it.each(["0", "5", "0.031", "80.0"])("takes %s as a price", (price) => {
    expect(parse({ price }).paths).toEqual([]);
    expect(parse({ price }).object).toMatchObject({ spec: { price } });
  });

  it.each(["-1", "+1", "1%", "cheap", "", ".5", "1e3"])("refuses %j as a price", (price) => {
    expect(parse({ price }).paths).toEqual(["spec.price"]);
  });

  it.each(["+1", "-1", "-0.25", "+.5", "+150%", "-99.5%", "-100%"])(
    "takes %s as an adjustment",
    (priceAdjustment) => {
      expect(parse({ priceAdjustment }).paths).toEqual([]);
    },
  );

  it.each(["1", "5%", "-101%", "-100.5%", "+%", "--1", ""])(
    "refuses %j as an adjustment",
    (priceAdjustment) => {
      expect(parse({ priceAdjustment }).paths).toEqual(["spec.priceAdjustment"]);
    },
  );

  it("has a price or an adjustment, not both", () => {
    expect(parse({ price: "1", priceAdjustment: "+1" }).paths).toEqual(["spec"]);
  });

  it.each(["cpu", "memory", "ephemeral-storage", "pods"])("leaves %s to the type", (name) => {
    expect(parse({ capacity: { [name]: "1" } }).paths).toEqual(["spec.capacity"]);
  });

  it("keeps the conditions of a recorded object", () => {
    const condition = {
      type: "Ready",
      status: "True",
      reason: "Ready",
      message: "",
      lastTransitionTime: "2026-03-01T00:00:00Z",
      observedGeneration: 1,
    };
    const { object, paths } = parse({ price: "1" }, { conditions: [condition] });
    expect(paths).toEqual([]);
    expect(object).toMatchObject({ status: { conditions: [{ type: "Ready", status: "True" }] } });
  });
});
