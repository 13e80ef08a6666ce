import { describe, expect, it } from "vitest";
import type { PodSpec } from "../../../core/apis/index.ts";
import { node, pod, podSpec } from "../testing/test-cluster.ts";
import { feasibleNodesToFind } from "./node-choice.ts";
import { NodeInfo } from "./node-info.ts";
import { lackingResource, roomFailure, staticFailure } from "./node-filters.ts";
import { podInfo } from "./pod-info.ts";
import {
  balancedAllocationScore,
  nodeAffinityScores,
  resourceScore,
  taintScores,
} from "./scores.ts";

/** 4 cores and 16 GiB with 1 core and 8 GiB taken. */
function usedNode(): NodeInfo {
  const info = new NodeInfo(node("node-1"));
  const spec = podSpec({ cpuMillicores: 1000, memoryGibibytes: 8 });
  info.addPod(podInfo(pod("old", { ...spec, nodeName: "node-1" })));
  return info;
}

const asking = (cpuMillicores: number, memoryGibibytes: number): PodSpec =>
  podSpec({ cpuMillicores, memoryGibibytes });
const info = (spec: PodSpec): ReturnType<typeof podInfo> => podInfo(pod("new", spec));

describe("NodeResourcesFit scores", () => {
  it("LeastAllocated: the mean share that is left, truncated per resource", () => {
    // cpu (4000 - 2000) / 4000 = 50, memory (16 - 12) / 16 = 25, mean 37.5.
    expect(resourceScore(info(asking(1000, 4)), usedNode(), "LeastAllocated")).toBe(37);
  });

  it("MostAllocated: the mean share that is taken", () => {
    // cpu 2000 / 4000 = 50, memory 12 / 16 = 75, mean 62.5.
    expect(resourceScore(info(asking(1000, 4)), usedNode(), "MostAllocated")).toBe(62);
  });

  it("counts 100 milli-CPU and 200 MiB for a container without requests", () => {
    const [container] = podSpec().containers;
    const empty = { ...container, name: "app", resources: { requests: {}, limits: {} } };
    const spec = { ...podSpec(), containers: [empty] } as PodSpec;
    // cpu (4000 - 100) / 4000 = 97.5 -> 97, memory (16384 - 200) / 16384 = 98.8 -> 98, mean 97.5.
    const empties = new NodeInfo(node("node-1"));
    expect(resourceScore(info(spec), empties, "LeastAllocated")).toBe(97);
    expect(lackingResource(info(spec), empties)).toBeUndefined();
  });
});

describe("NodeResourcesBalancedAllocation scores", () => {
  it("100 less half the difference of the shares", () => {
    // cpu 2000 / 4000 = 0.5, memory 12 / 16 = 0.75: 1 - 0.125 = 0.875.
    expect(balancedAllocationScore(info(asking(1000, 4)), usedNode())).toBe(87);
    // cpu 0.5, memory 0.5.
    expect(balancedAllocationScore(info(asking(1000, 0)), usedNode())).toBe(100);
  });

  it("0 for a pod that asks for nothing", () => {
    expect(balancedAllocationScore(info(asking(0, 0)), usedNode())).toBe(0);
  });
});

describe("scores that compare nodes", () => {
  it("TaintToleration: fewer untolerated PreferNoSchedule taints are better", () => {
    const soft = (key: string) => ({ key, value: "", effect: "PreferNoSchedule" }) as const;
    const nodes = [
      new NodeInfo(node("a")),
      new NodeInfo(node("b", { taints: [soft("x")] })),
      new NodeInfo(node("c", { taints: [soft("x"), soft("y"), soft("z")] })),
    ];
    expect(taintScores(info(podSpec()), nodes)).toEqual([100, 67, 0]);
    expect(taintScores(info(podSpec()), nodes.slice(0, 1))).toEqual([100]);
  });

  it("NodeAffinity: weights of met preferences, the best node at 100", () => {
    const prefer = (zone: string, weight: number) => ({
      weight,
      preference: {
        matchExpressions: [
          { key: "topology.kubernetes.io/zone", operator: "In" as const, values: [zone] },
        ],
        matchFields: [],
      },
    });
    const affinity = {
      preferredNodeTerms: [prefer("a", 30), prefer("b", 10)],
      requiredPodAffinity: [],
      preferredPodAffinity: [],
      requiredPodAntiAffinity: [],
      preferredPodAntiAffinity: [],
    };
    const nodes = ["a", "b", "c"].map((zone) => new NodeInfo(node(zone, { zone })));
    expect(nodeAffinityScores(info(podSpec({ affinity })), nodes)).toEqual([100, 33, 0]);
  });
});

describe("filters", () => {
  it("name the first resource that is short, pods first", () => {
    expect(lackingResource(info(asking(3000, 8)), usedNode())).toBeUndefined();
    expect(lackingResource(info(asking(3001, 9)), usedNode())).toBe("cpu");
    expect(lackingResource(info(asking(3000, 9)), usedNode())).toBe("memory");
    const full = new NodeInfo(node("node-1", { pods: 0 }));
    expect(lackingResource(info(asking(0, 0)), full)).toBe("pods");
  });

  it("tell what preemption could mend from what it could not", () => {
    expect(roomFailure(info(asking(4000, 1)), usedNode())?.isFinal).toBe(false);
    expect(roomFailure(info(asking(4001, 1)), usedNode())?.isFinal).toBe(true);
  });

  it("look at cordons, taints and selectors in this order", () => {
    const filterOf = (spec: PodSpec, nodeInfo: NodeInfo): string | undefined =>
      staticFailure(info(spec), nodeInfo)?.filter;
    const tainted = node("a", { taints: [{ key: "gpu", value: "", effect: "NoSchedule" }] });
    const cordoned = { ...tainted, spec: { ...tainted.spec, unschedulable: true } };
    const elsewhere = podSpec({ nodeSelector: { zone: "none" } });
    expect(filterOf(elsewhere, new NodeInfo(cordoned))).toBe("NodeUnschedulable");
    expect(filterOf(elsewhere, new NodeInfo(tainted))).toBe("TaintToleration");
    expect(filterOf(elsewhere, new NodeInfo(node("a")))).toBe("NodeAffinity");
    expect(filterOf(podSpec(), new NodeInfo(node("a")))).toBeUndefined();
  });

  it("keep two pods with one host port apart", () => {
    const [container] = podSpec().containers;
    const ports = [{ containerPort: 80, hostPort: 80 }];
    const spec = podSpec({ containers: [{ ...container, ports }] as PodSpec["containers"] });
    const taken = new NodeInfo(node("node-1"));
    taken.addPod(podInfo(pod("old", { ...spec, nodeName: "node-1" })));
    expect(roomFailure(info(spec), taken)?.filter).toBe("NodePorts");
  });
});

describe("the search for feasible nodes", () => {
  it.each([
    [99, 99],
    [100, 100],
    [500, 230],
    [1000, 420],
    [5000, 500],
  ])("of %i nodes stops after %i", (nodes, expected) => {
    expect(feasibleNodesToFind(nodes, 0)).toBe(expected);
  });

  it("follows a configured percentage down to 100 nodes", () => {
    expect(feasibleNodesToFind(1000, 70)).toBe(700);
    expect(feasibleNodesToFind(1000, 1)).toBe(100);
  });
});
