import {
  archKey,
  capacityTypeKey,
  expression as is,
  osKey,
  pod,
  pods,
  pool,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";
import {
  anyCapacityType,
  arm,
  bothWays,
  different,
  equal,
  inZone,
  ofCapacityType,
  ofTypes,
  overlaid,
  overlay,
  slots,
  titled,
  waiting,
  wantsSlots,
} from "./build-node-overlays.ts";

const requirementTitles: readonly TitledCase[] = [
  overlaid("should return the same instance type when zero overlay are applied"),
  overlaid("should pass with a single overlay", overlay("one", arm, { price: "0.5" })),
  overlaid(
    "should fail validation for invalid requirements values",
    overlay("one", [is(typeKey, "In", "not a label value!")], { price: "0.5" }),
    overlay("two", [is(capacityTypeKey, "In", "borrowed")], { price: "0.5" }),
  ),
  overlaid(
    "should fail validation for invalid capacity values",
    overlay("one", arm, { capacity: { "vpc.amazonaws.com/efa": "3" } }),
  ),
  overlaid(
    "should fail when requirements overlays overlap",
    overlay("overlay-a", arm, { price: "1.03", weight: 10 }),
    overlay("overlay-b", anyCapacityType, { price: "23", weight: 10 }),
  ),
  overlaid(
    "should succeed with requirements overlays don't overlap",
    overlay("overlay-a", arm, { price: "1.03", weight: 10 }),
    overlay("overlay-b", [is(osKey, "In", "windows")], { price: "23", weight: 10 }),
  ),
  overlaid(
    "should fail with requirements overlays overlap on zone",
    overlay("overlay-a", inZone(1), { price: "1.03", weight: 10 }),
    overlay("overlay-b", [is(zoneKey, "NotIn", "test-zone-2")], { price: "23", weight: 10 }),
  ),
  overlaid(
    "should fail with requirements overlays overlap on capacity type",
    overlay("overlay-a", ofCapacityType("spot"), { price: "1.03", weight: 10 }),
    overlay("overlay-b", anyCapacityType, { price: "23", weight: 10 }),
  ),
  overlaid(
    "should succeed with requirements overlays don't overlap: offerings",
    overlay("overlay-a", inZone(1), { price: "1.03", weight: 10 }),
    overlay("overlay-b", inZone(2), { price: "0.001", weight: 10 }),
  ),
  overlaid(
    "should fail with requirements overlays overlap: offerings",
    overlay("overlay-a", [...inZone(1), ...ofCapacityType("spot")], { price: "1.03" }),
    overlay("overlay-b", [...inZone(1), ...anyCapacityType], { price: "0.001" }),
  ),
];

const conflictTitles: readonly TitledCase[] = [
  ...bothWays(
    "should fail with conflicting pricing updates overlays with overlapping requirements",
    (a, b) => [
      ...waiting,
      overlay("overlay-a", arm, a),
      overlay("overlay-b", ofTypes("a1.large", "m1.large"), b),
    ],
    different,
  ),
  ...bothWays(
    "should fail with pricing updates are the same overlays with overlapping requirements",
    (a, b) => [...waiting, overlay("overlay-a", arm, a), overlay("overlay-b", arm, b)],
    equal,
  ),
  ...bothWays(
    "should pass with conflicting pricing updates overlays with mutually exclusive requirements",
    (a, b) => [
      ...waiting,
      overlay("overlay-a", arm, a),
      overlay("overlay-b", [is(archKey, "NotIn", "arm64")], b),
    ],
    different,
  ),
  ...bothWays(
    "should pass with conflicting pricing update overlays with mutually exclusive weights",
    (a, b) => [
      ...waiting,
      overlay("overlay-a", arm, { ...a, weight: 20 }),
      overlay("overlay-b", arm, { ...b, weight: 10 }),
    ],
    different,
  ),
  overlaid(
    "should fail with conflicting capacity overlays with overlapping requirements",
    overlay("overlay-a", arm, slots(5)),
    overlay("overlay-b", anyCapacityType, slots(9)),
  ),
  overlaid(
    "should fail with conflicting capacity overlays with multiple overlays",
    overlay("overlay-a", arm, { ...slots(5), weight: 10 }),
    overlay("overlay-b", arm, { capacity: { "example.com/fuse": "1" }, weight: 10 }),
    overlay("overlay-c", arm, { ...slots(7), weight: 10 }),
  ),
  overlaid(
    "should pass with capacity adjustment are the same overlays with overlapping requirements",
    overlay("overlay-a", arm, { ...slots(5), weight: 10 }),
    overlay("overlay-b", arm, { ...slots(5), weight: 11 }),
  ),
  overlaid(
    "should pass with conflicting capacity overlays with mutually exclusive requirements",
    overlay("overlay-a", arm, slots(5)),
    overlay("overlay-b", ofTypes("m1.large"), slots(7)),
  ),
  titled("should pass with conflicting capacity overlays with mutually exclusive weights", [
    pool("default"),
    wantsSlots,
    overlay("overlay-a", arm, { ...slots(5), weight: 1 }),
    overlay("overlay-b", arm, { ...slots(2), weight: 2 }),
    pods(4, "more", { requests: { "example.com/slots": "1" } }),
  ]),
  titled("should pass with non conflicting capacity overlays with overlapping requirements", [
    pool("default"),
    wantsSlots,
    pod("fuse", { requests: { "example.com/fuse": "1" } }),
    overlay("overlay-a", arm, slots(5)),
    overlay("overlay-b", arm, { capacity: { "example.com/fuse": "1" } }),
  ]),
];

export const nodeOverlayConflictTitles: readonly TitledCase[] = [
  ...requirementTitles,
  ...conflictTitles,
];
