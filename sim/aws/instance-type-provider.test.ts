import { describe, expect, it } from "vitest";
import { after, hours, seconds } from "../../core/units/index.ts";
import type { SpotMarket } from "../ec2/index.ts";
import { stepMarket, testStart } from "../../test/support/test-ec2.ts";
import { BelievedPrices } from "./believed-prices.ts";
import { InstanceTypeProvider } from "./instance-type-provider.ts";
import { catalogueOf, nodeClassOf } from "../../test/support/test-aws.ts";
import { UnavailableOfferings } from "./unavailable-offerings.ts";

const nodeClass = nodeClassOf();

function providerOver(market: SpotMarket, names = ["c5.large", "m5.large"]) {
  const unavailable = new UnavailableOfferings();
  const provider = new InstanceTypeProvider({
    catalogue: catalogueOf(names),
    region: "us-east-1",
    zones: ["us-east-1a", "us-east-1b"],
    vmMemoryOverheadPercent: 0.075,
    reservedEnis: 0,
    prices: new BelievedPrices(market, testStart, hours(12)),
    unavailable,
  });
  const spotPrice = (offsetHours: number) =>
    provider
      .list(nodeClass, after(testStart, seconds(offsetHours * 3600)))
      .flatMap(({ offerings }) => offerings)
      .find(({ capacityType }) => capacityType === "spot")?.priceUsdPerHour;
  return { provider, unavailable, spotPrice };
}

describe("believed prices", () => {
  it("are read at the start and every twelve hours, whatever the market does in between", () => {
    const market = stepMarket([-3600, 0.04], [3600, 0.05], [11 * 3600, 0.06], [13 * 3600, 0.07]);
    const { spotPrice } = providerOver(market);
    expect([0, 2, 11.999, 12, 23.999, 24, 36].map(spotPrice)).toEqual([
      0.04, 0.04, 0.04, 0.06, 0.06, 0.07, 0.07,
    ]);
  });

  it("are unknown for a pool that was never seen, and then its Spot is not available", () => {
    const market = stepMarket([3600, 0.05]);
    const { provider } = providerOver(market);
    const open = (offsetHours: number) =>
      provider
        .list(nodeClass, after(testStart, hours(offsetHours)))[0]
        ?.offerings.filter(({ available }) => available)
        .map(({ capacityType }) => capacityType);
    expect(open(2)).toEqual(["on-demand", "on-demand"]);
    expect(open(12)).toEqual(["on-demand", "spot", "on-demand", "spot"]);
  });
});

describe("the list of instance types", () => {
  it("has an offering for every zone and capacity type, On-Demand at the list price", () => {
    const { provider } = providerOver(stepMarket([-3600, 0.04]));
    const [c5] = provider.list(nodeClass, testStart);
    expect(c5?.name).toBe("c5.large");
    expect(
      c5?.offerings.map((it) => `${it.zone} ${it.capacityType} ${it.priceUsdPerHour}`),
    ).toEqual([
      "us-east-1a on-demand 0.085",
      "us-east-1a spot 0.04",
      "us-east-1b on-demand 0.085",
      "us-east-1b spot 0.04",
    ]);
  });

  it("stays the same array while nothing changes, a reading of equal prices included", () => {
    const { provider } = providerOver(stepMarket([-3600, 0.04]));
    const first = provider.list(nodeClass, testStart);
    expect(provider.list(nodeClass, after(testStart, hours(1)))).toBe(first);
    expect(provider.list(nodeClass, after(testStart, hours(12)))).toBe(first);
  });

  it("is made anew by a mark and at its end, and only for the marked type", () => {
    const { provider, unavailable } = providerOver(stepMarket([-3600, 0.04]));
    const [c5, m5] = provider.list(nodeClass, testStart);
    unavailable.mark("spot", "m5.large", "us-east-1a", testStart);
    const marked = provider.list(nodeClass, testStart);
    expect(marked[0]).toBe(c5);
    expect(marked[1]).not.toBe(m5);
    expect(marked[1]?.requirements).toBe(m5?.requirements);
    expect(marked[1]?.offerings.map(({ available }) => available)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(provider.list(nodeClass, after(testStart, seconds(180)))).toBe(marked);
    const over = provider.list(nodeClass, after(testStart, seconds(191)));
    expect(over[0]).toBe(c5);
    expect(over[1]?.offerings).toEqual(m5?.offerings);
  });

  it("re-makes only the types whose price moved", () => {
    const flat = stepMarket([-3600, 0.04]);
    const rising = stepMarket([-3600, 0.04], [3600, 0.05]);
    const market: SpotMarket = {
      description: "m5 rises",
      priceAt: (name, ...rest) => (name === "m5.large" ? rising : flat).priceAt(name, ...rest),
      nextChangeAfter: () => undefined,
    };
    const { provider } = providerOver(market);
    const [c5, m5] = provider.list(nodeClass, testStart);
    const later = provider.list(nodeClass, after(testStart, hours(12)));
    expect(later[0]).toBe(c5);
    expect(later[1]).not.toBe(m5);
  });

  it("is one per NodeClass, and marks hold for all of them", () => {
    const { provider, unavailable } = providerOver(stepMarket([-3600, 0.04]));
    const other = nodeClassOf({ kubelet: { maxPods: 8 } });
    const renamed = { ...other, metadata: { ...other.metadata, name: "other" } };
    unavailable.mark("spot", "m5.large", "us-east-1a", testStart);
    const lists = [nodeClass, renamed].map((each) => provider.list(each, testStart));
    expect(lists.map(([, m5]) => m5?.offerings[1]?.available)).toEqual([false, false]);
    expect(lists.map(([, m5]) => m5?.capacity["pods"])).toEqual([29, 8]);
    expect(provider.list(nodeClass, testStart)).toBe(lists[0]);
  });

  it("leaves out a1 for AL2023 and types without a price in the region", () => {
    const { provider } = providerOver(stepMarket([-3600, 0.04]), ["a1.large", "m5.large"]);
    expect(provider.list(nodeClass, testStart).map(({ name }) => name)).toEqual(["m5.large"]);
    const old = nodeClassOf({ amiSelectorTerms: [{ alias: "al2@latest" }] });
    const renamed = { ...old, metadata: { ...old.metadata, name: "old" } };
    expect(provider.list(renamed, testStart)).toHaveLength(2);
  });
});
