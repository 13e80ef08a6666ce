import { describe, expect, it } from "vitest";
import {
  bufferConditionOf,
  capacityBuffer,
  deployment,
  podTemplate,
  readyBuffer,
  template,
} from "../../test/support/capacity-buffers.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { simTime } from "../units/index.ts";
import { VirtualPodCache } from "./virtual-pod-cache.ts";

const now = simTime(0);

/** A cluster whose listing of buffers is counted. */
class CountingCluster extends FakeCluster {
  listings = 0;
  override capacityBuffers(): ReturnType<FakeCluster["capacityBuffers"]> {
    this.listings++;
    return super.capacityBuffers();
  }
}

function world() {
  const cluster = new CountingCluster(() => now);
  const cache = new VirtualPodCache(cluster);
  const names = (): readonly string[] => cache.getAll(now).map(({ metadata }) => metadata.name);
  return { cluster, cache, names };
}

describe("the cache of virtual pods, at first", () => {
  it("is empty without buffers", () => {
    expect(world().names()).toEqual([]);
  });

  it("holds the pods of buffers that are ready by their own account", () => {
    const { cluster, cache, names } = world();
    cluster.put(podTemplate("template"));
    cluster.put(deployment("app", 3));
    cluster.put(readyBuffer(2, { name: "b" }));
    cluster.put(readyBuffer(1, { name: "a", scalableRef: {} }));
    expect(names()).toEqual(["capacity-buffer-a-1", "capacity-buffer-b-1", "capacity-buffer-b-2"]);
    expect(cache.getAll(now)).toBe(cache.getAll(now));
    expect(cluster.listings).toBe(1);
  });

  it("leaves out buffers that are not ready, empty, or of a shape that is not there", () => {
    const { cluster, names } = world();
    cluster.put(podTemplate("template"));
    const conditions = [bufferConditionOf("ReadyForProvisioning", "True", "Resolved")];
    cluster.put(capacityBuffer({ name: "new", replicas: 1, status: { replicas: 1 } }));
    cluster.put(
      capacityBuffer({ name: "empty", replicas: 0, status: { replicas: 0, conditions } }),
    );
    cluster.put(capacityBuffer({ name: "sizeless", replicas: 1, status: { conditions } }));
    cluster.put(readyBuffer(1, { name: "shapeless", podTemplateRef: "gone" }));
    cluster.put(readyBuffer(1, { name: "odd", scalableRef: { kind: "Job" } }));
    cluster.put(readyBuffer(1, { name: "nothing", refersToNothing: true }));
    const notReady = [bufferConditionOf("ReadyForProvisioning", "False", "PodTemplateNotFound")];
    cluster.put(capacityBuffer({ name: "bad", status: { replicas: 1, conditions: notReady } }));
    expect(names()).toEqual([]);
  });

  it("goes by the cluster, whatever it has been told before it was asked", () => {
    const { cache, names } = world();
    cache.update(readyBuffer(2), template(), now);
    expect(names()).toEqual([]);
    cache.update(readyBuffer(1), template(), now);
    expect(names()).toEqual(["capacity-buffer-buffer-1"]);
  });
});

describe("the cache of virtual pods, told of a buffer", () => {
  it("holds its pods, in place of those it had", () => {
    const { cache, names } = world();
    names();
    cache.update(readyBuffer(2, { scalableRef: {} }), template(), now);
    expect(names()).toEqual(["capacity-buffer-buffer-1", "capacity-buffer-buffer-2"]);
    cache.update(readyBuffer(1), template({ labels: { app: "b" } }), now);
    expect(cache.getAll(now).map(({ metadata }) => metadata.labels)).toEqual([{ app: "b" }]);
  });

  it("drops its pods once it is not ready any more, or is gone", () => {
    const { cache, names } = world();
    names();
    cache.update(readyBuffer(1, { name: "a" }), template(), now);
    cache.update(readyBuffer(1, { name: "b" }), template(), now);
    cache.update(capacityBuffer({ name: "a", replicas: 1 }), template(), now);
    expect(names()).toEqual(["capacity-buffer-b-1"]);
    cache.remove("default/unknown");
    expect(names()).toEqual(["capacity-buffer-b-1"]);
    cache.remove("default/b");
    expect(names()).toEqual([]);
  });

  it("orders pods by age, then by buffer and number", () => {
    const { cache, names } = world();
    names();
    cache.update(readyBuffer(11, { name: "late" }), template(), simTime(2));
    cache.update(readyBuffer(1, { name: "b" }), template(), simTime(1));
    cache.update(readyBuffer(1, { name: "a" }), template(), simTime(1));
    expect(names().slice(0, 4)).toEqual([
      "capacity-buffer-a-1",
      "capacity-buffer-b-1",
      "capacity-buffer-late-1",
      "capacity-buffer-late-2",
    ]);
    expect(names().at(-1)).toBe("capacity-buffer-late-11");
  });
});

describe("the version of the cache", () => {
  const shape = template();

  function moves(change: (cache: VirtualPodCache) => void): readonly [boolean, boolean] {
    const { cache, names } = world();
    names();
    cache.update(readyBuffer(1, { name: "a" }), shape, simTime(1));
    cache.update(readyBuffer(1, { name: "b" }), shape, simTime(2));
    const { version, refreshes } = cache;
    change(cache);
    return [cache.version !== version, cache.refreshes !== refreshes];
  }

  it.each<[string, (cache: VirtualPodCache) => void, readonly [boolean, boolean]]>([
    [
      "stays when pods become younger",
      (it) => it.update(readyBuffer(1, { name: "b" }), shape, simTime(9)),
      [false, true],
    ],
    [
      "moves when buffers change places",
      (it) => it.update(readyBuffer(1, { name: "a" }), shape, simTime(9)),
      [true, true],
    ],
    [
      "moves with the number",
      (it) => it.update(readyBuffer(2, { name: "b" }), shape, simTime(9)),
      [true, true],
    ],
    [
      "moves with the shape",
      (it) => it.update(readyBuffer(1, { name: "b" }), template(), simTime(9)),
      [true, true],
    ],
    [
      "moves with the buffer's uid",
      (it) => it.update(readyBuffer(1, { name: "b", uid: "new" }), shape, simTime(9)),
      [true, true],
    ],
    [
      "moves when a buffer comes",
      (it) => it.update(readyBuffer(1, { name: "c" }), shape, simTime(9)),
      [true, true],
    ],
    ["moves when a buffer goes", (it) => it.remove("default/a"), [true, true]],
    ["stays when nothing goes", (it) => it.remove("default/c"), [false, false]],
  ])("%s", (_, change, expected) => {
    expect(moves(change)).toEqual(expected);
  });
});
