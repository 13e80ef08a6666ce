// Plans are held against the disruption controller itself, run on the same cluster until it starts
// something or has polled in vain.
import { describe, expect, it } from "vitest";
import type { Ec2NodeClass } from "../../core/apis/index.ts";
import {
  defaultDisruptionOptions,
  DisruptionController,
  type Refusal,
  routineRefusals,
  type StartedCommand,
} from "../../core/disruption/index.ts";
import { ClusterState, CostTracker, setCondition } from "../../core/state/index.ts";
import { after, invariant, seconds, type SimTime } from "../../core/units/index.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import {
  catalogue,
  cluster,
  decide,
  evening,
  morning,
  noConsolidatable,
  of,
  plan,
  read,
  without,
} from "../../test/support/planned-disruption.ts";
import { assumeStatus } from "./assumed-status.ts";
import { advisedSpotMarket, typesByNodePool } from "./instance-types.ts";
import { findPlace } from "./place.ts";

/** What the controller does with the same cluster: its first commands, and all it refuses before. */
function run(
  text: string,
  start: SimTime,
  spotToSpotConsolidation = false,
): { readonly started: readonly StartedCommand[]; readonly refused: readonly Refusal[] } {
  let now = start;
  const snapshot = read(text);
  const api = new FakeCluster(() => now);
  const { objects: said } = snapshot;
  const nodePools = said.flatMap((object) => (object.kind === "NodePool" ? [object] : []));
  const nodeClasses = said.filter((it): it is Ec2NodeClass => it.kind === "EC2NodeClass");
  const place = findPlace(said, {});
  const market = advisedSpotMarket(catalogue, place.region, start);
  const types = typesByNodePool(nodePools, nodeClasses, { ...place, catalogue, market, now });
  const { objects } = assumeStatus(said, types, start);
  const cloudProvider = {
    getInstanceTypes: ({ metadata }: { readonly metadata: { readonly name: string } }) =>
      types.get(metadata.name) ?? [],
  };
  const state = new ClusterState({ cluster: api, options: { batchMaxDuration: seconds(10) } });
  const costs = new CostTracker({ cluster: api, cloudProvider });
  const started: StartedCommand[] = [];
  const refused: Refusal[] = [];
  const controller = new DisruptionController({
    cluster: api,
    cloudProvider,
    state,
    costs,
    options: { ...defaultDisruptionOptions, spotToSpotConsolidation },
    recorder: {
      commandStarted: (command) => started.push(command),
      commandEnded: () => {},
      commandRejected: ({ message }) => expect.unreachable(message),
      refused: (refusal) => started.length === 0 && refused.push(refusal),
      replacementCreated: () => {},
      refusalEnded: () => {},
      considered: ({ candidates, refusal }) => {
        const [nodeName, ...others] = candidates;
        if (nodeName === undefined || refusal === undefined || others.length > 0) return;
        if (started.length === 0) refused.push({ nodeName, ...refusal });
      },
      passFailed: (error) => expect.unreachable(error),
    },
  });
  api.subscribe((event, at) => {
    state.observe(event, at);
    costs.observe(event, at);
    controller.observe(event, at);
  });
  for (const object of objects) api.put(object);
  for (let step = 0; step <= 20 && started.length === 0; step++) {
    controller.reconcile(now);
    now = after(now, seconds(1));
  }
  // The next pass follows at once.
  return { started: started.slice(0, 1), refused };
}

describe("a plan of disruption", () => {
  it.each<[string, string, SimTime, boolean]>([
    ["in the morning", cluster, morning, false],
    ["in the evening, with an empty node", cluster, evening, false],
    ["when a drifted node may go", without(/general-j7x4b\n/), evening, false],
    ["with spot-to-spot consolidation", cluster, morning, true],
    ["without conditions that have to be assumed", noConsolidatable, morning, false],
    ["of spot nodes only", without(/ on-demand/), morning, true],
    ["of the critical NodePool only", without(/nodepool: general/), morning, false],
    ["without pods", without(/kind: Pod\n/), morning, false],
    ["with one NodePool's nodes blocked", cluster.replace("30%", "0%"), morning, false],
  ])("starts what the controller starts %s", (_when, text, now, spotToSpot) => {
    const { commands, outcome } = plan(text, now, spotToSpot);
    const { started } = run(text, now, spotToSpot);
    expect(
      commands.map((it) => ({
        method: it.method,
        decision: it.decision,
        candidates: it.candidates.map(({ node }) => node).sort(),
        before: it.usdPerHourBefore,
        after: it.usdPerHourAfter,
        scores: it.scores.map(({ nodePool, score }) => [nodePool, score]),
      })),
    ).toEqual(
      started.map((it) => ({
        method: it.method,
        decision: it.decision,
        candidates: [...it.candidates].sort(),
        before: it.usdPerHourBefore,
        after: it.usdPerHourAfter,
        scores: it.scores.map(({ nodePoolName, score }) => [nodePoolName, score]),
      })),
    );
    expect(outcome).toBe(started.length === 0 ? "nothing" : "command");
  });

  it.each([morning, evening])("knows every refusal of the controller, at %i", (now) => {
    const { nodes } = plan(cluster, now);
    const told = nodes.flatMap(({ node, refusals }) =>
      refusals.map(({ code, message }) => `${node} ${code} ${message}`),
    );
    const { refused } = run(cluster, now);
    expect(refused.length).toBeGreaterThan(5);
    for (const { nodeName, code, sentence } of refused) {
      if (routineRefusals.has(code)) continue;
      expect(told).toContain(`${nodeName} ${code} ${sentence}`);
    }
  });

  it("has a verdict for every node, and a sentence for each that stays", () => {
    const { nodes } = plan();
    expect(nodes.map(({ node, verdict, code }) => `${node} ${verdict} ${code}`)).toEqual([
      "ip-10-0-1-11.ec2.internal next plan/another-command-first",
      "ip-10-0-1-13.ec2.internal stays disruption/pod-do-not-disrupt",
      "ip-10-0-1-15.ec2.internal stays disruption/multiple-pdbs",
      "ip-10-0-1-16.ec2.internal stays disruption/not-initialized",
      "ip-10-0-1-18.ec2.internal stays disruption/not-consolidatable",
      "ip-10-0-1-20.ec2.internal stays disruption/deleting",
      "ip-10-0-1-21.ec2.internal disrupted plan/disrupted",
      "ip-10-0-1-23.ec2.internal stays disruption/policy-when-empty",
      "ip-10-0-1-5.ec2.internal stays disruption/not-managed",
      "ip-10-0-2-12.ec2.internal disrupted plan/disrupted",
      "ip-10-0-2-14.ec2.internal stays disruption/pdb-blocks",
      "ip-10-0-2-17.ec2.internal next plan/another-command-first",
      "ip-10-0-2-19.ec2.internal next plan/another-command-first",
      "ip-10-0-2-22.ec2.internal stays disruption/score-too-low",
      "ip-10-0-2-24.ec2.internal stays disruption/instance-type-not-found",
    ]);
  });

  it.each([
    ["general-9t2kd", 'pod shop/report-1: annotation karpenter.sh/do-not-disrupt: "true"'],
    [
      "general-dz5rg",
      "pod shop/cart-1: matches several PodDisruptionBudgets: shop/cart, shop/cart-legacy",
    ],
    ["general-c6wnp", "pod shop/checkout-1: PodDisruptionBudget shop/checkout allows 0"],
    ["general-fk8s2", "StartupTaint node.cilium.io/agent-not-ready:NoExecute still exists"],
    ["general-j7x4b", "until 2026-03-02T10:03:00Z"],
    ["general-lm2ch", "deleting since 2026-03-02T04:00:00Z; no terminationGracePeriod"],
    ["general-lm2ch", "pod shop/migrate-1: annotation karpenter.sh/do-not-disrupt"],
    ["general-hv3jq", "Ready=Unknown since 2026-03-02T06:40:00Z (NodeStatusUnknown)"],
  ])("says which pod or condition holds %s", (name, text) => {
    expect(of(plan(), name).details.join("\n")).toContain(text);
  });

  it("says which budget blocks, and what uses it up", () => {
    const blocked = plan(cluster.replace("30%", "20%"));
    const { code, details } = of(blocked, "general-8hmlz");
    expect(code).toBe("disruption/budget-exhausted");
    expect(details).toEqual([
      "budgets[0] (20%) allows 2 of 10 nodes; used up by ip-10-0-1-20.ec2.internal, " +
        "ip-10-0-2-17.ec2.internal",
    ]);
    const drifted = of(blocked, "general-kd9wl");
    expect(drifted.message).toContain("disruption reason Drifted due to blocking budget");
    expect(drifted.details).toEqual([
      "budgets[1] (0, 0 9 * * mon-fri for 8h, Drifted) allows 0 of 10 nodes",
    ]);
  });

  it("tells what drift says where a terminationGracePeriod lets drift pass by blocked pods", () => {
    const [head = "", tail = ""] = cluster.split("uid: claim-general-c6wnp\n");
    const drifted = `${head}uid: claim-general-c6wnp\n${tail
      .replace("expireAfter: 720h }", "expireAfter: 720h, terminationGracePeriod: 1h }")
      .replace(
        "      conditions:\n",
        '      conditions:\n        - { type: Drifted, status: "True", reason: AMIDrift, message: AMIDrift, lastTransitionTime: "2026-03-01T12:00:00Z" }\n',
      )}`;
    expect(of(plan(drifted), "general-c6wnp").message).toContain(
      "disruption reason Drifted due to",
    );
    // The longest drifted first; its pod, which nothing may evict, goes all the same.
    const open = drifted.replace('"0", reasons', '"3", reasons');
    const [command] = plan(open).commands;
    expect(command?.candidates.map(({ node }) => node)).toEqual(["ip-10-0-2-14.ec2.internal"]);
    expect(run(open, morning).started[0]?.candidates).toEqual(["ip-10-0-2-14.ec2.internal"]);
  });

  it("adds up the prices of its nodes, and leaves out those that nobody knows", () => {
    const { nodes, usdPerHour } = plan();
    const priced = nodes.filter((it) => it.usdPerHour !== undefined);
    expect(priced.length).toBe(13);
    expect(usdPerHour).toBeCloseTo(
      priced.reduce((sum, it) => sum + (it.usdPerHour ?? 0), 0),
      12,
    );
    const m5 = catalogue.onDemandUsdPerHour("us-east-1", "m5.xlarge");
    expect(of(plan(), "general-c6wnp").usdPerHour).toBe(m5);
    expect(of(plan(), "general-zz9yx").usdPerHour).toBeUndefined();
  });
});

describe("a pass that is held up", () => {
  it("waits for NodeClaims that are not launched", () => {
    const unlaunched = cluster.replace(
      "      providerID: aws:///us-east-1a/i-00000000000000013\n",
      "",
    );
    const decided = plan(unlaunched);
    expect(decided.outcome).toBe("waiting");
    expect(decided.waitingFor).toEqual(["NodeClaim batch-x5v8n"]);
    expect(decided.commands.length).toBe(1);
  });

  it("fails where no NodePool can be scheduled to and a node has drifted", () => {
    const unready = without(/general-j7x4b\n/).replaceAll(
      'type: Ready, status: "True", reason: Ready,',
      'type: Ready, status: "False", reason: NodeClassNotReady,',
    );
    const decided = plan(unready, evening);
    expect(decided.outcome).toBe("failed");
    expect(decided.error).toContain("no nodepools found");
    expect(decided.commands).toEqual([]);
  });

  it("keeps nodes for pods that the provisioner sends there", () => {
    const pending = `${cluster}  - apiVersion: v1
    kind: Pod
    metadata: { name: new-1, namespace: shop }
    spec:
      nodeSelector: { karpenter.sh/nodepool: general, node.kubernetes.io/instance-type: m5.2xlarge }
      containers: [{ name: main, image: main, resources: { requests: { cpu: 100m } } }]
    status: { phase: Pending }
`;
    const decided = plan(pending);
    expect(of(decided, "general-8hmlz").code).toBe("disruption/nominated");
    expect(of(decided, "general-8hmlz").details).toEqual(["for pod shop/new-1"]);
  });
});

describe("static NodePools", () => {
  const fixed = cluster.replace(
    "consolidationPolicy: WhenEmpty\n        consolidateAfter: 30s",
    "consolidateAfter: 30s\n      replicas: 1",
  );
  it("keep their nodes, and say so", () => {
    expect(of(plan(fixed), "batch-x5v8n").message).toBe('NodePool "batch" is static');
  });

  it("replace drifted nodes one for one", () => {
    const snapshot = read(fixed);
    const claim = snapshot.objects.find(({ metadata }) => metadata.name === "batch-x5v8n");
    invariant(claim?.kind === "NodeClaim", "the claim is there");
    const drifted = setCondition(claim, { type: "Drifted", status: "True" }, morning);
    const objects = snapshot.objects.map((it) => (it === claim ? drifted : it));
    const decided = decide({ ...snapshot, objects }, evening);
    const [command] =
      decided.methods.find(({ method }) => method === "static-drift")?.commands ?? [];
    expect(command?.replacements).toEqual([{ kind: "static", nodePool: "batch" }]);
  });
});
