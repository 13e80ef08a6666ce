import { describe, expect, it } from "vitest";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { Engine } from "../engine/index.ts";
import { at, reclaimsAt, testStart } from "../../test/support/test-ec2.ts";
import type { AwsEvent } from "./aws-event.ts";
import { InstanceStatusPoller } from "./instance-status-poller.ts";
import { InterruptionHandler } from "./interruption-handler.ts";
import { InterruptionQueue } from "./interruption-queue.ts";
import { nodeClaimOf, TestAws } from "../../test/support/test-aws.ts";

const m5 = "node.kubernetes.io/instance-type=m5.large";
const spot = "karpenter.sh/capacity-type=spot";
const onDemand = "karpenter.sh/capacity-type=on-demand";

/** A provider whose EC2 talks to a queue with a delay of five seconds. */
function world(options: { readonly hasQueue?: boolean; readonly reclaims?: readonly number[] }) {
  const aws = new TestAws({ ec2: { outlook: reclaimsAt(...(options.reclaims ?? [100])) } });
  const engine = new Engine<AwsEvent>({ start: testStart });
  const cluster = new FakeCluster(() => engine.now);
  const launch = (capacityType = spot) => {
    const nodeClaim = aws.launched(nodeClaimOf("one", [capacityType, m5]));
    cluster.put(nodeClaim);
    return nodeClaim;
  };
  /** Lets the only instance run, and answers its id. */
  const running = (capacityType = onDemand): string => {
    launch(capacityType);
    runUntil(30);
    const [instance] = aws.test.ec2.instances();
    if (instance === undefined) throw new Error("nothing was launched");
    return instance.instanceId;
  };
  const handler = new InterruptionHandler({
    cluster,
    provider: aws.provider,
    unavailable: aws.unavailable,
    ledger: { record: (entry) => aws.test.entries.push(entry) },
  });
  const queue = new InterruptionQueue({
    timeline: engine,
    handler,
    settings: {
      hasInterruptionQueue: options.hasQueue ?? true,
      interruptionDelaySeconds: { kind: "constant", value: 5 },
    },
    seed: 1,
  });
  const { ec2 } = aws.test;
  const poller = new InstanceStatusPoller({ timeline: engine, ec2, handler, start: testStart });
  /** The queue's clock follows EC2's. */
  const catchUp = (): void => {
    engine.run({ until: aws.test.engine.now }, (event) => {
      if (event.kind === "interruption-message") queue.handle(event);
      if (event.kind === "instance-status-poll") poller.handle(event);
    });
  };
  aws.hear = (notification) => {
    catchUp();
    queue.receive(notification);
  };
  const runUntil = (offset: number): void => {
    aws.test.runUntil(offset);
    catchUp();
  };
  const deleted = () =>
    aws.test.entries.flatMap((it) =>
      it.kind === "node-claim-deleted" ? [`${(it.at - testStart) / 1000}: ${it.reason}`] : [],
    );
  const events = () => cluster.events.map(({ objectKind, reason }) => `${objectKind} ${reason}`);
  const canGet = (): boolean =>
    aws.unavailable.isAvailable("spot", "m5.large", "us-east-1a", engine.now);
  return {
    aws,
    engine,
    cluster,
    launch,
    running,
    queue,
    poller,
    runUntil,
    deleted,
    events,
    canGet,
  };
}

describe("a Spot interruption warning", () => {
  it("marks the offering and deletes the NodeClaim once its message has come", () => {
    const { runUntil, deleted, events, canGet, cluster, launch } = world({});
    launch();
    runUntil(104);
    expect(cluster.nodeClaim("one")).toBeDefined();
    expect(canGet()).toBe(true);
    runUntil(105);
    expect(cluster.nodeClaim("one")).toBeUndefined();
    expect(canGet()).toBe(false);
    expect(deleted()).toEqual(["105: spot-interrupted"]);
    expect(events()).toEqual(["NodeClaim SpotInterrupted", "NodeClaim TerminatingOnInterruption"]);
  });

  it("marks, but does not delete again, while the NodeClaim is being deleted", () => {
    const { runUntil, deleted, events, canGet, cluster, launch } = world({});
    const nodeClaim = launch();
    const { metadata } = nodeClaim;
    const finalizers = ["karpenter.sh/termination"];
    cluster.put({
      ...nodeClaim,
      metadata: { ...metadata, finalizers, deletionTimestamp: at(50) },
    });
    runUntil(110);
    expect(deleted()).toEqual([]);
    expect(canGet()).toBe(false);
    expect(events()).toEqual(["NodeClaim SpotInterrupted"]);
  });

  it("does nothing without a queue", () => {
    const { aws, runUntil, deleted, events, canGet, cluster, launch } = world({ hasQueue: false });
    launch();
    runUntil(400);
    expect(aws.test.ec2.instances()).toEqual([]);
    expect(cluster.nodeClaim("one")).toBeDefined();
    expect(deleted()).toEqual([]);
    expect(events()).toEqual([]);
    expect(canGet()).toBe(true);
  });

  it("about an instance without a NodeClaim is dropped", () => {
    const { runUntil, deleted, canGet, cluster, launch } = world({});
    launch();
    cluster.remove("NodeClaim", "one");
    runUntil(110);
    expect(deleted()).toEqual([]);
    expect(canGet()).toBe(true);
  });
});

describe("other messages", () => {
  it("an instance that EC2 ends without warning loses its NodeClaim, and marks nothing", () => {
    const { aws, engine, queue, deleted, events, canGet, cluster, launch } = world({
      reclaims: [],
    });
    const nodeClaim = launch();
    const [instance] = aws.test.ec2.instances();
    if (instance === undefined) throw new Error("nothing was launched");
    queue.receive({
      kind: "instance-state-changed",
      instance: { ...instance, state: "shutting-down", terminatedBy: "ec2" },
    });
    engine.run({ until: at(10) }, (event) => {
      if (event.kind === "interruption-message") queue.handle(event);
    });
    expect(cluster.nodeClaim(nodeClaim.metadata.name)).toBeUndefined();
    expect(deleted()).toEqual(["6: instance-terminated"]);
    expect(events()).toContain("NodeClaim InstanceTerminating");
    expect(canGet()).toBe(true);
  });

  it("a recommendation to rebalance is an event and nothing else", () => {
    const { aws, engine, queue, deleted, events, canGet, cluster, launch } = world({
      reclaims: [],
    });
    launch();
    const [instance] = aws.test.ec2.instances();
    if (instance === undefined) throw new Error("nothing was launched");
    queue.receive({ kind: "rebalance-recommendation", instance });
    engine.run({ until: at(10) }, (event) => {
      if (event.kind === "interruption-message") queue.handle(event);
    });
    expect(events()).toEqual(["NodeClaim SpotRebalanceRecommendation"]);
    expect(deleted()).toEqual([]);
    expect(canGet()).toBe(true);
    expect(cluster.nodeClaim("one")?.metadata.deletionTimestamp).toBeUndefined();
  });

  it("an instance that somebody stops loses its NodeClaim, and compute is billed no longer", () => {
    const { aws, running, runUntil, deleted, events } = world({ reclaims: [] });
    const id = running();
    aws.test.ec2.stopInstance(id);
    runUntil(34);
    expect(deleted()).toEqual([]);
    runUntil(100);
    expect(deleted()).toEqual(["35: instance-stopped"]);
    expect(events()).toContain("NodeClaim InstanceStopping");
    expect(aws.test.ec2.instance(id)?.state).toBe("stopped");
    runUntil(7200);
    aws.test.ec2.terminateInstance(id);
    runUntil(7300);
    const compute = aws.test.entries.flatMap((it) =>
      it.kind === "charge" && it.item === "compute" ? it.segments : [],
    );
    // From running to stopping, and a minute at least.
    expect(compute.map(({ from, until }) => until - from)).toEqual([60_000]);
    expect(aws.test.ec2.instances()).toEqual([]);
  });

  it("a Spot Instance cannot be stopped, nor an On-Demand Instance interrupted", () => {
    const stopped = world({ reclaims: [] });
    expect(stopped.aws.test.ec2.stopInstance(stopped.running(spot))).toBe(false);
    const interrupted = world({ reclaims: [] });
    expect(interrupted.aws.test.ec2.interruptSpotInstance(interrupted.running())).toBe(false);
  });

  it("an injected interruption recommends and warns at once, and takes it in two minutes", () => {
    const { aws, running, runUntil, deleted, events } = world({ reclaims: [] });
    const id = running(spot);
    expect(aws.test.ec2.interruptSpotInstance(id)).toBe(true);
    runUntil(149);
    expect(aws.test.ec2.instance(id)?.state).toBe("running");
    runUntil(150);
    expect(aws.test.ec2.instance(id)?.state).toBe("shutting-down");
    expect(deleted()).toEqual(["35: spot-interrupted"]);
    expect(events().slice(0, 2)).toEqual([
      "NodeClaim SpotRebalanceRecommendation",
      "NodeClaim SpotInterrupted",
    ]);
  });

  it("announced maintenance drains at once, whenever it is to be", () => {
    const { aws, running, runUntil, deleted, events, cluster } = world({ reclaims: [] });
    aws.test.ec2.announceMaintenance(running());
    runUntil(60);
    expect(deleted()).toEqual(["35: scheduled-change"]);
    expect(events()).toEqual([
      "NodeClaim InstanceUnhealthy",
      "NodeClaim TerminatingOnInterruption",
    ]);
    expect(cluster.nodeClaim("one")).toBeUndefined();
  });

  it("pending and running are no interruptions", () => {
    const { aws, engine, runUntil, launch } = world({ reclaims: [] });
    launch();
    runUntil(30);
    expect(aws.test.ec2.instances()[0]?.state).toBe("running");
    expect(engine.processed).toBe(0);
  });
});

describe("EC2's status checks", () => {
  it("tell of maintenance at the next full minute, even without a queue", () => {
    const { aws, running, poller, runUntil, deleted } = world({ reclaims: [], hasQueue: false });
    const id = running();
    aws.test.ec2.announceMaintenance(id);
    poller.statusChanged(id);
    runUntil(59);
    expect(deleted()).toEqual([]);
    runUntil(60);
    expect(deleted()).toEqual(["60: event-status"]);
  });

  it.each(["instance-status", "system-status"] as const)(
    "make the drain a forced one when %s has failed for two minutes",
    (check) => {
      const { aws, running, poller, runUntil, deleted, cluster } = world({ reclaims: [] });
      const id = running();
      const { metadata } = cluster.nodeClaim("one") ?? {};
      if (metadata === undefined) throw new Error("the NodeClaim is there");
      const nodeClaim = cluster.nodeClaim("one");
      const finalizers = ["karpenter.sh/termination"];
      if (nodeClaim !== undefined)
        cluster.put({ ...nodeClaim, metadata: { ...metadata, finalizers } });
      aws.test.ec2.failStatusCheck(id, check);
      poller.statusChanged(id);
      runUntil(179);
      expect(deleted()).toEqual([]);
      runUntil(181);
      expect(deleted()).toEqual([`180: ${check}`]);
      const annotations = cluster.nodeClaim("one")?.metadata.annotations;
      expect(annotations?.["karpenter.sh/nodeclaim-termination-timestamp"]).toBe(
        "2026-03-02T00:33:00Z",
      );
    },
  );

  it("force the drain of a NodeClaim that is being deleted already, and do not delete it again", () => {
    const { aws, running, poller, runUntil, deleted, cluster } = world({ reclaims: [] });
    const id = running();
    const nodeClaim = cluster.nodeClaim("one");
    if (nodeClaim === undefined) throw new Error("the NodeClaim is there");
    const leaving = { finalizers: ["karpenter.sh/termination"], deletionTimestamp: at(30) };
    cluster.put({ ...nodeClaim, metadata: { ...nodeClaim.metadata, ...leaving } });
    aws.test.ec2.failStatusCheck(id, "system-status");
    poller.statusChanged(id);
    runUntil(200);
    expect(cluster.nodeClaim("one")?.metadata.annotations).toMatchObject({
      "karpenter.sh/nodeclaim-termination-timestamp": "2026-03-02T00:33:00Z",
    });
    expect(deleted()).toEqual([]);
  });

  it("leave an end that the NodeClaim has already, and nothing to say of instances that are gone", () => {
    const { aws, running, poller, runUntil, deleted, cluster } = world({ reclaims: [] });
    const id = running();
    const nodeClaim = cluster.nodeClaim("one");
    if (nodeClaim === undefined) throw new Error("the NodeClaim is there");
    const annotations = { "karpenter.sh/nodeclaim-termination-timestamp": "2026-03-02T01:00:00Z" };
    const finalizers = ["karpenter.sh/termination"];
    cluster.put({ ...nodeClaim, metadata: { ...nodeClaim.metadata, annotations, finalizers } });
    aws.test.ec2.failStatusCheck(id, "instance-status");
    poller.statusChanged(id);
    runUntil(200);
    expect(cluster.nodeClaim("one")?.metadata.annotations).toMatchObject(annotations);
    expect(deleted()).toEqual(["180: instance-status"]);
    expect(aws.test.ec2.failStatusCheck("i-0", "instance-status")).toBe(false);
  });
});
