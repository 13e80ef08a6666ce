import { describe, expect, it } from "vitest";
import { parseObject } from "./parse-object.ts";

const podTemplateRef = { name: "my-template" };
const scalableRef = { apiGroup: "apps", kind: "Deployment", name: "my-deploy" };

function parse(spec: unknown, rest: Readonly<Record<string, unknown>> = {}) {
  const { object, issues } = parseObject({
    apiVersion: "autoscaling.x-k8s.io/v1beta1",
    kind: "CapacityBuffer",
    metadata: { name: "b" },
    spec,
    ...rest,
  });
  const errors = issues.filter(({ severity }) => severity === "error");
  return { object, errors: errors.map(({ message }) => message) };
}

describe("a CapacityBuffer", () => {
  it.each([
    ["podTemplateRef and replicas", { podTemplateRef, replicas: 3 }],
    ["podTemplateRef and limits", { podTemplateRef, limits: { cpu: "4" } }],
    ["podTemplateRef and no limit in its limits", { podTemplateRef, limits: {} }],
    ["scalableRef", { scalableRef, replicas: 5 }],
    ["a group left out", { scalableRef: { kind: "ReplicationController", name: "rc" } }],
    ["zero replicas", { podTemplateRef, replicas: 0 }],
    ["zero percentage", { scalableRef, percentage: 0 }],
    ["both replicas and percentage", { scalableRef, replicas: 10, percentage: 20 }],
    ["scalableRef without replicas or limits", { scalableRef }],
    ["neither reference", { replicas: 1 }],
  ])("may have %s", (_, spec) => {
    expect(parse(spec).errors).toEqual([]);
    expect(parse(spec).object).toMatchObject({ kind: "CapacityBuffer" });
  });

  it("says what the definition of its kind says of what it cannot be", () => {
    const wrong: readonly unknown[] = [
      { podTemplateRef, scalableRef, replicas: 3 },
      { podTemplateRef },
      { podTemplateRef, replicas: -1 },
      { podTemplateRef, replicas: 2 ** 31 },
      { scalableRef, percentage: -1 },
      { podTemplateRef: { name: "" }, replicas: 1 },
      { scalableRef: { ...scalableRef, kind: "" } },
      { scalableRef: { ...scalableRef, name: "" } },
      { scalableRef: { kind: "Deployment" } },
      { podTemplateRef, limits: { cpu: "much" } },
      { podTemplateRef, replica: 1 },
      undefined,
    ];
    expect(wrong.flatMap((spec) => parse(spec).errors)).toMatchInlineSnapshot(`
      [
        "spec: Invalid value: {"podTemplateRef":{"name":"my-template"},"scalableRef":{"apiGroup":"apps","kind…: You must define either PodTemplateRef or ScalableRef, but not both",
        "spec: Invalid value: {"podTemplateRef":{"name":"my-template"}}: If podTemplateRef is set, replicas or limits must also be set",
        "spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0",
        "spec.replicas: Invalid value: 2147483648: spec.replicas in body should be less than or equal to 2147483647",
        "spec.percentage: Invalid value: -1: spec.percentage in body should be greater than or equal to 0",
        "spec.podTemplateRef.name: Invalid value: "": spec.podTemplateRef.name in body should be at least 1 chars long",
        "spec.scalableRef.kind: Invalid value: "": spec.scalableRef.kind in body should be at least 1 chars long",
        "spec.scalableRef.name: Invalid value: "": spec.scalableRef.name in body should be at least 1 chars long",
        "spec.scalableRef.name: Required value",
        "spec.limits.cpu: Invalid value: "much": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        "spec.replica: unknown field "spec.replica", did you mean "replicas"?",
        "spec: Invalid value: {"podTemplateRef":{"name":"my-template"},"replica":1}: If podTemplateRef is set, replicas or limits must also be set",
        "spec: Required value",
      ]
    `);
  });

  it("has the active strategy, unless it says otherwise", () => {
    const spec = { podTemplateRef, replicas: 1 };
    expect(parse(spec).object).toMatchObject({
      spec: { provisioningStrategy: "buffer.x-k8s.io/active-capacity" },
    });
    expect(parse({ ...spec, provisioningStrategy: "other" }).object).toMatchObject({
      spec: { provisioningStrategy: "other" },
    });
  });

  it("keeps the status of a recorded object", () => {
    const status = {
      podTemplateRef,
      replicas: 2,
      podTemplateGeneration: 3,
      provisioningStrategy: "buffer.x-k8s.io/active-capacity",
      conditions: [
        {
          type: "ReadyForProvisioning",
          status: "True",
          reason: "Resolved",
          message: "",
          lastTransitionTime: "2026-03-01T00:00:00Z",
          observedGeneration: 1,
        },
      ],
    };
    const { object, errors } = parse({ podTemplateRef, replicas: 2 }, { status });
    expect(errors).toEqual([]);
    expect(object).toMatchObject({
      status: { ...status, conditions: [{ type: "ReadyForProvisioning", status: "True" }] },
    });
  });

  it("is served in no older version", () => {
    const { issues } = parseObject({
      apiVersion: "autoscaling.x-k8s.io/v1alpha1",
      kind: "CapacityBuffer",
      metadata: { name: "b" },
      spec: { podTemplateRef, replicas: 1 },
    });
    expect(issues).toMatchObject([
      { severity: "error", hint: "write apiVersion: autoscaling.x-k8s.io/v1beta1" },
    ]);
  });

  it("leaves other kinds of its group to whom they belong", () => {
    const { issues } = parseObject({
      apiVersion: "autoscaling.x-k8s.io/v1",
      kind: "ProvisioningRequest",
      metadata: { name: "r" },
    });
    expect(issues).toMatchObject([{ severity: "unplayed" }]);
  });
});

describe("a PodTemplate", () => {
  it("has the pod's shape in its template", () => {
    const { object, issues } = parseObject({
      apiVersion: "v1",
      kind: "PodTemplate",
      metadata: { name: "t", generation: 4 },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "c", resources: { requests: { cpu: "1" } } }] },
      },
    });
    expect(issues).toEqual([]);
    expect(object).toMatchObject({
      kind: "PodTemplate",
      metadata: { name: "t", namespace: "default", generation: 4 },
      template: {
        labels: { app: "web" },
        spec: { containers: [{ resources: { requests: { cpu: 1000 } } }] },
      },
    });
  });

  it("remembers what only a pod gets by default", () => {
    const { object } = parseObject({
      apiVersion: "v1",
      kind: "PodTemplate",
      metadata: { name: "t" },
      template: {
        spec: {
          hostNetwork: true,
          containers: [
            {
              name: "c",
              resources: { requests: { cpu: "1" }, limits: { cpu: "2", memory: "1Gi" } },
              ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }],
            },
          ],
        },
      },
    });
    expect(object).toMatchObject({
      template: {
        spec: {
          containers: [
            {
              resources: {
                requests: { cpu: 1000, memory: 2 ** 30 },
                requestsFromLimits: ["memory"],
              },
              ports: [{ hostPort: 80, isHostPortDefaulted: true }, { hostPort: 81 }],
            },
          ],
        },
      },
    });
  });
});
