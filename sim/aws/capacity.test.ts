import { describe, expect, it } from "vitest";
import { loadCatalogue } from "../../traces/index.ts";
import { buildInstanceType } from "./instance-type.ts";
import { nodeClassOf } from "../../test/support/test-aws.ts";

const mib = 2 ** 20;
const gib = 2 ** 30;
const context = {
  region: "us-east-1",
  zones: ["us-east-1a"],
  vmMemoryOverheadPercent: 0.075,
  reservedEnis: 0,
};

function build(
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  overrides: Partial<typeof context> = {},
) {
  const facts = loadCatalogue().instanceType(name);
  return buildInstanceType(facts, nodeClassOf(spec), { ...context, ...overrides });
}

const bottlerocket = { amiSelectorTerms: [{ alias: "bottlerocket@latest" }] };
const windows = { amiSelectorTerms: [{ alias: "windows2022@latest" }] };
const kubelet = (fields: Readonly<Record<string, unknown>>) => ({ kubelet: fields });

describe("the pods of an m5.large", () => {
  it.each([
    ["by interfaces", {}, {}, 29],
    ["by maxPods", kubelet({ maxPods: 110 }), {}, 110],
    ["by podsPerCore, if fewer", kubelet({ podsPerCore: 4 }), {}, 8],
    ["by podsPerCore over maxPods", kubelet({ maxPods: 110, podsPerCore: 30 }), {}, 60],
    ["by maxPods, if fewer", kubelet({ maxPods: 5, podsPerCore: 30 }), {}, 5],
    [
      "of Bottlerocket, which ignores podsPerCore",
      { ...bottlerocket, ...kubelet({ podsPerCore: 4 }) },
      {},
      29,
    ],
    ["of Windows", windows, {}, 110],
    ["of Windows by podsPerCore", { ...windows, ...kubelet({ podsPerCore: 4 }) }, {}, 8],
    ["with a reserved interface", {}, { reservedEnis: 1 }, 20],
    ["with all interfaces reserved", {}, { reservedEnis: 3 }, undefined],
  ] as const)("are %s", (_name, spec, overrides, pods) => {
    expect(build("m5.large", spec, overrides).capacity["pods"]).toBe(pods);
  });
});

describe("what the kubelet keeps of memory", () => {
  it.each([
    ["AL2023 follows the interfaces, whatever maxPods says", kubelet({ maxPods: 110 }), {}, 574],
    ["AL2023 does not see reserved interfaces", {}, { reservedEnis: 1 }, 574],
    ["Bottlerocket follows maxPods", { ...bottlerocket, ...kubelet({ maxPods: 110 }) }, {}, 1465],
    ["Bottlerocket sees reserved interfaces", bottlerocket, { reservedEnis: 1 }, 475],
    ["Windows follows its pods", windows, {}, 1465],
    ["kubeReserved replaces it", kubelet({ kubeReserved: { memory: "1Gi" } }), {}, 1024],
  ] as const)("on %s", (_name, spec, overrides, expected) => {
    const { overhead } = build("m5.large", spec, overrides);
    expect(overhead.kubeReserved["memory"]).toBe(expected * mib);
  });

  it("of CPU falls in tiers", () => {
    const reserved = ["t3.medium", "m5.xlarge", "m5.2xlarge", "m5.4xlarge", "m5.16xlarge"].map(
      (name) => build(name).overhead.kubeReserved["cpu"],
    );
    expect(reserved).toEqual([70, 80, 90, 110, 230]);
  });

  it("leaves keys that kubeReserved does not name alone, and adds systemReserved", () => {
    const { overhead, allocatable, capacity } = build(
      "m5.large",
      kubelet({ kubeReserved: { cpu: "200m" }, systemReserved: { cpu: "100m", memory: "100Mi" } }),
    );
    expect(overhead.kubeReserved).toMatchObject({ cpu: 200, memory: 574 * mib });
    expect(overhead.systemReserved).toEqual({ cpu: 100, memory: 100 * mib });
    expect(allocatable["cpu"]).toBe(1700);
    expect(allocatable["memory"]).toBe((capacity["memory"] ?? 0) - (574 + 100 + 100) * mib);
  });
});

describe("eviction thresholds", () => {
  it.each([
    ["by default", {}, 100 * mib, 2 * gib],
    ["as amounts", { "memory.available": "500Mi", "nodefs.available": "1Gi" }, 500 * mib, gib],
    [
      "as percentages of the capacity, rounded up to bytes",
      { "memory.available": "5%", "nodefs.available": "15%" },
      Math.ceil(((7577 * mib) / 100) * 5),
      3 * gib,
    ],
    ["of 100 %, which is none", { "memory.available": "100%" }, 0, 2 * gib],
  ] as const)("%s", (_name, evictionHard, memory, storage) => {
    const { overhead } = build("m5.large", kubelet({ evictionHard }));
    expect(overhead.evictionThreshold).toEqual({ memory, "ephemeral-storage": storage });
  });

  it("that are soft take nothing", () => {
    const soft = kubelet({
      evictionSoft: { "memory.available": "2Gi" },
      evictionSoftGracePeriod: { "memory.available": "1m" },
    });
    expect(build("m5.large", soft).allocatable).toEqual(build("m5.large").allocatable);
  });
});

describe("ephemeral storage", () => {
  const device = (deviceName: string, volumeSize: string, rootVolume = false) => ({
    deviceName,
    rootVolume,
    ebs: { volumeSize, volumeType: "gp3" },
  });
  const custom = { amiFamily: "Custom", amiSelectorTerms: [{ id: "ami-0123456789abcdef0" }] };

  it.each([
    ["is 20 GiB by default", "m5.large", {}, 20 * gib],
    ["is 50 GiB on Windows", "m5.large", windows, 50 * gib],
    ["is the instance store under RAID0", "m5d.large", { instanceStorePolicy: "RAID0" }, 75e9],
    [
      "is the volume where RAID0 has no disks",
      "m5.large",
      { instanceStorePolicy: "RAID0" },
      20 * gib,
    ],
    [
      "is the family's device",
      "m5.large",
      { blockDeviceMappings: [device("/dev/xvdb", "90Gi"), device("/dev/xvda", "50Gi")] },
      50 * gib,
    ],
    [
      "is Bottlerocket's second device",
      "m5.large",
      {
        ...bottlerocket,
        blockDeviceMappings: [device("/dev/xvda", "4Gi"), device("/dev/xvdb", "90Gi")],
      },
      90 * gib,
    ],
    [
      "is the volume marked as root",
      "m5.large",
      { blockDeviceMappings: [device("/dev/xvda", "50Gi"), device("/dev/xvdz", "70Gi", true)] },
      70 * gib,
    ],
    [
      "is the last device of a custom image",
      "m5.large",
      {
        ...custom,
        blockDeviceMappings: [device("/dev/xvda", "50Gi"), device("/dev/xvdc", "60Gi")],
      },
      60 * gib,
    ],
    [
      "stays the default where the family's device is not mapped",
      "m5.large",
      { blockDeviceMappings: [device("/dev/xvdc", "90Gi")] },
      20 * gib,
    ],
  ] as const)("%s", (_name, type, spec, bytes) => {
    expect(build(type, spec).capacity["ephemeral-storage"]).toBe(bytes);
  });
});

describe("arm64 and Windows", () => {
  it("arm64 hides 64 MiB and says so in its label", () => {
    const { capacity, requirements } = build("c7g.large");
    expect(capacity["memory"]).toBe(3729 * mib);
    expect(requirements.get("kubernetes.io/arch").only).toBe("arm64");
  });

  it("Windows runs on amd64 only, with addresses for its pods", () => {
    const { capacity, requirements } = build("m5.large", windows);
    expect(capacity["vpc.amazonaws.com/PrivateIPv4Address"]).toBe(9);
    expect(requirements.get("kubernetes.io/os").only).toBe("windows");
    const arm = build("c7g.large", windows);
    expect(arm.capacity["vpc.amazonaws.com/PrivateIPv4Address"]).toBeUndefined();
    expect(arm.requirements.get("kubernetes.io/os").operator).toBe("DoesNotExist");
    expect(build("m5.large").capacity["vpc.amazonaws.com/PrivateIPv4Address"]).toBeUndefined();
  });
});
