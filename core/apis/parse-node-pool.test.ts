import { describe, expect, it } from "vitest";
import { Never, hours, minutes, seconds } from "../units/index.ts";
import { hasErrors } from "./field-issue.ts";
import type { NodePool } from "./node-pool.ts";
import { parseObject } from "./parse-object.ts";
import { rawNodePool, rawTemplate } from "./raw-object-fixture.ts";

function read(raw: unknown): NodePool {
  const { object, issues } = parseObject(raw);
  if (object?.kind !== "NodePool") throw new Error(JSON.stringify(issues));
  return object;
}

function errorsOf(raw: unknown): readonly string[] {
  const { issues, object } = parseObject(raw);
  expect(object === undefined).toBe(hasErrors(issues));
  return issues.filter((one) => one.severity === "error").map((one) => `${one.code} ${one.path}`);
}

const withRequirement = (requirement: object): unknown =>
  rawNodePool({ template: rawTemplate({ requirements: [requirement] }) });
const withDisruption = (disruption: object): unknown => rawNodePool({ disruption });
const withBudget = (budget: object): unknown =>
  withDisruption({ consolidateAfter: "0s", budgets: [budget] });

describe("a v1 NodePool", () => {
  it("gets the CRD's defaults", () => {
    const { spec, metadata } = read(rawNodePool());
    expect(spec.disruption).toEqual({
      consolidateAfter: seconds(0),
      consolidationPolicy: "WhenEmptyOrUnderutilized",
      budgets: [{ nodes: "10%" }],
    });
    expect(spec.template.spec.expireAfter).toBe(hours(720));
    expect(spec.limits).toEqual({});
    expect(metadata).toMatchObject({ namespace: "", labels: {}, generation: 1 });
    expect("weight" in spec || "replicas" in spec).toBe(false);
  });

  it("needs consolidateAfter inside a disruption block, and gets the policy by default", () => {
    expect(errorsOf(withDisruption({}))).toEqual([
      "apis/required spec.disruption.consolidateAfter",
    ]);
    const { disruption } = read(withDisruption({ consolidateAfter: Never })).spec;
    expect(disruption).toMatchObject({
      consolidateAfter: Never,
      consolidationPolicy: "WhenEmptyOrUnderutilized",
    });
  });

  it.each(["0s", "30s", "1h30m", "Never"])("accepts consolidateAfter %s", (consolidateAfter) => {
    expect(errorsOf(withDisruption({ consolidateAfter }))).toEqual([]);
  });

  it.each(["1d", "-30s", "1.5h", "never", "", "30"])(
    "refuses consolidateAfter %j",
    (consolidateAfter) => {
      expect(errorsOf(withDisruption({ consolidateAfter }))).toEqual([
        "apis/pattern spec.disruption.consolidateAfter",
      ]);
    },
  );

  it.each(["0", "5", "1000", "0%", "99%", "100%"])("accepts a budget of %s nodes", (nodes) => {
    expect(read(withBudget({ nodes })).spec.disruption.budgets).toEqual([{ nodes }]);
  });

  it.each(["101%", "-1", "-10%", "1.5", "ten", ""])("refuses a budget of %j nodes", (nodes) => {
    expect(errorsOf(withBudget({ nodes }))).toEqual([
      "apis/pattern spec.disruption.budgets[0].nodes",
    ]);
  });

  it("quotes the pattern of the CRD for a budget that does not match it", () => {
    const [issue] = parseObject(withBudget({ nodes: "101%" })).issues;
    expect(issue).toMatchObject({
      found: '"101%"',
      message:
        'spec.disruption.budgets[0].nodes: Invalid value: "101%": spec.disruption.budgets[0].nodes ' +
        "in body should match '^((100|[0-9]{1,2})%|[0-9]+)$'",
    });
  });

  it("needs a schedule together with a duration", () => {
    const message = "'schedule' must be set with 'duration'";
    for (const budget of [{ schedule: "@daily" }, { duration: "1h" }]) {
      const { issues } = parseObject(withBudget({ nodes: "1", ...budget }));
      expect(issues.map((one) => one.allowed)).toEqual([message]);
    }
    const budget = { nodes: "1", schedule: "0 9 * * mon-fri", duration: "8h30m" };
    const [read1] = read(withBudget(budget)).spec.disruption.budgets;
    expect(read1?.duration).toBe(minutes(510));
  });

  it.each(["1h30m0s", "90m", "2h", "2h0s"])("accepts a budget's duration %s", (duration) => {
    expect(errorsOf(withBudget({ nodes: "1", schedule: "@daily", duration }))).toEqual([]);
  });

  it.each(["30s", "1m1h", "1h30m10s"])("refuses a budget's duration %s", (duration) => {
    expect(errorsOf(withBudget({ nodes: "1", schedule: "@daily", duration }))).toEqual([
      "apis/pattern spec.disruption.budgets[0].duration",
    ]);
  });

  it("refuses a schedule that the CRD's pattern lets pass and robfig/cron cannot read", () => {
    expect(errorsOf(withBudget({ nodes: "1", schedule: "0 25 * * *", duration: "1h" }))).toEqual([
      "apis/runtime-validation spec.disruption.budgets[0].schedule",
    ]);
  });

  it("allows three reasons, each once", () => {
    const reasons = ["Underutilized", "Empty", "Drifted"];
    expect(errorsOf(withBudget({ nodes: "1", reasons }))).toEqual([]);
    expect(errorsOf(withBudget({ nodes: "1", reasons: ["Empty", "Empty"] }))).toEqual([
      "apis/rule spec.disruption.budgets[0].reasons",
    ]);
    expect(errorsOf(withBudget({ nodes: "1", reasons: ["Expired"] }))).toEqual([
      "apis/enum spec.disruption.budgets[0].reasons[0]",
    ]);
  });

  it("has a weight of 1 to 100", () => {
    expect(read(rawNodePool({ weight: 100 })).spec.weight).toBe(100);
    expect(errorsOf(rawNodePool({ weight: 0 }))).toEqual(["apis/range spec.weight"]);
    expect(errorsOf(rawNodePool({ weight: 101 }))).toEqual(["apis/range spec.weight"]);
    expect(errorsOf(rawNodePool({ weight: "10" }))).toEqual(["apis/type spec.weight"]);
  });

  it("is static with replicas, and then has neither weight nor limits but of nodes", () => {
    expect(read(rawNodePool({ replicas: 3, limits: { nodes: 5 } })).spec.replicas).toBe(3);
    const { issues } = parseObject(rawNodePool({ replicas: 3, weight: 1, limits: { cpu: 1 } }));
    expect(issues.map((one) => one.allowed)).toEqual([
      "only 'limits.nodes' is supported on static NodePools",
      "'weight' is not supported on static NodePools",
    ]);
  });

  it("takes limits as numbers or quantities, but no fraction without quotes", () => {
    const limits = { cpu: 1000, memory: "2000Gi", "nvidia.com/gpu": "4" };
    expect(read(rawNodePool({ limits })).spec.limits).toEqual({
      cpu: 1_000_000,
      memory: 2000 * 2 ** 30,
      "nvidia.com/gpu": 4,
    });
    expect(errorsOf(rawNodePool({ limits: { cpu: 1.5 } }))).toEqual(["apis/type spec.limits.cpu"]);
    expect(errorsOf(rawNodePool({ limits: { "nvidia.com/gpu": "four" } }))).toEqual([
      "apis/quantity spec.limits[nvidia.com/gpu]",
    ]);
  });

  it("refuses a misspelt field and guesses the right one", () => {
    const { issues } = parseObject(withDisruption({ consolidateAfter: "0s", budget: [] }));
    expect(issues).toMatchObject([
      { code: "apis/unknown-field", severity: "error", hint: "did you mean budgets?" },
    ]);
  });
});

describe("a requirement of a NodePool", () => {
  const key = "karpenter.k8s.aws/instance-family";

  it.each([
    { key, operator: "In", values: ["m5"] },
    { key, operator: "Exists", minValues: 5 },
    { key: "karpenter.k8s.aws/instance-cpu", operator: "Gte", values: ["4"] },
    { key: "example.com/team", operator: "NotIn", values: ["a", ""] },
    { key: "beta.kubernetes.io/arch", operator: "In", values: ["amd64"] },
    { key: "karpenter.k8s.aws/instance-tenancy", operator: "In", values: ["dedicated"] },
  ])("may be $key $operator $values", (requirement) => {
    expect(errorsOf(withRequirement(requirement))).toEqual([]);
  });

  const at = "spec.template.spec.requirements";
  it.each([
    [{ key, operator: "In", values: [] }, `apis/rule ${at}`],
    [{ key, operator: "In" }, `apis/rule ${at}`],
    [{ key, operator: "Gt", values: ["1", "2"] }, `apis/rule ${at}`],
    [{ key, operator: "Lt", values: ["-1"] }, `apis/rule ${at}`],
    [{ key, operator: "Gte", values: ["a"] }, `apis/rule ${at}`],
    [{ key, operator: "In", values: ["m5"], minValues: 2 }, `apis/rule ${at}`],
    [{ key, operator: "In", values: ["m5"], minValues: 0 }, `apis/range ${at}[0].minValues`],
    [{ key, operator: "Exists", minValues: 51 }, `apis/range ${at}[0].minValues`],
    [{ key, operator: "Is", values: ["m5"] }, `apis/enum ${at}[0].operator`],
    [{ key, operator: "In", values: [5] }, `apis/type ${at}[0].values[0]`],
    [{ key: "a b", operator: "Exists" }, `apis/pattern ${at}[0].key`],
    [{ key: "kubernetes.io/hostname", operator: "Exists" }, `apis/rule ${at}[0].key`],
    [{ key: "karpenter.sh/nodepool", operator: "Exists" }, `apis/rule ${at}[0].key`],
    [{ key: "karpenter.sh/initialized", operator: "Exists" }, `apis/rule ${at}[0].key`],
    [{ key: "karpenter.k8s.aws/made-up", operator: "Exists" }, `apis/rule ${at}[0].key`],
    [{ key, operator: "In", values: ["_"] }, `apis/runtime-validation ${at}[0]`],
    [
      { key: "karpenter.sh/capacity-type", operator: "In", values: ["Spot"] },
      `apis/runtime-validation ${at}[0]`,
    ],
  ])("must not be %j", (requirement, complaint) => {
    expect(errorsOf(withRequirement(requirement))).toEqual([complaint]);
  });

  it("keeps unknown values beside a known one, with a warning", () => {
    const values = ["spot", "reservd"];
    const raw = withRequirement({ key: "karpenter.sh/capacity-type", operator: "In", values });
    expect(parseObject(raw).issues).toMatchObject([
      { code: "apis/ignored-value", severity: "unsupported", found: '"reservd"' },
    ]);
  });

  it("may not have more than a hundred neighbours", () => {
    const requirements = Array.from({ length: 101 }, () => ({ key, operator: "Exists" }));
    expect(errorsOf(rawNodePool({ template: rawTemplate({ requirements }) }))).toEqual([
      `apis/range ${at}`,
    ]);
  });
});

describe("the template of a NodePool", () => {
  const withLabels = (labels: object): unknown =>
    rawNodePool({ template: rawTemplate({}, { labels }) });
  const labels = "spec.template.metadata.labels";

  it("keeps its labels to itself and off Karpenter's", () => {
    expect(errorsOf(withLabels({ team: "web", "example.com/a": "" }))).toEqual([]);
    for (const key of ["karpenter.sh/nodepool", "kubernetes.io/hostname", "karpenter.sh/x"]) {
      expect(errorsOf(withLabels({ [key]: "a" }))).toEqual([`apis/rule ${labels}[${key}]`]);
    }
    expect(errorsOf(withLabels({ "sub.karpenter.sh/x": "a" }))).toEqual([
      `apis/rule ${labels}[sub.karpenter.sh/x]`,
    ]);
    expect(errorsOf(withLabels({ a: "b c" }))).toEqual([`apis/pattern ${labels}.a`]);
    expect(errorsOf(withLabels({ "a b": "c" }))).toEqual([
      `apis/runtime-validation ${labels}[a b]`,
    ]);
  });

  it("has no taint twice, be it a startup taint or not", () => {
    const taint = { key: "a", effect: "NoSchedule" };
    const twice = rawTemplate({ taints: [taint], startupTaints: [{ ...taint, value: "b" }] });
    expect(errorsOf(rawNodePool({ template: twice }))).toEqual([
      "apis/runtime-validation spec.template.spec.startupTaints[0]",
    ]);
    const both = rawTemplate({ taints: [taint, { ...taint, effect: "NoExecute" }] });
    expect(errorsOf(rawNodePool({ template: both }))).toEqual([]);
  });

  it("refers to a node class by group, kind and name", () => {
    const missing = rawTemplate({
      nodeClassRef: { apiVersion: "karpenter.k8s.aws/v1", name: "a" },
    });
    expect(errorsOf(rawNodePool({ template: missing }))).toEqual([
      "apis/unknown-field spec.template.spec.nodeClassRef.apiVersion",
      "apis/required spec.template.spec.nodeClassRef.group",
      "apis/required spec.template.spec.nodeClassRef.kind",
    ]);
    const versioned = rawTemplate({
      nodeClassRef: { group: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", name: "a" },
    });
    const { object, issues } = parseObject(rawNodePool({ template: versioned }));
    expect(issues.map((one) => one.code)).toEqual(["apis/converted"]);
    expect(object).toMatchObject({
      spec: { template: { spec: { nodeClassRef: { group: "karpenter.k8s.aws" } } } },
    });
  });
});
