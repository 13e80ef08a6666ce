import { describe, expect, it } from "vitest";
import { invariant } from "../../core/units/index.ts";
import type { Ec2Instance } from "../ec2/index.ts";
import { instanceIdOf, type LaunchedNode } from "./aws-cloud-provider.ts";
import { nodeRegistration, registrationDelay } from "./node-boot.ts";
import { type BootLatency, defaultAwsSettings } from "./settings.ts";
import { nodeClaimOf, nodeClassOf, TestAws } from "../../test/support/test-aws.ts";

const boot: BootLatency = {
  registrationSeconds: { kind: "constant", value: 28 },
  bottlerocketRegistrationSeconds: { kind: "constant", value: 22 },
  windowsRegistrationSeconds: { kind: "constant", value: 280 },
  readinessSeconds: { kind: "constant", value: 6 },
  bareMetalExtraSeconds: 420,
  acceleratedExtraSeconds: 45,
  instanceStoreRaidExtraSeconds: 8,
  joinFailureShare: 0,
};

function machine(
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
): { readonly node: LaunchedNode; readonly instance: Ec2Instance } {
  const aws = new TestAws({ names: [name], nodeClass: nodeClassOf(spec) });
  const { status } = aws.launched(nodeClaimOf("one", ["karpenter.sh/capacity-type=on-demand"]));
  const node = aws.provider.launchedNode(instanceIdOf(status.providerId ?? ""));
  const [instance] = aws.test.ec2.instances();
  invariant(node !== undefined && instance !== undefined, "the test's machine is launched");
  return { node, instance };
}

const bottlerocket = { amiSelectorTerms: [{ alias: "bottlerocket@latest" }] };
const windows = { amiSelectorTerms: [{ alias: "windows2022@latest" }] };
const raid = { instanceStorePolicy: "RAID0" };

describe("the boot of a machine", () => {
  it.each([
    ["AL2023", "m5.large", {}, 28],
    ["Bottlerocket", "m5.large", bottlerocket, 22],
    ["Windows", "m5.large", windows, 280],
    ["bare metal", "m5.metal", {}, 28 + 420],
    ["a GPU", "g5.xlarge", {}, 28 + 45],
    ["Gaudi", "dl1.24xlarge", {}, 28 + 45],
    ["Neuron", "inf2.xlarge", {}, 28 + 45],
    ["RAID0 over instance store", "m5d.large", raid, 28 + 8],
    ["RAID0 without instance store", "m5.large", raid, 28],
    ["instance store without RAID0", "m5d.large", {}, 28],
    ["RAID0 and a GPU", "g5.xlarge", raid, 28 + 45 + 8],
  ] as const)("takes, with %s (%s, %j), %d s to the kubelet's registration", (...row) => {
    const [, name, spec, expected] = row;
    const { node, instance } = machine(name, spec);
    expect(registrationDelay(boot, node, instance, 1)).toBe(expected * 1000);
  });

  it("fails for the stated share of machines, the same ones each time", () => {
    const { node, instance } = machine("m5.large");
    const failing = { ...boot, joinFailureShare: 0.1 };
    const fates = (seed: number) =>
      Array.from({ length: 4000 }, (_, ordinal) => {
        return registrationDelay(failing, node, { ...instance, ordinal }, seed) === undefined;
      });
    const failed = fates(1).filter(Boolean).length;
    // Binomial with standard deviation 19.
    expect(Math.abs(failed - 400)).toBeLessThan(76);
    expect(fates(1)).toEqual(fates(1));
    expect(fates(2)).not.toEqual(fates(1));
  });
});

describe("a kubelet registers", () => {
  it("the NodeClaim's taints and startup taints, and that it isn't registered yet", () => {
    const { node, instance } = machine("m5.large");
    expect(nodeRegistration(boot, node, instance, 1).taints).toEqual([
      { key: "team", value: "a", effect: "NoSchedule" },
      { key: "agent", value: "", effect: "NoExecute" },
      { key: "karpenter.sh/unregistered", value: "", effect: "NoExecute" },
    ]);
  });

  it("its own labels, capacity and allocatable", () => {
    const { node, instance } = machine("m7g.large");
    const registration = nodeRegistration(boot, node, instance, 1);
    expect(registration.labels).toEqual({
      "kubernetes.io/arch": "arm64",
      "kubernetes.io/hostname": registration.name,
      "kubernetes.io/os": "linux",
      "node.kubernetes.io/instance-type": "m7g.large",
      "topology.kubernetes.io/region": "us-east-1",
      "topology.kubernetes.io/zone": "us-east-1a",
    });
    expect(registration.name).toBe("ip-10-0-0-1.ec2.internal");
    expect(registration.providerId).toBe(node.launched.providerId);
    expect(registration.allocatable).toEqual(node.instanceType.allocatable);
    expect(registration.readyAfter).toBe(6000);
  });

  it("Windows as its system", () => {
    const { node, instance } = machine("m5.large", windows);
    expect(nodeRegistration(boot, node, instance, 1).labels).toMatchObject({
      "kubernetes.io/os": "windows",
    });
    expect(node.launched.labels["node.kubernetes.io/windows-build"]).toBe("10.0.20348");
  });
});

describe("the default latencies", () => {
  it("bring an ordinary machine up within seconds, not minutes", () => {
    const { node, instance } = machine("m5.large");
    const delays = Array.from({ length: 2001 }, (_, ordinal) => {
      const each = { ...instance, ordinal };
      return registrationDelay(defaultAwsSettings.boot, node, each, 1) ?? Number.POSITIVE_INFINITY;
    }).sort((a, b) => a - b);
    // The stated median and 95th percentile; 2001 draws place them within a few percent.
    expect(Math.abs((delays[1000] ?? 0) / 28_000 - 1)).toBeLessThan(0.05);
    expect(Math.abs((delays[1900] ?? 0) / 45_000 - 1)).toBeLessThan(0.1);
  });
});
