import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/units/index.ts";
import { snapshotText } from "../../test/support/planned-snapshot.ts";
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

/** The EKS cluster without the objects of a kind. */
const withoutKind = (kind: string): string =>
  snapshotText("eks.yaml")
    .split(/^(?=- apiVersion: |kind: List\n)/m)
    .filter((item) => !new RegExp(`^ {2}kind: ${kind}\\n`, "m").test(item))
    .join("");

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
    expect(messages(cluster, pods, json)).toEqual([]);
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
    expect(messages(cluster, pods, node({ newlyInvented: 1 }))).toEqual([]);
    expect(messages(cluster, pods, node({ condition: [] }))).toEqual([
      'Node a: status.condition: unknown field "status.condition", did you mean "conditions"?',
    ]);
  });

  it("tells why its only NodePool could not be read", () => {
    const broken = without(/pool-batch/).replace("limits: { cpu: 1000 }", "limits: { cpu: 1OOO }");
    const [first, why, ...others] = complaints(broken);
    expect([first?.code, first?.found, first?.hint]).toEqual([
      "plan/no-node-pool",
      "NodePool default",
      undefined,
    ]);
    expect(why?.message).toMatch(/^NodePool default: spec\.limits\.cpu: .*quantities must match/);
    expect([why?.path, others]).toEqual(["spec.limits.cpu", []]);
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
    [
      "a List that was cut short before its kind",
      "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n",
      ["kind: Required value"],
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
      /^Pod shop\/job-1: spec\.containers\[0\]\.resources\.requests\.cpu: .*quantities/,
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
    expect(messages(without(/uid: pool-batch/), pods)).toEqual([
      "NodeClaim batch-x7k2p: metadata.labels[karpenter.sh/nodepool]: NodePool batch is not in the snapshot; its capacity counts against no limits",
    ]);
  });

  it("warns of a NodeClaim without its node, and of a node without its NodeClaim", () => {
    const other = (kind: string): string =>
      JSON.stringify({
        apiVersion: kind === "Node" ? "v1" : "karpenter.sh/v1",
        kind,
        metadata: { name: "other", labels: { "karpenter.sh/nodepool": "batch" } },
        spec: {
          providerID: kind === "Node" ? "aws:///us-east-1a/i-0000000000000001" : undefined,
          requirements: kind === "Node" ? undefined : [],
          nodeClassRef: kind === "Node" ? undefined : nodeClassRef,
        },
      });
    const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };
    expect(messages(without(/kind: Node\n/), pods, other("Node"))).toEqual([
      "NodeClaim batch-x7k2p: status.nodeName: Node ip-10-0-1-7.ec2.internal is not in the snapshot; it counts as a machine whose node has not joined yet",
    ]);
    expect(messages(without(/kind: NodeClaim\n/), pods, other("NodeClaim"))).toEqual([
      "Node ip-10-0-1-7.ec2.internal: spec.providerID: NodeClaim of aws:///us-east-1a/i-0000000000000001 is not in the snapshot; the node counts as one that Karpenter does not manage",
    ]);
  });

  it("says once that a whole kind is missing, however many refer to it", () => {
    expect(messages(withoutKind("Node"))).toEqual([
      "NodeClaim general-7x2kd (and 3 more): status.nodeName: there is no Node in the snapshot; it counts as a machine whose node has not joined yet",
      expect.stringMatching(
        /^Pod kube-system\/\S+ \(and 28 more\): spec.nodeName: there is no Node in the snapshot; the pod takes no room/,
      ),
    ]);
    expect(messages(withoutKind("NodeClaim"))).toEqual([
      expect.stringMatching(
        /^Node ip-10-20-35-64\S+ \(and 3 more\): spec.providerID: there is no NodeClaim in the snapshot; the node counts as one that Karpenter does not manage$/,
      ),
    ]);
    expect(messages(withoutKind("PersistentVolumeClaim"))).toEqual([
      "Pod shop/db-0: spec.volumes[0].persistentVolumeClaim: there is no PersistentVolumeClaim in the snapshot; the pod counts as one without the volume, which may go to any zone",
    ]);
    expect(messages(withoutKind("PersistentVolume"))).toEqual([
      "PersistentVolumeClaim shop/data-db-0: spec.volumeName: there is no PersistentVolume in the snapshot; its zone is not known, and pods with it may go to any",
    ]);
    for (const kind of ["Deployment", "ReplicaSet", "StorageClass", "CSINode", "Namespace"]) {
      expect(messages(withoutKind(kind))).toEqual([]);
    }
  });

  it("names three objects that are not there, and counts the others", () => {
    const renamed = snapshotText("eks.yaml").replaceAll(/^( {4}nodeName: ip-10-20-\d+)/gm, "$1x");
    const found = messages(renamed).filter((message) => message.startsWith("Pod "));
    expect(found).toHaveLength(4);
    expect(found[3]).toMatch(
      /^Pod \S+ \(and \d+ more\): spec.nodeName: 3 more Nodes are not in the snapshot; the pod takes/,
    );
  });

  it("says of what refers to an object that could not be read that it could not be read", () => {
    const broken = snapshotText("eks.yaml").replace(/(kind: Node\n[\s\S]*?cpu: )7910m/, "$179 10m");
    const others = complaints(broken).filter(({ code }) => code !== "manifests/left-out");
    expect(others.map(({ message }) => message)).toEqual([
      "NodeClaim general-m9vqt: status.nodeName: Node ip-10-20-35-64.eu-west-1.compute.internal could not be read; it counts as a machine whose node has not joined yet",
      expect.stringMatching(
        /^Pod \S+ \(and 4 more\): spec.nodeName: Node ip-10-20-35-64\S+ could not be read; the pod takes no room/,
      ),
    ]);
  });

  it("without any Pod, or with those of namespace default alone, is told to be a part", () => {
    expect(complaints(cluster).map(({ code }) => code)).toEqual(["plan/no-pods"]);
    const local = pods.replaceAll("namespace: shop", "namespace: default");
    const noDaemonSet = without(/kind: DaemonSet\n/);
    expect(complaints(noDaemonSet, local).map(({ code }) => code)).toEqual(["plan/one-namespace"]);
    expect(complaints(cluster, local)).toEqual([]);
    expect(complaints(without(/kind: (Node|NodeClaim)\n/))).toEqual([]);
  });

  it("says of an EC2NodeClass that could not be read that it could not", () => {
    const other = cluster
      .replace("kind: EC2NodeClass, name: default", "kind: EC2NodeClass, name: other")
      .concat(
        "  - { apiVersion: karpenter.k8s.aws/v1, kind: EC2NodeClass, metadata: { name: other }, spec: 7 }\n",
      );
    expect(messages(other, pods).slice(1)).toEqual([
      "NodePool default refers to EC2NodeClass other, which could not be read: NodeClass not found on cluster",
    ]);
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
