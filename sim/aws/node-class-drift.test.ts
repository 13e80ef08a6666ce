import { describe, expect, it } from "vitest";
import type { Ec2NodeClass, NodeClaim } from "../../core/apis/index.ts";
import { nodeClaimOf, nodeClassOf, resolved, TestAws } from "../../test/support/test-aws.ts";
import type { AwsAccount } from "./aws-account.ts";
import { nodeClassHash } from "./node-class-hash.ts";

const onDemand = "karpenter.sh/capacity-type=on-demand";
const subnet = (id: string, zone: string, tags: Readonly<Record<string, string>> = {}) => ({
  ...{ id, zone, tags, availableIpAddressCount: 100 },
});

const account: AwsAccount = {
  amiReleases: { al2023: "v20260301" },
  subnets: [subnet("subnet-a", "us-east-1a", { discovery: "x" })],
  securityGroups: [{ id: "sg-1", name: "nodes", tags: { discovery: "x" } }],
};

/** With the hash that the hash controller puts on it. */
function hashed(nodeClass: Ec2NodeClass, version = "v5"): Ec2NodeClass {
  const annotations = {
    "karpenter.k8s.aws/ec2nodeclass-hash": nodeClassHash(nodeClass),
    "karpenter.k8s.aws/ec2nodeclass-hash-version": version,
  };
  return { ...nodeClass, metadata: { ...nodeClass.metadata, annotations } };
}

/** A machine launched with a NodeClass of the account. */
function machine(spec: Readonly<Record<string, unknown>> = {}) {
  const aws = new TestAws();
  const become = (next: Ec2NodeClass): void => {
    aws.nodeClass = hashed(next);
  };
  become(resolved(nodeClassOf(spec), account));
  const nodeClaim = aws.launched(nodeClaimOf("one", [onDemand]));
  const drift = (of: NodeClaim = nodeClaim): string => {
    const result = aws.provider.isDrifted(of);
    if (result.kind === "drifted") return result.reason;
    return result.kind === "error" ? `error: ${result.message}` : result.kind;
  };
  return { aws, nodeClaim, become, drift };
}

describe("a machine of an EC2NodeClass", () => {
  it("has not drifted while nothing has changed", () => {
    const { drift, become } = machine();
    expect(drift()).toBe("not-drifted");
    become(resolved(nodeClassOf(), account));
    expect(drift()).toBe("not-drifted");
  });

  it("drifts by its static fields before anything else", () => {
    const { drift, become } = machine();
    const moved = { ...account, amiReleases: { al2023: "v20260308" } };
    become(resolved(nodeClassOf({ userData: "changed" }), moved));
    expect(drift()).toBe("NodeClassDrift");
  });

  it("does not drift by a hash of another version, nor by one that is missing", () => {
    const { aws, drift, nodeClaim } = machine();
    const changed = resolved(nodeClassOf({ userData: "changed" }), account);
    aws.nodeClass = hashed(changed, "v6");
    expect(drift()).toBe("not-drifted");
    aws.nodeClass = hashed(changed);
    const { metadata } = nodeClaim;
    expect(drift({ ...nodeClaim, metadata: { ...metadata, annotations: {} } })).toBe("not-drifted");
  });

  const released = { ...account, amiReleases: { al2023: "v20260308" } };

  it("drifts by a release where its alias says latest", () => {
    const { drift, become } = machine();
    become(resolved(nodeClassOf(), released));
    expect(drift()).toBe("AMIDrift");
  });

  it("does not drift by a release where its alias is pinned", () => {
    const pinned = { amiSelectorTerms: [{ alias: "al2023@v20260301" }] };
    const { drift, become } = machine(pinned);
    become(resolved(nodeClassOf(pinned), released));
    expect(drift()).toBe("not-drifted");
    become(resolved(nodeClassOf({ amiSelectorTerms: [{ alias: "al2023@v20260308" }] }), released));
    expect(drift()).toBe("AMIDrift");
  });

  it("drifts by an upgrade of the control plane, for whose version there are other AMIs", () => {
    const pinned = { amiSelectorTerms: [{ alias: "al2023@v20260301" }] };
    const { drift, become } = machine(pinned);
    become(resolved(nodeClassOf(pinned), { ...account, kubernetesVersion: "1.34" }));
    expect(drift()).toBe("AMIDrift");
  });

  it("drifts by security groups before its subnet", () => {
    const { drift, become } = machine();
    const group = { id: "sg-2", name: "more", tags: { discovery: "x" } };
    const securityGroups = [...(account.securityGroups ?? []), group];
    const subnets = [subnet("subnet-b", "us-east-1b", { discovery: "x" })];
    become(resolved(nodeClassOf(), { ...account, securityGroups, subnets }));
    expect(drift()).toBe("SecurityGroupDrift");
    become(resolved(nodeClassOf(), { ...account, subnets }));
    expect(drift()).toBe("SubnetDrift");
    become(
      resolved(nodeClassOf(), { ...account, subnets: [...(account.subnets ?? []), ...subnets] }),
    );
    expect(drift()).toBe("not-drifted");
  });

  it("gives no answer while its NodeClass finds nothing", () => {
    const { drift, become } = machine();
    const without = (part: Partial<AwsAccount>): string => {
      become(resolved(nodeClassOf(), { ...account, ...part }));
      return drift();
    };
    expect(without({ subnets: [] })).toMatch(/^error: .*no subnets found/);
    expect(without({ securityGroups: [] })).toMatch(/^error: no security groups/);
    become(
      resolved(nodeClassOf({ amiFamily: "AL2023", amiSelectorTerms: [{ id: "ami-1" }] }), {
        ...account,
        images: [],
      }),
    );
    expect(drift()).toMatch(/^error: no amis exist/);
  });

  it("is not found when its instance is gone, and not drifted without NodePool or NodeClass", () => {
    const { aws, drift, nodeClaim } = machine();
    aws.provider.delete(nodeClaim);
    aws.test.runUntil(600);
    expect(drift()).toBe("not-found");
    aws.nodePool = undefined;
    expect(drift()).toBe("not-drifted");
  });
});
