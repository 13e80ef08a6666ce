import { describe, expect, it } from "vitest";
import type { NodeOverlay, NodePool } from "../apis/index.ts";
import { Never, type ResourceList, simTime, usdPerHour } from "../units/index.ts";
import type { InstanceType } from "./instance-type.ts";
import { adjustedPrice, evaluateNodeOverlays } from "./node-overlay.ts";
import { instanceType, offering } from "./instance-type-fixture.ts";

const metadata = (name: string) => ({
  name,
  namespace: "",
  uid: name,
  labels: {},
  annotations: {},
  creationTimestamp: simTime(0),
  finalizers: [],
  ownerReferences: [],
  generation: 1,
});

function nodePool(name: string, labels: Readonly<Record<string, string>> = {}): NodePool {
  const spec = {
    taints: [],
    startupTaints: [],
    requirements: [],
    nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
    expireAfter: Never,
  };
  const disruption = {
    consolidateAfter: Never,
    consolidationPolicy: "WhenEmpty",
    budgets: [],
  } as const;
  return {
    kind: "NodePool",
    metadata: metadata(name),
    spec: { template: { labels, annotations: {}, spec }, disruption, limits: {} },
    status: { conditions: [] },
  };
}

function overlay(name: string, spec: Partial<NodeOverlay["spec"]>): NodeOverlay {
  const defaults = { requirements: [], capacity: {}, weight: 0 };
  return {
    kind: "NodeOverlay",
    metadata: metadata(name),
    spec: { ...defaults, ...spec },
    status: { conditions: [] },
  };
}

const on = (key: string, ...values: readonly string[]) => ({
  requirements: [{ key, operator: "In" as const, values }],
});
const inZone = (zone: string) => on("topology.kubernetes.io/zone", zone);
const ofType = (...names: readonly string[]) => on("node.kubernetes.io/instance-type", ...names);

const types = [
  instanceType("m.large", [offering("a spot 1"), offering("b spot 2")]),
  instanceType("c.large", [offering("a on-demand 4")]),
];

/** Verdicts as `name:reason` and prices and capacity of the types in pool `default`. */
function evaluate(...overlays: readonly NodeOverlay[]) {
  const pool = nodePool("default", { team: "x" });
  const { updates, verdicts } = evaluateNodeOverlays(overlays, [
    { nodePool: pool, instanceTypes: types },
    { nodePool: nodePool("other"), instanceTypes: types },
  ]);
  const result = updates.apply("default", types);
  const seen: readonly InstanceType[] = result.kind === "applied" ? result.instanceTypes : [];
  return {
    updates,
    seen,
    verdicts: verdicts.map((it) => `${it.name}:${it.status === "True" ? "ok" : it.reason}`),
    prices: seen.map((it) => it.offerings.map((of) => of.priceUsdPerHour)),
    slots: seen.map((it): ResourceList[string] | undefined => it.capacity["slots"]),
  };
}

describe("evaluateNodeOverlays", () => {
  it("leaves the very same types without overlays", () => {
    expect(evaluate().seen).toBe(types);
  });

  it("prices the offerings that the overlay selects, and shares the others", () => {
    const { seen, prices } = evaluate(overlay("o", { ...inZone("b"), price: "0.5" }));
    expect(prices).toEqual([[1, 0.5], [4]]);
    expect(seen[0]?.offerings[1]?.isPriceOverlaid).toBe(true);
    expect(seen[0]?.offerings[0]).toBe(types[0]?.offerings[0]);
    expect(seen[1]).toBe(types[1]);
  });

  it("sets capacity for the whole type even when one offering matched, and its allocatable", () => {
    const { seen, slots } = evaluate(overlay("o", { ...inZone("b"), capacity: { slots: 7 } }));
    expect(slots).toEqual([7, undefined]);
    expect(seen[0]?.allocatable["slots"]).toBe(7);
    expect(seen[0]?.isCapacityOverlaid).toBe(true);
    expect(seen[0]?.offerings).toBe(types[0]?.offerings);
  });

  it("lets the heaviest overlay win, and adds capacity of lighter ones", () => {
    const { prices, slots, seen, verdicts } = evaluate(
      overlay("light", {
        ...ofType("m.large"),
        weight: 1,
        priceAdjustment: "+50%",
        capacity: { slots: 1, fuse: 2 },
      }),
      overlay("heavy", { ...ofType("m.large"), weight: 2, price: "9", capacity: { slots: 3 } }),
    );
    expect(verdicts).toEqual(["heavy:ok", "light:ok"]);
    expect(prices).toEqual([[9, 9], [4]]);
    expect(slots).toEqual([3, undefined]);
    expect(seen[0]?.capacity["fuse"]).toBe(2);
  });

  it("drops an overlay that prices an offering of another of equal weight, everywhere", () => {
    const { prices, verdicts } = evaluate(
      overlay("b", { ...inZone("a"), price: "7" }),
      overlay("a", { priceAdjustment: "+1" }),
    );
    expect(verdicts).toEqual(["b:ok", "a:Conflict"]);
    expect(prices).toEqual([[7, 2], [7]]);
  });

  it("finds a conflict with a price of equal weight that itself lost to a heavier one", () => {
    const { verdicts } = evaluate(
      overlay("heavy", { weight: 9, price: "7" }),
      overlay("b", { price: "6" }),
      overlay("a", { price: "5" }),
    );
    expect(verdicts).toEqual(["heavy:ok", "b:ok", "a:Conflict"]);
  });

  it("compares capacity with the last overlay of equal weight only", () => {
    const { verdicts } = evaluate(
      overlay("c", { capacity: { slots: 1 } }),
      overlay("b", { capacity: { fuse: 1 } }),
      overlay("a", { capacity: { slots: 2 } }),
    );
    expect(verdicts).toEqual(["c:ok", "b:ok", "a:ok"]);
    expect(
      evaluate(overlay("b", { capacity: { slots: 1 } }), overlay("a", { capacity: { slots: 1 } }))
        .verdicts,
    ).toEqual(["b:ok", "a:Conflict"]);
  });

  it("passes overlays of equal weight whose requirements exclude each other", () => {
    const { verdicts } = evaluate(
      overlay("a", { ...inZone("a"), price: "1" }),
      overlay("b", { ...inZone("b"), price: "2" }),
    );
    expect(verdicts).toEqual(["b:ok", "a:ok"]);
  });

  it("selects by NodePool name and template labels", () => {
    const byName = overlay("o", { ...on("karpenter.sh/nodepool", "default"), price: "7" });
    const { updates, prices } = evaluate(byName, overlay("p", { ...on("team", "y"), price: "8" }));
    expect(prices).toEqual([[7, 7], [7]]);
    expect(updates.apply("other", types)).toEqual({ kind: "applied", instanceTypes: types });
  });

  it("refuses invalid requirements and resources that types define themselves", () => {
    const { verdicts, prices } = evaluate(
      overlay("a", { ...on("kubernetes.io/hostname", "n"), price: "1" }),
      overlay("b", { capacity: { cpu: 1 } }),
      overlay("c", { requirements: [{ key: "team", operator: "NotIn", values: [] }], price: "1" }),
    );
    expect(verdicts).toEqual(["c:RuntimeValidation", "b:RuntimeValidation", "a:RuntimeValidation"]);
    expect(prices).toEqual([[1, 2], [4]]);
  });

  it("knows no types of a NodePool that was not evaluated, while others go on", () => {
    const { updates } = evaluateNodeOverlays(
      [overlay("o", { price: "3" })],
      [
        { nodePool: nodePool("healthy"), instanceTypes: types },
        { nodePool: nodePool("broken"), instanceTypes: undefined },
      ],
    );
    expect(updates.apply("broken", types)).toEqual({
      kind: "unevaluated",
      message: 'nodepool "broken" is awaiting evaluation',
    });
    const first = updates.apply("healthy", types);
    expect(first.kind).toBe("applied");
    expect(updates.apply("healthy", types)).toEqual(first);
  });

  it("drops capacity and overhead overrides of repriced offerings", () => {
    const type = instanceType("m", [offering("a spot 1", { capacityOverride: { slots: 1 } })]);
    const { updates } = evaluateNodeOverlays(
      [overlay("o", { price: "3" })],
      [{ nodePool: nodePool("default"), instanceTypes: [type] }],
    );
    const result = updates.apply("default", [type]);
    const repriced = result.kind === "applied" ? result.instanceTypes[0]?.offerings[0] : undefined;
    expect(repriced).toMatchObject({ priceUsdPerHour: 3 });
    expect(repriced).not.toHaveProperty("capacityOverride");
  });
});

describe("adjustedPrice", () => {
  it.each([
    ["-10%", 10, 9],
    ["+10%", 10, 11],
    ["-50%", 10, 5],
    ["+100%", 10, 20],
    ["-100%", 10, 0],
    ["-200%", 10, 0],
    ["-25%", 1.5, 1.125],
    ["+0", 10, 10],
    ["+5", 10, 15],
    ["-2.5", 10, 7.5],
    ["-15", 10, 0],
    ["+0.75", 1.25, 2],
    ["+100", 0.001, 100.001],
    ["+0.0001", 0.0001, 0.0002],
    ["80.0", 82781, 80],
    ["", 82781, 82781],
  ])("with %s makes %d into %d", (change, before, expected) => {
    expect(adjustedPrice(usdPerHour(before), change)).toBe(expected);
  });
});
