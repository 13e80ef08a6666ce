import { describe, expect, it } from "vitest";
import type { NodeOverlay, NodePool } from "../apis/index.ts";
import {
  type NodeClassReadiness,
  NodeOverlayStore,
  OverlaidCloudProvider,
} from "../cloudprovider/index.ts";
import { ClusterState, conditionOf, conditionStatus } from "../state/index.ts";
import {
  after,
  type DurationMs,
  hours,
  milliseconds,
  seconds,
  type SimTime,
} from "../units/index.ts";
import { FakeCloudProvider } from "../../test/support/fake-cloud-provider.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { instanceType } from "../../test/support/instance-types.ts";
import { start } from "../../test/support/lifecycle-world.ts";
import { nodeOverlay } from "../../test/support/node-overlays.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { NodeOverlayController } from "./node-overlay-controller.ts";

/** A cloud in which the NodeClass of single NodePools is gone. */
class PartlyBrokenCloud extends FakeCloudProvider {
  readonly broken = new Set<string>();

  override nodeClassReadiness(pool?: NodePool): NodeClassReadiness {
    return this.broken.has(pool?.metadata.name ?? "") ? { kind: "not-found" } : { kind: "ready" };
  }
}

class World {
  now: SimTime = start;
  readonly cluster = new FakeCluster(() => this.now);
  readonly cloud = new PartlyBrokenCloud();
  readonly state: ClusterState;
  readonly overlaid: OverlaidCloudProvider;
  readonly controller: NodeOverlayController;

  constructor(...overlays: readonly NodeOverlay[]) {
    const { cluster, cloud } = this;
    this.cloud.instanceTypes = [instanceType({ name: "m" })];
    this.state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    const store = new NodeOverlayStore();
    this.overlaid = new OverlaidCloudProvider(cloud, store);
    const { state } = this;
    this.controller = new NodeOverlayController({ cluster, cloudProvider: cloud, state, store });
    cluster.subscribe((event, now) => {
      state.observe(event, now);
      this.controller.observe(event, now);
    });
    for (const each of [nodePool(), ...overlays]) cluster.put(each);
  }

  /** Reconciles once if it is due. */
  settle(): void {
    if ((this.controller.nextDueAt() ?? Infinity) <= this.now) this.controller.reconcile(this.now);
  }

  wait(duration: DurationMs): void {
    this.now = after(this.now, duration);
    this.settle();
  }

  overlay(name: string): NodeOverlay {
    const found = this.cluster.nodeOverlays().find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`no NodeOverlay ${name}`);
    return found;
  }

  /** Prices that decisions see; empty while the NodePool awaits evaluation. */
  prices(name = "default"): readonly number[] {
    const types = this.overlaid.getInstanceTypes(nodePool({ name }));
    return [...new Set(types.flatMap((it) => it.offerings.map((of) => of.priceUsdPerHour)))];
  }
}

describe("evaluation of NodeOverlays", () => {
  it("keeps a NodePool without types until it has run", () => {
    const world = new World(nodeOverlay("o", { price: "7" }));
    expect(world.prices()).toEqual([]);
    world.settle();
    expect(world.prices()).toEqual([7]);
    world.cluster.put(nodePool({ name: "later" }));
    expect(world.prices("later")).toEqual([]);
    world.settle();
    expect(world.prices("later")).toEqual([7]);
  });

  it("tells a good overlay by its conditions, and is not called again by writing them", () => {
    const world = new World(nodeOverlay("o", { price: "7" }));
    world.settle();
    expect(conditionStatus(world.overlay("o"), "ValidationSucceeded")).toBe("True");
    expect(conditionStatus(world.overlay("o"), "Ready")).toBe("True");
    expect(world.cluster.events).toEqual([]);
    expect(world.controller.nextDueAt()).toBe(after(start, hours(6)));
  });

  it("turns down the later of two that conflict, by condition and one event", () => {
    const world = new World(nodeOverlay("b", { price: "7" }), nodeOverlay("a", { price: "8" }));
    world.settle();
    expect(world.prices()).toEqual([7]);
    expect(conditionStatus(world.overlay("a"), "Ready")).toBe("False");
    expect(conditionOf(world.overlay("a"), "ValidationSucceeded")).toMatchObject({
      status: "False",
      reason: "Conflict",
      message: "conflict with another overlay",
    });
    expect(conditionStatus(world.overlay("b"), "Ready")).toBe("True");
    world.wait(hours(6));
    expect(world.cluster.events).toMatchObject([
      { type: "Warning", reason: "Conflict", objectKind: "NodeOverlay", objectKey: "a" },
    ]);
  });

  it("takes in the loser once the winner is gone", () => {
    const world = new World(nodeOverlay("b", { price: "7" }), nodeOverlay("a", { price: "8" }));
    world.settle();
    world.cluster.remove("NodeOverlay", "b");
    world.settle();
    expect(world.prices()).toEqual([8]);
    expect(conditionStatus(world.overlay("a"), "Ready")).toBe("True");
  });

  it("names what an invalid overlay breaks and doesn't apply it", () => {
    const world = new World(nodeOverlay("o", { price: "7", capacity: { cpu: 1 } }));
    world.settle();
    expect(conditionOf(world.overlay("o"), "ValidationSucceeded")).toMatchObject({
      reason: "RuntimeValidation",
      message: "invalid capacity: cpu in resource, restricted",
    });
    expect(world.prices()).not.toContain(7);
    expect(world.prices()).not.toEqual([]);
  });

  it("evaluates healthy NodePools when another one's NodeClass is gone, and tries again", () => {
    const world = new World(nodeOverlay("o", { price: "7" }));
    world.cluster.put(nodePool({ name: "broken" }));
    world.cloud.broken.add("broken");
    world.settle();
    expect([world.prices(), world.prices("broken")]).toEqual([[7], []]);
    expect(world.controller.nextDueAt()).toBe(after(start, milliseconds(100)));
    world.wait(milliseconds(100));
    expect(world.controller.nextDueAt()).toBe(after(world.now, milliseconds(200)));
    world.cloud.broken.clear();
    world.wait(milliseconds(200));
    expect(world.prices("broken")).toEqual([7]);
    expect(world.controller.nextDueAt()).toBe(after(world.now, hours(6)));
  });

  it("keeps the array of overlaid types over a repeated evaluation of the same", () => {
    const world = new World(nodeOverlay("o", { price: "7" }));
    world.settle();
    const first = world.overlaid.getInstanceTypes(nodePool());
    world.wait(hours(6));
    expect(world.overlaid.getInstanceTypes(nodePool())).toBe(first);
  });

  it("makes consolidation look again each time", () => {
    const world = new World();
    world.settle();
    const before = world.state.consolidationTimestamp(world.now);
    world.now = after(world.now, seconds(5));
    world.cluster.put(nodeOverlay("o", { price: "7" }));
    expect(world.state.consolidationTimestamp(world.now)).toBe(before);
    world.settle();
    expect(world.state.consolidationTimestamp(world.now)).toBe(world.now);
  });
});
