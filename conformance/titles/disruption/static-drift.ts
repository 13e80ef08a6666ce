import type { Manifest } from "../../cases.ts";
import { type DisruptionTitle, machine, machines, pool, titled, webPod } from "./build.ts";

const drifted = { conditions: { Drifted: "True" } } as const;
const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };

interface StaticDetails {
  readonly nodes?: string;
  readonly limit?: string;
  readonly name?: string;
}

function fixed(replicas: number, details: StaticDetails = {}): Manifest {
  const { nodes = "100%", limit, name = "default" } = details;
  return pool(name, {
    replicas,
    budgets: [{ nodes }],
    ...(limit === undefined ? {} : { limits: { nodes: limit } }),
  });
}

export const staticDriftTitles: readonly DisruptionTitle[] = [
  titled(
    "should respect disruption budgets (Nodes Count) for static drift",
    [fixed(6, { nodes: "3" }), machines(6, "n", drifted)],
    { seconds: 60, carryOut },
  ),
  titled(
    "should respect disruption budgets (Nodes Percentage) for static drift",
    [fixed(6, { nodes: "30%" }), machines(6, "n", drifted)],
    { seconds: 120, carryOut },
  ),
  titled(
    "should respect budgets for multiple static nodepools",
    [
      fixed(3, { name: "a", nodes: "1" }),
      fixed(4, { name: "b", nodes: "2" }),
      fixed(2, { name: "c", nodes: "0" }),
      machines(3, "of-a", { ...drifted, pool: "a" }),
      machines(4, "of-b", { ...drifted, pool: "b" }),
      machines(2, "of-c", { ...drifted, pool: "c" }),
    ],
    { seconds: 5 },
  ),
  titled("should drift nodes with pods, whether these fit elsewhere or not", [
    fixed(2),
    machines(2, "n", drifted),
    webPod("huge", "n-0", { requests: { cpu: "100" } }),
  ]),
  titled("should not drift nodes when we cannot acquire limits", [
    fixed(3, { limit: "3" }),
    machines(3, "n", drifted),
  ]),
  titled(
    "should drift partially when we can acquire some limits",
    [fixed(3, { limit: "5" }), machines(3, "n", drifted)],
    { seconds: 120, carryOut },
  ),
  titled("should wait until nodes are deprovisioned when we are overscaled", [
    fixed(2),
    machines(4, "n", drifted),
  ]),
  titled("should go on once nodes are deprovisioned", [fixed(3), machines(4, "n", drifted)], {
    seconds: 60,
    carryOut,
    script: [{ atSeconds: 8, delete: [{ kind: "NodeClaim", name: "claim-n-3" }] }],
  }),
  titled("should handle missing node limits gracefully", [fixed(2), machines(2, "n", drifted)]),
  titled("should handle zero replicas", [fixed(0), machines(1, "n", drifted)]),
  titled("should handle a NodePool without nodes", [fixed(2), fixed(0, { name: "other" })]),
  titled("should not drift static nodes that haven't drifted", [
    fixed(3),
    machine("a", { conditions: { Drifted: "False" } }),
    machines(2, "n"),
  ]),
  titled("should count nodes that are being deleted against the limit", [
    fixed(3, { limit: "4" }),
    machines(2, "n", drifted),
    machine("gone", { isDeleting: true }),
  ]),
  titled(
    "should drift static nodes before others",
    [
      fixed(1, { name: "static" }),
      pool("default"),
      machine("a", { ...drifted, pool: "static" }),
      machine("b", drifted),
      webPod("pod", "b", { requests: { cpu: "3" } }),
    ],
    { seconds: 60, carryOut },
  ),
];
