import { describe, expect, it } from "vitest";
import { FakeCloudProvider } from "../../test/support/fake-cloud-provider.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { nodeOverlay } from "../../test/support/node-overlays.ts";
import { instanceType, offering } from "./instance-type-fixture.ts";
import { evaluateNodeOverlays } from "./node-overlay.ts";
import { NodeOverlayStore } from "./node-overlay-store.ts";
import { OverlaidCloudProvider } from "./overlaid-cloud-provider.ts";

const types = [instanceType("m", [offering("a spot 1"), offering("b on-demand 2")])];
const pool = nodePool();

/** A cloud of one type and two offerings, the overlays evaluated for NodePool `default`. */
function overlaid(...overlays: Parameters<typeof evaluateNodeOverlays>[0]) {
  const inner = new FakeCloudProvider();
  inner.instanceTypes = types;
  const store = new NodeOverlayStore();
  const provider = new OverlaidCloudProvider(inner, store);
  const evaluate = (): void => {
    const targets = [{ nodePool: pool, instanceTypes: inner.getInstanceTypes() }];
    store.replace(evaluateNodeOverlays(overlays, targets).updates);
  };
  evaluate();
  const prices = (): readonly number[] =>
    provider.getInstanceTypes(pool).flatMap((it) => it.offerings.map((of) => of.priceUsdPerHour));
  return { inner, provider, evaluate, prices };
}

describe("a cloud with NodeOverlays", () => {
  it("has no types for a NodePool that awaits evaluation, always in the same array", () => {
    const { provider } = overlaid();
    const other = nodePool({ name: "other" });
    expect(provider.getInstanceTypes(other)).toEqual([]);
    expect(provider.getInstanceTypes(other)).toBe(provider.getInstanceTypes(other));
  });

  it("hands out the cloud's own array while no overlay selects anything", () => {
    const { provider } = overlaid(nodeOverlay("o", { price: "9", zone: "elsewhere" }));
    expect(provider.getInstanceTypes(pool)).toBe(types);
  });

  it("hands out one array while neither types nor overlays change", () => {
    const { provider, inner, prices, evaluate } = overlaid(nodeOverlay("o", { price: "9" }));
    const first = provider.getInstanceTypes(pool);
    expect(prices()).toEqual([9, 9]);
    expect(provider.getInstanceTypes(pool)).toBe(first);
    inner.instanceTypes = [instanceType("m", [offering("a spot 1")])];
    expect(prices()).toEqual([9]);
    expect(provider.getInstanceTypes(pool)).not.toBe(first);
    evaluate();
    expect(prices()).toEqual([9]);
  });

  it("adjusts new prices of the market without another evaluation", () => {
    const { inner, prices } = overlaid(nodeOverlay("o", { priceAdjustment: "+50%" }));
    expect(prices()).toEqual([1.5, 3]);
    inner.instanceTypes = [instanceType("m", [offering("a spot 2"), offering("b on-demand 2")])];
    expect(prices()).toEqual([3, 3]);
  });

  it("leaves the cloud's own types as they are", () => {
    const { prices, inner } = overlaid(nodeOverlay("o", { price: "9", capacity: { fuse: 3 } }));
    expect(prices()).toEqual([9, 9]);
    expect(inner.getInstanceTypes()[0]?.offerings[0]?.priceUsdPerHour).toBe(1);
    expect(inner.getInstanceTypes()[0]?.capacity).not.toHaveProperty("fuse");
  });
});
