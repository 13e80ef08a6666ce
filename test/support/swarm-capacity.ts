// Room that the worlds of the swarm keep whether pods ask for it or not.
import type { SwarmDice } from "./swarm-dice.ts";
import type { Manifest } from "./swarm-manifests.ts";

/** A static NodePool of a few nodes, in one world out of five. */
export function swarmStaticNodePool(dice: SwarmDice): readonly Manifest[] {
  if (!dice.chance("static", 0.2)) return [];
  const requirements = [
    ["karpenter.sh/capacity-type", dice.pick("static capacity types", [["spot"], ["on-demand"]])],
    ["kubernetes.io/arch", ["amd64"]],
    ["karpenter.k8s.aws/instance-family", ["c5", "m5"]],
    ["karpenter.k8s.aws/instance-size", ["large", "xlarge"]],
  ].map(([key, values]) => ({ key, operator: "In", values }));
  return [
    {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name: "static" },
      spec: {
        replicas: dice.whole("static replicas", 1, 3),
        disruption: { consolidateAfter: "0s" },
        template: {
          spec: {
            expireAfter: dice.pick("static expiry", ["2h", "720h", "Never"]),
            nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
            requirements,
          },
        },
      },
    },
  ];
}

/** Room for some more pods of the first workload, in one world out of five. */
export function swarmBuffer(dice: SwarmDice, workload: Manifest): readonly Manifest[] {
  if (!dice.chance("buffer", 0.2)) return [];
  const { name } = workload["metadata"] as Readonly<Record<string, string>>;
  const scalableRef = { apiGroup: "apps", kind: workload["kind"], name };
  const size = dice.pick("buffer size", [{ replicas: 1 }, { replicas: 4 }, { percentage: 30 }]);
  return [
    {
      apiVersion: "autoscaling.x-k8s.io/v1beta1",
      kind: "CapacityBuffer",
      metadata: { name: "room", namespace: "default" },
      spec: { scalableRef, ...size },
    },
  ];
}
