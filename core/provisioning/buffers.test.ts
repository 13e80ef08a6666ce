import { describe, expect, it } from "vitest";
import {
  bufferConditionOf,
  capacityBuffer,
  readyBuffer,
  template,
} from "../../test/support/capacity-buffers.ts";
import { pod } from "../../test/support/pods.ts";
import type { CapacityBuffer, Pod } from "../apis/index.ts";
import { buildVirtualPods } from "../capacitybuffer/index.ts";
import { simTime } from "../units/index.ts";
import {
  bufferPodCounts,
  classifyBufferPods,
  computeProvisioningCondition,
  type PlacedPods,
  provisioningConditions,
} from "./buffers.ts";

const podsOf = (buffer: CapacityBuffer): readonly Pod[] =>
  buildVirtualPods(buffer, template(), simTime(0));

/** Where pods went: `existing` by provider id, `launched` by NodeClaim, `failed`. */
function placed(
  existing: Readonly<Record<string, readonly Pod[]>>,
  launched: readonly (readonly Pod[])[] = [],
  failed: readonly Pod[] = [],
): PlacedPods {
  return {
    existingNodes: Object.entries(existing).map(([providerId, pods]) => ({
      stateNode: { providerId },
      pods,
    })),
    newNodeClaims: launched.map((pods) => ({ pods })),
    podErrors: new Map(failed.map((it) => [it, { kind: "unschedulable", message: "no" }])),
  };
}

describe("virtual pods are sorted by buffer", () => {
  it("and by whether they fit on existing nodes, need new ones, or have no place", () => {
    const [a, b] = [readyBuffer(4, { name: "a" }), readyBuffer(2, { name: "b" })];
    const [a1, a2, a3, a4] = podsOf(a) as [Pod, Pod, Pod, Pod];
    const [b1, b2] = podsOf(b) as [Pod, Pod];
    const results = placed({ x: [a1, pod(), b1], y: [a2] }, [[a3, b2]], [a4]);
    expect([...classifyBufferPods(results)]).toEqual([
      ["default/a", { existing: 2, requiresNewClaim: 1, failed: 1 }],
      ["default/b", { existing: 1, requiresNewClaim: 1, failed: 0 }],
    ]);
  });

  it("leaving out real pods", () => {
    const results = placed({ x: [pod({ name: "a" })] }, [[pod({ name: "b" })]], [pod()]);
    expect(classifyBufferPods(results).size).toBe(0);
  });

  it("telling buffers of one name apart by namespace", () => {
    const [here, there] = ["here", "there"].map((namespace) => readyBuffer(1, { namespace }));
    const results = placed({
      x: [...podsOf(here as CapacityBuffer), ...podsOf(there as CapacityBuffer)],
    });
    expect([...classifyBufferPods(results).keys()]).toEqual(["here/buffer", "there/buffer"]);
  });
});

describe("condition Provisioning", () => {
  const nothing = { existing: 0, requiresNewClaim: 0, failed: 0 };

  function condition(buffer: CapacityBuffer, placement?: Partial<typeof nothing>) {
    const whole = placement === undefined ? undefined : { ...nothing, ...placement };
    const computed = computeProvisioningCondition(buffer, whole);
    return computed && `${computed.status} ${computed.reason}: ${computed.message}`;
  }

  it.each([
    ["a PodTemplate", {}],
    ["a workload", { scalableRef: {} }],
  ])("of a buffer of %s tells whether all of it fits on what is there", (_, reference) => {
    const buffer = readyBuffer(3, reference);
    expect(condition(buffer, { existing: 3 })).toBe(
      "True FitsExistingCapacity: All 3 virtual pods fit on existing capacity",
    );
    expect(condition(buffer, { existing: 1, requiresNewClaim: 2 })).toBe(
      "False RequiresNewCapacity: 2/3 virtual pods required new capacity, 0 failed",
    );
    expect(condition(buffer, { existing: 2, failed: 1 })).toBe(
      "False RequiresNewCapacity: 0/3 virtual pods required new capacity, 1 failed",
    );
  });

  it("is False for a buffer that is not ready", () => {
    const message = "False NotReadyForProvisioning: Buffer is not ReadyForProvisioning";
    expect(condition(capacityBuffer({ replicas: 1 }), { existing: 1 })).toBe(message);
    const conditions = [bufferConditionOf("ReadyForProvisioning", "False", "ResolutionFailed")];
    expect(condition(capacityBuffer({ status: { replicas: 1, conditions } }))).toBe(message);
  });

  it.each([0, undefined])("is False for a buffer of %s pods", (replicas) => {
    const conditions = [bufferConditionOf("ReadyForProvisioning", "True", "Resolved")];
    const status = { conditions, ...(replicas === undefined ? {} : { replicas }) };
    const buffer = capacityBuffer({ status });
    expect(condition(buffer)).toBe("False BufferEmpty: Buffer has zero desired replicas");
  });

  it("stays when a run has not placed the buffer, or not as much of it as it is now", () => {
    expect(condition(readyBuffer(3))).toBeUndefined();
    expect(condition(readyBuffer(3), { existing: 2 })).toBeUndefined();
    expect(condition(readyBuffer(3), { existing: 4 })).toBeUndefined();
    expect(provisioningConditions([readyBuffer(3)], placed({})).size).toBe(0);
  });
});

describe("counts of virtual pods", () => {
  it("are by provider id of existing machines", () => {
    const [a, b, c, d] = podsOf(readyBuffer(4)) as [Pod, Pod, Pod, Pod];
    const results = placed({ x: [a, pod(), b], y: [pod()], z: [c] }, [[d]]);
    expect([...bufferPodCounts(results)]).toEqual([
      ["x", 2],
      ["z", 1],
    ]);
  });

  it("are none without virtual pods", () => {
    expect(bufferPodCounts(placed({})).size).toBe(0);
    expect(bufferPodCounts(placed({ x: [pod()] })).size).toBe(0);
  });
});
