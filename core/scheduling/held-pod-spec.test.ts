import { describe, expect, it } from "vitest";
import type { Container, ContainerStatus, Pod, PodCondition } from "../apis/index.ts";
import { parseResourceList, type ResourceList, simTime } from "../units/index.ts";
import { heldPodSpec } from "./held-pod-spec.ts";
import { container, pod } from "./pod-fixture.ts";
import { podLimits, podRequests, requestsForPods } from "./pod-requests.ts";

const cores = (cpu: number, memory?: string): ResourceList =>
  parseResourceList({ cpu, ...(memory === undefined ? {} : { memory }) });

function containerStatus(
  inForce: ResourceList,
  allocatedResources: ResourceList = {},
  name = "main",
): ContainerStatus {
  return { name, resources: { requests: inForce }, allocatedResources };
}

function pendingResize(reason: "Infeasible" | "Deferred"): PodCondition {
  const at = simTime(0);
  return { type: "PodResizePending", status: "True", reason, message: "", lastTransitionTime: at };
}

interface Resized {
  readonly asked: ResourceList;
  readonly statuses: readonly ContainerStatus[];
  readonly conditions?: readonly PodCondition[];
  readonly as?: "container" | "sidecar" | "init container";
}

function resized({ asked, statuses, conditions = [], as = "container" }: Resized): Pod {
  const restart: Partial<Container> = as === "sidecar" ? { restartPolicy: "Always" } : {};
  const one = container(asked, restart);
  const spec = as === "container" ? { containers: [one] } : { initContainers: [one] };
  const it = pod("p", spec);
  return { ...it, status: { ...it.status, conditions, containerStatuses: statuses } };
}

const infeasible = [pendingResize("Infeasible")];

describe("requests of a pod that is resized in place", () => {
  // The cases and amounts of k8s.io/component-helpers v0.35 resource/helpers_test.go and of karpenter
  // v1.14.1 pkg/utils/resources/suite_test.go.
  it.each<[title: string, resized: Resized, expected: ResourceList]>([
    [
      "are what is allocated while it shrinks",
      {
        asked: cores(2, "512Mi"),
        statuses: [containerStatus(cores(2, "512Mi"), cores(6, "2Gi"))],
      },
      cores(6, "2Gi"),
    ],
    [
      "are what it asks for while it grows",
      { asked: cores(8, "4Gi"), statuses: [containerStatus(cores(8, "4Gi"), cores(2, "1Gi"))] },
      cores(8, "4Gi"),
    ],
    ["are what it asks for without statuses", { asked: cores(4), statuses: [] }, cores(4)],
    [
      "are what is in force when the resize is infeasible",
      { asked: cores(4), statuses: [containerStatus(cores(2))], conditions: infeasible },
      cores(2),
    ],
    [
      "are what is allocated when one resize is infeasible and another under way",
      { asked: cores(6), statuses: [containerStatus(cores(2), cores(4))], conditions: infeasible },
      cores(4),
    ],
    [
      "are what it asks for when the resize has to wait",
      {
        asked: cores(4),
        statuses: [containerStatus(cores(2))],
        conditions: [pendingResize("Deferred")],
      },
      cores(4),
    ],
    [
      "follow the first condition about it",
      {
        asked: cores(4),
        statuses: [containerStatus(cores(2))],
        conditions: [pendingResize("Deferred"), ...infeasible],
      },
      cores(4),
    ],
    [
      "are the most of the three, resource by resource",
      {
        asked: parseResourceList({ cpu: "30m", memory: "20M", "ephemeral-storage": "10G" }),
        statuses: [
          containerStatus(
            parseResourceList({ cpu: "10m", memory: "30M", "ephemeral-storage": "20G" }),
            parseResourceList({ cpu: "20m", memory: "10M", "ephemeral-storage": "30G" }),
          ),
        ],
      },
      parseResourceList({ cpu: "30m", memory: "30M", "ephemeral-storage": "30G" }),
    ],
    [
      "lose a resource that nothing is in force of when the resize is infeasible",
      { asked: cores(4, "1Gi"), statuses: [containerStatus(cores(2))], conditions: infeasible },
      cores(2),
    ],
    [
      "of a sidecar are what is in force when the resize is infeasible",
      {
        as: "sidecar",
        asked: cores(4),
        statuses: [containerStatus(cores(2))],
        conditions: infeasible,
      },
      cores(2),
    ],
    [
      "of a sidecar are what it asks for when no resize is infeasible",
      { as: "sidecar", asked: cores(4), statuses: [containerStatus(cores(2))] },
      cores(4),
    ],
    [
      "are what is in force where it asks for nothing",
      { asked: {}, statuses: [containerStatus(cores(2))] },
      cores(2),
    ],
    [
      "of an ordinary init container are as specified",
      { as: "init container", asked: cores(1), statuses: [containerStatus(cores(2))] },
      cores(1),
    ],
    [
      "are not those of another container",
      { asked: cores(1), statuses: [containerStatus(cores(2), {}, "other")] },
      cores(1),
    ],
    [
      "are by the last status of a name",
      { asked: cores(1), statuses: [containerStatus(cores(3)), containerStatus(cores(2))] },
      cores(2),
    ],
  ])("%s", (_title, it, expected) => {
    expect(podRequests(resized(it))).toEqual(expected);
    expect(requestsForPods([resized(it)])).toEqual({ ...expected, pods: 1 });
    expect(podLimits(resized(it))).toEqual(it.asked);
  });

  it("are those at pod level where it has them, whatever its containers hold", () => {
    const it = resized({ asked: cores(1, "1Gi"), statuses: [containerStatus(cores(4, "4Gi"))] });
    const resources = { requests: cores(2), limits: {} };
    expect(podRequests({ ...it, spec: { ...it.spec, resources } })).toEqual(cores(2, "4Gi"));
  });
});

describe("heldPodSpec", () => {
  it("is the specification itself for statuses that agree with it", () => {
    const status = containerStatus(cores(1), cores(1));
    const it = resized({ asked: cores(1), statuses: [status] });
    expect(heldPodSpec(it)).toBe(it.spec);
    const other = { ...it, status: { ...it.status, containerStatuses: [{ ...status }] } };
    expect(podRequests(other)).toBe(podRequests(it));
  });

  it("is the same object until containers, feasibility or the specification change", () => {
    const before = resized({ asked: cores(1), statuses: [containerStatus(cores(2))] });
    const held = heldPodSpec(before);
    expect(held).not.toBe(before.spec);
    const running = { ...before, status: { ...before.status, phase: "Running" as const } };
    expect(heldPodSpec(running)).toBe(held);
    const stuck = { ...before, status: { ...before.status, conditions: infeasible } };
    expect(heldPodSpec(stuck)).not.toBe(held);
    const smaller = { ...before.status, containerStatuses: [containerStatus(cores(1))] };
    expect(heldPodSpec({ ...before, status: smaller })).toBe(before.spec);
    expect(heldPodSpec(before)).toBe(held);
  });
});
