import { describe, expect, it } from "vitest";
import type { NodePool } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { hours, Never } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import type { WorldPlan } from "../../sim/world-plan.ts";
import { moneyAccounts, podAccounts, untallied } from "./account-laws.ts";
import { auditJournal } from "./journal-laws.ts";
import { repeatable } from "./swarm-replay.ts";
import { swarmPlan } from "./swarm.ts";
import { runWithJournal } from "./worlds.ts";

// A law that nothing can break proves nothing: each is shown a journal that breaks it, made of a true
// one by changing an entry, or by judging it under manifests that are stricter than those it ran under.
const plan = swarmPlan(73);
const { journal, facts } = runWithJournal(plan);

type Kind = LedgerEntry["kind"];
type Entry<K extends Kind> = Extract<LedgerEntry, { kind: K }>;

function violations(of: WorldPlan, entries: readonly LedgerEntry[]): string {
  return auditJournal(of, entries).violations.join("\n");
}

function withObjects(change: (object: ClusterObject) => ClusterObject): WorldPlan {
  return { ...plan, objects: plan.objects.map(change) };
}

function withDisruption(disruption: Partial<NodePool["spec"]["disruption"]>): WorldPlan {
  return withObjects((it) =>
    it.kind === "NodePool"
      ? { ...it, spec: { ...it.spec, disruption: { ...it.spec.disruption, ...disruption } } }
      : it,
  );
}

/** The journal with the entries of a kind changed; an answer of several takes the place of the one. */
function changed<K extends Kind>(
  kind: K,
  change: (entry: Entry<K>) => LedgerEntry | readonly LedgerEntry[],
): readonly LedgerEntry[] {
  return journal.flatMap((it) => (it.kind === kind ? change(it as Entry<K>) : it));
}

/** Pods of every template, protected for good or for a while. */
const withProtection = (value: string): WorldPlan =>
  withObjects((it) => {
    if (it.kind !== "Deployment" && it.kind !== "StatefulSet") return it;
    const annotations = { "karpenter.sh/do-not-disrupt": value };
    const template = { ...it.spec.template, annotations };
    return { ...it, spec: { ...it.spec, template } } as typeof it;
  });
const protectedPods = withProtection("true");

/** PodDisruptionBudgets that want more healthy pods than there are. */
const strictBudgets = withObjects((it) => {
  if (it.kind !== "PodDisruptionBudget") return it;
  const { selector, unhealthyPodEvictionPolicy } = it.spec;
  const spec = { ...(selector && { selector }), unhealthyPodEvictionPolicy, minAvailable: 99 };
  return { ...it, spec };
});

function withNodePools(change: (spec: NodePool["spec"]) => Partial<NodePool["spec"]>): WorldPlan {
  return withObjects((it) =>
    it.kind === "NodePool" ? { ...it, spec: { ...it.spec, ...change(it.spec) } } : it,
  );
}

/** Nodes that are not to be disrupted. */
const lastingNodes = withNodePools(({ template }) => ({
  template: { ...template, annotations: { "karpenter.sh/do-not-disrupt": "true" } },
}));

function withExpiry(expireAfter: NodePool["spec"]["template"]["spec"]["expireAfter"]): WorldPlan {
  return withNodePools(({ template }) => ({
    template: { ...template, spec: { ...template.spec, expireAfter } },
  }));
}

/** An EC2NodeClass whose nodes have room for two pods. */
const twoPods = withObjects((it) =>
  it.kind === "EC2NodeClass"
    ? { ...it, spec: { ...it.spec, kubelet: { ...it.spec.kubelet, maxPods: 2 } } }
    : it,
);

/** NodeClaims that take the place of consolidated ones. */
const replacing = new Set(
  journal.flatMap((it) =>
    it.kind === "disruption-command" && it.method !== "drift" ? it.replacements : [],
  ),
);

/** What is launched and costs next to nothing: no replacement can undercut it. */
const cheapLaunches = changed("instance-launched", (it) => {
  return { ...it, capacityType: "on-demand", onDemandUsdPerHour: 1e-6 };
});

/** Replacements for which there was no room, launched all the same, at a high price. */
const dearReplacements = changed("launch-failed", (it) => {
  const launch = journal.find(({ kind }) => kind === "instance-launched");
  if (launch?.kind !== "instance-launched" || !replacing.has(it.nodeClaimName)) return it;
  const { at, nodeClaimName } = it;
  const price = { capacityType: "on-demand", onDemandUsdPerHour: 99 } as const;
  return { ...launch, at, nodeClaimName, instanceId: `i-${nodeClaimName}`, ...price };
});

const twice = <E>(entry: E): readonly E[] => [entry, entry];

describe("the laws of a journal", () => {
  it("are kept by the journal as it is", () => {
    expect(violations(plan, journal)).toBe("");
  });

  const stricter: readonly (readonly [string, WorldPlan, RegExp])[] = [
    ["disruption budgets", withDisruption({ budgets: [{ nodes: "0" }] }), /budget 0 allows 0/],
    [
      "the windows of budgets",
      withDisruption({ budgets: [{ nodes: "0%", schedule: "* * * * *", duration: hours(1) }] }),
      /budget 0% allows 0/,
    ],
    ["consolidateAfter", withDisruption({ consolidateAfter: hours(9) }), /after \d+ ms/],
    ["consolidateAfter: Never", withDisruption({ consolidateAfter: Never }), /: never/],
    [
      "WhenEmpty",
      withDisruption({ consolidationPolicy: "WhenEmpty" }),
      /node-consolidation under WhenEmpty/,
    ],
    ["do-not-disrupt at commands", protectedPods, /disruption-command: .* with default/],
    ["do-not-disrupt at evictions", protectedPods, /protected .* is evicted/],
    ["PodDisruptionBudgets", strictBudgets, /healthy, 99 wanted/],
    ["the number of pods that a node takes", twoPods, /holds \d+ pods of 2/],
    ["limits", withNodePools(() => ({ limits: { cpu: 3000 } })), /uses \d+m of 3000m/],
    ["early expiration", withExpiry(hours(9)), /expires, due at/],
    ["static NodePools", withNodePools(() => ({ replicas: 1 })), /consolidation of static/],
    ["do-not-disrupt of nodes", lastingNodes, /which is not to be disrupted/],
    ["late expiration", withExpiry(hours(1)), /is not expired|expires, due at/],
  ];
  it.for(stricter)("notice stricter manifests: %s", ([, strict, law]) => {
    expect(violations(strict, journal)).toMatch(law);
  });

  const altered: readonly (readonly [string, readonly LedgerEntry[], RegExp])[] = [
    ["a pod on two nodes", changed("pod-bound", twice), /is bound twice/],
    ["a pod that ends twice", changed("pod-ended", twice), /ends twice/],
    ["a pod that is counted twice", changed("pod-created", twice), /pod-created: \d+ pods, but/],
    ["a pod that ends out of nothing", changed("pod-ended", twice), /pod-ended: \d+ pods, but/],
    [
      "pods with more GPUs than there are",
      changed("pod-created", (it) => ({ ...it, requests: { ...it.requests, gpus: 1 } })),
      /GPUs of 0/,
    ],
    [
      "a node over its allocatable",
      changed("node-registered", (it) => ({ ...it, allocatableMemoryBytes: 1 })),
      /over .*"memoryBytes":1\}/,
    ],
    [
      "a replacement that is no cheaper",
      changed("disruption-command", (it) => ({ ...it, usdPerHourAfter: it.usdPerHourBefore })),
      /no less than/,
    ],
    ["a type that costs more than what it replaces", cheapLaunches, /may be .* for/],
    ["replacements that cost more", cheapLaunches, /replacements for .* in the place of/],
    ["a launch that costs more than what it replaces", dearReplacements, /launched for 99, not/],
    [
      "a replacement out of nothing",
      changed("disruption-command", (it) => ({ ...it, replacements: [] })),
      /replace with 0 replacements/,
    ],
    [
      "the emptying of a node with pods on it",
      changed("disruption-command", (it) => ({ ...it, method: "emptiness" })),
      /is not empty/,
    ],
    [
      "a node in two commands",
      changed("disruption-command", (it) => [it, { ...it, commandId: `${it.commandId} again` }]),
      /is disrupted twice/,
    ],
    ["a machine that skips a step", changed("instance-shutting-down", () => []), /goes from/],
    ["a Spot Instance without notice", changed("interruption-notice", () => []), /without notice/],
    [
      "a slow interruption",
      changed("interruption-notice", (it) => ({ ...it, at: plan.start })),
      /ms after the notice/,
    ],
    [
      "an event that ends before it began",
      changed("event", (it) => ({ ...it, firstAt: plan.end })),
      /ends before it began/,
    ],
    ["time that goes back", [...journal.slice(-1), ...journal.slice(0, 1)], /time goes back/],
  ];
  it.for(altered)("notice %s", ([, entries, law]) => {
    expect(violations(plan, entries)).toMatch(law);
  });
});

describe("do-not-disrupt", () => {
  const law = /disruption-command: .* with default/;

  it("protects pods that have never been ready, too", () => {
    const neverReady = changed("pod-ready", () => []);
    expect(violations(protectedPods, neverReady)).toMatch(law);
    expect(violations(withProtection("1ms"), neverReady)).toMatch(law);
  });

  it("protects for a while from the pod's start on", () => {
    expect(violations(withProtection("9h"), journal)).toMatch(law);
    expect(violations(withProtection("1ms"), journal)).toBe("");
  });
});

describe("a world that goes wrong", () => {
  it("names the command that repeats it, and its cause", () => {
    const cause = new RangeError("no such thing");
    const step = (): never => {
      throw cause;
    };
    const message =
      "seed 7: no such thing\nrepeat with: DRYFIT_SWARM_SEED=7 npx vitest run test/swarm.test.ts";
    expect(() => repeatable(7, step)).toThrow(expect.objectContaining({ message, cause }));
    expect(repeatable(7, () => "fine")).toBe("fine");
  });
});

describe("the books of a run", () => {
  it("notice a pod that vanishes, and one that was never there", () => {
    const { cluster } = auditJournal(plan, journal);
    const pods = { ...facts.pods, pendingAtEnd: facts.pods.pendingAtEnd + 1 };
    expect(untallied(podAccounts(cluster, journal, facts))).toEqual([]);
    expect(untallied(podAccounts(cluster, journal, { ...facts, pods }))).toEqual([
      expect.stringMatching(/^pending: /),
      expect.stringMatching(/^bound, pending and ended: /),
    ]);
  });

  it("notice money that was charged and is in no total, and a wrong price", () => {
    const found = (entries: readonly LedgerEntry[], of: WorldPlan): string =>
      untallied(moneyAccounts(of, entries, facts)).join("\n");
    expect(found(journal, plan)).toBe("");
    const dearer = changed("charge", (it) => ({ ...it, usd: it.usd + 0.001 }));
    expect(found(dearer, plan)).toMatch(/^compute: .*\nstorage: /);
    const longer = changed("instance-running", (it) => ({ ...it, at: plan.start }));
    expect(found(longer, plan)).toMatch(/^price over time: /);
  });
});
