import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { buildCatalogue } from "../../scripts/build-catalogue.ts";
import { loadCatalogue } from "./catalogue.ts";

const sourceTables = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const hasSourceTables = existsSync(`${sourceTables}/ec2-catalog/instance-types.csv`);
const catalogue = loadCatalogue();

describe("the facts of instance types", () => {
  it("are those of 1,356 types, ascending by name", () => {
    const names = catalogue.instanceTypes.map(({ instanceType }) => instanceType);
    expect(names).toHaveLength(1356);
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
  });

  // The documented values of the instance type reference page.
  it.each([
    ["m5.large", "amd64", 2, 8192, 29, 6903, 1930],
    ["m5.24xlarge", "amd64", 96, 393_216, 737, 355_262, 95_690],
    ["r6g.2xlarge", "arm64", 8, 65_536, 58, 59_568, 7910],
    ["c7g.large", "arm64", 2, 4096, 29, 3055, 1930],
    ["p3.2xlarge", "amd64", 8, 62_464, 58, 56_786, 7910],
    ["g5.xlarge", "amd64", 4, 16_384, 58, 14_162, 3920],
  ])("of %s are the documented ones", (name, arch, vcpus, memoryMib, pods, memory, cpu) => {
    expect(catalogue.instanceType(name)).toMatchObject({
      arch,
      vcpus,
      memoryMib,
      eniLimitedPods: pods,
      documentedAllocatableMemoryMib: memory,
      documentedAllocatableCpuMillicores: cpu,
      documentedAllocatableEphemeralStorageGib: 17,
    });
  });

  it("tell an absent value from zero", () => {
    expect(catalogue.instanceType("m5.large").gpuCount).toBeUndefined();
    expect(catalogue.instanceType("p3.2xlarge")).toMatchObject({
      gpuName: "v100",
      gpuManufacturer: "nvidia",
      gpuCount: 1,
      hypervisor: "xen",
    });
    expect(catalogue.instanceType("m5.metal")).toMatchObject({
      isBareMetal: true,
      hypervisor: undefined,
    });
    expect(catalogue.instanceType("trn1.32xlarge")).toMatchObject({
      neuronDevices: 16,
      neuronCores: 32,
    });
  });

  it("obey EC2's rule for pods per network interface", () => {
    const known = catalogue.instanceTypes.filter(({ maxEnis }) => maxEnis !== undefined);
    expect(known).toHaveLength(1302);
    for (const { instanceType, maxEnis, ipv4PerEni, eniLimitedPods } of known) {
      const rule = (maxEnis ?? 0) * ((ipv4PerEni ?? 0) - 1) + 2;
      expect([instanceType, eniLimitedPods]).toEqual([instanceType, rule]);
    }
  });

  it("include retired types, which say which release of the document they are from", () => {
    const retired = catalogue.instanceTypes.filter(({ docVersion }) => docVersion !== "v1.14.1");
    expect(retired).toHaveLength(20);
    expect(catalogue.instanceType("p2.xlarge").docVersion).toBe("v1.3.0");
  });

  it("of an unknown type are undefined or an error", () => {
    expect(catalogue.findInstanceType("cc2.8xlarge")).toBeUndefined();
    expect(() => catalogue.instanceType("cc2.8xlarge")).toThrow("cc2.8xlarge is not in");
  });
});

describe("On-Demand prices", () => {
  it.each([
    ["us-east-1", "m5.large", 0.096, "2026-07-06"],
    ["us-east-1", "p3.2xlarge", 3.06, "2026-07-06"],
    ["us-east-1", "g3.4xlarge", 1.14, undefined],
    ["eu-west-1", "m5.large", 0.107, "2025-04-04"],
    ["ap-northeast-1", "a1.2xlarge", 0.2568, "2025-04-04"],
  ])("in %s of %s are %d USD per hour", (region, type, price, asOf) => {
    expect(catalogue.onDemandUsdPerHour(region, type)).toBe(price);
    if (asOf !== undefined) {
      expect(catalogue.findOnDemandPrice(region, type)?.source.asOf).toBe(asOf);
    }
  });

  it("cover nine regions", () => {
    expect(catalogue.pricedRegions).toEqual([
      "ap-northeast-1",
      "ap-southeast-1",
      "eu-central-1",
      "eu-west-1",
      "eu-west-3",
      "sa-east-1",
      "us-east-1",
      "us-east-2",
      "us-west-2",
    ]);
  });

  it("of twelve types are unknown in us-east-1, and unknown is never zero", () => {
    const without = catalogue.instanceTypesWithoutPrice("us-east-1");
    expect(without).toHaveLength(12);
    expect(without).toContain("p5e.48xlarge");
    expect(catalogue.findOnDemandPrice("us-east-1", "p5e.48xlarge")).toBeUndefined();
    expect(() => catalogue.onDemandUsdPerHour("us-east-1", "p5e.48xlarge")).toThrow(RangeError);
  });

  it("of an unknown region are an error that names the known ones", () => {
    expect(() => catalogue.findOnDemandPrice("us-moon-1", "m5.large")).toThrow("us-west-2");
    expect(() => catalogue.instanceTypesWithoutPrice("us-moon-1")).toThrow(RangeError);
  });
});

describe("the Spot Instance Advisor", () => {
  it("has a bucket and a saving per region and type, a saving may be a loss", () => {
    expect(catalogue.spotAdvisorBucket("us-east-1", "m5.large")).toBe(3);
    expect(catalogue.spotAdvisorSavingsPercent("us-east-1", "m5.large")).toBe(66);
    expect(catalogue.spotAdvisorSavingsPercent("ca-central-1", "p5.48xlarge")).toBe(-62);
    expect(catalogue.findSpotAdvice("us-east-1", "m5.large")?.bucket.label).toBe("15-20%");
  });

  it("says nothing about what it does not list", () => {
    expect(catalogue.spotAdvisorBucket("us-east-1", "cc2.8xlarge")).toBeUndefined();
    expect(catalogue.spotAdvisorBucket("us-moon-1", "m5.large")).toBeUndefined();
  });

  it("counts as published: 14,962 rows in 33 regions", () => {
    expect(catalogue.advisedRegions).toHaveLength(33);
    const counts = [0, 0, 0, 0, 0];
    for (const region of catalogue.advisedRegions) {
      for (const { instanceType } of catalogue.instanceTypes) {
        const bucket = catalogue.spotAdvisorBucket(region, instanceType);
        if (bucket !== undefined) {
          counts[bucket] = (counts[bucket] ?? 0) + 1;
        }
      }
    }
    expect(counts).toEqual([3239, 2894, 2025, 1874, 4930]);
  });
});

describe("the committed catalogue", () => {
  it("names its sources with their dates", () => {
    for (const source of catalogue.sources) {
      expect(source.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(source.from).toMatch(/github\.com/);
    }
  });

  it.skipIf(!hasSourceTables)("is what its generator makes of the source tables", () => {
    for (const [name, text] of Object.entries(buildCatalogue(sourceTables))) {
      const committed = readFileSync(new URL(`./data/${name}`, import.meta.url), "utf8");
      expect(committed === text, `${name} is out of date: run scripts/build-catalogue.ts`).toBe(
        true,
      );
    }
  });
});
