// The names are those that Karpenter's own upgrade guides for v0.32, v1.0 and v1.1 take out of use.
import { describe, expect, it } from "vitest";
import { parseObject } from "./parse-object.ts";
import { rawNodePool, rawPod, rawTemplate } from "./raw-object-fixture.ts";

const warned = (raw: unknown): readonly string[] =>
  parseObject(raw)
    .issues.filter(({ severity }) => severity === "unsupported")
    .map(({ code, path, allowed }) => `${code} ${path} -> ${allowed}`);

const annotated = (raw: unknown, annotations: object, labels: object = {}): unknown => ({
  ...(raw as object),
  metadata: { name: "a", annotations, labels },
});
const node = (annotations: object, labels: object, taints: readonly object[] = []): unknown =>
  annotated({ apiVersion: "v1", kind: "Node", spec: { taints } }, annotations, labels);

const provisioner = "karpenter.sh/provisioner-name";
const pool = "karpenter.sh/nodepool";
const disruption = "karpenter.sh/disruption";
const doNotDisrupt = "karpenter.sh/do-not-disrupt";

describe("an older name", () => {
  it("in the labels of a Node is told unless the current label is there as well", () => {
    expect(warned(node({}, { [provisioner]: "a" }))).toEqual([
      `apis/obsolete-name metadata.labels[${provisioner}] -> ${pool}`,
    ]);
    expect(warned(node({}, { [provisioner]: "a", [pool]: "a" }))).toEqual([]);
  });

  it.each(["karpenter.sh/do-not-evict", "karpenter.sh/do-not-consolidate"])(
    "%s is told of pods, of their templates, of Nodes and of the nodes of a NodePool",
    (name) => {
      const annotations = { [name]: "true" };
      const at = (path: string): string => `apis/obsolete-name ${path}[${name}] -> ${doNotDisrupt}`;
      const template = {
        metadata: { labels: { app: "a" }, annotations },
        spec: { containers: [{ name: "main", image: "pause" }] },
      };
      const deployment = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "a" },
        spec: { selector: { matchLabels: { app: "a" } }, template },
      };
      expect(warned(annotated(rawPod(), annotations))).toEqual([at("metadata.annotations")]);
      expect(warned(node(annotations, {}))).toEqual([at("metadata.annotations")]);
      expect(warned(deployment)).toEqual([at("spec.template.metadata.annotations")]);
      expect(warned(rawNodePool({ template: rawTemplate({}, { annotations }) }))).toEqual([
        at("spec.template.metadata.annotations"),
      ]);
    },
  );

  it("of an annotation is not told beside the current one", () => {
    const annotations = { "karpenter.sh/do-not-evict": "true", [doNotDisrupt]: "true" };
    expect(warned(annotated(rawPod(), annotations))).toEqual([]);
  });

  it("of the taint is told of Nodes, NodePools and tolerations", () => {
    const taint = { key: disruption, value: "disrupting", effect: "NoSchedule" };
    const { effect, ...rest } = taint;
    const at = (path: string): string => `apis/obsolete-name ${path} -> karpenter.sh/disrupted`;
    expect(warned(node({}, {}, [taint]))).toEqual([at("spec.taints[0].key")]);
    expect(warned(rawNodePool({ template: rawTemplate({ taints: [taint] }) }))).toEqual([
      at("spec.template.spec.taints[0].key"),
    ]);
    expect(warned(rawPod({ tolerations: [{ ...rest, operator: "Equal", effect }] }))).toEqual([
      at("spec.tolerations[0].key"),
    ]);
  });

  it("is told of a pod's node selector, affinity and spread", () => {
    const matchExpressions = [{ key: provisioner, operator: "In", values: ["a"] }];
    const topologyKey = provisioner;
    const spread = { topologyKey, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" };
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions } },
        ],
      },
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] },
    };
    const nodeSelector = { [provisioner]: "a" };
    const found = warned(rawPod({ nodeSelector, affinity, topologySpreadConstraints: [spread] }));
    const ofNodes = "spec.affinity.nodeAffinity";
    const paths = [
      `${ofNodes}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key`,
      `${ofNodes}.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key`,
      "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey",
      "spec.topologySpreadConstraints[0].topologyKey",
      `spec.nodeSelector[${provisioner}]`,
    ];
    expect(found.toSorted()).toEqual(
      paths.map((path) => `apis/obsolete-name ${path} -> ${pool}`).toSorted(),
    );
  });

  it("of a NodePool's parked kubelet settings is told with where they belong", () => {
    const name = "compatibility.karpenter.sh/v1beta1-kubelet-conversion";
    expect(warned(annotated(rawNodePool(), { [name]: '{"maxPods":20}' }))).toEqual([
      `apis/obsolete-name metadata.annotations[${name}] -> spec.kubelet of the EC2NodeClass`,
    ]);
  });
});

describe("a value of do-not-disrupt", () => {
  it.each([
    ["true", []],
    ["1h30m", []],
    ["soon", ["apis/ignored-value"]],
    ["-1h", ["apis/ignored-value"]],
    ["false", ["apis/ignored-value"]],
  ])("%s on a pod is told as Karpenter's own warning event is", (value, codes) => {
    const { issues } = parseObject(annotated(rawPod(), { [doNotDisrupt]: value }));
    expect(issues.map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ["true", []],
    ["false", []],
    ["1h", ["apis/ignored-value"]],
  ])("%s on a Node is told where it means nothing", (value, codes) => {
    const { issues } = parseObject(node({ [doNotDisrupt]: value }, {}));
    expect(issues.map(({ code }) => code)).toEqual(codes);
    const annotations = { [doNotDisrupt]: value };
    const nodePool = rawNodePool({ template: rawTemplate({}, { annotations }) });
    expect(parseObject(nodePool).issues.map(({ code }) => code)).toEqual(codes);
  });
});
