// A whole EKS cluster as kubectl prints it: whatever a cluster writes into its own objects is no news
// to the person who runs it.
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { planSnapshot, snapshotText, stuckCluster } from "../../test/support/planned-snapshot.ts";

const text = snapshotText("eks.yaml");

interface Item extends Readonly<Record<string, unknown>> {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}
const { items } = parse(text) as { readonly items: readonly Item[] };
const asList = (all: readonly unknown[]): unknown => ({
  apiVersion: "v1",
  items: all,
  kind: "List",
  metadata: { resourceVersion: "" },
});

/** As `--show-managed-fields` prints it. */
function withManagedFields(item: Item): Item {
  const time = "2026-03-02T08:14:31Z";
  const fieldsV1 = { "f:metadata": { "f:labels": { ".": {}, "f:app": {} } }, "f:status": {} };
  const entry = { apiVersion: item["apiVersion"], fieldsType: "FieldsV1", fieldsV1, time };
  const managedFields = [
    { ...entry, manager: "kubectl-client-side-apply", operation: "Update" },
    { ...entry, manager: "kubelet", operation: "Update", subresource: "status" },
  ];
  return { ...item, metadata: { ...item.metadata, managedFields } };
}

describe("the snapshot of an EKS cluster", { timeout: 60_000 }, () => {
  const whole = planSnapshot([text]);

  it("raises no warning", () => {
    expect(whole.warnings).toEqual([]);
    expect(items.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["StatefulSet", "CronJob", "Job", "DaemonSet", "CSINode"]),
    );
  });

  it("gives a machine to the pod that has none, and takes away one that costs too much", () => {
    const { podCount, nodeClaims, unschedulable, ignored, disruption } = whole.plan;
    expect([podCount, unschedulable, ignored]).toEqual([1, [], []]);
    expect(nodeClaims.map(({ nodePool, pods }) => [nodePool, pods])).toEqual([
      ["general", [expect.stringMatching(/^shop\/search-/)]],
    ]);
    const [first] = nodeClaims;
    // 6 CPU and 32 GiB, and what the three DaemonSets request on each node.
    expect(first?.requests).toMatchObject({ cpu: "6180m", memory: "32888Mi" });
    expect(disruption.commands.map(({ candidates }) => candidates.map(({ node }) => node))).toEqual(
      [["ip-10-20-35-64.eu-west-1.compute.internal"]],
    );
  });

  it("assumes nothing: all of it is said, and the conditions of its NodeClaims are up to date", () => {
    expect(whole.plan.notes.filter((note) => /taken as|counted from/.test(note))).toEqual([]);
    expect(whole.plan.zones).toEqual(["eu-west-1a", "eu-west-1b", "eu-west-1c"]);
    const unmanaged = whole.plan.disruption.nodes.filter(({ nodeClaim }) => !nodeClaim);
    expect(unmanaged).toHaveLength(2);
  });

  it.each<[string, () => readonly string[]]>([
    ["JSON", () => [JSON.stringify(asList(items), undefined, 4)]],
    ["YAML with managed fields", () => [stringify(asList(items.map(withManagedFields)))]],
    ["a document for each object", () => [items.map((item) => stringify(item)).join("---\n")]],
    ["a file for each object", () => items.map((item) => JSON.stringify(item))],
    [
      "a typed list for each kind, whose items name no type",
      () =>
        [...new Set(items.map(({ kind }) => kind))].map((kind) => {
          const ofKind = items.filter((item) => item.kind === kind);
          const apiVersion = ofKind[0]?.["apiVersion"];
          const bare = ofKind.map(({ kind: _kind, apiVersion: _version, ...rest }) => rest);
          return stringify({ apiVersion, kind: `${kind}List`, metadata: {}, items: bare });
        }),
    ],
    ["CRLF lines and a byte order mark", () => [`\u{feff}${text.replaceAll("\n", "\r\n")}`]],
  ])("is the same as %s", (_, texts) => {
    const { plan, warnings } = planSnapshot(texts());
    expect(warnings).toEqual([]);
    expect(plan).toEqual(whole.plan);
  });
});

describe("a node of that cluster that is stuck", { timeout: 60_000 }, () => {
  const { plan, warnings } = planSnapshot([stuckCluster()]);
  const { nodes, commands } = plan.disruption;

  it.each([
    [
      "ip-10-20-44-9.eu-west-1.compute.internal",
      "disruption/pod-do-not-disrupt",
      /^pod shop\/cart-\S+: annotation karpenter.sh\/do-not-disrupt: "true"$/,
    ],
    [
      "ip-10-20-35-64.eu-west-1.compute.internal",
      "disruption/pdb-blocks",
      /^pod shop\/db-0: PodDisruptionBudget shop\/db allows 0 disruptions: maxUnavailable 0, 1 of 1 pods healthy$/,
    ],
  ])("%s is told with %s, the pod and its rule", (name, code, detail) => {
    const found = nodes.find(({ node }) => node === name);
    expect(found).toMatchObject({ verdict: "stays", code });
    expect(found?.details).toEqual([expect.stringMatching(detail)]);
    expect([commands, warnings]).toEqual([[], []]);
  });
});
