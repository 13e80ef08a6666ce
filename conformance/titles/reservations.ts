import {
  capacityTypeKey,
  expression as is,
  pod,
  pods,
  pool,
  preferring,
  titled as titledCase,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";
import { node } from "./build-nodes.ts";

function titled(title: string, objects: Parameters<typeof titledCase>[1]): TitledCase {
  return titledCase(title, objects, { instanceTypeSet: "reserved" });
}

/** Each fills most of an `m1.xlarge`. */
const big = { requests: { cpu: "3" } };
const onlyReserved = is(capacityTypeKey, "In", "reserved");
const ofTypes = (...types: string[]) => is(typeKey, "In", ...types);

export const reservationTitles: readonly TitledCase[] = [
  titled(
    "shouldn't fallback to on-demand or spot when compatible reserved offerings are available",
    [pool("default", { requirements: [ofTypes("m1.xlarge")] }), pods(2, "pod", big)],
  ),
  titled("should correctly track reservations shared across nodepools", [
    pool("a", {
      weight: 10,
      limits: { cpu: "4" },
      requirements: [ofTypes("m1.xlarge"), onlyReserved],
    }),
    pool("b", { requirements: [ofTypes("m1.xlarge"), onlyReserved] }),
    pods(3, "pod", big),
  ]),
  titled(
    "should correctly track reservations for multiple nodepools with distinct reservations for the same instance pool",
    [
      pool("a", {
        requirements: [is("karpenter.k8s.aws/capacity-reservation-id", "In", "cr-m1.xlarge")],
      }),
      pool("b", {
        requirements: [is("karpenter.k8s.aws/capacity-reservation-id", "In", "cr-c1.2xlarge")],
      }),
      pods(4, "pod", big),
    ],
  ),
  titled("should correctly track multiple reservations for the same instance pool", [
    pool("default", { requirements: [onlyReserved] }),
    pods(5, "pod", big),
  ]),
  titled("shouldn't fallback to a lower weight NodePool if a reserved offering is available", [
    pool("heavy", { weight: 10, requirements: [onlyReserved] }),
    pool("light"),
    pods(3, "pod", big),
  ]),
  titled(
    "shouldn't relax preferences when a pod fails to schedule due to a reserved offering error",
    [
      pool("default", { requirements: [onlyReserved, ofTypes("m1.xlarge")] }),
      pods(3, "pod", {
        ...big,
        spec: { affinity: preferring([is(zoneKey, "In", "test-zone-1")]) },
      }),
    ],
  ),
  titled("should handle multiple pods on reserved nodes", [
    pool("default", { requirements: [onlyReserved] }),
    pods(9, "pod", { requests: { cpu: "1" } }),
  ]),
  titled("should return true when capacity is available", [
    pool("default", { requirements: [onlyReserved] }),
    pod("pod"),
  ]),
  titled("should return true when hostname already has the reservation", [
    pool("default", { requirements: [onlyReserved, ofTypes("c1.2xlarge")] }),
    pods(3, "pod", { requests: { cpu: "1" } }),
  ]),
  titled("should return false when capacity is exhausted", [
    pool("default", { requirements: [onlyReserved, ofTypes("c1.2xlarge")] }),
    pods(2, "pod", { requests: { cpu: "5" } }),
  ]),
  titled("should return true for existing hostname even when capacity is exhausted", [
    pool("default", { requirements: [onlyReserved, ofTypes("c1.2xlarge")] }),
    pods(2, "pod", { requests: { cpu: "3" } }),
  ]),
  titled("should maintain consistency during mixed operations", [
    pool("default", { requirements: [ofTypes("m1.xlarge", "c1.2xlarge", "m1.large")] }),
    pods(2, "wide", { requests: { cpu: "1500m" } }),
    pods(3, "narrow", {
      requests: { cpu: "1" },
      spec: { nodeSelector: { [typeKey]: "m1.xlarge" } },
    }),
    pod("huge", { requests: { cpu: "7" } }),
  ]),
  titled("should release a single reservation", [
    // The second pod rules out one of the two reservations that the first left open.
    pool("default", { requirements: [ofTypes("m1.xlarge", "c1.2xlarge")] }),
    pods(3, "small", { requests: { cpu: "1500m" } }),
    pods(2, "large", { requests: { cpu: "5" } }),
  ]),
  titled("should handle complex reservation patterns", [
    pool("a", { weight: 10, requirements: [ofTypes("m1.xlarge", "c1.2xlarge", "m1.large")] }),
    pool("b", { requirements: [onlyReserved] }),
    node("n", { capacityType: "reserved" }),
    pods(6, "large", { requests: { cpu: "3" } }),
    pods(6, "small", { requests: { cpu: "1" } }),
  ]),
];
