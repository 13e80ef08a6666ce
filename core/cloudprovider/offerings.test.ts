import { describe, expect, it } from "vitest";
import { Requirement, Requirements } from "../scheduling/index.ts";
import {
  availableOfferings,
  cheapestOffering,
  compatibleOfferings,
  hasCompatibleOffering,
  mostExpensiveOffering,
  offeringPrice,
  unaffordable,
  worstLaunchPrice,
} from "./offerings.ts";
import { instanceType, offering } from "./instance-type-fixture.ts";

const offerings = [
  offering("a on-demand 4"),
  offering("a spot 1"),
  offering("b spot 3"),
  offering("b reserved 0.5 gone"),
  offering("c spot 3"),
];
const capacityType = (...values: readonly string[]) =>
  Requirements.of(Requirement.of("karpenter.sh/capacity-type", "In", values));
const zones = (...values: readonly string[]) =>
  Requirements.of(Requirement.of("topology.kubernetes.io/zone", "In", values));

describe("offerings", () => {
  it("are compatible by zone and capacity type, available or not", () => {
    expect(compatibleOfferings(offerings, zones("b"))).toEqual([offerings[2], offerings[3]]);
    expect(hasCompatibleOffering(availableOfferings(offerings), capacityType("reserved"))).toBe(
      false,
    );
    expect(hasCompatibleOffering(offerings, capacityType("reserved"))).toBe(true);
  });

  it("have a cheapest and a dearest, the first of equals", () => {
    expect(cheapestOffering(offerings)).toBe(offerings[3]);
    expect(mostExpensiveOffering(offerings.slice(1))).toBe(offerings[2]);
    expect(cheapestOffering([])).toBeUndefined();
  });

  it("cost at worst the dearest of the capacity type that would be launched", () => {
    expect(worstLaunchPrice(offerings, Requirements.empty)).toBe(0.5);
    expect(worstLaunchPrice(availableOfferings(offerings), Requirements.empty)).toBe(3);
    expect(worstLaunchPrice(offerings, capacityType("on-demand", "spot"))).toBe(3);
    expect(worstLaunchPrice(offerings, capacityType("on-demand"))).toBe(4);
    expect(worstLaunchPrice(offerings, zones("z"))).toBe(unaffordable);
  });

  it("have a price by zone and capacity type", () => {
    const type = instanceType("t", offerings);
    expect(offeringPrice(type, "b", "spot")).toBe(3);
    expect(offeringPrice(type, "c", "on-demand")).toBeUndefined();
  });
});
