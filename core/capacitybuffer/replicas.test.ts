import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { podSpec, type PodOverrides, type Quantities } from "../../test/support/pods.ts";
import type { Container, PodSpec } from "../apis/index.ts";
import { parseResourceList } from "../units/index.ts";
import {
  calculateLimitReplicas,
  calculatePercentageReplicas,
  computeReplicas,
} from "./replicas.ts";

function fitting(limits: Quantities, spec: PodSpec): number | undefined {
  return calculateLimitReplicas(parseResourceList(limits), spec);
}

function asking(requests: Quantities, rest: PodOverrides["spec"] = {}): PodSpec {
  return podSpec({ requests, spec: rest });
}

function container(name: string, cpu: string): Container {
  const resources = { requests: parseResourceList({ cpu }), limits: {} };
  return { name, image: "", resources, ports: [], readinessInitialDelaySeconds: 0 };
}

describe("as many pods fit into limits", () => {
  it.each<[string, Quantities, PodSpec, number | undefined]>([
    ["as the cpu allows", { cpu: "10" }, asking({ cpu: "2" }), 5],
    ["as the memory allows", { memory: "8Gi" }, asking({ memory: "2Gi" }), 4],
    [
      "as the scarcest resource allows",
      { cpu: "10", memory: "4Gi" },
      asking({ cpu: "1", memory: "1Gi" }),
      4,
    ],
    [
      "as all containers together leave",
      { cpu: "10" },
      podSpec({ spec: { containers: [container("a", "1"), container("b", "1500m")] } }),
      4,
    ],
    [
      "as an init container leaves that asks for more",
      { cpu: "10" },
      asking({ cpu: "1" }, { initContainers: [container("init", "5")] }),
      2,
    ],
    [
      "as the containers leave that ask for more than the init container",
      { cpu: "10" },
      asking({ cpu: "5" }, { initContainers: [container("init", "1")] }),
      2,
    ],
    ["as no limit says of a pod without requests", { cpu: "10" }, asking({}), undefined],
    ["as no limit says of other resources", { cpu: "10" }, asking({ memory: "1Gi" }), undefined],
    ["as no limit says of a request of nothing", { cpu: "10" }, asking({ cpu: "0" }), undefined],
    ["whole ones, rounded down", { cpu: "5" }, asking({ cpu: "2" }), 2],
    ["to the thousandth", { cpu: "1" }, asking({ cpu: "300m" }), 3],
    ["none, if one is too large", { cpu: "500m" }, asking({ cpu: "1" }), 0],
    ["none, if there is nothing", { cpu: "0" }, asking({ cpu: "1" }), 0],
    ["up to what a status can hold", { cpu: "9e12" }, asking({ cpu: "1m" }), 2 ** 31 - 1],
  ])("%s", (_, limits, spec, expected) => {
    expect(fitting(limits, spec)).toBe(expected);
  });

  it.each<[string, readonly Container[], number]>([
    ["a sidecar beside the containers", [sidecar("s", "1")], 5],
    ["several sidecars", [sidecar("s", "1"), sidecar("t", "2")], 2],
    [
      "an init container on top of the sidecars before it",
      [sidecar("s", "1"), container("i", "4")],
      2,
    ],
    ["a sidecar behind an init container", [container("i", "1"), sidecar("s", "1")], 5],
    ["no sidecar without a restart policy", [container("i", "1")], 10],
  ])("counting %s", (_, initContainers, expected) => {
    expect(fitting({ cpu: "10" }, asking({ cpu: "1" }, { initContainers }))).toBe(expected);
  });

  it("without regard to requests that only a pod would get out of its limits", () => {
    const resources = { requests: { cpu: 1000 }, limits: { cpu: 1000 } };
    const [main] = asking({}).containers;
    const spec = (requestsFromLimits?: readonly string[]): PodSpec =>
      asking(
        {},
        {
          containers: [
            {
              ...(main as Container),
              resources: {
                ...resources,
                ...(requestsFromLimits === undefined ? {} : { requestsFromLimits }),
              },
            },
          ],
        },
      );
    expect(fitting({ cpu: "4" }, spec())).toBe(4);
    expect(fitting({ cpu: "4" }, spec(["cpu"]))).toBeUndefined();
  });

  it("so that one more would not", () => {
    const amount = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(amount, amount, amount, amount, (cpu, memory, cpuLimit, memoryLimit) => {
        const requests = { cpu: `${cpu}m`, memory };
        const limits = { cpu: `${cpuLimit}m`, memory: memoryLimit };
        const count = fitting(limits, asking(requests)) ?? -1;
        const fits = (pods: number): boolean =>
          pods * cpu <= cpuLimit && pods * memory <= memoryLimit;
        return fits(count) && !fits(count + 1);
      }),
    );
  });
});

function sidecar(name: string, cpu: string): Container {
  return { ...container(name, cpu), restartPolicy: "Always" };
}

describe("a percentage of a workload", () => {
  it.each([
    ["of the replicas", 10, 20, 2],
    ["rounds up", 10, 25, 3],
    ["is at least one pod", 1, 10, 1],
    ["of nothing is nothing", 0, 50, 0],
    ["of zero is nothing", 10, 0, 0],
    ["may be all of it", 7, 100, 7],
    ["may be more than all of it", 10, 250, 25],
    ["of many is many", 100_000, 15, 15_000],
    ["is never more than a status can hold", 2 ** 31 - 1, 1000, 2 ** 31 - 1],
  ])("%s", (_, replicas, percentage, expected) => {
    expect(calculatePercentageReplicas(replicas, percentage)).toBe(expected);
  });
});

describe("a buffer is of", () => {
  const spec = asking({ cpu: "1" });
  const limits = (cpu: string) => parseResourceList({ cpu });
  const of = (wanted: Partial<Parameters<typeof computeReplicas>[0]>, scalableReplicas?: number) =>
    computeReplicas({ provisioningStrategy: "", ...wanted }, spec, scalableReplicas);

  it("the replicas that it names, within its limits", () => {
    expect(of({ replicas: 5 })).toBe(5);
    expect(of({ replicas: 5, limits: limits("3") })).toBe(3);
    expect(of({ replicas: 3, limits: limits("10") })).toBe(3);
    expect(of({ replicas: 0, limits: limits("10") })).toBe(0);
  });

  it("what its limits hold when it names nothing else", () => {
    expect(of({ limits: limits("5") })).toBe(5);
    expect(of({ limits: parseResourceList({ memory: "1Gi" }) })).toBe(0);
    expect(of({})).toBe(0);
  });

  it("the larger of replicas and percentage, within its limits", () => {
    expect(of({ percentage: 20 }, 10)).toBe(2);
    expect(of({ replicas: 5, percentage: 20 }, 10)).toBe(5);
    expect(of({ replicas: 5, percentage: 80 }, 10)).toBe(8);
    expect(of({ replicas: 5, percentage: 80, limits: limits("4") }, 10)).toBe(4);
    expect(of({ percentage: 10 }, 1)).toBe(1);
  });

  it("no percentage of a workload without replicas, nor of a PodTemplate", () => {
    expect(of({ percentage: 50, limits: limits("4") }, 0)).toBe(4);
    expect(of({ percentage: 0, limits: limits("4") }, 10)).toBe(0);
    expect(of({ percentage: 50, replicas: 1 })).toBe(1);
  });
});
