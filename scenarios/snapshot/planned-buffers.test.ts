import { describe, expect, it } from "vitest";
import { parseTime } from "../../core/units/index.ts";
import { planChoices, planSnapshot, snapshotText } from "../../test/support/planned-snapshot.ts";
import type { Plan } from "./plan.ts";

const cluster = snapshotText("cluster.yaml");
const buffers = snapshotText("buffers.yaml");

function plan(texts: readonly string[], capacityBuffer = true): Plan {
  const choices = planChoices({ capacityBuffer });
  return planSnapshot(texts, { now: parseTime("2026-03-02T10:00:00Z"), choices }).plan;
}

/** Room on the node of the example, which only pods of its NodePool tolerate. */
const spare = `
apiVersion: v1
kind: PodTemplate
metadata: { name: job, namespace: shop }
template:
  spec:
    tolerations: [{ operator: Exists }]
    nodeSelector: { karpenter.sh/nodepool: batch }
    containers: [{ name: job, image: job, resources: { requests: { cpu: 100m } } }]
---
apiVersion: autoscaling.x-k8s.io/v1beta1
kind: CapacityBuffer
metadata: { name: spare, namespace: shop }
spec: { podTemplateRef: { name: job }, replicas: 2 }
`;

describe("a plan with capacity buffers", () => {
  const decided = plan([cluster, buffers]);

  it("launches for them, and counts none of their pods as pending", () => {
    expect(decided.podCount).toBe(0);
    expect(decided.virtualPodCount).toBe(3);
    expect(decided.nodeClaims.flatMap(({ pods }) => pods)).toEqual([]);
    expect(decided.nodeClaims.flatMap(({ virtualPods = [] }) => virtualPods)).toEqual([
      "shop/capacity-buffer-headroom-1",
      "shop/capacity-buffer-headroom-2",
      "shop/capacity-buffer-headroom-3",
    ]);
  });

  it("tells of each buffer where there is room, and which is not ready", () => {
    expect(decided.buffers).toMatchObject([
      {
        buffer: "shop/headroom",
        replicas: 3,
        ready: { status: "True", reason: "Resolved" },
        onExistingNodes: 0,
        onNewNodes: 3,
        unschedulable: [],
        provisioning: { status: "False", reason: "RequiresNewCapacity" },
      },
      {
        buffer: "shop/lost",
        replicas: 0,
        ready: { reason: "PodTemplateNotFound", message: 'PodTemplate "gone" not found' },
        provisioning: { status: "False", reason: "NotReadyForProvisioning" },
      },
    ]);
  });

  it("keeps an empty node on which there is room for one", () => {
    const kept = plan([cluster, spare]);
    const [node] = kept.existingNodes;
    expect(node).toMatchObject({
      pods: [],
      virtualPods: ["shop/capacity-buffer-spare-1", "shop/capacity-buffer-spare-2"],
    });
    expect(kept.disruption.commands).toEqual([]);
    const verdict = kept.disruption.nodes.find((it) => it.node === node?.node);
    const refusal = verdict?.refusals.find(({ method }) => method === "emptiness");
    expect(refusal?.code).toBe("disruption/buffer-pods");
    const without = plan([cluster]);
    expect(without.disruption.commands.map(({ method }) => method)).toEqual(["emptiness"]);
  });

  it("says why there is no room, apart from pods that cannot be scheduled", () => {
    const huge = spare.replace("cpu: 100m", "cpu: 9999");
    const { unschedulable, buffers: told, outcome } = plan([cluster, huge]);
    expect(outcome).toBe("scheduled");
    expect(unschedulable).toEqual([]);
    expect(told[0]?.unschedulable.map(({ pod }) => pod)).toEqual([
      "shop/capacity-buffer-spare-1",
      "shop/capacity-buffer-spare-2",
    ]);
    expect(told[0]?.unschedulable[0]?.message).toMatch(/no instance type has enough resources/);
  });

  it("leaves them alone while the feature gate is off, and says so", () => {
    const off = plan([cluster, buffers], false);
    expect(off.buffers).toEqual([]);
    expect(off.virtualPodCount).toBe(0);
    expect(off.nodeClaims).toEqual([]);
    expect(off.notes).toContain(
      "CapacityBuffers are not acted on: they need --feature-gates CapacityBuffer=true",
    );
  });
});
