import { describe, expect, it } from "vitest";
import { BufferWorld } from "../../test/support/buffer-world.ts";
import { capacityBuffer, podTemplate } from "../../test/support/capacity-buffers.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { pod } from "../../test/support/pods.ts";

const capacity = { cpu: "4", memory: "8Gi", pods: "10" };

describe("a run with capacity buffers", () => {
  it("launches for a buffer that has no room, without any pod", () => {
    const world = new BufferWorld();
    world.cluster.put(capacityBuffer({ replicas: 3 }));
    world.runUntil(1500);
    expect(world.claims).toHaveLength(1);
    expect(world.claims[0]?.spec.requests).toMatchObject({ cpu: 3000, pods: 3 });
    expect(world.provisioning()).toBe(
      "False RequiresNewCapacity: 3/3 virtual pods required new capacity, 0 failed",
    );
  });

  it("tells of the NodeClaim to each virtual pod, and of no decision about any", () => {
    const world = new BufferWorld();
    world.cluster.put(capacityBuffer({ replicas: 2 }));
    world.runUntil(1500);
    const nominated = world.cluster.events.filter(({ reason }) => reason === "Nominated");
    expect(nominated.map(({ objectKey }) => objectKey)).toEqual([
      "default/capacity-buffer-buffer-1",
      "default/capacity-buffer-buffer-2",
    ]);
    expect(world.decisions).toEqual([]);
  });

  it("keeps room on nodes that are there, without a promise to any pod", () => {
    const world = new BufferWorld();
    world.addNode({ name: "n", capacity });
    world.cluster.put(capacityBuffer({ replicas: 3 }));
    world.runUntil(1500);
    expect(world.claims).toEqual([]);
    expect(world.provisioning()).toBe(
      "True FitsExistingCapacity: All 3 virtual pods fit on existing capacity",
    );
    const [node] = world.state.stateNodes();
    expect(node?.nominatedUntil).toBeUndefined();
    expect(world.state.bufferPods.of(node?.providerId ?? "")).toBe(3);
    expect(world.cluster.events.map(({ reason }) => reason)).not.toContain("Nominated");
  });

  it("promises a node to the real pods on it alone", () => {
    const world = new BufferWorld();
    world.addNode({ name: "n", capacity });
    world.cluster.put(capacityBuffer({ replicas: 2 }));
    world.cluster.put(pod({ name: "real", requests: { cpu: "1" } }));
    world.runUntil(1500);
    expect(world.state.stateNodes()[0]?.nominatedUntil).toBe(1000 + 20_000);
    expect(world.decisions).toEqual(["existing-node real"]);
    const [node] = world.state.stateNodes();
    expect(world.state.bufferPods.of(node?.providerId ?? "")).toBe(2);
  });

  it("says why a virtual pod has no place, and counts it as failed", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("huge", { requests: { cpu: "100000" } }));
    world.cluster.put(capacityBuffer({ podTemplateRef: "huge", replicas: 1 }));
    world.runUntil(1500);
    expect(world.provisioning()).toBe(
      "False RequiresNewCapacity: 0/1 virtual pods required new capacity, 1 failed",
    );
    const failed = world.cluster.events.filter(({ reason }) => reason === "FailedScheduling");
    expect(failed.map(({ objectKey }) => objectKey)).toEqual(["default/capacity-buffer-buffer-1"]);
    expect(world.decisions).toEqual([]);
  });

  it("places real pods of equal size first, where they are older", () => {
    const world = new BufferWorld();
    world.addNode({ name: "n", capacity: { cpu: "1", memory: "8Gi", pods: "10" } });
    world.cluster.put(pod({ name: "real", requests: { cpu: "1" } }));
    world.cluster.put(capacityBuffer({ replicas: 1 }));
    world.runUntil(1500);
    expect(world.decisions).toEqual(["existing-node real"]);
    expect(world.claims).toHaveLength(1);
  });

  it("says so of a buffer that is empty, or not ready, and forgets where it was", () => {
    const world = new BufferWorld();
    world.addNode({ name: "n", capacity });
    world.cluster.put(capacityBuffer({ name: "a", replicas: 1 }));
    world.runUntil(1500);
    world.cluster.put(capacityBuffer({ name: "a", replicas: 0 }));
    world.cluster.put(capacityBuffer({ name: "b", replicas: 1, podTemplateRef: "gone" }));
    world.runUntil(3000);
    expect(world.provisioning("a")).toBe("False BufferEmpty: Buffer has zero desired replicas");
    expect(world.provisioning("b")).toBe(
      "False NotReadyForProvisioning: Buffer is not ReadyForProvisioning",
    );
    const [node] = world.state.stateNodes();
    expect(world.state.bufferPods.of(node?.providerId ?? "")).toBe(0);
  });

  it("forgets where buffers were without a NodePool to launch from", () => {
    const world = new BufferWorld();
    world.addNode({ name: "n", capacity });
    world.cluster.put(capacityBuffer({ replicas: 1 }));
    world.runUntil(1500);
    const [node] = world.state.stateNodes();
    expect(world.state.bufferPods.of(node?.providerId ?? "")).toBe(1);
    world.cluster.remove("NodePool", nodePool().metadata.name);
    world.runUntil(32_000);
    expect(world.state.bufferPods.of(node?.providerId ?? "")).toBe(0);
    expect(world.provisioning()).toMatch(/^True/);
    expect(world.decisions).toEqual([]);
  });
});
