import { describe, expect, it } from "vitest";
import {
  type BufferOverrides,
  capacityBuffer,
  deployment,
  podTemplate,
  replicaSet,
  statefulSet,
} from "../../test/support/capacity-buffers.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { after, seconds, type SimTime, simTime } from "../units/index.ts";
import { conditionReadyForProvisioning } from "./buffer-status.ts";
import { CapacityBufferController } from "./controller.ts";
import { VirtualPodCache } from "./virtual-pod-cache.ts";

const recheck = seconds(30);

/** A cluster with the controller alone. */
class BufferWorld {
  now: SimTime = simTime(0);
  readonly cluster: FakeCluster = new FakeCluster(() => this.now);
  readonly virtualPods: VirtualPodCache = new VirtualPodCache(this.cluster);
  readonly triggers: string[] = [];
  readonly controller: CapacityBufferController = new CapacityBufferController({
    cluster: this.cluster,
    virtualPods: this.virtualPods,
    trigger: (uid, now) => this.triggers.push(`${now} ${uid}`),
  });

  constructor() {
    this.cluster.subscribe((event, now) => this.controller.observe(event, now));
    this.virtualPods.getAll(this.now);
  }

  /** Calls the controller until it has nothing more to do now, as who drives controllers does. */
  #settle(): void {
    do this.controller.reconcile(this.now);
    while ((this.controller.nextDueAt() ?? Number.POSITIVE_INFINITY) <= this.now);
  }

  /** What has become of a new buffer. */
  put(overrides: BufferOverrides): this {
    this.cluster.put(capacityBuffer(overrides));
    this.#settle();
    return this;
  }

  advance(by: number): void {
    this.now = after(this.now, seconds(by));
    this.#settle();
  }

  get status() {
    const { status } = this.cluster.get("CapacityBuffer", "default/buffer") ?? capacityBuffer();
    const { conditions, ...rest } = status;
    const ready = conditions.find(({ type }) => type === conditionReadyForProvisioning);
    return { ...rest, ready: `${ready?.status} ${ready?.reason}: ${ready?.message}` };
  }

  get podCount(): number {
    return this.virtualPods.getAll(this.now).length;
  }
}

const resolved = "True Resolved: Pod template resolved successfully";
const strategy = { provisioningStrategy: "buffer.x-k8s.io/active-capacity" };

describe("a CapacityBuffer of a PodTemplate", () => {
  it("is ready once the template is found, and has the replicas that it names", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template", { generation: 3 }));
    expect(world.put({ replicas: 5 }).status).toEqual({
      ...strategy,
      podTemplateRef: { name: "template" },
      podTemplateGeneration: 3,
      replicas: 5,
      ready: resolved,
    });
  });

  it("is not ready without its template, and becomes so when that comes", () => {
    const world = new BufferWorld();
    expect(world.put({ replicas: 5 }).status).toEqual({
      ...strategy,
      ready: 'False PodTemplateNotFound: PodTemplate "template" not found',
    });
    world.cluster.put(podTemplate("template", { namespace: "other" }));
    world.cluster.put(podTemplate("other"));
    world.controller.reconcile(world.now);
    expect(world.status.ready).toMatch(/^False/);
    world.cluster.put(podTemplate("template"));
    world.controller.reconcile(world.now);
    expect(world.status).toMatchObject({ ready: resolved, replicas: 5 });
  });

  it("follows its template's generation and shape at once", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    world.put({ limits: { cpu: "6" } });
    expect(world.status).toMatchObject({ replicas: 6, podTemplateGeneration: 1 });
    world.cluster.put(podTemplate("template", { generation: 2, requests: { cpu: "2" } }));
    world.controller.reconcile(world.now);
    expect(world.status).toMatchObject({ replicas: 3, podTemplateGeneration: 2 });
    expect(world.podCount).toBe(3);
  });

  it("keeps its former size in its status, and no pods, when the template goes", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    world.put({ replicas: 2 });
    expect(world.podCount).toBe(2);
    world.cluster.remove("PodTemplate", "default/template");
    world.controller.reconcile(world.now);
    expect(world.podCount).toBe(0);
    expect(world.status).toMatchObject({ replicas: 2, podTemplateRef: { name: "template" } });
    expect(world.status.ready).toMatch(/^False PodTemplateNotFound/);
  });
});

describe("a CapacityBuffer of a workload", () => {
  it.each([
    ["Deployment", deployment("app", 10), 2],
    ["StatefulSet", statefulSet("app", 5), 1],
    ["ReplicaSet", replicaSet("app", 11), 3],
  ])("has a percentage of the %s's replicas", (kind, workload, replicas) => {
    const world = new BufferWorld();
    world.cluster.put(workload);
    world.put({ scalableRef: { kind }, percentage: 20 });
    expect(world.status).toEqual({ ...strategy, replicas, ready: resolved });
    expect(world.podCount).toBe(replicas);
  });

  it("takes a group left out for apps", () => {
    const world = new BufferWorld();
    world.cluster.put(deployment("app", 10));
    expect(world.put({ scalableRef: { apiGroup: "" }, percentage: 50 }).status.replicas).toBe(5);
  });

  it("notices other replicas within 30 seconds, not before", () => {
    const world = new BufferWorld();
    world.cluster.put(deployment("app", 10));
    world.put({ scalableRef: {}, percentage: 50 });
    world.advance(10);
    world.cluster.put(deployment("app", 20));
    world.advance(19);
    expect(world.status.replicas).toBe(5);
    world.advance(1);
    expect(world.status.replicas).toBe(10);
  });

  it("is not ready without it", () => {
    const { status } = new BufferWorld().put({ scalableRef: {}, replicas: 3 });
    expect(status.ready).toBe('False ScalableRefNotFound: Deployment.apps "app" not found');
  });

  it("forgets the template of a PodTemplate that it had before", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    world.cluster.put(deployment("app", 1));
    const { status } = world.put({ replicas: 1 }).cluster.capacityBuffers()[0] ?? capacityBuffer();
    world.put({ replicas: 1, scalableRef: {}, status });
    expect(world.status).toEqual({ ...strategy, replicas: 1, ready: resolved });
  });
});

describe("a CapacityBuffer that cannot be made sense of", () => {
  it.each([
    ["a kind", { kind: "Job" }, 'unsupported kind "Job"'],
    ["a group", { apiGroup: "batch" }, 'unsupported scalableRef API group "batch"'],
  ])("for %s is tried again with growing waits", (_, scalableRef, message) => {
    const world = new BufferWorld().put({ scalableRef, percentage: 20 });
    expect(world.status.ready).toBe(`False ResolutionFailed: ${message}`);
    const waits = [1, 2, 3].map(() => {
      const dueAt = world.controller.nextDueAt() ?? world.now;
      const wait = dueAt - world.now;
      world.now = dueAt;
      world.controller.reconcile(dueAt);
      return wait;
    });
    expect(waits).toEqual([200, 400, 800]);
    expect(world.triggers).toEqual([]);
  });

  it("for lack of a reference is looked at again in 30 seconds", () => {
    const world = new BufferWorld().put({ refersToNothing: true, replicas: 1 });
    const message = "Neither podTemplateRef nor scalableRef is set";
    expect(world.status.ready).toBe(`False ResolutionFailed: ${message}`);
    expect(world.podCount).toBe(0);
    expect(world.controller.nextDueAt()).toBe(recheck);
  });

  it("leaves the virtual pods alone that it had before", () => {
    const world = new BufferWorld();
    world.cluster.put(deployment("app", 10));
    world.put({ scalableRef: {}, replicas: 2 });
    world.put({ scalableRef: { kind: "Job" }, replicas: 2 });
    expect(world.podCount).toBe(2);
  });

  it("for its size is given room for 100,000 pods", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    expect(world.put({ replicas: 2 ** 31 - 1 }).status.replicas).toBe(100_000);
  });
});

describe("the provisioner", () => {
  it("is asked for a run whenever a buffer is resolved, even to the same", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    world.put({ replicas: 1 });
    world.triggers.length = 0;
    world.advance(29);
    expect(world.triggers).toEqual([]);
    world.advance(1);
    expect(world.triggers).toEqual(["30000 uid-default-buffer"]);
  });

  it("is asked in every 30 seconds, whatever happens in between", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    world.put({ replicas: 1 });
    world.advance(29);
    world.put({ replicas: 2 });
    world.triggers.length = 0;
    world.advance(1);
    world.advance(29);
    expect(world.triggers).toEqual(["30000 uid-default-buffer"]);
  });

  it("is not asked for a buffer that isn't ready", () => {
    expect(new BufferWorld().put({ replicas: 1 }).triggers).toEqual([]);
  });
});

describe("what is written and told", () => {
  it("is each change of a condition's status, once", () => {
    const world = new BufferWorld().put({ replicas: 1 });
    world.advance(30);
    world.cluster.put(podTemplate("template"));
    world.advance(0);
    world.advance(30);
    const type = "ReadyForProvisioning";
    const told = `Status condition transitioned, Type: ${type}, Status:`;
    expect(world.cluster.events.map(({ message }) => message)).toEqual([
      `${told} Unknown -> False, Reason: PodTemplateNotFound, Message: PodTemplate "template" not found`,
      `${told} False -> True, Reason: Resolved, Message: Pod template resolved successfully`,
    ]);
    expect(world.cluster.events.map(({ reason, objectKey }) => [reason, objectKey])).toEqual([
      [type, "default/buffer"],
      [type, "default/buffer"],
    ]);
  });

  it("is a transition time that moves with the status alone, and the generation observed", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    world.put({ replicas: 1 });
    world.advance(30);
    const buffer = world.cluster.get("CapacityBuffer", "default/buffer") ?? capacityBuffer();
    expect(buffer.status.conditions).toMatchObject([
      { type: "ReadyForProvisioning", lastTransitionTime: 0, observedGeneration: 1 },
    ]);
    const { metadata, ...rest } = buffer;
    world.cluster.put({ ...rest, metadata: { ...metadata, generation: 2 } });
    world.advance(0);
    expect(world.cluster.get("CapacityBuffer", "default/buffer")?.status.conditions).toMatchObject([
      { lastTransitionTime: 0, observedGeneration: 2 },
    ]);
  });

  it("is nothing of a buffer that is gone, whose pods go with it", () => {
    const world = new BufferWorld();
    world.cluster.put(podTemplate("template"));
    world.put({ replicas: 3 });
    world.cluster.remove("CapacityBuffer", "default/buffer");
    world.advance(0);
    expect(world.podCount).toBe(0);
    expect(world.controller.nextDueAt()).toBeUndefined();
  });
});
