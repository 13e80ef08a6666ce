import { describe, expect, it } from "vitest";
import type { CapacityType } from "../../core/apis/index.ts";
import {
  truncateInstanceTypes,
  type InstanceType,
  type Offering,
} from "../../core/cloudprovider/index.ts";
import { Requirement, Requirements } from "../../core/scheduling/index.ts";
import { usdPerHour } from "../../core/units/index.ts";
import { launchChoices } from "./launch-filters.ts";
import { requirement } from "../../test/support/test-aws.ts";

const size = "karpenter.k8s.aws/instance-size";
const family = "karpenter.k8s.aws/instance-family";
const requests = { cpu: 1000 };

function requirements(...texts: readonly string[]): Requirements {
  return Requirements.fromNodeSelectorRequirements(texts.map(requirement));
}

const both = requirements("karpenter.sh/capacity-type=spot,on-demand");

/** An offering out of `zone capacityType price`, available unless a fourth word is there. */
function offering(text: string): Offering {
  const [zone = "", capacityType = "", price = "", unavailable] = text.split(" ");
  return {
    requirements: requirements(
      `topology.kubernetes.io/zone=${zone}`,
      `karpenter.sh/capacity-type=${capacityType}`,
    ),
    zone,
    capacityType: capacityType as CapacityType,
    priceUsdPerHour: usdPerHour(Number(price)),
    available: unavailable === undefined,
  };
}

/** A type with such offerings, and further labels and capacity. */
function type(
  name: string,
  offerings: readonly string[],
  labels: Readonly<Record<string, string>> = {},
  extra: Readonly<Record<string, number>> = {},
): InstanceType {
  const capacity = { cpu: 4000, pods: 110, ...extra };
  const named = {
    "node.kubernetes.io/instance-type": name,
    [size]: name.split(".")[1] ?? "",
    [family]: name.split(".")[0] ?? "",
    ...labels,
  };
  return {
    name,
    requirements: Requirements.fromLabels(named),
    offerings: offerings.map(offering),
    capacity,
    overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
    allocatable: capacity,
  };
}

/** `type zone price` of every choice, in order, behind the capacity type. */
function choose(
  types: readonly InstanceType[],
  wanted: Requirements = both,
  policy: "Strict" | "BestEffort" = "Strict",
): readonly string[] {
  const result = launchChoices(types, wanted, requests, policy);
  if (result.kind === "none") return [`none: ${result.message}`];
  return [
    result.capacityType,
    ...result.choices.flatMap(({ instanceType: name, offerings }) =>
      offerings.map((it) => `${name} ${it.zone} ${it.priceUsdPerHour}`),
    ),
  ];
}

const unavailable = "none: all requested instance types were unavailable during launch";

describe("a launch leaves out", () => {
  it("types that do not fit, are not asked for or have nothing available", () => {
    const types = [
      type("a.small", ["z1 on-demand 0.1"], {}, { cpu: 500 }),
      type("b.large", ["z1 on-demand 0.1"], { team: "x" }),
      type("c.large", ["z1 on-demand 0.1 no"]),
      type("d.large", ["z2 on-demand 0.4"]),
    ];
    const wanted = both.add(Requirement.of(family, "NotIn", ["b"]));
    expect(choose(types, wanted)).toEqual(["on-demand", "d.large z2 0.4"]);
    expect(choose(types.slice(0, 3), wanted)).toEqual([unavailable]);
  });

  it("offerings in other zones, and types that have no other", () => {
    const types = [
      type("a.large", ["z1 on-demand 0.1", "z2 on-demand 0.1"]),
      type("b.large", ["z1 on-demand 0.05"]),
    ];
    const wanted = requirements("topology.kubernetes.io/zone=z2");
    expect(choose(types, wanted)).toEqual(["on-demand", "a.large z2 0.1"]);
  });

  it.each([
    ["bare metal", type("m5.metal", ["z1 on-demand 0.1"])],
    ["sized bare metal", type("m7i.metal-24xl", ["z1 on-demand 0.1"])],
    ["NVIDIA", type("g5.large", ["z1 on-demand 0.1"], {}, { "nvidia.com/gpu": 1 })],
    ["AMD", type("g4ad.large", ["z1 on-demand 0.1"], {}, { "amd.com/gpu": 1 })],
    ["Gaudi", type("dl1.large", ["z1 on-demand 0.1"], {}, { "habana.ai/gaudi": 8 })],
    ["Neuron", type("inf2.large", ["z1 on-demand 0.1"], {}, { "aws.amazon.com/neuron": 1 })],
    [
      "Neuron cores",
      type("trn1.large", ["z1 on-demand 0.1"], {}, { "aws.amazon.com/neuroncore": 2 }),
    ],
  ])("%s, unless there is nothing else or minValues are asked for", (_name, exotic) => {
    const plain = type("c5.large", ["z1 on-demand 0.9"]);
    expect(choose([exotic, plain])).toEqual(["on-demand", "c5.large z1 0.9"]);
    expect(choose([exotic])).toHaveLength(2);
    const flexible = both.add(Requirement.of(family, "Exists", [], 1));
    expect(choose([exotic, plain], flexible)).toHaveLength(3);
  });

  it("Spot that is dearer than the cheapest On-Demand of any type; equal is not dearer", () => {
    const types = [
      type("a.large", ["z1 on-demand 0.3", "z1 spot 0.11", "z2 spot 0.1"]),
      type("b.large", ["z1 on-demand 0.1", "z1 spot 0.2"]),
      type("c.large", ["z1 spot 0.15"]),
    ];
    expect(choose(types)).toEqual(["spot", "a.large z2 0.1"]);
    // Only On-Demand that is there and fits sets the limit.
    const wanted = both.add(Requirement.of(family, "NotIn", ["b"]));
    expect(choose(types, wanted)).toEqual([
      "spot",
      "a.large z1 0.11",
      "a.large z2 0.1",
      "c.large z1 0.15",
    ]);
  });

  it("no dear Spot where Spot alone is allowed, or minValues are asked for", () => {
    const types = [type("a.large", ["z1 on-demand 0.1", "z1 spot 0.2"])];
    expect(choose(types, requirements("karpenter.sh/capacity-type=spot"))).toEqual([
      "spot",
      "a.large z1 0.2",
    ]);
    expect(choose(types, both.add(Requirement.of(family, "Exists", [], 1)))).toEqual([
      "spot",
      "a.large z1 0.2",
    ]);
    expect(choose(types)).toEqual(["on-demand", "a.large z1 0.1"]);
  });

  it("exotic types before it looks for dear Spot", () => {
    const types = [
      type("m5.metal", ["z1 on-demand 0.1"]),
      type("a.large", ["z1 on-demand 0.3", "z1 spot 0.2"]),
    ];
    // The metal's 0.1 would rule the Spot offering out.
    expect(choose(types)).toEqual(["spot", "a.large z1 0.2"]);
  });

  it("all but the 60 cheapest types", () => {
    const types = Array.from({ length: 90 }, (_, index) =>
      type(`t${index}.large`, [`z1 on-demand ${(90 - index) / 100}`]),
    );
    const [capacityType, ...rest] = choose(types);
    expect(capacityType).toBe("on-demand");
    expect(rest).toHaveLength(60);
    expect(rest[0]).toBe("t89.large z1 0.01");
    expect(rest.at(-1)).toBe("t30.large z1 0.6");
  });
});

describe("minValues", () => {
  const types = Array.from({ length: 70 }, (_, index) =>
    type(`t${index}.large`, [`z1 on-demand ${(index + 1) / 100}`]),
  );

  it("that 60 types cannot meet refuse the launch under Strict, and not under BestEffort", () => {
    const wanted = both.add(Requirement.of(family, "Exists", [], 65));
    const [refusal] = choose(types, wanted);
    expect(refusal).toContain("truncating instance types based on the passed-in requirements, ");
    expect(refusal).toContain(family);
    expect(choose(types, wanted, "BestEffort")).toHaveLength(61);
  });

  it("that the 60 cheapest meet let the launch pass", () => {
    const wanted = both.add(Requirement.of(family, "Exists", [], 60));
    expect(choose(types, wanted)).toHaveLength(61);
  });
});

describe("the capacity type of a launch", () => {
  it("is Spot as soon as one type has it, for all types of the request", () => {
    const types = [
      type("a.large", ["z1 on-demand 0.1"]),
      type("b.large", ["z1 on-demand 0.3", "z1 spot 0.09"]),
    ];
    expect(choose(types)).toEqual(["spot", "b.large z1 0.09"]);
  });

  it("is On-Demand for a reason that is told", () => {
    const reason = (offerings: readonly string[], wanted = both): string | undefined => {
      const result = launchChoices([type("a.large", offerings)], wanted, requests, "Strict");
      return result.kind === "choices" ? result.onDemandReason : result.message;
    };
    const onDemand = "z1 on-demand 0.1";
    expect(reason([onDemand, "z1 spot 0.03"])).toBeUndefined();
    expect(reason([onDemand, "z1 spot 0.03 no"])).toBe("spot-unavailable");
    expect(reason([onDemand, "z1 spot 0.2"])).toBe("spot-dearer");
    const required = requirements("karpenter.sh/capacity-type=on-demand");
    expect(reason([onDemand, "z1 spot 0.03"], required)).toBe("required");
  });

  it("is On-Demand when Spot is marked or not allowed", () => {
    const types = [type("b.large", ["z1 on-demand 0.3", "z1 spot 0.09 no"])];
    expect(choose(types)).toEqual(["on-demand", "b.large z1 0.3"]);
    const open = [type("b.large", ["z1 on-demand 0.3", "z1 spot 0.09"])];
    expect(choose(open, requirements("karpenter.sh/capacity-type=on-demand"))).toEqual([
      "on-demand",
      "b.large z1 0.3",
    ]);
  });

  it("is any where the NodeClaim says nothing", () => {
    const types = [type("b.large", ["z1 on-demand 0.3", "z1 spot 0.09"])];
    expect(choose(types, Requirements.empty)).toEqual(["spot", "b.large z1 0.09"]);
  });
});

describe("the order of choices", () => {
  it("is that of the core's truncation, ties included", () => {
    const types = Array.from({ length: 200 }, (_, index) =>
      type(`t${index}.large`, ["z1 on-demand 1"]),
    ).map((it, index) => ({
      ...it,
      offerings: it.offerings.map((one) => ({
        ...one,
        priceUsdPerHour: usdPerHour(1 + ((index * 7) % 10)),
      })),
    }));
    const core = truncateInstanceTypes(types, both, 60, "Strict");
    expect(
      choose(types)
        .slice(1)
        .map((line) => line.split(" ")[0]),
    ).toEqual(core.instanceTypes.map(({ name }) => name));
  });
});
