import { describe, expect, it } from "vitest";
import { loadCatalogue } from "../traces/index.ts";
import { catalogRows } from "./catalog-rows.ts";

const everything = {
  region: "us-east-1",
  families: undefined,
  arch: undefined,
  minVcpus: undefined,
  maxVcpus: undefined,
  minMemoryGib: undefined,
  maxMemoryGib: undefined,
  hasGpu: false,
};

describe("the rows of the catalog", () => {
  it("show m5.large as Karpenter's reference page does, at AWS' price", () => {
    const rows = catalogRows(loadCatalogue(), { ...everything, families: ["m5"], maxVcpus: 2 });
    expect(rows).toMatchObject([
      {
        instanceType: "m5.large",
        allocatableCpuMillicores: 1930,
        pods: 29,
        onDemandUsdPerHour: 0.096,
      },
    ]);
  });

  it("pass every filter that is given", () => {
    const filter = { arch: "arm64", minVcpus: 4, maxVcpus: 8, minMemoryGib: 16, maxMemoryGib: 32 };
    const rows = catalogRows(loadCatalogue(), { ...everything, ...filter });
    expect(rows.length).toBeGreaterThan(20);
    for (const { arch, vcpus, memoryMib } of rows) {
      expect(arch).toBe("arm64");
      expect(vcpus).toBeGreaterThanOrEqual(4);
      expect(vcpus).toBeLessThanOrEqual(8);
      expect(memoryMib).toBeGreaterThanOrEqual(16 * 1024);
      expect(memoryMib).toBeLessThanOrEqual(32 * 1024);
    }
    const withGpu = catalogRows(loadCatalogue(), { ...everything, hasGpu: true });
    expect(withGpu.every(({ gpuName }) => gpuName !== undefined)).toBe(true);
  });
});
