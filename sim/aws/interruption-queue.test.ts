import { describe, expect, it } from "vitest";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { Engine } from "../engine/index.ts";
import { at, reclaimsAt, testStart } from "../../test/support/test-ec2.ts";
import type { AwsEvent } from "./aws-event.ts";
import { InterruptionQueue } from "./interruption-queue.ts";
import { nodeClaimOf, TestAws } from "../../test/support/test-aws.ts";

const m5 = "node.kubernetes.io/instance-type=m5.large";
const spot = "karpenter.sh/capacity-type=spot";

/** A provider whose EC2 talks to a queue with a delay of five seconds. */
function world(options: { readonly hasQueue?: boolean; readonly reclaims?: readonly number[] }) {
  const aws = new TestAws({ ec2: { outlook: reclaimsAt(...(options.reclaims ?? [100])) } });
  const engine = new Engine<AwsEvent>({ start: testStart });
  const cluster = new FakeCluster(() => engine.now);
  const launch = () => {
    const nodeClaim = aws.launched(nodeClaimOf("one", [spot, m5]));
    cluster.put(nodeClaim);
    return nodeClaim;
  };
  const queue = new InterruptionQueue({
    timeline: engine,
    cluster,
    provider: aws.provider,
    unavailable: aws.unavailable,
    settings: {
      hasInterruptionQueue: options.hasQueue ?? true,
      interruptionDelaySeconds: { kind: "constant", value: 5 },
    },
    seed: 1,
    ledger: { record: (entry) => aws.test.entries.push(entry) },
  });
  /** The queue's clock follows EC2's. */
  const catchUp = (): void => {
    engine.run({ until: aws.test.engine.now }, (event) => {
      if (event.kind === "interruption-message") queue.handle(event);
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
  return { aws, engine, cluster, launch, queue, runUntil, deleted, events, canGet };
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

  it("pending and running are no interruptions", () => {
    const { aws, engine, runUntil, launch } = world({ reclaims: [] });
    launch();
    runUntil(30);
    expect(aws.test.ec2.instances()[0]?.state).toBe("running");
    expect(engine.processed).toBe(0);
  });
});
