import { describe, expect, it } from "vitest";
import { formatTime } from "../../core/units/index.ts";
import { planRun } from "../world/plan-run.ts";
import { loadScenario } from "./load-scenario.ts";
import { clusterYaml, scenarioYaml, withFolder } from "./scenario-fixture.ts";

/** What the loader makes of a scenario with `rest` at the end of its spec, from line 10 on. */
async function load(rest: string, cluster = clusterYaml) {
  const files = { "scenario.yaml": scenarioYaml(rest), "cluster.yaml": cluster };
  return withFolder(files, async (folder) => {
    const loaded = await loadScenario(folder);
    const told = (loaded.ok ? loaded.warnings : loaded.diagnostics).map(
      ({ line, column, code }) => `${line ?? "-"}:${column ?? "-"} ${code}`,
    );
    return { told, scenario: loaded.ok ? loaded.value : undefined };
  });
}

/** `time: objects` of the changes of a policy. */
async function changesOf(rest: string, policyName: string): Promise<readonly string[]> {
  const { scenario, told } = await load(rest);
  if (scenario === undefined) throw new Error(told.join("; "));
  return planRun(scenario, { policyName, seed: 1 }).changes.map(
    ({ at, objects }) =>
      `${formatTime(at)}: ${objects.map(({ after }) => `${after.kind} ${after.metadata.generation}`).join(", ")}`,
  );
}

const label = "{ spec: { template: { metadata: { labels: { a: b } } } } }";

describe("the changes of a scenario", () => {
  it("come in the order of time, the scenario's before a policy's at one instant", async () => {
    const rest = `  changes:
    - at: 2026-03-02T06:00:00Z
      nodePools: { '*': ${label} }
    - at: 1h
      ec2NodeClasses: { default: { spec: { userData: hello } } }
  policies:
    - { name: plain }
    - name: more
      changes:
        - { at: 6h, nodePools: { default: { spec: { weight: 3 } } } }
`;
    const common = ["2026-03-02T01:00:00Z: EC2NodeClass 1", "2026-03-02T06:00:00Z: NodePool 1"];
    expect(await changesOf(rest, "plain")).toEqual(common);
    const more = [...common, "2026-03-02T06:00:00Z: NodePool 1"];
    expect(await changesOf(rest, "more")).toEqual(more);
  });

  it("add up, each on top of the policy's own patches and of those before it", async () => {
    const rest = `  changes:
    - at: 1h
      nodePools: { default: { spec: { weight: 3, disruption: { consolidateAfter: 5m } } } }
    - at: 2h
      nodePools: { default: { spec: { weight: 4 } } }
  policies:
    - { name: a, nodePools: { default: { spec: { limits: { cpu: 10 } } } } }
`;
    const { scenario } = await load(rest);
    const specs = scenario?.changes[0]?.map(({ objects }) => objects[0]?.after.spec);
    const grown = { limits: { cpu: 10_000 }, disruption: { consolidateAfter: 300_000 } };
    expect(specs).toMatchObject([
      { weight: 3, ...grown },
      { weight: 4, ...grown },
    ]);
  });

  it("leave a spec that they do not touch the same object", async () => {
    const rest = `  changes:
    - { at: 1h, nodePools: { default: { metadata: { labels: { a: b } } } } }
`;
    const { scenario } = await load(rest);
    const [pair] = scenario?.changes[0]?.[0]?.objects ?? [];
    expect(pair?.after.metadata.labels).toEqual({ a: "b" });
    expect(pair?.after.spec).toBe(pair?.before.spec);
  });

  it("that change nothing anywhere are told of", async () => {
    const rest = `  changes:
    - { at: 1h, nodePools: { default: { spec: { disruption: { consolidateAfter: 30s } } } } }
  policies:
    - { name: as-written }
    - name: other
      nodePools: { default: { spec: { disruption: { consolidateAfter: 1m } } } }
`;
    expect((await load(rest)).told).toEqual([]);
    const [changes] = rest.split("  policies:");
    expect((await load(changes ?? "")).told).toEqual(["11:7 scenario/change-without-effect"]);
  });

  it("of the account are versions of it", async () => {
    const rest = `  account:
    subnets:
      subnet-1: { zone: us-east-1a, tags: { a: b } }
  changes:
    - at: 2h
      account: { subnets: { subnet-1: null, subnet-2: { zone: us-east-1b } } }
    - at: 1h
      account: { amiReleases: { al2023: v2 }, subnets: { subnet-1: { tags: { a: null } } } }
`;
    const { scenario } = await load(rest);
    const subnet = { availableIpAddressCount: 251, tags: {} };
    expect(scenario?.account.map(({ account }) => account)).toEqual([
      {
        amiReleases: {},
        subnets: [{ ...subnet, id: "subnet-1", zone: "us-east-1a", tags: { a: "b" } }],
      },
      {
        amiReleases: { al2023: "v2" },
        subnets: [{ ...subnet, id: "subnet-1", zone: "us-east-1a" }],
      },
      {
        amiReleases: { al2023: "v2" },
        subnets: [{ ...subnet, id: "subnet-2", zone: "us-east-1b" }],
      },
    ]);
  });
});

describe("a bad change gives one clear complaint where it is bad", () => {
  const change = (text: string): string => `  changes:\n    - ${text}\n`;
  it.each([
    ["a bad time", change("{ at: soon, account: {} }"), "11:13 scenario/bad-time"],
    ["nothing to do", change("{ at: 1h }"), "11:7 scenario/empty-change"],
    [
      "after the end",
      change(`{ at: 1d, nodePools: { default: ${label} } }`),
      "11:13 scenario/outside-of-run",
    ],
    [
      "before the start",
      change(`{ at: 2026-03-01T00:00:00Z, nodePools: { default: ${label} } }`),
      "11:13 scenario/outside-of-run",
    ],
    ["an unknown key", change("{ at: 1h, nodepools: {} }"), "11:17 scenario/unknown-key"],
    [
      "an unknown NodePool",
      change(`{ at: 1h, nodePools: { defualt: ${label} } }`),
      "11:30 scenario/unknown-object",
    ],
    [
      "another name",
      change("{ at: 1h, nodePools: { default: { metadata: { name: b } } } }"),
      "11:59 scenario/fixed-key",
    ],
    [
      "a value that the CRD refuses",
      change("{ at: 1h, nodePools: { default: { spec: { weight: 1000 } } } }"),
      "11:57 apis/range",
    ],
    [
      "from dynamic to static",
      change("{ at: 1h, nodePools: { default: { spec: { replicas: 2 } } } }"),
      "11:59 scenario/immutable-field",
    ],
    [
      "an account's change by a policy",
      "  policies:\n    - { name: a, changes: [{ at: 1h, account: {} }] }\n",
      "11:38 scenario/unknown-key",
    ],
    [
      "a family without AMIs",
      change("{ at: 1h, account: { amiReleases: { al2024: v1 } } }"),
      "11:43 scenario/unknown-key",
    ],
    [
      "subnets that were never described",
      change("{ at: 1h, account: { subnets: { subnet-1: { zone: us-east-1a } } } }"),
      "11:28 scenario/undescribed-account",
    ],
    [
      "a subnet without its zone",
      `  account: { subnets: {} }\n${change("{ at: 1h, account: { subnets: { subnet-1: {} } } }")}`,
      "12:49 scenario/bad-account",
    ],
    [
      "a subnet elsewhere",
      "  account: { subnets: { subnet-1: { zone: us-east-1c } } }\n",
      "10:43 scenario/unknown-zone",
    ],
    [
      "an id that EC2 would not give",
      "  account: { securityGroups: { group: {} } }\n",
      "10:32 scenario/bad-key",
    ],
  ])("%s", async (_name, rest, expected) => {
    expect((await load(rest)).told).toEqual([expected]);
  });
});
