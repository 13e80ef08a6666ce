import { describe, expect, it } from "vitest";
import { Never, hours, seconds } from "../../units/index.ts";
import { assembleObjects } from "../assemble-objects.ts";
import type { ManifestObject } from "../manifest-object.ts";
import { parseObject } from "../parse-object.ts";
import { amiTermsOf, termsOf } from "./convert-selectors.ts";

type Fields = Readonly<Record<string, unknown>>;

const raw = (type: string, spec: Fields, metadata: Fields = {}): Fields => {
  const [apiVersion, kind] = type.split(" ");
  return { apiVersion, kind, metadata: { name: "a", ...metadata }, spec };
};
const provisioner = (spec: Fields): Fields =>
  raw("karpenter.sh/v1alpha5 Provisioner", { providerRef: { name: "a" }, ...spec });
const template = (spec: Fields): Fields =>
  raw("karpenter.k8s.aws/v1alpha1 AWSNodeTemplate", {
    subnetSelector: { a: "b" },
    securityGroupSelector: { a: "b" },
    ...spec,
  });
const betaPool = (spec: Fields, templateSpec: Fields = {}): Fields =>
  raw("karpenter.sh/v1beta1 NodePool", {
    template: { spec: { requirements: [], nodeClassRef: { name: "a" }, ...templateSpec } },
    ...spec,
  });
const betaClass = (spec: Fields): Fields =>
  raw("karpenter.k8s.aws/v1beta1 EC2NodeClass", {
    role: "node",
    amiFamily: "AL2",
    subnetSelectorTerms: [{ id: "subnet-1" }],
    securityGroupSelectorTerms: [{ id: "sg-1" }],
    ...spec,
  });

function read(value: Fields): ManifestObject {
  const { object, issues } = parseObject(value);
  if (object === undefined) throw new Error(JSON.stringify(issues));
  return object;
}

const errorsOf = (value: Fields): readonly string[] =>
  parseObject(value)
    .issues.filter((one) => one.severity === "error")
    .map((one) => `${one.path}: ${one.allowed}`);

describe("a v1beta1 NodePool", () => {
  it.each([
    [{}, "WhenEmptyOrUnderutilized", seconds(0), hours(720)],
    [{ consolidateAfter: Never }, "WhenEmptyOrUnderutilized", seconds(0), hours(720)],
    [
      { consolidationPolicy: "WhenEmpty", consolidateAfter: "60s", expireAfter: Never },
      "WhenEmpty",
      seconds(60),
      Never,
    ],
  ])("turns the disruption %j into v1's", (disruption, policy, after, expireAfter) => {
    expect(read(betaPool({ disruption }))).toMatchObject({
      spec: {
        disruption: { consolidationPolicy: policy, consolidateAfter: after },
        template: { spec: { expireAfter } },
      },
    });
  });

  it("is still held to the rules of its own time", () => {
    const rule = "consolidateAfter cannot be combined with consolidationPolicy=WhenUnderutilized";
    expect(errorsOf(betaPool({ disruption: { consolidateAfter: "30s" } }))).toEqual([
      `spec.disruption: ${rule}`,
    ]);
    expect(errorsOf(betaPool({ disruption: { consolidationPolicy: "WhenEmpty" } }))).toEqual([
      "spec.disruption: consolidateAfter must be specified with consolidationPolicy=WhenEmpty",
    ]);
    const reasons = { budgets: [{ nodes: "1", reasons: ["Empty"] }] };
    expect(errorsOf(betaPool({ disruption: reasons }))).toHaveLength(1);
  });

  it("hands its kubelet settings to its node class", () => {
    const kubelet = { maxPods: 20 };
    const { objects, issues } = assembleObjects(
      [betaPool({}, { kubelet }), betaClass({})].map((one) => parseObject(one)),
    );
    expect(objects[1]).toMatchObject({ spec: { kubelet, raw: { kubelet } } });
    expect(issues.map(({ issue }) => issue.code)).toEqual(["apis/converted"]);
  });

  it("cannot share a node class with a NodePool of other kubelet settings, or of none", () => {
    const rest = [betaClass({}), betaPool({}, { kubelet: { maxPods: 20 } })];
    for (const kubelet of [{ maxPods: 30 }, undefined]) {
      const other = { ...betaPool({}, { kubelet }), metadata: { name: "b" } };
      const { issues } = assembleObjects([...rest, other].map((one) => parseObject(one)));
      expect(issues.map(({ issue }) => `${issue.severity} ${issue.code}`)).toEqual([
        "converted apis/converted",
        "error apis/not-convertible",
      ]);
    }
  });
});

describe("a v1beta1 EC2NodeClass", () => {
  it("becomes an alias of its family where it names no images", () => {
    const { spec } = read(betaClass({})) as { readonly spec: { readonly raw: Fields } };
    expect(spec).toMatchObject({ amiFamily: "AL2", amiSelectorTerms: [{ alias: "al2@latest" }] });
    expect("amiFamily" in spec.raw).toBe(false);
    expect(spec.raw["metadataOptions"]).toMatchObject({ httpPutResponseHopLimit: 2 });
  });

  it("pins the alias to the version of its compatibility annotation", () => {
    const annotations = { "compatibility.karpenter.k8s.aws/v1-alias-version": "v20240807" };
    const pinned = { ...betaClass({}), metadata: { name: "a", annotations } };
    expect(read(pinned)).toMatchObject({
      spec: { amiSelectorTerms: [{ alias: "al2@v20240807" }] },
    });
  });

  it("keeps its family beside images of its own", () => {
    expect(read(betaClass({ amiSelectorTerms: [{ id: "ami-1" }] }))).toMatchObject({
      spec: { amiFamily: "AL2", amiSelectorTerms: [{ id: "ami-1" }] },
    });
    expect(errorsOf(betaClass({ amiFamily: "Custom" }))).toEqual([
      "spec: amiSelectorTerms is required when amiFamily == 'Custom'",
    ]);
  });

  it("turns Ubuntu into AL2 with Ubuntu's root volume", () => {
    expect(read(betaClass({ amiFamily: "Ubuntu" }))).toMatchObject({
      spec: {
        amiFamily: "AL2",
        amiSelectorTerms: [{ id: "ami-placeholder" }],
        blockDeviceMappings: [{ deviceName: "/dev/sda1", ebs: { volumeSizeBytes: 20 * 2 ** 30 } }],
      },
    });
  });
});

describe("a Provisioner", () => {
  const requirementsOf = (spec: Fields): readonly string[] => {
    const object = read(provisioner(spec));
    if (object.kind !== "NodePool") throw new Error("kind");
    return object.spec.template.spec.requirements.map(
      ({ key, operator, values }) => `${key} ${operator} ${values.join(",")}`,
    );
  };

  it("has the requirements that its webhook added", () => {
    expect(requirementsOf({})).toEqual([
      "kubernetes.io/os In linux",
      "kubernetes.io/arch In amd64",
      "karpenter.sh/capacity-type In on-demand",
      "karpenter.k8s.aws/instance-category In c,m,r",
      "karpenter.k8s.aws/instance-generation Gt 2",
    ]);
    const family = { key: "karpenter.k8s.aws/instance-family", operator: "Exists" };
    expect(requirementsOf({ requirements: [family] })).toHaveLength(4);
  });

  it.each([
    [{}, "WhenEmptyOrUnderutilized", Never, Never],
    [{ ttlSecondsAfterEmpty: 60 }, "WhenEmpty", seconds(60), Never],
    [
      { consolidation: { enabled: true }, ttlSecondsUntilExpired: 604_800 },
      "WhenEmptyOrUnderutilized",
      seconds(0),
      hours(168),
    ],
    [
      { consolidation: { enabled: true }, ttlSecondsAfterEmpty: 60 },
      "WhenEmptyOrUnderutilized",
      seconds(0),
      Never,
    ],
  ])("with %j keeps and removes nodes as it did", (spec, policy, after, expireAfter) => {
    expect(read(provisioner(spec))).toMatchObject({
      spec: {
        disruption: { consolidationPolicy: policy, consolidateAfter: after },
        template: { spec: { expireAfter } },
      },
    });
  });

  it("brings the node class of its inline provider along, under its own name", () => {
    const provider = { subnetSelector: { a: "b" }, securityGroupSelector: { a: "b" } };
    const result = parseObject(raw("karpenter.sh/v1alpha5 Provisioner", { provider }));
    expect(result.companions).toMatchObject([
      { kind: "EC2NodeClass", metadata: { name: "a" }, spec: { amiFamily: "AL2" } },
    ]);
    expect(result.object).toMatchObject({
      spec: { template: { spec: { nodeClassRef: { name: "a" } } } },
    });
    expect(assembleObjects([result]).objects).toHaveLength(2);
  });
});

describe("an AWSNodeTemplate", () => {
  it("cannot keep its launch template", () => {
    const [issue] = parseObject(template({ launchTemplate: "lt" })).issues.filter(
      (one) => one.severity === "error",
    );
    expect(issue?.message).toBe('spec.launchTemplate: cannot convert with "spec.launchTemplate"');
  });

  it("needs a role where its instance profile came from the controller's settings", () => {
    expect(read(template({}))).toMatchObject({ spec: { raw: { role: "$KARPENTER_NODE_ROLE" } } });
    expect(read(template({ instanceProfile: "p" }))).toMatchObject({
      spec: { raw: { instanceProfile: "p" } },
    });
  });

  it("selects by ids, one term each, or by every combination of tags", () => {
    expect(termsOf({ "aws-ids": "subnet-1, subnet-2" })).toEqual([
      { id: "subnet-1" },
      { id: "subnet-2" },
    ]);
    expect(termsOf({ b: "1,2", a: "x" })).toEqual([
      { tags: { a: "x", b: "1" } },
      { tags: { a: "x", b: "2" } },
    ]);
  });

  it("selects images by owners, then names, then tags", () => {
    expect(amiTermsOf({ "aws::owners": "self,amazon", "aws::name": "n", tag: "1,2" })).toEqual([
      { owner: "self", name: "n", tags: { tag: "1" } },
      { owner: "self", name: "n", tags: { tag: "2" } },
      { owner: "amazon", name: "n", tags: { tag: "1" } },
      { owner: "amazon", name: "n", tags: { tag: "2" } },
    ]);
  });
});

describe("a Machine", () => {
  it("becomes a NodeClaim under its current names, with the lifetime of its NodePool", () => {
    const machine = {
      ...raw(
        "karpenter.sh/v1alpha5 Machine",
        { machineTemplateRef: { name: "a" }, resources: { requests: { cpu: "1" } } },
        { labels: { "karpenter.sh/provisioner-name": "a" } },
      ),
      status: {
        conditions: [
          { type: "MachineLaunched", status: "True" },
          { type: "MachineEmpty", status: "False" },
        ],
      },
    };
    const { objects } = assembleObjects([
      parseObject(machine),
      parseObject(provisioner({ ttlSecondsUntilExpired: 3600 })),
    ]);
    expect(objects[0]).toMatchObject({
      kind: "NodeClaim",
      metadata: { labels: { "karpenter.sh/nodepool": "a" } },
      spec: { expireAfter: hours(1), requests: { cpu: 1000 } },
      status: { conditions: [{ type: "Launched" }] },
    });
  });
});
