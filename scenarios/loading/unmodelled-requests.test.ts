import { describe, expect, it } from "vitest";
import { loadScenario } from "./load-scenario.ts";
import { clusterYaml, scenarioYaml, withFolder } from "./scenario-fixture.ts";

interface Told {
  /** `line:column code` of every warning. */
  readonly warnings: readonly string[];
  /** What the report says. */
  readonly notices: readonly string[];
}

async function told(scenario: string, files: Readonly<Record<string, string>> = {}): Promise<Told> {
  const all = { "scenario.yaml": scenario, "cluster.yaml": clusterYaml, ...files };
  return withFolder(all, async (folder) => {
    const loaded = await loadScenario(folder);
    if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join("; "));
    const warnings = loaded.warnings.map(
      ({ line, column, code }) => `${line ?? "-"}:${column ?? "-"} ${code}`,
    );
    return { warnings, notices: loaded.value.notices.map(({ message }) => message) };
  });
}

function cluster(from: string, to: string): Readonly<Record<string, string>> {
  expect(clusterYaml).toContain(from);
  return { "cluster.yaml": clusterYaml.replace(from, to) };
}

const inPods = (spec: string) => cluster("      containers:", `      ${spec}\n      containers:`);
const nodePoolAsks = (key: string, values: string) =>
  cluster(
    "requirements:",
    `requirements:\n        - { key: ${key}, operator: In, values: [${values}] }`,
  );

describe("what the inputs ask for and nothing answers to is told where it stands", () => {
  const tenancy = "karpenter.k8s.aws/instance-tenancy";
  const zoneId = "topology.k8s.aws/zone-id";
  const zoneIdAffinity =
    "affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: " +
    `[{ matchExpressions: [{ key: ${zoneId}, operator: In, values: [use1-az1] }] }] } } }`;

  it.each([
    ["1:1 scenario/dedicated-tenancy", nodePoolAsks(tenancy, "dedicated")],
    ["1:1 scenario/zone-ids", nodePoolAsks(zoneId, "use1-az1")],
    ["1:1 scenario/capacity-reservations", cluster("[spot, on-demand]", "[spot, reserved]")],
    ["26:1 scenario/dedicated-tenancy", inPods(`nodeSelector: { ${tenancy}: dedicated }`)],
    ["26:1 scenario/zone-ids", inPods(zoneIdAffinity)],
    [
      "26:1 scenario/zone-ids",
      inPods(
        `topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ${zoneId}, whenUnsatisfiable: DoNotSchedule }]`,
      ),
    ],
  ])("%s (case %#)", async (expected, files) => {
    const { warnings, notices } = await told(scenarioYaml(), files);
    expect(warnings).toEqual([expected]);
    expect(notices[0]).toMatch(
      /^cluster\.yaml:\d+: (NodePool default|Deployment default\/web) asks/,
    );
  });

  it("is silent where nothing of it is asked for", async () => {
    const quiet = nodePoolAsks(tenancy, "default");
    expect(await told(scenarioYaml(), quiet)).toMatchObject({ warnings: [] });
  });

  it("knows the ids of zones that an EC2NodeClass's status tells", async () => {
    const status = "status: { subnets: [{ id: subnet-1, zone: us-east-1a, zoneID: use1-az1 }] }";
    const asking = clusterYaml
      .replace("requirements:", `requirements:\n        - { key: ${zoneId}, operator: Exists }`)
      .replace(
        "---\napiVersion: v1\nkind: Namespace",
        `${status}\n---\napiVersion: v1\nkind: Namespace`,
      );
    expect((await told(scenarioYaml(), { "cluster.yaml": asking })).warnings).toEqual([]);
  });

  it("names the policy that asks, unless all of them do", async () => {
    const patch =
      "nodePools: { default: { spec: { template: { spec: { requirements: " +
      `[{ key: ${tenancy}, operator: In, values: [dedicated] }] } } } } }`;
    const policies = `  policies: [{ name: plain }, { name: alone, ${patch} }]\n`;
    const { notices } = await told(scenarioYaml(policies));
    expect(notices[0]).toMatch(/NodePool default asks for dedicated tenancy.*\(policy alone\)$/);
  });

  it("in pods that come without a manifest, too", async () => {
    const batch = `  workloads: [{ batch: b, ratePerHour: 1, runs: 5m, requests: { cpu: 1 }, nodeSelector: { karpenter.sh/capacity-type: reserved } }]\n`;
    const { warnings } = await told(scenarioYaml(batch));
    expect(warnings).toEqual([expect.stringMatching(/^10:\d+ scenario\/capacity-reservations$/)]);
  });
});

describe("a NodeOverlay", () => {
  const overlay = `${clusterYaml}---
apiVersion: karpenter.sh/v1alpha1
kind: NodeOverlay
metadata: { name: cheaper }
spec: { requirements: [], priceAdjustment: "-10%" }
`;

  it("has no effect with its gate off, which is told", async () => {
    const { warnings, notices } = await told(scenarioYaml(), { "cluster.yaml": overlay });
    expect(warnings).toEqual([expect.stringMatching(/^38:1 scenario\/node-overlay$/)]);
    expect(notices[0]).toContain("NodeOverlay cheaper has no effect: the feature gate nodeOverlay");
  });

  it("is applied with its gate on, so nothing is told", async () => {
    const gate = "  karpenter: { featureGates: { nodeOverlay: true } }\n";
    const { warnings } = await told(scenarioYaml(gate), { "cluster.yaml": overlay });
    expect(warnings).toEqual([]);
  });
});

describe("a NodePool with replicas", () => {
  const fixed = clusterYaml.replace(/^kind: NodePool\n([\s\S]*?)^spec:\n/m, (found) => {
    return `${found}  replicas: 2\n`;
  });

  it("launches nothing with its gate off, which is told once, with the gate", async () => {
    const { warnings, notices } = await told(scenarioYaml(), { "cluster.yaml": fixed });
    expect(warnings).toEqual([expect.stringMatching(/^\d+:1 scenario\/static-capacity$/)]);
    expect(notices[0]).toMatch(
      /NodePool .* has replicas and launches nothing: the feature gate staticCapacity is off$/,
    );
  });

  it("is kept with its gate on, so nothing is told", async () => {
    const gate = "  karpenter: { featureGates: { staticCapacity: true } }\n";
    const { warnings } = await told(scenarioYaml(gate), { "cluster.yaml": fixed });
    expect(warnings).toEqual([]);
  });
});

describe("what every report rests on", () => {
  it("is told without a warning: no selector terms are looked up", async () => {
    const { warnings, notices } = await told(scenarioYaml());
    expect(warnings).toEqual([]);
    expect(notices.filter((each) => !each.startsWith("these have no effect"))).toEqual([
      expect.stringMatching(/^selector terms of EC2NodeClasses are not looked up: .*us-east-1b/),
    ]);
  });

  it("is told of a region whose prices are older, or of another one", async () => {
    const { notices } = await told(scenarioYaml().replaceAll("us-east-1", "eu-west-1"));
    expect(notices).toEqual(
      expect.arrayContaining([
        "volumes in eu-west-1 are billed at the EBS prices of us-east-1",
        expect.stringMatching(
          /^On-Demand prices of eu-west-1 are of 2025-04-04; .* of 2026-07-06$/,
        ),
      ]),
    );
  });

  it("is told of recorded interruptions: a row takes its pool, a recommendation nothing", async () => {
    const rows = `timestamp,instance_type,availability_zone,kind
2026-03-02T18:00:00Z,m5.large,us-east-1a,interruption
2026-03-02T17:00:00Z,m5.large,us-east-1a,rebalance
2026-03-02T17:30:00Z,m5.large,us-east-1a,rebalance
`;
    const replayed = "  spot: { interruptions: { trace: interruptions.csv } }\n";
    const { warnings, notices } = await told(scenarioYaml(replayed), { "interruptions.csv": rows });
    expect(warnings).toEqual(["-:- scenario/recorded-rebalance"]);
    expect(notices).toEqual(
      expect.arrayContaining([
        "interruptions.csv: recorded recommendations to rebalance are not replayed (2 rows)",
        expect.stringMatching(/^interruptions\.csv: an interruption is recorded of one instance/),
      ]),
    );
  });
});
