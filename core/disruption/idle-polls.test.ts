import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { readyBuffer, template } from "../../test/support/capacity-buffers.ts";
import { sizes } from "../../test/support/disruption-types.ts";
import { DisruptionWorld, start } from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { objectMeta, pod } from "../../test/support/pods.ts";
import type { NodeClaim, PodDisruptionBudget, PodTemplate } from "../apis/index.ts";
import { bufferKeyOf } from "../capacitybuffer/index.ts";
import { setCondition } from "../state/index.ts";
import type { DisruptionOptions } from "./options.ts";
import { after, durationMs, hours, minutes, seconds, type SimTime } from "../units/index.ts";

const changes = [
  "bind a pod",
  "remove a pod",
  "add a pending pod",
  "raise a price",
  "lower a price",
  "block by a budget",
  "unblock",
  "nominate",
  "drift",
  "protect for a minute",
  "window",
  "launch",
  "initialize",
  "lose a replacement",
  "run a young pod",
  "refresh a buffer",
  "grow a buffer",
  "drop a buffer",
  "keep a node for a buffer",
] as const;
type Change = (typeof changes)[number];

interface Step {
  readonly change: Change;
  readonly node: number;
  /** Since the step before; multiples of a second meet polls exactly. */
  readonly waitMs: number;
}

const names = ["a", "b", "c", "d"];

function blockingBudget(disruptionsAllowed: number): PodDisruptionBudget {
  return {
    kind: "PodDisruptionBudget",
    metadata: objectMeta({ name: "all" }),
    spec: {
      selector: { matchLabels: {}, matchExpressions: [] },
      unhealthyPodEvictionPolicy: "IfHealthyBudget",
    },
    status: {
      disruptionsAllowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      disruptedPods: {},
    },
  };
}

function scalePrices(world: DisruptionWorld, factor: number): void {
  world.cloudProvider.instanceTypes = world.cloudProvider.instanceTypes.map((type, index) => ({
    ...type,
    offerings: type.offerings.map((it) =>
      index % 2 === 0 ? it : { ...it, priceUsdPerHour: (it.priceUsdPerHour * factor) as never },
    ),
  }));
}

function settle(world: DisruptionWorld, types: readonly string[]): void {
  for (const claim of world.cluster.nodeClaims()) {
    const { name } = claim.metadata;
    if (!name.startsWith("default-")) continue;
    const launched = { ...claim, status: { ...claim.status, providerId: `fake:///${name}` } };
    world.cluster.put(
      types.reduce((it, type) => setCondition(it, { type, status: "True" }, world.now), launched),
    );
  }
}

const bufferName = (node: number): string => `buffer-${node % 2}`;
const shape = template({ requests: { cpu: "300m" } });

/** The buffer's virtual pods, made anew, and some more. */
function resize(world: DisruptionWorld, node: number, more: number): void {
  const name = bufferName(node);
  const before = world.virtualPods
    .getAll(world.now)
    .filter((it) => bufferKeyOf(it) === `default/${name}`);
  if (before.length + more === 0) return;
  world.virtualPods.update(readyBuffer(before.length + more, { name }), shape, world.now);
}

function apply(world: DisruptionWorld, { change, node }: Step, index: number): void {
  const { cluster, state } = world;
  const name = names[node % names.length] ?? "a";
  const claim = cluster.nodeClaim(`${name}-claim`);
  const isThere = cluster.node(name) !== undefined;
  switch (change) {
    case "bind a pod":
      if (isThere) world.pod(`p${index}`, name, "300m");
      return;
    case "remove a pod":
      return cluster.remove("Pod", `default/${cluster.pods()[node]?.metadata.name ?? ""}`);
    case "add a pending pod":
      return cluster.put(pod({ name: `pending${index}`, requests: { cpu: "9" } }));
    case "raise a price":
      return scalePrices(world, 3);
    case "lower a price":
      return scalePrices(world, 0.2);
    case "block by a budget":
      return cluster.put(blockingBudget(0));
    case "unblock":
      return cluster.put(blockingBudget(1));
    case "nominate":
      return state.nominate(`fake:///${name}`, world.now);
    case "drift":
      if (claim !== undefined) {
        cluster.put(setCondition(claim, { type: "Drifted", status: "True" }, world.now));
      }
      return;
    case "protect for a minute": {
      const annotations = { "karpenter.sh/do-not-disrupt": "1m" };
      if (isThere)
        world.pod(`q${index}`, name, "10m", {
          annotations,
          status: { phase: "Running", startTime: world.now },
        });
      return;
    }
    case "window": {
      const budget = { nodes: "0", schedule: "*/4 * * * *", duration: minutes(2) };
      return cluster.put(
        nodePool({ disruption: { budgets: [budget], consolidateAfter: seconds(30) } }),
      );
    }
    case "launch":
      return settle(world, ["Launched", "Registered"]);
    case "initialize":
      return settle(world, ["Launched", "Registered", "Initialized"]);
    case "lose a replacement": {
      const lost = cluster
        .nodeClaims()
        .find((it: NodeClaim) => it.metadata.name.startsWith("default-"));
      if (lost !== undefined) cluster.remove("NodeClaim", lost.metadata.name);
      return;
    }
    case "run a young pod": {
      const metadata = { creationTimestamp: world.now };
      if (isThere) world.pod(`y${index}`, name, "300m", { metadata });
      return;
    }
    case "refresh a buffer":
      return resize(world, node, 0);
    case "grow a buffer":
      return resize(world, node, 1);
    case "drop a buffer":
      return world.virtualPods.remove(`default/${bufferName(node)}`);
    case "keep a node for a buffer":
      return state.bufferPods.replace(new Map([[`fake:///${name}`, 1 + (node % 2)]]));
  }
}

function run(
  steps: readonly Step[],
  options: Pick<DisruptionOptions, "skipIdlePolls" | "decisionLatency">,
): DisruptionWorld {
  const world = new DisruptionWorld({ ...options, spotToSpotConsolidation: true });
  world.cloudProvider.instanceTypes = sizes;
  world.cluster.put(nodePool({ disruption: { budgets: [{ nodes: "50%" }] } }));
  world.table(`
    a | default | medium | on-demand | a1:3500m
    b | default | medium | spot      | b1:3000m b2:500m
    c | default | large  | on-demand | c1:7
    d | default | small  | on-demand | d1:1800m
  `);
  for (const [index, step] of steps.entries()) {
    world.advance(durationMs(step.waitMs));
    apply(world, step, index);
    // The engine asks after every event.
    if ((world.controller.nextDueAt() ?? Number.POSITIVE_INFINITY) <= world.now) {
      world.controller.reconcile(world.now);
    }
  }
  world.advance(minutes(12));
  return world;
}

describe("leaving out polls that would do nothing", () => {
  const step = fc.record({
    change: fc.constantFrom(...changes),
    node: fc.nat(5),
    waitMs: fc.oneof(
      fc.integer({ min: 0, max: 40 }).map((it) => it * 1000),
      fc.integer({ min: 0, max: 400_000 }),
    ),
  });

  const latency = fc.record({ baseMs: fc.integer({ min: 1, max: 9000 }), perNodeMs: fc.nat(50) });
  const controller = fc.option(latency, { nil: undefined });

  test.prop([fc.array(step, { maxLength: 12 }), controller], { numRuns: 90 })(
    "changes neither a decision, nor its time, nor what is told",
    (steps, latency) => {
      const decisionLatency = latency && { ...latency, perPodMs: 0 };
      const options = decisionLatency === undefined ? {} : { decisionLatency };
      const polled = run(steps, { ...options, skipIdlePolls: false });
      const skipped = run(steps, { ...options, skipIdlePolls: true });
      expect(skipped.facts).toEqual(polled.facts);
      expect(skipped.cluster.events).toEqual(polled.cluster.events);
    },
  );

  /** A node whose pod could go to the other one, if it weren't for a virtual pod. */
  function withVirtualPod(
    skipIdlePolls: boolean,
    room: PodTemplate,
    builtAt: SimTime,
  ): DisruptionWorld {
    const world = new DisruptionWorld({ skipIdlePolls });
    world.cloudProvider.instanceTypes = sizes;
    const key = "karpenter.sh/capacity-type";
    const requirements = [{ key, operator: "In", values: ["on-demand"] }] as const;
    world.cluster.put(nodePool({ requirements }));
    world.node({ name: "a", type: "small" });
    world.node({ name: "b", type: "small", labels: { room: "here" } });
    world.pod("b1", "b", "1400m", { spec: { nodeSelector: { room: "here" } } });
    const creationTimestamp = after(start, seconds(30));
    world.pod("a1", "a", "300m", { metadata: { creationTimestamp } });
    world.virtualPods.getAll(world.now);
    world.virtualPods.update(readyBuffer(1), room, builtAt);
    world.advance(minutes(2));
    return world;
  }

  /** Of a virtual pod that there is room for on b, and nowhere else. */
  const roomFor = (cpu: string): PodTemplate =>
    template({ requests: { cpu }, spec: { nodeSelector: { room: "here" } } });

  it.each<[string, string, number, (world: DisruptionWorld, room: PodTemplate) => void]>([
    ["goes", "310m", 40, (world) => world.virtualPods.remove("default/buffer")],
    [
      "is made anew, behind younger pods of its size",
      "300m",
      20,
      (world, room) => world.virtualPods.update(readyBuffer(1), room, world.now),
    ],
  ])("finds what becomes possible when a virtual pod %s", (_, cpu, builtAt, change) => {
    const [skipped, polled] = [true, false].map((skipIdlePolls) => {
      const room = roomFor(cpu);
      const world = withVirtualPod(skipIdlePolls, room, after(start, seconds(builtAt)));
      expect(world.story).toEqual([]);
      change(world, room);
      world.advance(minutes(10));
      return world.facts;
    });
    expect(skipped).toEqual(polled);
    expect(skipped?.join()).toMatch(/started Underutilized\/command-1: delete/);
  });

  it("leaves out nearly all polls of a quiet cluster", () => {
    const quiet = (skipIdlePolls: boolean): number => {
      const world = new DisruptionWorld({ skipIdlePolls });
      world.cloudProvider.instanceTypes = sizes;
      const key = "karpenter.sh/capacity-type";
      const requirements = [{ key, operator: "In", values: ["on-demand"] }] as const;
      world.cluster.put(nodePool({ requirements }));
      world.table("a | default | small | on-demand | a1:1900m");
      world.advance(hours(1));
      return world.passes;
    };
    // Every five minutes the memo is renewed; 360 polls an hour otherwise.
    expect(quiet(false)).toBe(361);
    expect(quiet(true)).toBeLessThan(15);
  });
});
