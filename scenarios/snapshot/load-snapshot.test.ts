import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/units/index.ts";
import { loadSnapshot } from "./load-snapshot.ts";

const cluster = readFileSync(new URL("./testdata/cluster.yaml", import.meta.url), "utf8");
const pods = readFileSync(new URL("./testdata/pods.yaml", import.meta.url), "utf8");

/** Warnings and errors, in order. */
function complaints(...texts: readonly string[]): readonly Diagnostic[] {
  const loaded = loadSnapshot(texts.map((text, index) => ({ name: `file-${index}`, text })));
  return loaded.ok ? loaded.warnings : loaded.diagnostics;
}

const messages = (...texts: readonly string[]): readonly string[] =>
  complaints(...texts).map(({ message }) => message);

/** The cluster without the items that a pattern matches. */
function without(pattern: RegExp): string {
  const [head = "", ...items] = cluster.split(/^(?= {2}- apiVersion)/m);
  return head + items.filter((item) => !pattern.test(item)).join("");
}

describe("a snapshot", () => {
  it("of a sound cluster has no complaints, and its newest time is its time", () => {
    expect(messages(cluster, pods)).toEqual([]);
    const loaded = loadSnapshot([{ name: "all", text: `${cluster}---\n${pods}` }]);
    expect(loaded.ok && loaded.value.newestTime).toBe(Date.parse("2026-03-02T10:00:00Z"));
  });

  it("reads JSON as well", () => {
    const json = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
    });
    expect(messages(cluster, json)).toEqual([]);
  });

  it("without a NodePool allows no decision", () => {
    const [first] = complaints(pods);
    expect(first?.code).toBe("plan/no-node-pool");
    expect(first?.message).toContain("the snapshot has no NodePool");
  });

  it("without the EC2NodeClass of any NodePool allows no decision", () => {
    const [first] = complaints(without(/kind: EC2NodeClass\n/));
    expect([first?.code, first?.allowed]).toEqual(["plan/no-node-class", "EC2NodeClass default"]);
  });

  it("whose NodePools all have node classes of EKS Auto Mode is not supported, and says so", () => {
    const auto = cluster.replaceAll(
      "nodeClassRef: { group: karpenter.k8s.aws, kind: EC2NodeClass, name: default }",
      "nodeClassRef: { group: eks.amazonaws.com, kind: NodeClass, name: default }",
    );
    const [first] = complaints(auto);
    expect(first).toMatchObject({
      code: "plan/no-node-class",
      found: "NodeClass default of eks.amazonaws.com",
    });
    expect(first?.message).toContain("EKS Auto Mode, are not supported");
  });

  it("says nothing of what newer servers write into a status, unless it looks like a slip", () => {
    const node = (status: object): string =>
      JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name: "a" }, status });
    expect(messages(cluster, node({ newlyInvented: 1 }))).toEqual([]);
    expect(messages(cluster, node({ condition: [] }))).toEqual([
      'Node: status.condition: unknown field "status.condition", did you mean "conditions"?',
    ]);
  });

  it("tells why its only NodePool could not be read", () => {
    const broken = without(/pool-batch/).replace("limits: { cpu: 1000 }", "limits: { cpu: 1OOO }");
    expect(complaints(broken).map(({ code }) => code)).toEqual([
      "plan/no-node-pool",
      "apis/quantity",
    ]);
  });

  it.each<[string, string, readonly string[]]>([
    ["nothing", "", []],
    ["comments and separators", "# nothing\n---\n---\n", []],
    ["an empty List", "apiVersion: v1\nkind: List\nitems: []\n", []],
    [
      "a text",
      "hello\n",
      ["not a Kubernetes object: a mapping with apiVersion and kind is expected"],
    ],
    [
      "a table as kubectl prints it without -o yaml",
      "NAME    READY   STATUS\nweb-1   1/1     Running\n",
      ["not a Kubernetes object: a mapping with apiVersion and kind is expected"],
    ],
    [
      "a bare list",
      "[1]",
      ["not a Kubernetes object: a mapping with apiVersion and kind is expected"],
    ],
    ["an empty object", "{}", ["apiVersion: Required value", "kind: Required value"]],
    [
      "a List whose items are none",
      "apiVersion: v1\nkind: List\nitems: { a: 1 }\n",
      ["List: items: a List holds its objects in a list of items"],
    ],
    [
      "an answer that says no",
      '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"forbidden"}',
      ["Status: kind: "],
    ],
  ])("that is %s allows no decision, and says what it is instead", (_, text, starts) => {
    const [first, ...reasons] = complaints(text);
    expect(first).toMatchObject({ code: "plan/no-node-pool", found: "no objects" });
    expect(reasons).toHaveLength(starts.length);
    for (const [index, start] of starts.entries()) {
      expect(reasons[index]?.message.slice(0, start.length)).toBe(start);
    }
  });

  it("leaves out what is no object in the middle of a List, and says where", () => {
    const [nothing, number] = complaints(`${cluster}  - null\n  - 7\n`);
    for (const [index, each] of [nothing, number].entries()) {
      const path = `items[${cluster.split(/^(?= {2}- apiVersion)/m).length - 1 + index}]`;
      expect(each?.message).toBe(
        `${path}: not a Kubernetes object: a mapping with apiVersion and kind is expected; the object is left out`,
      );
    }
  });

  it("takes the last of two objects with one name, and says that there are two", () => {
    const found = complaints(cluster, pods, pods);
    expect(found.map(({ code }) => code)).toEqual(
      Array.from({ length: 6 }, () => "manifests/duplicate-object"),
    );
    expect(found[0]?.message).toBe(
      "Pod shop/web-1 is given twice; this one replaces that of file-1:4.",
    );
  });

  it("may come in documents, files and Lists within Lists alike", () => {
    const nested = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [
        {
          apiVersion: "v1",
          kind: "List",
          items: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
        },
      ],
    });
    expect(messages(`${cluster}---\n${pods}---\n${nested}`)).toEqual([]);
  });

  it("leaves out an object with a quantity that does not parse: object, field, reason", () => {
    const [warning, ...others] = complaints(cluster, pods.replace("cpu: 500m", "cpu: 5oom"));
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: "manifests/left-out", file: "file-1", found: '"5oom"' });
    expect(warning?.message).toMatch(
      /^Pod shop\/job-1: items\[2\]\.spec\.containers\[0\]\.resources\.requests\.cpu: .*quantities/,
    );
    expect(warning?.message).toMatch(/the object is left out$/);
  });

  it("warns of pods on a node that is not there, once", () => {
    const onGone = pods.replaceAll("    spec:\n", "    spec:\n      nodeName: gone\n");
    expect(messages(cluster, onGone)).toEqual([
      "Pod shop/web-1 (and 5 more): spec.nodeName: Node gone is not in the snapshot; the pod takes no room, and counts in no spread or affinity",
    ]);
  });

  it("warns of a NodeClaim without its NodePool", () => {
    expect(messages(without(/uid: pool-batch/))).toEqual([
      "NodeClaim batch-x7k2p: metadata.labels[karpenter.sh/nodepool]: NodePool batch is not in the snapshot; its capacity counts against no limits",
    ]);
  });

  it("warns of a NodeClaim without its node, and of a node without its NodeClaim", () => {
    expect(messages(without(/kind: Node\n/))[0]).toMatch(
      /status\.nodeName: Node ip-10-0-1-7\.ec2\.internal is not in the snapshot/,
    );
    expect(messages(without(/kind: NodeClaim\n/))[0]).toMatch(
      /^Node ip-10-0-1-7\.ec2\.internal: spec\.providerID: NodeClaim of .* does not manage$/,
    );
  });

  it("warns of a NodePool without its EC2NodeClass, when another has one", () => {
    const other = cluster.replace("EC2NodeClass, name: default", "EC2NodeClass, name: other");
    expect(messages(other)[0]).toContain("NodePool default refers to EC2NodeClass other");
  });

  it("warns of a DaemonSet that only its pods tell of, since new nodes need room for it", () => {
    const owner =
      "ownerReferences: [{ apiVersion: apps/v1, kind: DaemonSet, name: cni, uid: x, controller: true }]";
    const [message] = messages(cluster, pods.replace("name: web-1,", `name: web-1, ${owner},`));
    expect(message).toContain("DaemonSet shop/cni is not in the snapshot; new nodes are planned");
  });
});
