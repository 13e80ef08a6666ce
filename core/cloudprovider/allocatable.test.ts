import { describe, expect, it } from "vitest";
import { parseResourceList } from "../units/index.ts";
import { allocatableOfferings, computeAllocatable } from "./allocatable.ts";
import { instanceType, offering } from "./instance-type-fixture.ts";

const list = parseResourceList;
const overhead = {
  kubeReserved: list({ cpu: "100m", memory: "1Gi" }),
  systemReserved: {},
  evictionThreshold: {},
};

describe("computeAllocatable", () => {
  it("reserves memory for huge pages", () => {
    const capacity = list({
      cpu: "5",
      memory: "20Gi",
      "hugepages-2Mi": "5Gi",
      "hugepages-1Gi": "10Gi",
    });
    expect(computeAllocatable(capacity, list({ cpu: "125m", memory: "1Gi" }))).toMatchObject(
      list({ cpu: "4875m", memory: "4Gi" }),
    );
  });

  it("leaves no memory when huge pages take more than there is", () => {
    const capacity = list({ memory: "20Gi", "hugepages-2Mi": "50Gi", "hugepages-1Gi": "10Gi" });
    expect(computeAllocatable(capacity, list({ memory: "1Gi" }))["memory"]).toBe(0);
  });

  it("may fall below zero for other resources", () => {
    expect(computeAllocatable({ cpu: 50 }, { cpu: 100, pods: 1 })).toEqual({ cpu: -50 });
  });
});

describe("allocatableOfferings", () => {
  const capacity = list({ cpu: "4", memory: "16Gi", pods: "110" });
  const plain = [offering("a spot 1"), offering("b spot 1"), offering("c spot 1 gone")];

  it("is one group when no offering has overrides", () => {
    const type = instanceType("t", plain, capacity, overhead);
    expect(allocatableOfferings(type)).toEqual([
      { allocatable: type.allocatable, offerings: plain.slice(0, 2) },
    ]);
  });

  it("has a group for each override, added to capacity and overhead", () => {
    const override = {
      capacityOverride: { "test.com/slots": 12 },
      overheadOverride: {
        kubeReserved: {},
        systemReserved: list({ memory: "3Gi" }),
        evictionThreshold: {},
      },
    };
    const more = { capacityOverride: list({ memory: "1Gi" }) };
    const overridden = [
      offering("a on-demand 1", override),
      offering("b on-demand 1", more),
      offering("c on-demand 1", { ...override }),
      offering("d on-demand 1 gone", { capacityOverride: { gone: 1 } }),
    ];
    const type = instanceType("t", [...plain, ...overridden], capacity, overhead);
    const base = { cpu: 3900, pods: 110 };
    expect(allocatableOfferings(type)).toEqual([
      { allocatable: { ...base, ...list({ memory: "15Gi" }) }, offerings: plain.slice(0, 2) },
      {
        allocatable: { ...base, ...list({ memory: "12Gi" }), "test.com/slots": 12 },
        offerings: [overridden[0], overridden[2]],
      },
      { allocatable: { ...base, ...list({ memory: "16Gi" }) }, offerings: [overridden[1]] },
    ]);
    expect(allocatableOfferings(type)).toBe(allocatableOfferings(type));
  });
});
