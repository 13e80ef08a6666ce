import { describe, expect, it } from "vitest";
import { stateNode } from "../test/support/nodes.ts";
import {
  budgetManifest,
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
  worldStart,
} from "../test/support/worlds.ts";
import { setCondition } from "../core/state/index.ts";
import { after, hours, invariant } from "../core/units/index.ts";
import { DecisionLedger } from "./decision-ledger.ts";
import type { LedgerEntry } from "./ledger/index.ts";

type Entry<Kind extends LedgerEntry["kind"]> = Extract<LedgerEntry, { kind: Kind }>;

function of<Kind extends LedgerEntry["kind"]>(
  journal: readonly LedgerEntry[],
  kind: Kind,
): readonly Entry<Kind>[] {
  return journal.filter((entry): entry is Entry<Kind> => entry.kind === kind);
}

const replicas = [12, 24, 4, 12].map((count, index) => ({
  at: after(worldStart, hours(4 * (index + 1))),
  replicas: count,
}));

const workload = [deploymentManifest("web", 8), budgetManifest("web", 1)];
const overrides = {
  replicaPlans: [
    { kind: "Deployment", namespace: "default", name: "web", changes: replicas } as const,
  ],
};

/** Spot of two types that is hardly ever there. */
function scarceSpot() {
  const pool = nodePoolManifest({}) as { readonly spec: { readonly template: object } };
  const { spec } = pool.spec.template as { readonly spec: { readonly requirements: object[] } };
  spec.requirements.push({
    key: "node.kubernetes.io/instance-type",
    operator: "In",
    values: ["m5.large", "m6i.large"],
  });
  const capacity = { spotDryHoursMean: 24 };
  const manifests = [pool, ...workload];
  return runWithJournal(
    worldPlan({ seed: 3, interruptionScale: 1000, capacity, manifests, overrides }),
  ).journal;
}

/** On-Demand machines that are replaced by smaller ones as the tier shrinks. */
function shrinking() {
  const pool = nodePoolManifest({ capacityTypes: ["on-demand"] });
  return runWithJournal(worldPlan({ manifests: [pool, ...workload], overrides })).journal;
}

const scarce = scarceSpot();
const journals = [scarce, shrinking()];

describe("the ledger of decisions", () => {
  it("says of every NodeClaim why it was created, and for which pods", () => {
    const reasons = new Set<string>();
    for (const journal of journals) {
      const created = of(journal, "node-claim-created");
      const names = new Set(created.map(({ nodeClaimName }) => nodeClaimName));
      const launched = of(journal, "instance-launched");
      expect(launched.length).toBeGreaterThan(10);
      expect(launched.filter(({ nodeClaimName }) => !names.has(nodeClaimName))).toEqual([]);
      const commands = of(journal, "disruption-command");
      for (const claim of created) {
        reasons.add(claim.reason);
        expect(claim.pods.length).toBe(Math.min(claim.podCount, 20));
        expect(claim.podCount).toBeGreaterThan(0);
        expect(claim.instanceTypes.length).toBeGreaterThan(0);
        const command = commands.find(({ replacements }) =>
          replacements.includes(claim.nodeClaimName),
        );
        expect(claim.commandId).toBe(command?.commandId);
      }
    }
    expect([...reasons].sort()).toEqual(["provisioned", "underutilized"]);
  });

  it("says of every pod that Karpenter made room for where it is expected, once a place", () => {
    const nominated = of(scarce, "pod-nominated");
    const failed = of(scarce, "pod-failed-scheduling");
    const unschedulable = new Set(of(scarce, "pod-unschedulable").map(({ podUid }) => podUid));
    expect(unschedulable.size).toBeGreaterThan(10);
    for (const uid of unschedulable) {
      const told = [...nominated, ...failed]
        .filter(({ podUid }) => podUid === uid)
        .sort((left, right) => left.at - right.at)
        .map((it) => (it.kind === "pod-nominated" ? it.nodeClaimName : it.message));
      expect(told.length).toBeGreaterThan(0);
      for (const [index, text] of told.entries()) expect(text).not.toBe(told[index - 1]);
    }
  });

  it("says why On-Demand was bought, and which Spot offerings were not there", () => {
    const bought = of(scarce, "instance-launched").filter(
      ({ capacityType }) => capacityType === "on-demand",
    );
    expect(bought.length).toBeGreaterThan(0);
    const claims = of(scarce, "node-claim-created");
    for (const { nodeClaimName, onDemandReason, at } of bought) {
      const claim = claims.find((it) => it.nodeClaimName === nodeClaimName);
      invariant(claim !== undefined, "a launched NodeClaim was created", { nodeClaimName });
      expect(claim.allowedCapacityTypes).toEqual(["on-demand", "spot"]);
      // Not offered when the NodeClaim was made, or gone when it was launched.
      const isOffered = claim.capacityTypes.includes("spot");
      expect(onDemandReason).toBe(isOffered ? "spot-unavailable" : "required");
      const missing = of(scarce, "offering-unavailable").filter(
        (it) =>
          it.capacityType === "spot" &&
          claim.instanceTypes.includes(it.instanceType) &&
          it.at <= at &&
          at <= it.until,
      );
      expect(missing.length).toBeGreaterThan(0);
    }
  });

  it("follows a node from its drain to its end", () => {
    const drained = new Set(of(scarce, "node-drained").map(({ nodeName }) => nodeName));
    expect(drained.size).toBeGreaterThan(3);
    const removed = of(scarce, "node-claim-removed").map(({ nodeClaimName }) => nodeClaimName);
    expect(new Set(removed).size).toBe(removed.length);
    expect(removed.length).toBeGreaterThanOrEqual(drained.size);
  });
});

describe("a NodeClaim", () => {
  const at = worldStart;
  const { nodeClaim } = stateNode({ name: "a" });
  invariant(nodeClaim !== undefined, "the fixture has one");

  function ledger(): { readonly entries: LedgerEntry[]; readonly decisions: DecisionLedger } {
    const entries: LedgerEntry[] = [];
    return { entries, decisions: new DecisionLedger({ record: (entry) => entries.push(entry) }) };
  }

  it("that no controller created was applied by somebody", () => {
    const { entries, decisions } = ledger();
    decisions.observe({ type: "added", object: nodeClaim }, at);
    expect(entries).toEqual([]);
    decisions.recordApplied(at);
    decisions.recordApplied(at);
    expect(entries).toMatchObject([{ kind: "node-claim-created", reason: "applied" }]);
  });

  it("is told to have drifted, and not to any more, once each", () => {
    const { entries, decisions } = ledger();
    const change = { type: "Drifted", status: "True", reason: "NodePoolDrifted" } as const;
    const drifted = setCondition(nodeClaim, { ...change, message: "NodePoolDrifted" }, at);
    decisions.observe({ type: "modified", object: drifted, before: nodeClaim }, at);
    decisions.observe({ type: "modified", object: { ...drifted }, before: drifted }, at);
    decisions.observe({ type: "modified", object: nodeClaim, before: drifted }, at);
    const { name: nodeClaimName } = nodeClaim.metadata;
    expect(entries).toEqual([
      { kind: "node-claim-drifted", at, nodeClaimName, reason: "NodePoolDrifted" },
      { kind: "node-claim-drift-ended", at, nodeClaimName },
    ]);
  });

  it("whose launch is tried again is told what went wrong when that changes", () => {
    const { entries, decisions } = ledger();
    const failed = (message: string): void =>
      decisions.record({ kind: "launch-failed", nodeClaim, code: "create-error", message }, at);
    for (const message of ["no subnets", "no subnets", "no image", "no subnets"]) failed(message);
    expect(entries.map((it) => (it.kind === "launch-retried" ? it.message : it.kind))).toEqual([
      "no subnets",
      "no image",
      "no subnets",
    ]);
  });
});
