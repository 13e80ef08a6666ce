import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { NodePool } from "../../core/apis/index.ts";
import { formatPosition, hours } from "../../core/units/index.ts";
import { type LoadedManifests, type ManifestFile, loadManifests } from "./load-manifests.ts";

function fixture(name: string): ManifestFile {
  return { name, text: readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8") };
}

function load(...files: readonly ManifestFile[]): LoadedManifests {
  const result = loadManifests(files);
  if (!result.ok) throw new Error(result.diagnostics.map((one) => one.message).join("\n"));
  return result.value;
}

function warningsOf(...files: readonly ManifestFile[]): readonly string[] {
  const result = loadManifests(files);
  if (!result.ok) throw new Error("the manifests should load");
  return result.warnings.map((one) => `${formatPosition(one)} ${one.code} ${one.found}`);
}

function complaintsOf(text: string): readonly string[] {
  const result = loadManifests([{ name: "m.yaml", text }]);
  return result.ok ? [] : result.diagnostics.map((one) => `${formatPosition(one)} ${one.code}`);
}

const names = ({ objects }: LoadedManifests): readonly string[] =>
  objects.map((one) => `${one.kind}/${one.metadata.name}`);

describe("loadManifests", () => {
  it("reads the same NodePool from all three generations of Karpenter's API", () => {
    const pools = ["generation-v1.yaml", "generation-v1beta1.yaml", "generation-v1alpha5.yaml"].map(
      (name) => load(fixture(name)).objects[0] as NodePool,
    );
    const [current, beta, alpha] = pools;
    expect(current?.spec.limits).toEqual({ cpu: 1_000_000, memory: 2000 * 2 ** 30 });
    expect(current?.spec.template.spec.expireAfter).toBe(hours(336));
    expect(beta).toEqual(current);
    expect(alpha).toEqual(current);
  });

  it("reports every conversion of an older form, with its line", () => {
    expect(warningsOf(fixture("generation-v1beta1.yaml"))).toMatchInlineSnapshot(`
      [
        "generation-v1beta1.yaml:1:1 apis/converted "karpenter.sh/v1beta1 NodePool"",
        "generation-v1beta1.yaml:11:7 apis/converted {"name":"general","kind":"EC2NodeClass","apiVersion":"karpenter.k8s.aws/v1beta1…",
        "generation-v1beta1.yaml:22:26 apis/converted "WhenUnderutilized"",
        "generation-v1beta1.yaml:23:18 apis/converted "336h0m0s"",
        "generation-v1beta1.yaml:1:1 manifests/missing-reference general",
      ]
    `);
  });

  it("warns of a CapacityBuffer whose pods nobody describes", () => {
    const buffer = (name: string, spec: object): object => ({
      apiVersion: "autoscaling.x-k8s.io/v1beta1",
      kind: "CapacityBuffer",
      metadata: { name, namespace: "shop" },
      spec,
    });
    const template = {
      apiVersion: "v1",
      kind: "PodTemplate",
      metadata: { name: "web", namespace: "shop" },
      template: { spec: { containers: [{ name: "web" }] } },
    };
    const objects = [
      template,
      buffer("a", { podTemplateRef: { name: "web" }, replicas: 1 }),
      buffer("b", { podTemplateRef: { name: "gone" }, replicas: 1 }),
      buffer("c", { scalableRef: { kind: "Deployment", name: "missing" } }),
    ];
    const text = objects.map((one) => JSON.stringify(one)).join("\n---\n");
    expect(warningsOf({ name: "b.yaml", text })).toEqual([
      "b.yaml:5:1 manifests/missing-reference gone",
      "b.yaml:7:1 manifests/missing-reference missing",
    ]);
  });

  it("loads a twelve-line v1beta1 NodePool together with an AWSNodeTemplate", () => {
    const loaded = load(fixture("tutorial.yaml"));
    expect(names(loaded)).toEqual(["NodePool/default", "EC2NodeClass/default"]);
    const [pool, nodeClass] = loaded.objects;
    if (pool?.kind !== "NodePool" || nodeClass?.kind !== "EC2NodeClass") throw new Error("kinds");
    expect(pool.spec.disruption.consolidationPolicy).toBe("WhenEmptyOrUnderutilized");
    expect(pool.spec.template.spec.expireAfter).toBe(hours(720));
    expect(nodeClass.spec.amiSelectorTerms).toEqual([{ alias: "al2@latest" }]);
  });

  it("takes the only node class for an older NodePool without a reference", () => {
    const { name, text } = fixture("tutorial.yaml");
    const loaded = load({ name, text: text.replace(/ +nodeClassRef: .*\n/, "") });
    const [pool] = loaded.objects;
    if (pool?.kind !== "NodePool") throw new Error("kind");
    expect(pool.spec.template.spec.nodeClassRef.name).toBe("default");
  });

  it("refuses an older NodePool without a reference where several node classes could be meant", () => {
    const { name, text } = fixture("tutorial.yaml");
    const second = text.split("---\n")[1]?.replace("name: default", "name: other") ?? "";
    const pool = text.replace(/ +nodeClassRef: .*\n/, "");
    const result = loadManifests([{ name, text: `${pool}---\n${second}` }]);
    if (result.ok) throw new Error("the reference is ambiguous");
    expect(result.diagnostics).toMatchObject([{ code: "apis/missing-reference", line: 4 }]);
  });

  it("reads several documents, lists, anchors and merge keys", () => {
    const loaded = load(fixture("constructs.yaml"));
    expect(names(loaded)).toEqual([
      "Deployment/web",
      "PodDisruptionBudget/web",
      "PriorityClass/high",
    ]);
    const [web] = loaded.objects;
    if (web?.kind !== "Deployment") throw new Error("kind");
    expect(web.spec.template.labels).toEqual({ app: "web", tier: "front" });
    expect(web.spec.template.spec.priority).toBe(1000);
    expect(web.spec.template.spec.containers[0]?.resources.requests).toEqual({
      cpu: 500,
      memory: 2 ** 30,
    });
  });

  it("names what is not modelled once per path, and an unknown kind once", () => {
    expect(warningsOf(fixture("constructs.yaml"))).toEqual([
      'constructs.yaml:22:28 apis/unmodelled-field {"exec":{"command":["sleep","10"]}}',
      'constructs.yaml:40:7 apis/unknown-kind "example.com/v1 Widget"',
    ]);
    const { neutralFields } = load(fixture("constructs.yaml"));
    expect(neutralFields.map((one) => `${one.kind} ${one.path} ${one.count}`)).toEqual([
      "Deployment spec.template.spec.containers[*].readinessProbe.httpGet 1",
      "Deployment spec.template.spec.securityContext 1",
      "ConfigMap kind 1",
    ]);
  });

  it("keeps placeholders as texts and reports each of them once, but not those of scripts", () => {
    const file = fixture("placeholders.yaml");
    expect(load(file).placeholders).toEqual([
      { placeholder: "$(SECURITY_GROUP)", count: 1 },
      { placeholder: "${AMI_ID}", count: 1 },
      { placeholder: "${CLUSTER_NAME}", count: 2 },
    ]);
    const [nodeClass] = load(file).objects;
    if (nodeClass?.kind !== "EC2NodeClass") throw new Error("kind");
    expect(nodeClass.spec.amiSelectorTerms).toEqual([{ id: "${AMI_ID}" }]);
    expect(nodeClass.spec.userData).toContain("${NOT_OURS} $KUBELET_EXTRA_ARGS $(jq .)");
  });

  it("reports all faults of a file at once, each with line and column", () => {
    const result = loadManifests([fixture("faults.yaml")]);
    if (result.ok) throw new Error("the faults should be found");
    const lines = result.diagnostics.map(
      (one) => `${formatPosition(one)} ${one.code} ${one.hint ?? ""}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "faults.yaml:11:21 apis/enum did you mean In?",
        "faults.yaml:13:20 apis/pattern there is no unit for days: 720h",
        "faults.yaml:16:5 apis/unknown-field did you mean consolidationPolicy?",
        "faults.yaml:17:5 apis/rule ",
        "faults.yaml:18:16 apis/pattern ",
        "faults.yaml:22:10 apis/placeholder replace \${CPU_LIMIT}, for example with envsubst",
        "faults.yaml:23:11 apis/range ",
      ]
    `);
  });

  it("points at the key of an unknown field and at the value of a wrong one", () => {
    const text = (value: string): string =>
      `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec:\n  ${value}\n`;
    expect(complaintsOf(text("minAvailable: two"))).toEqual(["m.yaml:5:17 apis/pattern"]);
    const result = loadManifests([{ name: "m.yaml", text: text("minAvailble: 2") }]);
    if (!result.ok) throw new Error("an unknown field of a workload is a warning");
    expect(result.warnings[0]).toMatchObject({
      line: 5,
      column: 3,
      hint: "did you mean minAvailable?",
    });
  });

  it("refuses a Helm template with one sentence", () => {
    const text = "kind: {{ .Values.kind }}\nspec:\n  a: {{- toYaml .Values.spec | nindent 2 }}\n";
    expect(complaintsOf(text)).toEqual(["m.yaml:1:7 manifests/helm-template"]);
  });

  it("refuses an alias without an anchor, and aliases without measure", () => {
    expect(complaintsOf("kind: *missing\n")).toEqual(["m.yaml:1:7 manifests/yaml-syntax"]);
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x,x]",
      "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]",
      "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]",
      "d: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]",
    ].join("\n");
    expect(complaintsOf(bomb)).toEqual(["m.yaml:1:1 manifests/yaml-syntax"]);
  });

  it("lets the last of two objects with one name win, as kubectl does, and says so", () => {
    const pool = (weight: number): string =>
      `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: a}\nvalue: ${weight}\n`;
    const files = [
      { name: "a.yaml", text: pool(1) },
      { name: "b.yaml", text: pool(2) },
    ];
    expect(load(...files).objects).toMatchObject([{ value: 2 }]);
    expect(warningsOf(...files)).toEqual(["b.yaml:1:1 manifests/duplicate-object PriorityClass a"]);
  });

  it("warns of a NodePool whose node class and of a pod whose priority class is not there", () => {
    const codes = warningsOf(fixture("generation-v1.yaml"));
    expect(codes).toEqual(["generation-v1.yaml:1:1 manifests/missing-reference general"]);
    const { name, text } = fixture("constructs.yaml");
    const without = {
      name,
      text: text.replace("metadata: { name: high }", "metadata: { name: x }"),
    };
    expect(warningsOf(without).at(-1)).toBe("constructs.yaml:6:5 manifests/missing-reference high");
    const loaded = loadManifests([without]);
    expect(loaded.ok ? loaded.warnings.at(-1)?.message : "").toBe(
      "Deployment default/web: spec.template.spec.priorityClassName: no PriorityClass with name high was found",
    );
  });

  it("loads nothing from no files and from files without objects", () => {
    expect(load().objects).toEqual([]);
    expect(load({ name: "empty.yaml", text: "---\n# nothing\n---\n" }).objects).toEqual([]);
  });
});
