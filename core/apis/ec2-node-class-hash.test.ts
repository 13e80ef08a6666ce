import { describe, expect, it } from "vitest";
import { ec2NodeClassHash } from "./ec2-node-class-hash.ts";
import { parseObject } from "./parse-object.ts";

type Spec = Readonly<Record<string, unknown>>;

const terms: Spec = {
  amiFamily: "Custom",
  amiSelectorTerms: [{ id: "ami-1" }],
  subnetSelectorTerms: [{ id: "subnet-1" }],
  securityGroupSelectorTerms: [{ id: "sg-1" }],
};

function hashOf(spec: Spec, caBundle?: string): string {
  const { object, issues } = parseObject({
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec,
  });
  if (object?.kind !== "EC2NodeClass") throw new Error(JSON.stringify(issues));
  return ec2NodeClassHash(object, caBundle);
}

// The spec, the changes and the numbers are those of upstream's own test of its hash.
const metadataOptions = {
  httpEndpoint: "disabled",
  httpProtocolIPv6: "disabled",
  httpPutResponseHopLimit: 1,
  httpTokens: "optional",
};
const ebs = {
  deleteOnTermination: false,
  encrypted: false,
  iops: 0,
  kmsKeyID: "fakeKMSKeyID",
  snapshotID: "fakeSnapshot",
  throughput: 0,
  volumeSize: "2G",
  volumeType: "standard",
};
const base: Spec = {
  ...terms,
  role: "role-1",
  tags: { "keyTag-1": "valueTag-1", "keyTag-2": "valueTag-2" },
  context: "fake-context",
  detailedMonitoring: false,
  associatePublicIPAddress: false,
  metadataOptions,
  blockDeviceMappings: [
    { deviceName: "map-device-1", rootVolume: false, ebs },
    { deviceName: "map-device-2" },
  ],
  userData: "userdata-test-1",
};
const baseHash = "2608468723537941485";

const volumes = (changes: Spec): Spec => ({
  blockDeviceMappings: [
    { deviceName: "map-device-1", rootVolume: false, ebs: { ...ebs, ...changes } },
    { deviceName: "map-device-2" },
  ],
});

describe("ec2NodeClassHash", () => {
  it.each<[string, string, Spec]>([
    ["no change", baseHash, {}],
    ["user data", "2153344579995979450", { userData: "userdata-test-2" }],
    ["the context", "11612053647989098410", { context: "context-2" }],
    ["detailed monitoring", "11845605438531206428", { detailedMonitoring: true }],
    ["the instance store policy", "6430637013089544585", { instanceStorePolicy: "RAID0" }],
    ["public addresses", "6811176403923819181", { associatePublicIPAddress: true }],
    [
      "a metadata option",
      "8968306366664488826",
      { metadataOptions: { ...metadataOptions, httpPutResponseHopLimit: 10 } },
    ],
    [
      "connection tracking",
      "12177489405137904098",
      { connectionTracking: { tcpEstablishedTimeout: 300 } },
    ],
    ["CPU options", "17001101224536964682", { cpuOptions: { nestedVirtualization: "enabled" } }],
    ["the size of a volume", "3564293065344858862", volumes({ volumeSize: "10G" })],
    [
      "an instance profile",
      "3585768058063247698",
      { role: undefined, instanceProfile: "test-instance-profile" },
    ],
  ])("equals upstream's after a change of %s", (_what, hash, changes) => {
    const spec = JSON.parse(JSON.stringify({ ...base, ...changes })) as Spec;
    expect(hashOf(spec, "test-ca-bundle")).toBe(hash);
  });

  it("sees neither selector terms nor the order of tags, volumes and network interfaces", () => {
    const mappings = volumes({})["blockDeviceMappings"] as readonly unknown[];
    const changed = {
      ...base,
      amiSelectorTerms: [{ tags: { a: "b" } }],
      subnetSelectorTerms: [{ tags: { a: "b" } }],
      securityGroupSelectorTerms: [{ name: "a" }],
      capacityReservationSelectorTerms: [{ id: "cr-1" }],
      ipPrefixCount: 2,
      tags: { "keyTag-2": "valueTag-2", "keyTag-1": "valueTag-1" },
      blockDeviceMappings: [...mappings].reverse(),
    };
    expect(hashOf(changed, "test-ca-bundle")).toBe(baseHash);
  });

  it("sees the AMI family that results, not how it is written", () => {
    const alias = { ...base, amiFamily: undefined, amiSelectorTerms: [{ alias: "al2023@latest" }] };
    const byAlias = JSON.parse(JSON.stringify(alias)) as Spec;
    expect(hashOf(byAlias)).toBe(hashOf({ ...byAlias, amiFamily: "AL2023" }));
    expect(hashOf(byAlias)).not.toBe(hashOf(base));
  });
});
