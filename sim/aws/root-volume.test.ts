import { describe, expect, it } from "vitest";
import { volumesUsdPerHour } from "./root-volume.ts";
import { nodeClassOf } from "../../test/support/test-aws.ts";

function monthly(spec: Readonly<Record<string, unknown>>): number {
  return volumesUsdPerHour(nodeClassOf(spec)) * 720;
}

function mapping(ebs: Readonly<Record<string, unknown>>) {
  return { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs }] };
}

describe("the volumes of a machine cost, USD a month of 30 days", () => {
  it.each([
    ["AL2023 by default, 20 GiB gp3", {}, 1.6],
    [
      "Bottlerocket by default, 4 and 20 GiB gp3",
      { amiSelectorTerms: [{ alias: "bottlerocket@latest" }] },
      1.92,
    ],
    ["Windows by default, 50 GiB gp3", { amiSelectorTerms: [{ alias: "windows2022@latest" }] }, 4],
    ["100 GiB gp3", mapping({ volumeSize: "100Gi", volumeType: "gp3" }), 8],
    [
      "gp3 with what is included",
      mapping({ volumeSize: "100Gi", volumeType: "gp3", iops: 3000, throughput: 125 }),
      8,
    ],
    [
      "gp3 with 1000 more IOPS",
      mapping({ volumeSize: "100Gi", volumeType: "gp3", iops: 4000 }),
      13,
    ],
    [
      "gp3 with 100 MiB/s more",
      mapping({ volumeSize: "100Gi", volumeType: "gp3", throughput: 225 }),
      12,
    ],
    ["100 GiB gp2", mapping({ volumeSize: "100Gi", volumeType: "gp2" }), 10],
    ["no type written, which is gp2", mapping({ volumeSize: "100Gi" }), 10],
    ["io1 with IOPS", mapping({ volumeSize: "100Gi", volumeType: "io1", iops: 2000 }), 142.5],
    ["st1", mapping({ volumeSize: "500Gi", volumeType: "st1" }), 22.5],
    ["decimal gigabytes", mapping({ volumeSize: "100G", volumeType: "gp3" }), (8 * 1e9) / 2 ** 30],
  ] as const)("%s", (_name, spec, usd) => {
    expect(monthly(spec)).toBeCloseTo(usd, 9);
  });

  it("every mapping", () => {
    const volume = { volumeSize: "100Gi", volumeType: "gp3" };
    const blockDeviceMappings = ["/dev/xvda", "/dev/xvdb"].map((deviceName) => ({
      deviceName,
      ebs: volume,
    }));
    expect(monthly({ blockDeviceMappings })).toBeCloseTo(16, 9);
  });
});
