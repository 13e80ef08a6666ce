import { describe, expect, it } from "vitest";
import { allocateFleet, type FleetCandidate } from "./fleet.ts";

function candidate(overrides: Partial<FleetCandidate>): FleetCandidate {
  return {
    instanceType: "m5.large",
    zone: "us-east-1a",
    usdPerHour: 0.04,
    headroom: 10,
    survivalOdds: 0.99,
    ...overrides,
  };
}

describe("an instant fleet", () => {
  it("goes to the cheapest of the Spot pools that are about as deep as the deepest", () => {
    const candidates = [
      candidate({ instanceType: "m5.large", usdPerHour: 0.04, survivalOdds: 0.99 }),
      candidate({ instanceType: "m5a.large", usdPerHour: 0.035, survivalOdds: 0.98 }),
      candidate({ instanceType: "m4.large", usdPerHour: 0.02, survivalOdds: 0.9 }),
    ];
    const { launches, errors } = allocateFleet(candidates, "spot", 1);
    expect(launches).toEqual([{ instanceType: "m5a.large", zone: "us-east-1a" }]);
    expect(errors).toEqual([]);
  });

  it("goes to the cheapest On-Demand pool, however deep", () => {
    const candidates = [
      candidate({ usdPerHour: 0.096 }),
      candidate({ instanceType: "c5.large", usdPerHour: 0.085, survivalOdds: 0 }),
    ];
    expect(allocateFleet(candidates, "on-demand", 1).launches[0]?.instanceType).toBe("c5.large");
  });

  it("follows priorities before prices where the request has them, depth first on Spot", () => {
    const candidates = [
      candidate({ instanceType: "m5.large", usdPerHour: 0.04, priority: 3 }),
      candidate({ instanceType: "c5.large", usdPerHour: 0.09, priority: 2 }),
      candidate({ instanceType: "r5.large", usdPerHour: 0.05, priority: 1, survivalOdds: 0.5 }),
    ];
    const first = (option: "spot" | "on-demand") =>
      allocateFleet(candidates, option, 1).launches[0]?.instanceType;
    expect([first("spot"), first("on-demand")]).toEqual(["c5.large", "r5.large"]);
  });

  it("names the pools that it had to pass over for lack of room", () => {
    const candidates = [
      candidate({ instanceType: "c5.large", usdPerHour: 0.01, headroom: 0 }),
      candidate({ headroom: 1 }),
      candidate({ zone: "us-east-1b", usdPerHour: 0.05 }),
    ];
    const { launches, errors } = allocateFleet(candidates, "on-demand", 2);
    expect(launches.map(({ zone }) => zone)).toEqual(["us-east-1a", "us-east-1b"]);
    expect(errors.map(({ instanceType, zone }) => `${instanceType} ${zone}`)).toEqual([
      "c5.large us-east-1a",
      "m5.large us-east-1a",
    ]);
  });

  it("names every pool when nothing fits", () => {
    const candidates = [candidate({ headroom: 0 }), candidate({ headroom: 0, zone: "us-east-1b" })];
    const { launches, errors } = allocateFleet(candidates, "spot", 1);
    expect(launches).toEqual([]);
    expect(errors.map(({ code }) => code)).toEqual([
      "InsufficientInstanceCapacity",
      "InsufficientInstanceCapacity",
    ]);
  });
});
