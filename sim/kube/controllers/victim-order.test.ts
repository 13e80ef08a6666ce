import { describe, expect, it } from "vitest";
import type { Pod } from "../../../core/apis/index.ts";
import { simTime } from "../../../core/units/index.ts";
import { pod } from "../testing/test-cluster.ts";
import { scaleDownOrder } from "./victim-order.ts";

const now = simTime(1_000_000_000);

interface Row {
  readonly name: string;
  readonly node?: string;
  readonly phase?: Pod["status"]["phase"];
  readonly readyForSeconds?: number;
  readonly ageSeconds?: number;
  readonly cost?: string;
}

function toPod(row: Row): Pod {
  const base = pod(row.name);
  const isReady = row.readyForSeconds !== undefined;
  const annotations =
    row.cost === undefined ? {} : { "controller.kubernetes.io/pod-deletion-cost": row.cost };
  return {
    ...base,
    metadata: {
      ...base.metadata,
      uid: row.name,
      annotations,
      creationTimestamp: simTime(now - (row.ageSeconds ?? 5000) * 1000),
    },
    spec: row.node === undefined ? base.spec : { ...base.spec, nodeName: row.node },
    status: {
      phase: row.phase ?? "Running",
      conditions: [
        {
          type: "Ready",
          status: isReady ? "True" : "False",
          reason: "",
          message: "",
          lastTransitionTime: simTime(now - (row.readyForSeconds ?? 0) * 1000),
        },
      ],
    },
  };
}

function order(rows: readonly Row[], family: Readonly<Record<string, number>> = {}): string {
  const counts = new Map(Object.entries(family));
  return scaleDownOrder(rows.map(toPod), counts, now)
    .map((it) => it.metadata.name)
    .join(" ");
}

const ready = { node: "n", readyForSeconds: 100 };

describe("a ReplicaSet that shrinks deletes first", () => {
  it.each<[string, readonly Row[], string]>([
    [
      "pods without a node",
      [
        { name: "a", ...ready },
        { name: "b", cost: "9" },
      ],
      "b a",
    ],
    [
      "pending before unknown before running",
      [
        { name: "a", node: "n" },
        { name: "b", node: "n", phase: "Unknown" },
        { name: "c", node: "n", phase: "Pending" },
      ],
      "c b a",
    ],
    [
      "pods that are not ready",
      [
        { name: "a", ...ready },
        { name: "b", node: "n" },
      ],
      "b a",
    ],
    [
      "the lower deletion cost, a bad one counting 0",
      [
        { name: "a", ...ready, cost: "5" },
        { name: "b", ...ready, cost: "+1" },
        { name: "c", ...ready, cost: "-3" },
      ],
      "c b a",
    ],
    [
      "the most recently ready, by powers of two of the age",
      [
        { name: "a", node: "n", readyForSeconds: 1000 },
        { name: "b", node: "n", readyForSeconds: 10 },
      ],
      "b a",
    ],
    [
      "the smaller uid within one power of two",
      [
        { name: "b", node: "n", readyForSeconds: 10 },
        { name: "a", node: "n", readyForSeconds: 16 },
      ],
      "a b",
    ],
    [
      "the most recently created when ready times are equal",
      [
        { name: "a", ...ready, ageSeconds: 4000 },
        { name: "b", ...ready, ageSeconds: 100 },
      ],
      "b a",
    ],
  ])("%s", (_, rows, expected) => {
    expect(order(rows)).toBe(expected);
    expect(order([...rows].reverse())).toBe(expected);
  });

  it("pods on the node with more of the family, after deletion cost", () => {
    const rows = [
      { name: "a", node: "few", readyForSeconds: 1 },
      { name: "b", node: "many", readyForSeconds: 9000 },
    ];
    expect(order(rows, { few: 1, many: 3 })).toBe("b a");
  });
});
