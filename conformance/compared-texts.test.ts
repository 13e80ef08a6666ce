import { describe, expect, it } from "vitest";
import { TextComparison, textRules } from "./compared-texts.ts";

const [letter, another, sameKind, hint] = textRules;

/** A sentence of upstream's about a rule that refuses a pod. */
function refusal(kind: string, key: string, counts = "a: 1, b: 2"): string {
  return (
    `did not tolerate taint; unsatisfiable topology constraint for ${kind}, key=${key} ` +
    `(counts = ${counts}, podDomains = ${key} Exists, nodeDomains = ${key} In [a b]`
  );
}

const term = (topologyKey: string, app = "web") => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
});
const required = (...terms: readonly object[]) => ({
  requiredDuringSchedulingIgnoredDuringExecution: terms,
});

function pod(name: string, spec: object): Readonly<Record<string, unknown>> {
  return { kind: "Pod", metadata: { name, namespace: "default" }, spec };
}

const items = [
  pod("spread", { topologySpreadConstraints: [term("zone")] }),
  pod("both", {
    topologySpreadConstraints: [term("zone"), term("rack")],
    affinity: { podAffinity: required(term("host"), term("host", "db")) },
  }),
];

function ruleFor(upstream: string, ours: string, name: string, objects = items): unknown {
  const texts = new TextComparison(objects);
  const isSame = texts.isSame(upstream, ours, `default/${name}`);
  const counted = [...texts.counts];
  expect(counted.map(([, count]) => count)).toEqual(isSame ? [1] : []);
  return counted[0]?.[0];
}

describe("a text about a topology rule", () => {
  const zone = refusal("topology spread", "zone");
  const rack = refusal("topology spread", "rack");

  it("is the same to the letter", () => {
    expect(ruleFor(zone, zone, "both")).toBe(letter);
  });

  it("differs by a count, where the pod has one such rule", () => {
    const other = refusal("topology spread", "zone", "a: 1, b: 3");
    expect(ruleFor(zone, other, "both")).toBeUndefined();
    expect(ruleFor(zone, other, "spread")).toBeUndefined();
  });

  it("may name any rule that the pod has, and none that it hasn't", () => {
    expect(ruleFor(rack, zone, "both")).toBe(another);
    expect(ruleFor(refusal("pod affinity", "host"), zone, "both")).toBe(another);
    expect(ruleFor(rack, zone, "spread")).toBeUndefined();
    expect(ruleFor(zone, rack, "spread")).toBeUndefined();
    expect(ruleFor(refusal("pod affinity", "rack"), zone, "both")).toBeUndefined();
  });

  it("may name an anti-affinity of another pod", () => {
    const repelled = refusal("pod anti-affinity", "cell");
    const other = pod("other", { affinity: { podAntiAffinity: required(term("cell")) } });
    expect(ruleFor(repelled, zone, "spread")).toBeUndefined();
    expect(ruleFor(repelled, zone, "spread", [...items, other])).toBe(another);
  });

  it("may have other counts, where the pod has two rules of that kind and key", () => {
    const host = refusal("pod affinity", "host");
    const other = refusal("pod affinity", "host", "a: 0");
    expect(ruleFor(host, other, "both")).toBe(sameKind);
  });

  it("is about the pod that is named before it, in a text about several", () => {
    const textOf = (name: string, sentence: string) =>
      `Not all pods, default/${name} => ${sentence}`;
    const texts = new TextComparison(items);
    expect(texts.isSame(textOf("both", zone), textOf("both", rack))).toBe(true);
    expect(texts.isSame(textOf("spread", zone), textOf("spread", rack))).toBe(false);
  });

  it("differs by anything around it", () => {
    expect(ruleFor(`${rack}; x`, `${zone}; y`, "both")).toBeUndefined();
  });

  it("has the same distances between placeholders of host names", () => {
    const at = (...numbers: readonly string[]) =>
      refusal("pod affinity", "x", numbers.map((it) => `hostname-placeholder-${it}: 1`).join(", "));
    expect(ruleFor(at("0007", "0009"), at("0101", "0103"), "both")).toBe(letter);
    expect(ruleFor(at("0007", "0009"), at("0101", "0104"), "both")).toBeUndefined();
  });
});

describe("a guess at a typo", () => {
  const guess = (label: string, meant: string) =>
    `label "${label}" does not have known values (typo of "${meant}"?)`;
  const zone = guess("zone", "topology.kubernetes.io/zone");

  it("may be any label that holds the unknown one or ends like it", () => {
    expect(ruleFor(guess("zone", "topology.k8s.aws/zone-id"), zone, "both")).toBe(hint);
    expect(ruleFor(zone, guess("zone", "kubernetes.io/arch"), "both")).toBeUndefined();
  });

  it("is about the same unknown label", () => {
    expect(ruleFor(zone, guess("zon", "topology.kubernetes.io/zone"), "both")).toBeUndefined();
  });
});
