import { describe, expect, it } from "vitest";
import type { Ec2NodeClass } from "./ec2-node-class.ts";
import { parseObject } from "./parse-object.ts";
import { rawNodeClass } from "./raw-object-fixture.ts";

function read(raw: unknown): Ec2NodeClass {
  const { object, issues } = parseObject(raw);
  if (object?.kind !== "EC2NodeClass") throw new Error(JSON.stringify(issues));
  return object;
}

/** The rules that an EC2NodeClass with such a spec breaks, in the CRD's words. */
function broken(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const { issues } = parseObject(rawNodeClass(spec));
  return issues.filter((one) => one.severity === "error").map((one) => one.allowed);
}

describe("an EC2NodeClass", () => {
  it("infers its family from the alias, and prefers the family that is written", () => {
    expect(read(rawNodeClass()).spec.amiFamily).toBe("AL2023");
    expect(read(rawNodeClass({ amiFamily: "Custom" })).spec.amiFamily).toBe("Custom");
    const byId = { amiFamily: "AL2", amiSelectorTerms: [{ id: "ami-1" }] };
    expect(read(rawNodeClass(byId)).spec.amiFamily).toBe("AL2");
  });

  it("keeps its spec as written, with the metadata options of the CRD", () => {
    const { raw } = read(rawNodeClass({ metadataOptions: { httpTokens: "optional" } })).spec;
    expect(raw["role"]).toBe("node");
    expect(raw["metadataOptions"]).toEqual({
      httpEndpoint: "enabled",
      httpProtocolIPv6: "disabled",
      httpPutResponseHopLimit: 1,
      httpTokens: "optional",
    });
  });

  it("says what of it has no counterpart, and only where it is asked for", () => {
    const unmodelled = (spec: Readonly<Record<string, unknown>>): readonly string[] =>
      parseObject(rawNodeClass(spec)).issues.map(
        (one) => `${one.severity} ${one.code} ${one.path}`,
      );
    const volume = (isDeleted: boolean): unknown => [
      { deviceName: "/dev/xvdb", ebs: { volumeSize: "20Gi", deleteOnTermination: isDeleted } },
    ];
    const told = {
      "unplayed detailedMonitoring": { detailedMonitoring: true },
      "unsupported capacityReservationSelectorTerms": {
        capacityReservationSelectorTerms: [{ id: "cr-1" }],
      },
      "unplayed blockDeviceMappings[0].ebs.deleteOnTermination": {
        blockDeviceMappings: volume(false),
      },
    };
    for (const [severityAndPath, spec] of Object.entries(told)) {
      const [severity, path] = severityAndPath.split(" ");
      expect(unmodelled(spec)).toEqual([`${severity} apis/unmodelled-field spec.${path}`]);
      expect(parseObject(rawNodeClass(spec)).object).toBeDefined();
    }
    const quiet = { detailedMonitoring: false, capacityReservationSelectorTerms: [] };
    expect(unmodelled({ ...quiet, blockDeviceMappings: volume(true) })).toEqual([]);
  });

  it("has exactly one of role and instanceProfile", () => {
    const rule = "must specify exactly one of ['role', 'instanceProfile']";
    expect(broken({ instanceProfile: "profile" })).toEqual([rule]);
    expect(broken({ role: undefined })).toEqual([rule]);
    expect(broken({ role: undefined, instanceProfile: "profile" })).toEqual([]);
    expect(broken({ role: "" })).toEqual(["role cannot be empty"]);
  });

  it.each([
    ["al2023", "'alias' is improperly formatted, must match the format 'family@version'"],
    [
      "ubuntu@latest",
      "family is not supported, must be one of the following: 'al2', 'al2023', 'bottlerocket', " +
        "'windows2019', 'windows2022', 'windows2025'",
    ],
    ["windows2022@v1.0.0", "windows families may only specify version 'latest'"],
  ])("has no alias %s", (alias, rule) => {
    expect(broken({ amiFamily: "Custom", amiSelectorTerms: [{ alias }] })).toContain(rule);
  });

  it("names its family unless an alias does, and no other one than the alias", () => {
    expect(broken({ amiSelectorTerms: [{ id: "ami-1" }] })).toEqual([
      "must specify amiFamily if amiSelectorTerms does not contain an alias",
    ]);
    expect(broken({ amiFamily: "Bottlerocket" })).toEqual([
      "if set, amiFamily must be 'AL2023' or 'Custom' when using an AL2023 alias",
    ]);
  });

  it.each([
    [[], "at least 1 items"],
    [[{}], "expected at least one, got none, ['tags', 'id', 'name', 'alias', 'ssmParameter']"],
    [
      [{ id: "ami-1", name: "a" }],
      "'id' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms",
    ],
    [
      [{ alias: "al2@latest", name: "a" }],
      "'alias' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms",
    ],
    [
      [{ alias: "al2@latest" }, { id: "ami-1" }],
      "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms",
    ],
    [[{ tags: { a: "" } }], "empty tag keys or values aren't supported"],
  ] as readonly (readonly [readonly object[], string])[])(
    "refuses the AMI selector terms %j",
    (amiSelectorTerms, rule) => {
      expect(broken({ amiFamily: "AL2", amiSelectorTerms })).toContain(rule);
    },
  );

  it("selects subnets and security groups by something", () => {
    expect(broken({ subnetSelectorTerms: [] })).toEqual(["subnetSelectorTerms cannot be empty"]);
    expect(broken({ securityGroupSelectorTerms: [{}] })).toEqual([
      "expected at least one, got none, ['tags', 'id', 'name']",
    ]);
    expect(broken({ subnetSelectorTerms: [{ id: "subnet-1", tags: { a: "b" } }] })).toEqual([
      "'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term",
    ]);
  });

  it("leaves Karpenter's own tags alone", () => {
    expect(
      broken({ tags: { "karpenter.sh/nodepool": "a", "kubernetes.io/cluster/a": "b" } }),
    ).toEqual([
      "tag contains a restricted tag matching kubernetes.io/cluster/",
      "tag contains a restricted tag matching karpenter.sh/nodepool",
    ]);
  });

  it("gives volumes EC2's defaults, and bytes for their sizes", () => {
    const blockDeviceMappings = [
      { deviceName: "/dev/xvda", ebs: { volumeSize: "20Gi" } },
      {
        deviceName: "/dev/xvdb",
        ebs: { volumeSize: "1T", volumeType: "gp3", throughput: 500, encrypted: true },
      },
    ];
    expect(read(rawNodeClass({ blockDeviceMappings })).spec.blockDeviceMappings).toEqual([
      {
        deviceName: "/dev/xvda",
        rootVolume: false,
        ebs: { volumeSizeBytes: 20 * 2 ** 30, volumeType: "gp2", deleteOnTermination: true },
      },
      {
        deviceName: "/dev/xvdb",
        rootVolume: false,
        ebs: {
          volumeSizeBytes: 1e12,
          volumeType: "gp3",
          deleteOnTermination: false,
          throughputMibPerSecond: 500,
        },
      },
    ]);
  });

  it("has at most one root volume, and every volume a size or a snapshot", () => {
    const ebs = { volumeSize: "1Gi" };
    expect(
      broken({
        blockDeviceMappings: [
          { ebs, rootVolume: true },
          { ebs, rootVolume: true },
        ],
      }),
    ).toEqual(["must have only one blockDeviceMappings with rootVolume"]);
    expect(broken({ blockDeviceMappings: [{ ebs: {} }] })).toEqual([
      "snapshotID or volumeSize must be defined",
    ]);
    expect(broken({ blockDeviceMappings: [{ ebs: { volumeSize: "60000Gi" } }] })).toHaveLength(1);
  });

  it("takes kubelet settings by their signals and resources", () => {
    const kubelet = {
      maxPods: 110,
      systemReserved: { cpu: "100m" },
      evictionHard: { "memory.available": "5%" },
    };
    expect(read(rawNodeClass({ kubelet })).spec.kubelet).toEqual({ ...kubelet, kubeReserved: {} });
    expect(broken({ kubelet: { systemReserved: { disk: "1" } } })).toEqual([
      "valid keys for systemReserved are ['cpu','memory','ephemeral-storage','pid']",
    ]);
    expect(broken({ kubelet: { kubeReserved: { cpu: "-1" } } })).toEqual([
      "kubeReserved value cannot be a negative resource quantity",
    ]);
    expect(broken({ kubelet: { evictionSoft: { "memory.available": "1Gi" } } })).toEqual([
      "evictionSoft OwnerKey does not have a matching evictionSoftGracePeriod",
    ]);
    expect(
      broken({ kubelet: { imageGCHighThresholdPercent: 10, imageGCLowThresholdPercent: 20 } }),
    ).toEqual(["imageGCHighThresholdPercent must be greater than imageGCLowThresholdPercent"]);
  });

  it("says what it asks for that is not modelled", () => {
    const { issues } = parseObject(
      rawNodeClass({ placementGroupSelector: { name: "a" }, cpuOptions: {}, context: "c" }),
    );
    expect(issues.map((one) => `${one.severity} ${one.path}`).sort()).toEqual([
      "unplayed spec.context",
      "unsupported spec.cpuOptions",
      "unsupported spec.placementGroupSelector",
    ]);
  });
});
