import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type IssueCode, hasErrors, issueCodes } from "./field-issue.ts";
import { assembleObjects } from "./assemble-objects.ts";
import { parseObject, parseObjects } from "./parse-object.ts";
import { readers } from "./readers.ts";
import { rawNodeClass, rawNodePool, rawPod, rawTemplate } from "./raw-object-fixture.ts";

const budgetOf = (budget: object): unknown =>
  rawNodePool({ disruption: { consolidateAfter: "0s", budgets: [budget] } });
const requirementOf = (requirement: object): unknown =>
  rawNodePool({ template: rawTemplate({ requirements: [requirement] }) });
const provisioner = (spec: object): unknown => ({
  apiVersion: "karpenter.sh/v1alpha5",
  kind: "Provisioner",
  metadata: { name: "default" },
  spec,
});

/** One minimal object for every code that reading can raise. */
const examples: Readonly<Record<IssueCode, unknown>> = {
  "apis/required": rawNodePool({ template: undefined }),
  "apis/type": rawNodePool({ weight: "1" }),
  "apis/enum": rawNodePool({ disruption: { consolidateAfter: "0s", consolidationPolicy: "No" } }),
  "apis/pattern": budgetOf({ nodes: "all" }),
  "apis/range": rawNodePool({ weight: 0 }),
  "apis/quantity": rawNodePool({ limits: { cpu: "many" } }),
  "apis/duration": rawNodePool({ template: rawTemplate({ expireAfter: "99999999999h" }) }),
  "apis/time": {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "a", creationTimestamp: "now" },
  },
  "apis/rule": budgetOf({ nodes: "1", duration: "1h" }),
  "apis/runtime-validation": requirementOf({ key: "a", operator: "In", values: ["_"] }),
  "apis/placeholder": rawNodePool({ limits: { cpu: "${CPU}" } }),
  "apis/unknown-field": rawNodePool({ wait: 1 }),
  "apis/unknown-kind": { apiVersion: "example.com/v1", kind: "Widget" },
  "apis/unmodelled-kind": { apiVersion: "v1", kind: "ConfigMap" },
  "apis/unmodelled-field": rawNodeClass({ ipPrefixCount: 1 }),
  "apis/neutral-field": rawPod({ hostname: "a" }),
  "apis/ignored-value": rawPod({ schedulerName: "mine" }),
  "apis/obsolete-name": rawPod({ nodeSelector: { "karpenter.sh/provisioner-name": "a" } }),
  "apis/converted": provisioner({ providerRef: { name: "default" } }),
  "apis/not-convertible": provisioner({
    provider: { launchTemplate: "lt", subnetSelector: { a: "b" } },
  }),
  "apis/missing-reference": provisioner({}),
};

describe("parseObject", () => {
  it.each(issueCodes)("can raise %s", (code) => {
    const result = parseObject(examples[code]);
    const assembled = assembleObjects([result]).issues.map(({ issue }) => issue);
    expect([...result.issues, ...assembled].map((one) => one.code)).toContain(code);
  });

  it("finds every modelled kind by its version", () => {
    const current = readers.map((one) => `${one.apiVersion} ${one.kind}`);
    expect(new Set(current).size).toBe(current.length);
    for (const { apiVersion, kind, support } of readers) {
      expect(parseObject({ apiVersion, kind }).support).toBe(support);
    }
  });

  it("names the versions that exist of a kind in a wrong one", () => {
    const [issue] = parseObject({ apiVersion: "apps/v1beta1", kind: "Deployment" }).issues;
    expect(issue).toMatchObject({
      severity: "error",
      hint: "write apiVersion: apps/v1",
      message: 'kind: no matches for kind "Deployment" in version "apps/v1beta1"',
    });
  });

  it("guesses what a misspelt kind should be", () => {
    const [issue] = parseObject({ apiVersion: "karpenter.sh/v1", kind: "Nodepol" }).issues;
    expect(issue).toMatchObject({ severity: "error", hint: "did you mean NodePool?" });
  });

  it("says nothing of harmless kinds and warns of those that would change the outcome", () => {
    const severityOf = (apiVersion: string, kind: string): unknown =>
      parseObject({ apiVersion, kind }).issues.map((one) => one.severity);
    expect(severityOf("v1", "Service")).toEqual(["neutral"]);
    expect(severityOf("resource.k8s.io/v1", "ResourceClaim")).toEqual(["unsupported"]);
    expect(severityOf("v1", "Status")).toEqual(["unsupported"]);
  });

  it("tells apart what only time would show: quotas, scalers, other people's kinds", () => {
    const severityOf = (apiVersion: string, kind: string): unknown =>
      parseObject({ apiVersion, kind }).issues.map((one) => one.severity);
    expect(severityOf("v1", "LimitRange")).toEqual(["unplayed"]);
    expect(severityOf("autoscaling.k8s.io/v1", "VerticalPodAutoscaler")).toEqual(["unplayed"]);
    expect(severityOf("argoproj.io/v1alpha1", "Rollout")).toEqual(["unplayed"]);
    expect(severityOf("example.com/v1", "Deploymnet")).toEqual(["unsupported"]);
  });

  it.each([null, 1, "text", [], {}, { kind: "Pod" }])("refuses %j", (raw) => {
    const { object, issues, support } = parseObject(raw);
    expect(object).toBeUndefined();
    expect(support).toBe("unknown");
    expect(hasErrors(issues)).toBe(true);
  });

  it("freezes what it yields to the last part, and leaves what it was given alone", () => {
    const raw = rawNodeClass({ tags: { a: "b" } }) as { readonly spec: { tags: object } };
    const { object } = parseObject(raw);
    expect(Object.isFrozen(raw.spec.tags)).toBe(false);
    if (object?.kind !== "EC2NodeClass") throw new Error("kind");
    expect(Object.isFrozen(object.spec.tags)).toBe(true);
    expect(Object.isFrozen(object.spec.raw["tags"])).toBe(true);
  });

  const types = readers.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  const anyObject = fc
    .record({
      type: fc.constantFrom(...types),
      metadata: fc.oneof(fc.constant({ name: "a" }), fc.jsonValue()),
      spec: fc.jsonValue(),
      status: fc.jsonValue(),
    })
    .map(({ type, ...rest }) => ({ ...type, ...rest }));

  test.prop([anyObject])(
    "never throws, changes nothing, and has an object exactly when there is no error",
    (raw) => {
      const before = JSON.stringify(raw);
      const { object, issues } = parseObject(raw);
      expect(object === undefined).toBe(hasErrors(issues));
      expect(JSON.stringify(raw)).toBe(before);
    },
  );

  test.prop([fc.constantFrom(...Object.values(examples)), fc.string(), fc.jsonValue()])(
    "does not get a path or a sentence wrong by throwing, whatever is put where",
    (raw, key, value) => {
      const spec = (raw as { readonly spec?: object }).spec ?? {};
      for (const name of [...Object.keys(spec), key]) {
        const changed = { ...(raw as object), spec: { ...spec, [name]: value } };
        for (const issue of parseObject(changed).issues) {
          expect(issue.message.startsWith(issue.path)).toBe(true);
        }
      }
    },
  );
});

describe("parseObjects", () => {
  it("takes lists apart, typed ones and lists in lists, and keeps the place of every item", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [
        rawPod(),
        { apiVersion: "v1", kind: "PodList", items: [{ metadata: { name: "b" }, spec: {} }] },
      ],
    };
    const results = parseObjects(list);
    expect(results.map((one) => [one.kind, one.segments])).toEqual([
      ["Pod", ["items", 0]],
      ["Pod", ["items", 1, "items", 0]],
    ]);
    expect(results[1]?.issues.map((one) => one.path)).toEqual([
      "items[1].items[0].spec.containers",
    ]);
  });
});
