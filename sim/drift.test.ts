import { describe, expect, it } from "vitest";
import type { Ec2NodeClass, NodePool } from "../core/apis/index.ts";
import { after, type DurationMs, hours, invariant, minutes } from "../core/units/index.ts";
import {
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
  worldStart,
} from "../test/support/worlds.ts";
import { type AwsAccount, undescribedAccount } from "./aws/index.ts";
import type { ObjectChange, WorldPlan } from "./world-plan.ts";

const manifests = [
  nodePoolManifest({ capacityTypes: ["on-demand"], disruption: { consolidateAfter: "Never" } }),
  deploymentManifest("app", 12),
];
const tags = { cluster: "test" };
const subnet = (id: string, zone: string) => ({ id, zone, tags, availableIpAddressCount: 100 });
const account: AwsAccount = {
  ...undescribedAccount,
  subnets: [subnet("subnet-a", "us-east-1a"), subnet("subnet-b", "us-east-1b")],
  securityGroups: [{ id: "sg-1", name: "nodes", tags }],
};

function plan(lasts: DurationMs, overrides: Partial<WorldPlan>): WorldPlan {
  return worldPlan({
    manifests,
    lasts,
    interruptionScale: 0,
    overrides: { account: [{ since: worldStart, account }], ...overrides },
  });
}

/** The account becomes another one at an instant. */
function accountChange(at: DurationMs, changed: Partial<AwsAccount>): Partial<WorldPlan> {
  const since = after(worldStart, at);
  return {
    account: [
      { since: worldStart, account },
      { since, account: { ...account, ...changed } },
    ],
  };
}

/** Somebody applies a changed NodePool or EC2NodeClass at an instant. */
function objectChange(
  at: DurationMs,
  change: {
    readonly nodePool?: (spec: NodePool["spec"]) => NodePool["spec"];
    readonly nodeClass?: (spec: Ec2NodeClass["spec"]) => Ec2NodeClass["spec"];
  },
): Partial<WorldPlan> {
  const { objects } = plan(hours(1), {});
  const pairs: ObjectChange["objects"][number][] = [];
  for (const before of objects) {
    if (before.kind === "NodePool" && change.nodePool !== undefined) {
      pairs.push({ before, after: { ...before, spec: change.nodePool(before.spec) } });
    }
    if (before.kind === "EC2NodeClass" && change.nodeClass !== undefined) {
      pairs.push({ before, after: { ...before, spec: change.nodeClass(before.spec) } });
    }
  }
  return { objects, changes: [{ at: after(worldStart, at), objects: pairs }] };
}

/** Nodes at the change, those drift took, in what order, and when the first and last went. */
function driftsOf(overrides: Partial<WorldPlan>, lasts = hours(7)) {
  const result = runWithJournal(plan(lasts, overrides));
  const commands = result.journal.flatMap((entry) =>
    entry.kind === "disruption-command" ? [entry] : [],
  );
  const launched = result.journal.filter(({ kind }) => kind === "instance-launched").length;
  const hoursIn = (at: number): number => (at - worldStart) / hours(1);
  return {
    launched,
    drifted: result.facts.disruption.candidatesByReason["Drifted"] ?? 0,
    methods: [...new Set(commands.map(({ method }) => method))],
    firstAt: commands[0] === undefined ? undefined : hoursIn(commands[0].at),
    lastAt: hoursIn(commands.at(-1)?.at ?? worldStart),
    reasons: Object.keys(result.facts.decisions).flatMap((name) =>
      name.startsWith("drifted/") ? [name.slice("drifted/".length)] : [],
    ),
    facts: result.facts,
    notices: result.notices,
    atEnd: Object.values(result.facts.atEnd.nodesByInstanceType).reduce((a, b) => a + b, 0),
  };
}

const untouched = driftsOf({});

const relabelled = (spec: NodePool["spec"]): NodePool["spec"] => ({
  ...spec,
  template: { ...spec.template, labels: { rollout: "2" } },
});

describe("nodes are replaced one by one, within budgets, and once only, after", () => {
  it.each<[string, string, Partial<WorldPlan>, number]>([
    [
      "NodePoolDrifted",
      "a change of a NodePool's template",
      objectChange(hours(3), { nodePool: relabelled }),
      3,
    ],
    [
      "RequirementsDrifted",
      "requirements that they no longer fit",
      objectChange(hours(3), {
        nodePool: ({ template, ...rest }) => {
          const key = "karpenter.k8s.aws/instance-generation";
          const requirements = template.spec.requirements.filter((it) => it.key !== key);
          const narrow = { key, operator: "In", values: ["7"] } as const;
          const spec = { ...template.spec, requirements: [...requirements, narrow] };
          return { ...rest, template: { ...template, spec } };
        },
      }),
      3,
    ],
    [
      "NodeClassDrift",
      "a change of an EC2NodeClass",
      objectChange(hours(3), {
        nodeClass: (spec) => ({ ...spec, raw: { ...spec.raw, userData: "changed" } }),
      }),
      3,
    ],
    [
      "AMIDrift",
      "a release of AMIs",
      accountChange(hours(3), { amiReleases: { al2023: "v2" } }),
      24,
    ],
    [
      "SecurityGroupDrift",
      "another security group, at the next minute",
      accountChange(minutes(180.5), {
        securityGroups: [...(account.securityGroups ?? []), { id: "sg-2", name: "b", tags }],
      }),
      3 + 1 / 60,
    ],
    [
      "AMIDrift",
      "an upgrade of the control plane",
      accountChange(hours(3), { kubernetesVersion: "1.34" }),
      3,
    ],
  ])("%s: %s", (reason, _what, overrides, fromHours) => {
    const { drifted, launched, methods, firstAt, atEnd, facts, reasons } = driftsOf(
      overrides,
      hours(fromHours + 4),
    );
    const before = untouched.launched;
    expect(reasons).toEqual([reason]);
    expect(methods).toEqual(["drift"]);
    expect(drifted).toBeGreaterThanOrEqual(before);
    expect(launched).toBe(before + drifted);
    // At the poll of disruption after the change has been noticed.
    expect(firstAt).toBeGreaterThanOrEqual(fromHours);
    expect(firstAt).toBeLessThan(fromHours + 0.01);
    expect(atEnd).toBe(before);
    expect(facts.pods.pendingAtEnd).toBe(0);
  });

  it("a subnet that is taken away, of which the other zone's nodes know nothing", () => {
    const subnets = [subnet("subnet-a", "us-east-1a"), subnet("subnet-c", "us-east-1b")];
    const { drifted, methods, reasons } = driftsOf(accountChange(hours(3), { subnets }));
    expect(reasons).toEqual(["SubnetDrift"]);
    expect(methods).toEqual(["drift"]);
    expect(drifted).toBeGreaterThan(0);
    expect(drifted).toBeLessThan(untouched.launched);
  });
});

describe("nothing drifts", () => {
  it.each<[string, Partial<WorldPlan>]>([
    ["without a change", {}],
    ["by a change that touches nothing", objectChange(hours(3), { nodePool: (spec) => spec })],
    [
      "by fields that only say how to behave",
      objectChange(hours(3), {
        nodePool: (spec) => ({ ...spec, weight: 7, limits: { cpu: 1e6 } }),
      }),
    ],
    [
      "by a release where the alias is pinned",
      {
        ...objectChange(0 as DurationMs, {
          nodeClass: (spec) => ({ ...spec, amiSelectorTerms: [{ alias: "al2023@v1" }] }),
        }),
        ...accountChange(hours(3), { amiReleases: { al2023: "v2" } }),
      },
    ],
    ["by a release of another family", accountChange(hours(3), { amiReleases: { al2: "v2" } })],

    [
      "by a subnet more",
      accountChange(hours(3), {
        subnets: [...(account.subnets ?? []), subnet("subnet-0", "us-east-1a")],
      }),
    ],
  ])("%s", (_what, overrides) => {
    expect(driftsOf(overrides, hours(26)).drifted).toBe(0);
  });
});

describe("a NodeClass that finds nothing any more", () => {
  const noSubnets = accountChange(hours(3), { subnets: [] });
  const scaledUp: Partial<WorldPlan> = {
    ...noSubnets,
    replicaPlans: [
      {
        ...{ kind: "Deployment", namespace: "default", name: "app" },
        changes: [{ at: after(worldStart, hours(4)), replicas: 60 }],
      },
    ],
  };

  it("launches nothing, keeps its nodes, and is told of", () => {
    const { drifted, launched, facts, notices } = driftsOf(scaledUp, hours(5));
    expect(drifted).toBe(0);
    expect(launched).toBe(untouched.launched);
    expect(facts.pods.pendingAtEnd).toBeGreaterThan(0);
    expect(notices.map(({ code, objectKey }) => `${code} ${objectKey}`)).toContain(
      "aws/node-class-not-ready default",
    );
  });

  it("goes on once it finds something again", () => {
    const [start, gone] = noSubnets.account ?? [];
    invariant(start !== undefined && gone !== undefined, "a version before and one after");
    const back = { since: after(worldStart, hours(6)), account };
    const { launched, facts } = driftsOf({ ...scaledUp, account: [start, gone, back] });
    expect(launched).toBeGreaterThan(untouched.launched);
    expect(facts.pods.pendingAtEnd).toBe(0);
  });
});

describe("a run with changes", () => {
  const changes = {
    ...objectChange(hours(3), { nodePool: relabelled }),
    ...accountChange(hours(2), { kubernetesVersion: "1.34" }),
  };

  it("comes out the same twice, and whether or not idle polls are left out", () => {
    const { facts } = driftsOf(changes);
    expect(driftsOf(changes).facts).toEqual(facts);
    expect(driftsOf({ ...changes, skipsIdlePolls: false }).facts).toEqual(facts);
  });

  it("keeps to a budget of no disruption for drift", () => {
    const frozen = (spec: NodePool["spec"]): NodePool["spec"] => ({
      ...relabelled(spec),
      disruption: { ...spec.disruption, budgets: [{ nodes: "0", reasons: ["Drifted"] }] },
    });
    expect(driftsOf(objectChange(hours(3), { nodePool: frozen })).drifted).toBe(0);
  });
});
