import { describe, expect, it } from "vitest";
import type { Taint, TaintEffect, Toleration } from "../apis/index.ts";
import {
  isKnownEphemeralTaint,
  knownEphemeralTaints,
  mergeTaints,
  toleratesTaint,
  untoleratedTaints,
} from "./taints.ts";
import { pod } from "./pod-fixture.ts";

const taint = (key: string, value = "", effect: TaintEffect = "NoSchedule"): Taint => ({
  key,
  value,
  effect,
});
const toleration = (
  key: string,
  operator: Toleration["operator"],
  value = "",
  effect?: TaintEffect,
): Toleration => ({ key, operator, value, ...(effect === undefined ? {} : { effect }) });

describe("isKnownEphemeralTaint", () => {
  it("matches an exact entry by key and effect, whatever the value", () => {
    for (const known of knownEphemeralTaints) {
      expect(isKnownEphemeralTaint({ ...known, value: "other" })).toBe(true);
    }
    expect(isKnownEphemeralTaint(taint("node.kubernetes.io/unreachable", "", "NoExecute"))).toBe(
      false,
    );
  });

  it("matches taints of the node readiness controller by prefix, for any effect", () => {
    for (const effect of ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const) {
      expect(isKnownEphemeralTaint(taint("readiness.k8s.io/storage", "", effect))).toBe(true);
    }
  });

  it("matches no other taint, nor the prefix in the middle of a key", () => {
    expect(isKnownEphemeralTaint(taint("example.com/taint"))).toBe(false);
    expect(isKnownEphemeralTaint(taint("example.com/readiness.k8s.io/x"))).toBe(false);
  });
});

describe("toleratesTaint", () => {
  it.each([
    ["Equal with the value", toleration("k", "Equal", "v"), true],
    ["Equal with another value", toleration("k", "Equal", "w"), false],
    ["Exists", toleration("k", "Exists"), true],
    ["Exists without a key", toleration("", "Exists"), true],
    ["Exists for another effect", toleration("k", "Exists", "", "NoExecute"), false],
    ["Exists of another key", toleration("l", "Exists"), false],
  ])("lets %s cover key=value:NoSchedule or not", (_name, given, expected) => {
    expect(toleratesTaint(given, taint("k", "v"))).toBe(expected);
  });

  it("compares canonical 64-bit integers by Lt and Gt, and nothing else", () => {
    const covers = (operator: "Lt" | "Gt", value: string, found: string) =>
      toleratesTaint(toleration("k", operator, value), taint("k", found));
    expect(covers("Lt", "5", "4")).toBe(true);
    expect(covers("Lt", "5", "5")).toBe(false);
    expect(covers("Gt", "9007199254740992", "9007199254740993")).toBe(true);
    expect(covers("Gt", "5", "07")).toBe(false);
    expect(covers("Gt", "+5", "7")).toBe(false);
    expect(covers("Gt", "5", "9223372036854775808")).toBe(false);
  });
});

describe("untoleratedTaints", () => {
  it("names every taint that is not covered, PreferNoSchedule too", () => {
    const taints = [taint("a", "x"), taint("b", "", "PreferNoSchedule"), taint("c")];
    const refusal = untoleratedTaints(
      taints,
      pod("p", { tolerations: [toleration("c", "Exists")] }),
    );
    expect(refusal?.taints).toEqual(taints.slice(0, 2));
    expect(refusal?.message).toBe(
      "did not tolerate taint (taint=a=x:NoSchedule); " +
        "did not tolerate taint (taint=b:PreferNoSchedule)",
    );
  });

  it("is undefined when all are covered", () => {
    const tolerant = pod("p", { tolerations: [toleration("", "Exists")] });
    expect(untoleratedTaints([taint("a"), taint("b")], tolerant)).toBeUndefined();
    expect(untoleratedTaints([], pod("p"))).toBeUndefined();
  });
});

describe("mergeTaints", () => {
  it("appends taints whose key and effect are new", () => {
    const merged = mergeTaints(
      [taint("a", "1")],
      [taint("a", "2"), taint("a", "2", "NoExecute"), taint("b")],
    );
    expect(merged).toEqual([taint("a", "1"), taint("a", "2", "NoExecute"), taint("b")]);
  });
});
