import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { instanceType } from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod, podAffinityTerm, topologySpread } from "../../test/support/pods.ts";
import { readsOf } from "../../test/support/topology.ts";
import type { Pod } from "../apis/index.ts";
import { Requirements } from "../scheduling/index.ts";
import { TopologyBase } from "./topology-base.ts";
import { topologyOver } from "./topology.ts";
import type { TopologyTracker } from "./topology-tracker.ts";

const zone = "topology.kubernetes.io/zone";
const zones = ["test-zone-1", "test-zone-2", "test-zone-3"] as const;
const strictly = { allowUndefinedWellKnownLabels: false };

/** A pod of an app with one rule about the pods of an app. */
interface Wish {
  readonly app: string;
  readonly rule: "spread" | "near" | "away" | "none";
  readonly about: string;
  readonly maxSkew: number;
  /** Where a candidate for it could be; where it is, when it runs already. */
  readonly candidate: readonly string[];
}

interface Placement extends Wish {
  readonly zone: string;
}

const wish = fc.record<Wish>({
  app: fc.constantFrom("a", "b"),
  rule: fc.constantFrom("spread", "near", "away", "none"),
  about: fc.constantFrom("a", "b"),
  maxSkew: fc.integer({ min: 1, max: 2 }),
  candidate: fc.subarray([...zones], { minLength: 1 }),
});

function podOf({ app, rule, about, maxSkew }: Wish, name: string, nodeName?: string): Pod {
  const term = podAffinityTerm(zone, { app: about });
  const spread = topologySpread(zone, { app: about }, { maxSkew });
  return pod({
    name,
    labels: { app },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(rule === "near" ? { affinity: { requiredPodAffinity: [term] } } : {}),
    ...(rule === "away" ? { affinity: { requiredPodAntiAffinity: [term] } } : {}),
    ...(rule === "spread" ? { spec: { topologySpreadConstraints: [spread] } } : {}),
  });
}

/** Counts anew, from nothing but the list of placements, which zones the rules leave open. */
function openZones(
  { app, rule, about, maxSkew, candidate }: Wish,
  placements: readonly Placement[],
): readonly string[] | undefined {
  const matching = (name: string) =>
    placements.filter((it) => it.zone === name && it.app === about).length;
  const self = app === about ? 1 : 0;
  const least = Math.min(...zones.map(matching));
  const populated = candidate.filter((name) => matching(name) > 0);
  const isFirst = self === 1 && zones.every((name) => matching(name) === 0);
  const ofRule = {
    none: candidate,
    away: candidate.filter((name) => matching(name) === 0),
    near: populated.length > 0 || !isFirst ? populated : candidate.slice(0, 1),
    spread: candidate
      .filter((name) => matching(name) + self - least <= maxSkew)
      .sort((a, b) => matching(a) - matching(b) || (a < b ? -1 : 1))
      .slice(0, 1),
  }[rule];
  const repelled = placements.filter((it) => it.rule === "away" && it.about === app);
  const unrepelled = candidate.filter((name) => !repelled.some((it) => it.zone === name));
  if (ofRule.length === 0 || unrepelled.length === 0) return undefined;
  return ofRule.filter((name) => unrepelled.includes(name));
}

function topologyOf(existing: readonly Wish[], waiting: readonly Pod[]): TopologyTracker {
  const nodes = existing.map((it, index) => {
    const name = `node-${index}`;
    return stateNode({ name, zone: zoneOf(it), pods: [podOf(it, `old-${index}`, name)] });
  });
  const base = new TopologyBase({
    preferencePolicy: "Respect",
    nodePools: [nodePool()],
    instanceTypesByNodePool: new Map([["default", [instanceType()]]]),
    stateNodes: nodes,
    clusterStateNodes: nodes,
    cluster: readsOf(nodes),
    pods: waiting,
  });
  const result = topologyOver(base, waiting, []);
  if (!result.ok) throw new Error(result.error);
  return result.topology;
}

function zoneOf({ candidate }: Wish): string {
  return candidate[0] ?? zones[0];
}

describe("topology over many placements", () => {
  test.prop([
    fc.array(wish, { maxLength: 5 }),
    fc.array(fc.tuple(wish, fc.nat()), { minLength: 1, maxLength: 12 }),
  ])("leaves open what a recount of all placements leaves open", (existing, wishes) => {
    const waiting = wishes.map(([it], index) => podOf(it, `pod-${index}`));
    const topology = topologyOf(existing, waiting);
    const placements: Placement[] = existing.map((it) => ({ ...it, zone: zoneOf(it) }));
    for (const [index, [wanted, choice]] of wishes.entries()) {
      const candidate = Requirements.fromNodeSelectorRequirements([
        { key: zone, operator: "In", values: wanted.candidate },
      ]);
      const placed = waiting[index] ?? pod();
      const outcome = topology.addRequirements(placed, [], Requirements.empty, candidate, strictly);
      const open = openZones(wanted, placements);
      expect(outcome.ok ? outcome.requirements.get(zone).sortedValues : undefined).toEqual(open);
      const chosen = open?.[choice % open.length];
      if (chosen === undefined) continue;
      const final = Requirements.fromLabels({ [zone]: chosen });
      topology.record(placed, [], final, strictly);
      placements.push({ ...wanted, zone: chosen });
    }
  });

  test.prop([fc.array(fc.tuple(wish, fc.nat()), { minLength: 2, maxLength: 12 })])(
    "says rightly that a refusal lasts: asked again after more placements, it still refuses",
    (wishes) => {
      const waiting = wishes.map(([it], index) => podOf(it, `pod-${index}`));
      const topology = topologyOf([], waiting);
      const lasting: (() => boolean)[] = [];
      for (const [index, [wanted, choice]] of wishes.entries()) {
        const placed = waiting[index] ?? pod();
        const candidate = Requirements.fromNodeSelectorRequirements([
          { key: zone, operator: "In", values: wanted.candidate },
        ]);
        const ask = () =>
          topology.addRequirements(placed, [], Requirements.empty, candidate, strictly);
        const outcome = ask();
        if (!outcome.ok) {
          if (outcome.isLasting) lasting.push(() => ask().ok);
          continue;
        }
        const open = outcome.requirements.get(zone).sortedValues;
        const chosen = open[choice % open.length] ?? zones[0];
        topology.record(placed, [], Requirements.fromLabels({ [zone]: chosen }), strictly);
      }
      expect(lasting.map((isOpenAgain) => isOpenAgain())).toEqual(lasting.map(() => false));
    },
  );

  test.prop([fc.array(wish, { minLength: 1, maxLength: 8 })])(
    "says rightly that a pod is not affected: asking and recording change nothing then",
    (wishes) => {
      const waiting = wishes.map((it, index) => podOf(it, `pod-${index}`));
      const topology = topologyOf([], waiting);
      for (const [index, wanted] of wishes.entries()) {
        const placed = waiting[index] ?? pod();
        if (topology.isAffectedBy(placed)) continue;
        expect(wanted.rule).toBe("none");
        const candidate = Requirements.fromLabels({ [zone]: zoneOf(wanted) });
        const outcome = topology.addRequirements(
          placed,
          [],
          Requirements.empty,
          candidate,
          strictly,
        );
        expect(outcome).toEqual({ ok: true, requirements: candidate });
      }
    },
  );
});
