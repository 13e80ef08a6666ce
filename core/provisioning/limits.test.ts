import { describe, expect, it } from "vitest";
import { instanceTypes } from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pods, type Quantities } from "../../test/support/pods.ts";
import { describeResults, schedule } from "../../test/support/scheduling.ts";
import { limitExceededBy } from "./limits.ts";

const busy = stateNode({ name: "busy", view: { available: { cpu: 0, memory: 0, pods: 0 } } });

function decide(limits: Quantities, count: number, cpu: string): readonly string[] {
  return describeResults(
    schedule({
      nodePools: [nodePool({ limits })],
      instanceTypes: instanceTypes(4),
      stateNodes: [busy],
      podsToSchedule: pods(count, { requests: { cpu } }),
    }),
  );
}

describe("limits of a NodePool", () => {
  it("leave out types beyond what existing nodes have left of them", () => {
    expect(decide({ cpu: 6 }, 1, "1")).toEqual(["new default [pod-1] on fake-it-1"]);
  });

  it("count each new NodeClaim as its largest type", () => {
    expect(decide({ cpu: 8 }, 2, "3.5")).toEqual([
      "new default [pod-1] on fake-it-3",
      "pod-2: all available instance types exceed limits for nodepool (NodePool=default)",
    ]);
  });

  it("count machines only before a run: NodeClaims of the run don't use them up", () => {
    expect(decide({ nodes: 1 }, 1, "1")).toEqual([
      "pod-1: node limits have been exhausted for nodepool (NodePool=default)",
    ]);
    expect(decide({ nodes: 2 }, 2, "3.5")).toHaveLength(2);
    expect(decide({ nodes: 2 }, 2, "3.5").join()).not.toContain("exceed");
  });

  it("are exceeded by more than they allow, not by all of it", () => {
    expect(limitExceededBy({ cpu: 4000 }, { cpu: 4000, memory: 1 })).toBeUndefined();
    expect(limitExceededBy({ cpu: 4000 }, { cpu: 4500 })).toBe(
      "resource usage exceeds limit (limit=4, resource-name=cpu, usage=4.500)",
    );
  });
});
