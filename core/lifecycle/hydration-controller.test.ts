import { describe, expect, it } from "vitest";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";

const label = "karpenter.k8s.aws/ec2nodeclass";

describe("hydration", () => {
  it("gives NodeClaims and Nodes the label of their NodeClass", () => {
    const world = new LifecycleWorld();
    world.addMachine();
    expect(world.claim().metadata.labels[label]).toBe("default");
    const { [label]: _, ...labels } = world.node().metadata.labels;
    world.cluster.put({ ...world.node(), metadata: { ...world.node().metadata, labels } });
    world.settle();
    expect(world.node().metadata.labels[label]).toBe("default");
  });

  it("leaves a Node without NodeClaim as it is", () => {
    const world = new LifecycleWorld();
    world.addMachine();
    const node = world.node();
    const spec = { ...node.spec, providerId: "fake:///elsewhere" };
    world.cluster.put({ ...node, metadata: { ...node.metadata, name: "other", labels: {} }, spec });
    world.settle();
    expect(world.node("other").metadata.labels).toEqual({});
  });
});
