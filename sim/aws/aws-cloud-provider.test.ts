import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../../core/units/index.ts";
import { outlookWith } from "../../test/support/test-ec2.ts";
import { instanceIdOf } from "./aws-cloud-provider.ts";
import { nodeClaimOf, nodeClassOf, TestAws } from "../../test/support/test-aws.ts";

const spot = "karpenter.sh/capacity-type=spot";
const both = "karpenter.sh/capacity-type=spot,on-demand";
const m5 = "node.kubernetes.io/instance-type=m5.large";
const dry = outlookWith({ hasSpotCapacity: () => false });

describe("create", () => {
  it("is in progress until EC2 has answered, and tells when it has", () => {
    const aws = new TestAws();
    const nodeClaim = nodeClaimOf("one", [both]);
    const { now } = aws.test.engine;
    expect(aws.provider.create(nodeClaim, now).kind).toBe("in-progress");
    expect(aws.provider.create(nodeClaim, now).kind).toBe("in-progress");
    expect(aws.progress).toEqual([]);
    aws.test.wait(seconds(1));
    expect(aws.progress).toEqual(["one"]);
    expect(aws.provider.create(nodeClaim, aws.test.engine.now).kind).toBe("launched");
  });

  it("never launches twice for one NodeClaim, however often it is asked", () => {
    const aws = new TestAws();
    const nodeClaim = nodeClaimOf("one", [both]);
    const first = aws.launch(nodeClaim);
    aws.test.wait(minutes(3));
    expect(aws.launch(nodeClaim)).toEqual(first);
    expect(aws.test.ec2.instances()).toHaveLength(1);
    aws.launch(nodeClaimOf("two", [both]));
    expect(aws.test.ec2.instances()).toHaveLength(2);
  });

  it("labels the machine with its type's single values, zone, capacity type and tenancy", () => {
    const aws = new TestAws();
    const result = aws.launch(nodeClaimOf("one", [spot, m5]));
    expect(result).toMatchObject({
      kind: "launched",
      instance: {
        labels: {
          "node.kubernetes.io/instance-type": "m5.large",
          "kubernetes.io/arch": "amd64",
          "kubernetes.io/os": "linux",
          "topology.kubernetes.io/region": "us-east-1",
          "topology.kubernetes.io/zone": "us-east-1a",
          "karpenter.sh/capacity-type": "spot",
          "karpenter.k8s.aws/instance-category": "m",
          "karpenter.k8s.aws/instance-cpu": "2",
          "karpenter.k8s.aws/instance-size": "large",
          "karpenter.k8s.aws/instance-tenancy": "default",
        },
      },
    });
    const labels = result.kind === "launched" ? Object.keys(result.instance.labels) : [];
    expect(labels.filter((key) => /reservation|gpu|zone-id|windows/.test(key))).toEqual([]);
  });

  it("labels dedicated tenancy only where default is not allowed", () => {
    const aws = new TestAws();
    const tenancy = "karpenter.k8s.aws/instance-tenancy=dedicated";
    expect(aws.launch(nodeClaimOf("one", [both, tenancy]))).toMatchObject({
      instance: { labels: { "karpenter.k8s.aws/instance-tenancy": "dedicated" } },
    });
  });

  it("takes zones and their ids from the subnets of a NodeClass that has a status", () => {
    const subnets = [{ id: "subnet-1", zone: "us-east-1b", zoneID: "use1-az4" }];
    const aws = new TestAws({ nodeClass: nodeClassOf({}, { subnets }) });
    const [type] = aws.types.list(nodeClassOf({}, { subnets }), aws.test.engine.now);
    const open = type?.offerings.filter(({ available }) => available).map(({ zone }) => zone);
    expect(open).toEqual(["us-east-1b", "us-east-1b"]);
    expect(aws.launch(nodeClaimOf("one", [both]))).toMatchObject({
      instance: { labels: { "topology.k8s.aws/zone-id": "use1-az4" } },
    });
    const elsewhere = nodeClaimOf("two", [both, "topology.k8s.aws/zone-id=use1-az1"]);
    expect(aws.launch(elsewhere).kind).toBe("insufficient-capacity");
  });

  it("advertises EFA only when the NodeClaim asks for it", () => {
    const efa = "vpc.amazonaws.com/efa";
    const aws = new TestAws({ names: ["c5n.18xlarge"] });
    const without = aws.launch(nodeClaimOf("one", [both]));
    const asked = aws.launch(nodeClaimOf("two", [both], { cpu: 1000, [efa]: 1 }));
    const capacityOf = (it: typeof asked) => (it.kind === "launched" ? it.instance.capacity : {});
    expect(capacityOf(without)[efa]).toBeUndefined();
    expect(capacityOf(asked)[efa]).toBe(1);
  });

  it("records what was launched, at the On-Demand price even where On-Demand is marked", () => {
    const aws = new TestAws();
    for (const zone of ["us-east-1a", "us-east-1b"]) {
      aws.unavailable.mark("on-demand", "m5.large", zone, aws.test.engine.now);
    }
    aws.launch(nodeClaimOf("one", [both, m5]));
    const entry = aws.test.entries.find(({ kind }) => kind === "instance-launched");
    expect(entry).toMatchObject({
      nodeClaimName: "one",
      nodePoolName: "default",
      capacityType: "spot",
      onDemandUsdPerHour: 0.096,
    });
  });

  it("charges for the NodeClass's volumes", () => {
    const aws = new TestAws();
    aws.launch(nodeClaimOf("one", [both]));
    aws.test.wait(minutes(90));
    const storage = aws.test.entries.flatMap((it) =>
      it.kind === "charge" && it.item === "storage" ? [it.segments[0]?.usdPerHour] : [],
    );
    expect(storage[0]).toBeCloseTo(1.6 / 720, 12);
  });
});

describe("a refused launch", () => {
  it("marks the pools that EC2 named, and the next attempt goes On-Demand", () => {
    const aws = new TestAws({ ec2: { outlook: dry } });
    const first = aws.launch(nodeClaimOf("one", [both, m5]));
    expect(first).toMatchObject({ kind: "insufficient-capacity" });
    expect(aws.test.entries.find(({ kind }) => kind === "launch-failed")).toMatchObject({
      nodeClaimName: "one",
      code: "InsufficientInstanceCapacity",
    });
    const [type] = aws.types
      .list(nodeClassOf(), aws.test.engine.now)
      .filter(({ name }) => name === "m5.large");
    expect(type?.offerings.map((it) => `${it.zone} ${it.capacityType} ${it.available}`)).toEqual([
      "us-east-1a on-demand true",
      "us-east-1a spot false",
      "us-east-1b on-demand true",
      "us-east-1b spot false",
    ]);
    const second = aws.launch(nodeClaimOf("two", [both, m5]));
    expect(second).toMatchObject({
      instance: { labels: { "karpenter.sh/capacity-type": "on-demand" } },
    });
  });

  it("without an alternative fails before EC2 is asked, until the marks are over", () => {
    const aws = new TestAws({ ec2: { outlook: dry } });
    aws.launch(nodeClaimOf("one", [spot, m5]));
    const { now } = aws.test.engine;
    expect(aws.provider.create(nodeClaimOf("two", [spot, m5]), now)).toMatchObject({
      kind: "insufficient-capacity",
      message: "insufficient capacity, all requested instance types were unavailable during launch",
    });
    aws.test.wait(seconds(191));
    const later = aws.provider.create(nodeClaimOf("three", [spot, m5]), aws.test.engine.now);
    expect(later.kind).toBe("in-progress");
  });

  it("is told once; asking again is another attempt", () => {
    const aws = new TestAws({ ec2: { outlook: dry } });
    const nodeClaim = nodeClaimOf("one", [both, m5]);
    expect(aws.launch(nodeClaim).kind).toBe("insufficient-capacity");
    expect(aws.launch(nodeClaim).kind).toBe("launched");
  });

  it("for want of a NodeClass is a want of capacity", () => {
    const aws = new TestAws();
    const nodeClaim = nodeClaimOf("one", [both]);
    const nodeClassRef = { ...nodeClaim.spec.nodeClassRef, name: "gone" };
    const orphan = { ...nodeClaim, spec: { ...nodeClaim.spec, nodeClassRef } };
    expect(aws.launch(orphan)).toEqual({
      kind: "insufficient-capacity",
      message:
        'insufficient capacity, resolving nodeclass, ec2nodeclasses.karpenter.k8s.aws "gone" not found',
    });
  });
});

describe("an instance of the provider", () => {
  it("is got and listed as terminating while it shuts down, and is gone after", () => {
    const aws = new TestAws();
    const nodeClaim = aws.launched(nodeClaimOf("one", [both]));
    const providerId = nodeClaim.status.providerId ?? "";
    expect(aws.provider.list()).toMatchObject([{ providerId, isTerminating: false }]);
    expect(aws.provider.delete(nodeClaim).kind).toBe("terminating");
    expect(aws.provider.get(providerId)).toMatchObject({ isTerminating: true });
    expect(aws.provider.list()).toMatchObject([{ providerId, isTerminating: true }]);
    expect(aws.provider.delete(nodeClaim).kind).toBe("terminating");
    aws.test.wait(seconds(31));
    expect(aws.provider.get(providerId)).toBeUndefined();
    expect(aws.provider.list()).toEqual([]);
    expect(aws.provider.delete(nodeClaim).kind).toBe("not-found");
    expect(aws.provider.launchedNode(instanceIdOf(providerId))).toBeUndefined();
  });

  it("is listed by provider id", () => {
    const aws = new TestAws();
    for (const [index, zone] of ["us-east-1b", "us-east-1a", "us-east-1b"].entries()) {
      aws.launched(nodeClaimOf(`claim-${index}`, [both, `topology.kubernetes.io/zone=${zone}`]));
    }
    const ids = aws.provider.list().map(({ providerId }) => providerId);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual([...ids].sort());
  });

  it("is terminated at once when its NodeClaim went while it was launched", () => {
    const aws = new TestAws({ isWanted: () => false });
    aws.launch(nodeClaimOf("one", [both]));
    expect(aws.test.ec2.instances().map(({ state }) => state)).toEqual(["shutting-down"]);
    aws.test.wait(minutes(2));
    expect(aws.test.ec2.instances()).toEqual([]);
  });
});
