import type { RandomStream } from "../sim/engine/index.ts";
import type { CaseInstanceType, Manifest } from "./cases.ts";
import { between, chance, perhaps, some } from "./dice.ts";
import { zones } from "./generate-instance-types.ts";

/** One to five NodeOverlays, some of which contradict each other. */
export function generateNodeOverlays(
  random: RandomStream,
  types: readonly CaseInstanceType[],
): readonly Manifest[] {
  return Array.from({ length: between(random, 1, 5) }, (_, index) => ({
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: { name: `overlay-${index}`, uid: `uid-overlay-${index}`, generation: 1 },
    spec: {
      requirements: generateRequirements(random, types),
      ...generateChange(random),
      ...perhaps(random, 0.6, () => ({ weight: random.pick([1, 5, 5, 10]) })),
    },
  }));
}

function generateChange(random: RandomStream): Manifest {
  const price = random.pick<Manifest>([
    { price: random.pick(["0.01", "0.5", "3"]) },
    { priceAdjustment: random.pick(["-50%", "+25%", "-0.1", "+0.25", "-100%"]) },
    {},
  ]);
  const hasNothing = Object.keys(price).length === 0;
  return {
    ...price,
    ...(hasNothing || chance(random, 0.3)
      ? { capacity: { [random.pick(["example.com/slots", "example.com/fuse"])]: "4" } }
      : {}),
  };
}

function generateRequirements(
  random: RandomStream,
  types: readonly CaseInstanceType[],
): readonly Manifest[] {
  const names = types.map(({ name }) => name);
  const choices: readonly (() => Manifest)[] = [
    () => ({
      key: "node.kubernetes.io/instance-type",
      operator: "In",
      values: Array.from({ length: 3 }, () => random.pick(names)),
    }),
    () => ({ key: "topology.kubernetes.io/zone", operator: "In", values: some(random, zones) }),
    () => ({
      key: "karpenter.sh/capacity-type",
      operator: "In",
      values: [random.pick(["spot", "on-demand", "reserved"])],
    }),
    () => ({
      key: "karpenter.k8s.aws/instance-category",
      operator: random.pick(["In", "NotIn"]),
      values: [random.pick(["c", "m", "r"])],
    }),
    () => ({ key: "karpenter.k8s.aws/instance-cpu", operator: "Gt", values: ["7"] }),
    () => ({ key: "karpenter.sh/nodepool", operator: "In", values: ["pool-a"] }),
    () => ({ key: "team", operator: "In", values: [random.pick(["red", "blue"])] }),
  ];
  const kinds = Array.from({ length: between(random, 0, 2) }, () => random.integer(choices.length));
  return choices.filter((_, kind) => kinds.includes(kind)).map((choose) => choose());
}
