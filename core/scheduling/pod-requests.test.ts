import { describe, expect, it } from "vitest";
import { parseResourceList, type ResourceList } from "../units/index.ts";
import { limitsForPods, podLimits, podRequests, requestsForPods } from "./pod-requests.ts";
import { container, pod, sidecar } from "./pod-fixture.ts";
import recorded from "./testdata/pod-requests-upstream.json" with { type: "json" };

/** So many cores and GiB. */
const of = (cores: number, gib: number = cores): ResourceList =>
  parseResourceList({ cpu: `${cores}`, memory: `${gib}Gi` });
const init = (cores: number, gib = cores) => container(of(cores, gib));
const side = (cores: number, gib = cores) => sidecar(of(cores, gib));

describe("podRequests", () => {
  it.each([
    ["the sum of containers and sidecars", [2, 1], [side(1, 2)], [3, 3]],
    ["an init container after a sidecar that exceeds", [2, 1], [side(4, 2), init(10, 2)], [14, 4]],
    ["an init container after a sidecar within", [2, 2], [side(4, 2), init(1, 1)], [6, 4]],
    [
      "an init container after several sidecars that exceeds",
      [3, 3],
      [side(2), side(1), side(3), side(5), init(20)],
      [31, 31],
    ],
    [
      "an init container after several sidecars within",
      [3, 3],
      [side(2), side(1), side(3), side(5), init(1)],
      [14, 14],
    ],
    [
      "a first init container that exceeds everything later",
      [3, 3],
      [init(25), side(1), init(3), init(1), side(5), init(1), init(1), side(1)],
      [25, 25],
    ],
    ["cpu from the init container, memory from the rest", [2, 4], [init(25, 1)], [25, 4]],
  ] as const)("counts %s", (_name, [cores, gib], initContainers, [totalCores, totalGib]) => {
    const it = pod("p", { containers: [container(of(cores, gib))], initContainers });
    expect(podRequests(it)).toEqual(of(totalCores, totalGib));
    expect(podLimits(it)).toEqual(of(totalCores, totalGib));
  });

  it("adds overhead on top of containers, sidecars and init containers", () => {
    const it = pod("p", {
      overhead: of(5, 1),
      containers: [container(of(2, 1))],
      initContainers: [init(4, 2), side(3, 3)],
    });
    expect(podRequests(it)).toEqual(of(10, 5));
  });

  it("adds overhead to limits only where there is one", () => {
    const it = pod("p", { overhead: of(1), containers: [container({ cpu: 1000, memory: 0 })] });
    expect(podLimits(it)).toEqual({ cpu: 2000, memory: 0 });
  });

  it("replaces cpu, memory and huge pages by pod-level requests, and ignores other names", () => {
    const it = pod("p", {
      containers: [container({ ...of(2), "nvidia.com/gpu": 1 })],
      resources: { requests: { cpu: 500, "nvidia.com/gpu": 4 }, limits: {} },
    });
    expect(podRequests(it)).toEqual({ ...of(2), cpu: 500, "nvidia.com/gpu": 1 });
  });

  it("is computed once for a specification, whatever happens to the pod's status", () => {
    const before = pod("p", { containers: [container(of(1))] });
    const after = { ...before, status: { ...before.status, phase: "Running" as const } };
    expect(podRequests(after)).toBe(podRequests(before));
  });

  it("agrees with what upstream computed for 150 random pods", () => {
    expect(recorded.pods).toHaveLength(150);
    for (const { containers, init, overhead, pod: atPodLevel, requests, limits } of recorded.pods) {
      const resources = parseResourceList(listed(atPodLevel ?? {}));
      const it = pod("p", {
        containers: containers.map((it) => container(parseResourceList(listed(it.requests)))),
        initContainers: init.map((it) => {
          const list = parseResourceList(listed(it.requests));
          return "sidecar" in it ? sidecar(list) : container(list);
        }),
        overhead: parseResourceList(listed(overhead)),
        ...(atPodLevel === undefined
          ? {}
          : { resources: { requests: resources, limits: resources } }),
      });
      expect(printed(requestsForPods([it]))).toEqual(requests);
      expect(printed(limitsForPods([it]))).toEqual(limits);
    }
  });
});

describe("requestsForPods", () => {
  it("sums the pods and counts them, also none of them", () => {
    const it = pod("p", { containers: [container(of(1))] });
    expect(requestsForPods([])).toEqual({ pods: 0 });
    expect(requestsForPods([it])).toEqual({ ...of(1), pods: 1 });
    expect(requestsForPods([it, it])).toEqual({ ...of(2), pods: 2 });
  });
});

/** Without the `undefined` that the type of a recorded list gives to absent resources. */
function listed(list: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return JSON.parse(JSON.stringify(list)) as Record<string, string>;
}

function printed(list: ResourceList): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(list).map(([name, amount]) => [name, String(amount)]));
}
