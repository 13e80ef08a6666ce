import { describe, expect, it } from "vitest";
import { conditionOf } from "../../core/state/index.ts";
import { nodeClassOf, resolved } from "../../test/support/test-aws.ts";
import type { AwsAccount } from "./aws-account.ts";

const tags = { discovery: "x" };
const subnets = [
  { id: "subnet-b", zone: "us-east-1b", tags, availableIpAddressCount: 10 },
  { id: "subnet-a", zone: "us-east-1a", tags: {}, availableIpAddressCount: 99 },
  { id: "subnet-c", zone: "us-east-1a", zoneId: "use1-az1", tags, availableIpAddressCount: 20 },
];
const securityGroups = [
  { id: "sg-2", name: "pods", tags },
  { id: "sg-1", name: "nodes", tags },
  { id: "sg-3", name: "db", tags: {} },
];

function statusOf(spec: Readonly<Record<string, unknown>>, account: Partial<AwsAccount>) {
  return resolved(nodeClassOf(spec), { amiReleases: {}, ...account }).status;
}

function conditionsOf(spec: Readonly<Record<string, unknown>>, account: Partial<AwsAccount>) {
  const nodeClass = resolved(nodeClassOf(spec), { amiReleases: {}, ...account });
  return (type: string) => {
    const condition = conditionOf(nodeClass, type);
    return `${condition?.status} ${condition?.reason}`;
  };
}

describe("an EC2NodeClass finds", () => {
  it("one subnet in each zone and one security group where the account doesn't say", () => {
    const status = statusOf({}, {});
    expect(status.subnets.map(({ zone }) => zone)).toEqual(["us-east-1a", "us-east-1b"]);
    expect(status.securityGroups).toHaveLength(1);
    expect(conditionsOf({}, {})("Ready")).toBe("True Ready");
  });

  it("the subnets of its terms, those with the most free addresses first", () => {
    expect(statusOf({}, { subnets }).subnets).toEqual([
      { id: "subnet-c", zone: "us-east-1a", zoneId: "use1-az1" },
      { id: "subnet-b", zone: "us-east-1b" },
    ]);
    const terms = [{ id: "subnet-a" }, { tags: { discovery: "*" } }];
    const all = statusOf({ subnetSelectorTerms: terms }, { subnets }).subnets;
    expect(all.map(({ id }) => id)).toEqual(["subnet-a", "subnet-c", "subnet-b"]);
  });

  it("the security groups of its terms, by id, name or tags", () => {
    const found = (terms: readonly unknown[]) =>
      statusOf({ securityGroupSelectorTerms: terms }, { securityGroups }).securityGroups;
    expect(found([{ tags }])).toEqual([
      { id: "sg-1", name: "nodes" },
      { id: "sg-2", name: "pods" },
    ]);
    expect(found([{ id: "sg-3" }, { name: "po*" }]).map(({ id }) => id)).toEqual(["sg-2", "sg-3"]);
  });

  it("for an alias an image of each variant, and for each type the one that suits it", () => {
    const { amis } = statusOf({}, {});
    expect(amis).toHaveLength(5);
    const bottlerocket = { amiSelectorTerms: [{ alias: "bottlerocket@latest" }] };
    expect(new Set(statusOf(bottlerocket, {}).amis.map(({ id }) => id)).size).toBe(4);
    expect(amis.map(({ name }) => name)).toContain(
      "amazon-eks-node-al2023-x86_64-nvidia-1.33-at-start",
    );
  });

  const images = [
    { name: "golden-1", creationDate: 1, tags: { stage: "prod" }, ssmParameters: ["/golden"] },
    { name: "golden-2", creationDate: 2, tags: { stage: "test" }, ssmParameters: [] },
    { name: "golden-3", creationDate: 3, tags: {}, ssmParameters: [], owner: "123456789012" },
  ].map((image, index) => ({
    ...{ id: `ami-${index + 1}`, architecture: "amd64", owner: "self", ...image },
  })) as unknown as AwsAccount["images"];

  it.each([
    [[{ id: "ami-2" }], ["ami-2"]],
    [[{ name: "golden-*" }], ["ami-2"]],
    [[{ name: "golden-*", owner: "123456789012" }], ["ami-3"]],
    [[{ tags: { stage: "*" } }], ["ami-2"]],
    [[{ tags: { stage: "prod" } }], ["ami-1"]],
    [[{ ssmParameter: "/golden" }], ["ami-1"]],
    [[{ name: "silver" }], []],
  ])("for terms %j the newest AMI that they select: %j", (amiSelectorTerms, expected) => {
    const spec = { amiFamily: "AL2023", amiSelectorTerms };
    expect(statusOf(spec, { images: images ?? [] }).amis.map(({ id }) => id)).toEqual(expected);
  });
});

describe("an EC2NodeClass is not ready", () => {
  it.each([
    [{ subnets: [] }, "SubnetsReady", "False SubnetsNotFound"],
    [{ securityGroups: [] }, "SecurityGroupsReady", "False SecurityGroupsNotFound"],
    [{ subnets: [] }, "ValidationSucceeded", "False DependenciesNotReady"],
    [{ subnets: [] }, "Ready", "False UnhealthyDependents"],
  ])("while %j matches nothing: %s is %s", (account, type, expected) => {
    expect(conditionsOf({}, account)(type)).toBe(expected);
  });

  it("while no AMI matches", () => {
    const spec = { amiFamily: "Custom", amiSelectorTerms: [{ id: "ami-9" }] };
    const conditions = conditionsOf(spec, { images: [] });
    expect(conditions("AMIsReady")).toBe("False AMINotFound");
  });

  it("with an alias that the Kubernetes version has no AMIs for, if the version is known", () => {
    const al2 = { amiSelectorTerms: [{ alias: "al2@latest" }] };
    const windows = { amiSelectorTerms: [{ alias: "windows2025@latest" }] };
    const ready = (spec: typeof al2, kubernetesVersion?: string) =>
      conditionsOf(spec, kubernetesVersion === undefined ? {} : { kubernetesVersion })("AMIsReady");
    expect(ready(al2)).toBe("True AMIsReady");
    expect(ready(al2, "1.32")).toBe("True AMIsReady");
    expect(ready(al2, "1.33")).toBe("False UnsupportedAlias");
    expect(ready(windows, "1.34")).toBe("False UnsupportedAlias");
    expect(ready(windows, "1.35")).toBe("True AMIsReady");
  });
});
