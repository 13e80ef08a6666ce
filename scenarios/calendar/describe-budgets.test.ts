import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { after, days, invariant, parseTime } from "../../core/units/index.ts";
import { snapshotText, stuckCluster } from "../../test/support/planned-snapshot.ts";
import { loadManifests } from "../manifests/index.ts";
import { type BudgetFindingCode, budgetFindingCodes, type BudgetReport } from "./budget-report.ts";
import { type BudgetRequest, describeBudgets } from "./describe-budgets.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const manifests = read("./testdata/budgets.yaml");
const monday = parseTime("2026-03-02T00:00:00Z");

function report(text: string, request: Partial<BudgetRequest> = {}): BudgetReport {
  const loaded = loadManifests([{ name: "budgets.yaml", text }]);
  invariant(loaded.ok, "the manifests load");
  return describeBudgets(loaded.value.objects, {
    from: monday,
    to: after(monday, days(7)),
    nodesByNodePool: new Map(),
    ...request,
  });
}

/** A NodePool with these budgets, as flow YAML. */
const pool = (budgets: string, more = ""): string => `
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: default }
spec:
  template:
    spec:
      nodeClassRef: { group: karpenter.k8s.aws, kind: EC2NodeClass, name: default }
      requirements: []
  disruption: { consolidateAfter: 0s, budgets: ${budgets} }
${more}`;

describe("the nodes that percentages are taken of", () => {
  const counts = ({ nodePools }: BudgetReport): readonly string[] =>
    nodePools.map(({ nodePool, nodes, nodesSource }) => `${nodePool} ${nodes} ${nodesSource}`);

  it("are the initialized nodes of a snapshot, as Karpenter counts them", () => {
    // One of general's eleven nodes isn't initialized.
    expect(counts(report(read("../snapshot/testdata/disruption.yaml")))).toEqual([
      "batch 1 counted",
      "critical 2 counted",
      "general 10 counted",
    ]);
    // One is not ready, one is being deleted.
    const { nodePools } = report(read("../snapshot/testdata/disruption.yaml"));
    expect(nodePools.map(({ disruptingNow }) => disruptingNow)).toEqual([0, 0, 2]);
  });

  it("are what is given, by name before for all", () => {
    const given = { nodes: 7, nodesByNodePool: new Map([["batch", 3]]) };
    expect(counts(report(manifests, given))).toEqual([
      "batch 3 given",
      "frozen 7 given",
      "general 7 given",
    ]);
  });

  it("are the replicas of a static NodePool, else a hundred that the report tells of", () => {
    expect(counts(report(pool("[]", "  replicas: 4")))).toEqual(["default 4 replicas"]);
    const { nodePools, notes } = report(pool("[{ nodes: 35% }]"));
    expect(nodePools[0]?.reasons[0]?.windows[0]?.allowed).toBe(35);
    expect(notes[0]).toMatch(/^100 nodes assumed for default, /);
  });
});

const findingCases: readonly (readonly [BudgetFindingCode, string, string])[] = [
  ["budget/none", "[]", ""],
  ["budget/no-reason", '[{ nodes: "0", reasons: [] }]', ""],
  ["budget/never-fires", '[{ nodes: "3", schedule: 0 0 31 6 *, duration: 1h }]', ""],
  ["budget/unreadable-value", '[{ nodes: "99999999999999999999" }]', ""],
  ["budget/blocks-always", '[{ nodes: "0" }]', ""],
  ["budget/always-active", '[{ nodes: "3", schedule: "@hourly", duration: 1h }]', ""],
  ["budget/never-active", '[{ nodes: "3", schedule: 0 0 1 7 *, duration: 1h }]', ""],
  ["budget/never-decides", '[{ nodes: "3" }, { nodes: "2" }]', ""],
  ["budget/rounds-up", "[{ nodes: 1% }]", ""],
  ["budget/no-consolidation", '[{ nodes: "3" }], consolidationPolicy: WhenEmpty', ""],
  ["budget/static", '[{ nodes: "3" }]', "  replicas: 4"],
];

describe("findings about budgets", () => {
  it.each(findingCases)("%s: of %s", (code, budgets, more) => {
    const { nodePools } = report(pool(budgets, more), { nodes: 20 });
    expect(nodePools[0]?.findings.map((finding) => finding.code)).toContain(code);
  });

  it("have a case for every code", () => {
    expect(findingCases.map(([code]) => code)).toEqual(budgetFindingCodes);
  });

  it("are none for budgets that all do something", () => {
    const office = '{ nodes: "0", schedule: 0 9 * * mon-fri, duration: 8h }';
    expect(report(pool(`[{ nodes: "2" }, ${office}]`)).nodePools[0]?.findings).toEqual([]);
  });

  it("say when a budget that is not active will be", () => {
    const { nodePools } = report(pool('[{ nodes: "3", schedule: 0 6 1 7 *, duration: 1h }]'));
    expect(nodePools[0]?.findings.map(({ message }) => message)).toEqual([
      "budgets[0] is not active in the time shown; next from 2026-07-01T06:00:00Z",
    ]);
  });
});

describe("PodDisruptionBudgets", () => {
  it("allow, at full health, what Kubernetes computes from the workloads' replicas", () => {
    const { podDisruptionBudgets } = report(manifests);
    expect(
      podDisruptionBudgets.map(
        (it) => `${it.name} ${it.expectedPods} ${it.allowedAtFullHealth} ${it.isFullyBlocking}`,
      ),
    ).toEqual([
      // minAvailable 3 of 3.
      "bank/ledger 3 0 false",
      "bank/old 0 0 true",
      "shop/cart 3 1 false",
      "shop/cart-legacy 3 2 false",
      // An autoscaler may leave no more than 6; a quarter of that, rounded up.
      "shop/web 6 2 false",
    ]);
  });

  const pdb = (spec: string): string => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: one, namespace: shop }
spec: { ${spec}, selector: { matchLabels: { app: web } } }
---
`;
  const workload = (kind: string, spec: string): string => `
apiVersion: ${kind === "Job" ? "batch" : "apps"}/v1
kind: ${kind}
metadata: { name: web, namespace: shop }
spec:
  ${spec}
  template:
    metadata: { labels: { app: web } }
    spec: { restartPolicy: ${kind === "Job" ? "Never" : "Always"}, containers: [{ name: main, image: main }] }
`;
  const selector = "selector: { matchLabels: { app: web } }";
  it.each([
    ["maxUnavailable: 0", "Deployment", `replicas: 4, ${selector}`, "maxUnavailable is 0"],
    ["minAvailable: 100%", "Deployment", `replicas: 4, ${selector}`, "minAvailable is 100%"],
    [
      "minAvailable: 4",
      "Deployment",
      `replicas: 4, ${selector}`,
      "all of 4 pods must be available",
    ],
    ["minAvailable: 51%", "Deployment", `replicas: 1, ${selector}`, "all of 1 pods must be"],
    ["maxUnavailable: 1", "DaemonSet", selector, "DaemonSet shop/web has no scale"],
    ["maxUnavailable: 1", "Job", "parallelism: 3", "Job shop/web has no scale"],
  ])("that say %s of a %s hold its pods, and say why", (rule, kind, spec, message) => {
    const body = spec.split(", ").join("\n  ");
    const { podDisruptionBudgets, heldWorkloads } = report(pdb(rule) + workload(kind, body));
    expect(podDisruptionBudgets[0]?.allowedAtFullHealth).toBe(0);
    expect(podDisruptionBudgets[0]?.message).toContain(message);
    expect(heldWorkloads[0]?.message).toContain(message);
  });

  it("that count pods of a DaemonSet cannot be told without nodes", () => {
    const [one] = report(
      pdb("minAvailable: 2") + workload("DaemonSet", selector),
    ).podDisruptionBudgets;
    expect(one?.allowedAtFullHealth).toBeUndefined();
    expect(one?.message).toBeUndefined();
  });

  it("count the pods of a snapshot once, by their controller", () => {
    const { podDisruptionBudgets } = report(read("../snapshot/testdata/disruption.yaml"));
    const web = podDisruptionBudgets.find(({ name }) => name === "shop/web");
    expect(web?.workloads).toEqual(["ReplicaSet shop/web (8)"]);
    expect([web?.allowedAtFullHealth, web?.allowedNow]).toEqual([2, 1]);
  });

  it("that are two for the same pods, and pods that are not to be disrupted, hold nodes", () => {
    expect(report(manifests).heldWorkloads.map(({ workload: name }) => name)).toEqual([
      "Deployment shop/cart",
      "StatefulSet bank/ledger",
      "CronJob jobs/report",
    ]);
  });
});

describe("nodes that pods hold at the time of a snapshot", () => {
  it("are told with the pods and their rules, those of Karpenter only", () => {
    expect(report(stuckCluster()).heldNodes).toEqual({
      at: "2026-03-02T08:14:31Z",
      nodes: [
        {
          node: "ip-10-20-35-64.eu-west-1.compute.internal",
          nodePool: "general",
          details: [
            "pod shop/db-0: PodDisruptionBudget shop/db allows 0 disruptions: maxUnavailable 0, 1 of 1 pods healthy",
          ],
        },
        {
          node: "ip-10-20-44-9.eu-west-1.compute.internal",
          nodePool: "general",
          details: [
            expect.stringMatching(
              /^pod shop\/cart-\S+: annotation karpenter.sh\/do-not-disrupt: "true"$/,
            ) as unknown,
          ],
        },
      ],
    });
    expect(report(snapshotText("eks.yaml")).heldNodes?.nodes).toEqual([]);
  });

  it("are those whose budget has counted its pods and lets nothing go, at present or ever", () => {
    const few = snapshotText("eks.yaml").replace(
      /(currentHealthy: )3(\n {4}desiredHealthy: )2(\n {4}disruptionsAllowed: )1/,
      "$12$22$30",
    );
    const { heldNodes, podDisruptionBudgets, heldWorkloads } = report(few);
    expect(heldNodes?.nodes.map(({ node }) => node)).toHaveLength(3);
    expect(podDisruptionBudgets.find(({ name }) => name === "shop/web")).toMatchObject({
      allowedAtFullHealth: 1,
      allowedNow: 0,
      healthyNow: 2,
      desiredNow: 2,
    });
    expect(heldWorkloads).toEqual([]);
  });

  it("are not spoken of where there are no nodes", () => {
    expect(report(manifests).heldNodes).toBeUndefined();
  });
});
