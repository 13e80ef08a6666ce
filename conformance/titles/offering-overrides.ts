import {
  capacityTypeKey,
  expression as is,
  pod,
  pods,
  pool,
  titled as titledCase,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";
import { arm, overlay } from "./build-node-overlays.ts";

type Objects = Parameters<typeof titledCase>[1];

function titled(title: string, objects: Objects): TitledCase {
  return titledCase(title, objects, { instanceTypeSet: "overridden" });
}

const base = pool("default");
const slots = (count: number) => ({ requests: { "example.com/slots": String(count) } });
const inZone = (number: number) => ({ nodeSelector: { [zoneKey]: `test-zone-${number}` } });

export const offeringOverrideTitles: readonly TitledCase[] = [
  titled(
    "should only select instance types whose offerings have CapacityOverride when pod requests an override resource",
    [base, pod("pod", slots(1))],
  ),
  titled(
    "should reject instance type when override allocatable fits but override offerings are unavailable",
    [pool("default", { requirements: [is(typeKey, "In", "c1.xlarge")] }), pod("pod", slots(1))],
  ),
  titled("should pack by what offerings give", [base, pods(5, "pod", slots(1))]),
  titled("should not take an override of one zone for another zone", [
    base,
    pod("pod", { ...slots(1), spec: inZone(2) }),
  ]),
  titled("should add what an offering gives to what the type has", [
    // A type of one core has nine tenths to give; with another core of the third zone, more.
    pool("default", { requirements: [is(typeKey, "In", "a1.medium")] }),
    pod("pod", { requests: { cpu: "1500m" } }),
  ]),
  titled("should add what an offering reserves to what the type reserves", [
    pool("default", { requirements: [is(typeKey, "In", "m1.large")] }),
    pod("fits", { requests: { cpu: "1400m" }, spec: inZone(2) }),
    pod("too-big", { requests: { cpu: "1600m" }, spec: inZone(2) }),
    pod("elsewhere", { requests: { cpu: "1600m" }, spec: inZone(3) }),
  ]),
  titledCase(
    "should lose what an offering gives once a NodeOverlay prices it",
    [
      base,
      overlay("dear", [...arm, is(capacityTypeKey, "In", "spot")], { price: "0.5" }),
      overlay("slots", [is(typeKey, "In", "m1.large", "m1.xlarge")], { price: "0.1" }),
      pod("pod", slots(1)),
      pod("core", {
        requests: { cpu: "1500m" },
        spec: { nodeSelector: { [typeKey]: "a1.medium" } },
      }),
    ],
    { instanceTypeSet: "overridden", featureGates: { NodeOverlay: true } },
  ),
];
