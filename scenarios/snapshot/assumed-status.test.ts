import { describe, expect, it } from "vitest";
import {
  cluster,
  evening,
  noConsolidatable,
  of,
  plan,
  without,
} from "../../test/support/planned-disruption.ts";

describe("what a snapshot does not say of its status", () => {
  it("is taken as consolidatable once consolidateAfter has passed, with a note", () => {
    const { notes, nodes } = plan(noConsolidatable);
    expect(notes.join()).toMatch(/NodeClaims \(.*\) without a Consolidatable condition/);
    // Its last pod event is two minutes old, and its NodePool asks for five.
    expect(nodes.find(({ nodeClaim }) => nodeClaim === "general-j7x4b")?.code).toBe(
      "disruption/not-consolidatable",
    );
    expect(plan().notes.join()).not.toContain("Consolidatable");
    expect(of(plan(noConsolidatable, evening), "general-j7x4b").code).not.toBe(
      "disruption/not-consolidatable",
    );
  });

  it("is taken as initialized where only the Node says so", () => {
    const bare = cluster.replaceAll(
      /^ {8}- \{ type: (Launched|Registered|Initialized|Consolidatable), status: "True".*\n/gm,
      "",
    );
    const { notes, commands } = plan(bare);
    expect(notes.join()).toMatch(/12 NodeClaims \(.*\) without an Initialized condition/);
    expect(commands.map(({ message }) => message)).toEqual(
      plan().commands.map(({ message }) => message),
    );
  });

  it("is taken as drifted where the hash of the NodePool has moved on", () => {
    const version = 'karpenter.sh/nodepool-hash-version: "v3"';
    const hashed = without(/kind: Pod\n/)
      .replace(
        "name: batch, uid",
        () => `name: batch, annotations: { karpenter.sh/nodepool-hash: "2", ${version} }, uid`,
      )
      .replace(
        "uid: claim-batch-x5v8n\n",
        (uid) => `${uid}      annotations: { karpenter.sh/nodepool-hash: "1", ${version} }\n`,
      )
      .replace("consolidateAfter: 30s", "consolidateAfter: Never");
    const { notes, methods } = plan(hashed);
    expect(notes.join()).toContain("batch-x5v8n: NodePoolDrifted");
    const drift = methods.find(({ method }) => method === "drift");
    expect(drift?.commands.map(({ candidates }) => candidates[0]?.node)).toContain(
      "ip-10-0-1-23.ec2.internal",
    );
  });

  it("is taken as drifted where its AMI is none that the EC2NodeClass has found", () => {
    const found = cluster
      .replace(
        "    status:\n      subnets:",
        "    status:\n      amis: [{ id: ami-new, name: new, requirements: [] }]\n      subnets:",
      )
      .replace(/(uid: claim-batch-x5v8n[\s\S]*?    status:\n)/, "$1      imageID: ami-old\n")
      .replace(/(uid: claim-general-4qv7x[\s\S]*?    status:\n)/, "$1      imageID: ami-new\n");
    expect(plan(found).notes.join()).toMatch(/^1 NodeClaim \(batch-x5v8n: AMIDrift\) without/);
  });

  it("counts pods for a PodDisruptionBudget without counts", () => {
    const bare = cluster.replaceAll(/^ {4}status: \{ disruptionsAllowed: .*\n/gm, "");
    const { notes, nodes } = plan(bare);
    expect(notes.join()).toContain(
      "4 PodDisruptionBudgets (shop/checkout, shop/cart, shop/cart-legacy, and 1 more)",
    );
    // One checkout pod of one is needed; of eight web pods two may go, and seven are healthy.
    expect(nodes.find(({ nodeClaim }) => nodeClaim === "general-c6wnp")?.code).toBe(
      "disruption/pdb-blocks",
    );
    expect(nodes.find(({ nodeClaim }) => nodeClaim === "general-4qv7x")?.verdict).toBe("next");
  });

  it("takes a NodeClaim with DisruptionReason as under way, and as going", () => {
    const started = cluster.replace(
      /(uid: claim-general-8hmlz[\s\S]*?conditions:\n)/,
      (text) =>
        `${text}        - { type: DisruptionReason, status: "True", reason: Underutilized, message: Underutilized, lastTransitionTime: "2026-03-02T09:59:00Z" }\n`,
    );
    const decided = plan(started);
    expect(of(decided, "general-8hmlz").code).toBe("disruption/already-being-disrupted");
    expect(of(decided, "general-8hmlz").details.join()).toContain("a command is under way");
    const general = decided.budgets.find(
      ({ nodePool, reason }) => nodePool === "general" && reason === "Underutilized",
    );
    expect(general?.disrupting).toBe(3);
    expect(decided.notes.join()).toContain("with condition DisruptionReason");
  });
});
