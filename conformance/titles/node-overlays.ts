import type { Manifest } from "../cases.ts";
import {
  archKey,
  expression as is,
  nodeClass,
  pod,
  pods,
  pool,
  titled as titledCase,
  type TitledCase,
  typeKey,
} from "./build.ts";
import {
  arm,
  bothWays,
  dear,
  inZone,
  ofCapacityType,
  ofTypes,
  overlaid,
  overlay,
  relative,
  slots,
  titled,
  waiting,
  wantsSlots,
} from "./build-node-overlays.ts";

const twoPools = [
  pool("default", { labels: { team: "red" } }),
  pool("other", { labels: { team: "blue" } }),
  pod("red", { spec: { nodeSelector: { team: "red" } } }),
  pod("blue", { spec: { nodeSelector: { team: "blue" } } }),
];

const priceTitles: readonly TitledCase[] = [
  ...bothWays(
    "should pass with conflicting pricing update overlays with mutually exclusive weights of one NodePool",
    (a) => [
      ...twoPools,
      overlay("overlay-a", [...arm, is("karpenter.sh/nodepool", "In", "other")], a),
    ],
    dear,
  ),
  ...bothWays(
    "should pass with conflicting pricing update overlays for all nodepools",
    (a, b) => [
      ...twoPools,
      overlay("overlay-a", [is("karpenter.sh/nodepool", "In", "default")], a),
      overlay("overlay-b", [is("karpenter.sh/nodepool", "In", "other"), ...arm], b),
    ],
    relative,
  ),
  ...bothWays(
    "should only apply pricing updates for nodeclaim spec labels that defined in the overlay requirements",
    (a) => [...twoPools, overlay("overlay-a", [is("team", "In", "red"), ...arm], a)],
    dear,
  ),
  ...bothWays(
    "should not apply pricing updates for invalid overlays",
    (a) => [...waiting, overlay("overlay-a", [is(archKey, "In", "arm 64")], a)],
    dear,
  ),
  ...bothWays(
    "should not apply adjustments for overlays that do not overlap with instance types requirements",
    (a) => [...waiting, overlay("overlay-a", ofTypes("nothing"), a)],
    dear,
  ),
  ...bothWays(
    "should apply pricing updates for instances types",
    (a) => [...waiting, overlay("overlay-a", ofTypes("a1.medium", "a1.large"), a)],
    dear,
  ),
  ...bothWays(
    "should apply pricing updates for instances types for capacity type",
    (a) => [...waiting, overlay("overlay-a", [...arm, ...ofCapacityType("spot")], a)],
    dear,
  ),
  ...bothWays(
    "should apply pricing updates for instances types for availability zone",
    (a) => [
      pool("default", { requirements: inZone(1) }),
      pod("pod"),
      overlay("overlay-a", [...arm, ...inZone(1)], a),
    ],
    dear,
  ),
  ...bothWays(
    "should update price updates offerings instance types from multiple overlays",
    (a, b) => [
      ...waiting,
      overlay("overlay-a", ofTypes("a1.medium"), b),
      overlay("overlay-b", ofTypes("m1.4xlarge", "g1.large"), a),
    ],
    relative,
  ),
  ...bothWays(
    "should update price updates offerings instance types from multiple overlays with different weights",
    (a, b) => [
      ...waiting,
      overlay("overlay-a", ofTypes("a1.medium", "c1.large"), { ...b, weight: 10 }),
      overlay("overlay-b", [is(typeKey, "Exists")], { ...a, weight: 1 }),
    ],
    relative,
  ),
  ...bothWays(
    "should not partial apply instance types in a nodepool",
    (a, b) => [
      ...waiting,
      overlay("overlay-a", ofTypes("a1.large"), { ...a, weight: 10 }),
      overlay("overlay-b", ofTypes("m1.large"), { ...b, weight: 10 }),
      overlay("overlay-0", ofTypes("a1.large", "c1.large"), { ...b, weight: 10 }),
    ],
    relative,
  ),
  ...bothWays(
    "should not partial apply for a subset of nodepools",
    (a, b) => [
      ...twoPools,
      overlay("overlay-b", [...arm, is("karpenter.sh/nodepool", "In", "other")], a),
      overlay("overlay-a", arm, b),
    ],
    relative,
  ),
  overlaid("should not lower a price below zero", overlay("a", arm, { priceAdjustment: "-100" })),
  overlaid("should take all of a price away", overlay("a", arm, { priceAdjustment: "-100%" })),
];

const capacityTitles: readonly TitledCase[] = [
  titled("should only apply override for nodepool that defined in the overlay requirements", [
    pool("default"),
    pool("other"),
    wantsSlots,
    overlay("overlay-a", [...arm, is("karpenter.sh/nodepool", "In", "default")], slots(3)),
  ]),
  titled("should pass with conflicting capcaity update overlays for all nodepools", [
    pool("default"),
    pool("other", { weight: 5 }),
    pods(4, "pod", { requests: { "example.com/slots": "1" } }),
    overlay("overlay-a", [is("karpenter.sh/nodepool", "In", "default")], slots(3)),
    overlay("overlay-b", [is("karpenter.sh/nodepool", "In", "other")], slots(1)),
  ]),
  titled(
    "should only apply price adjustments for nodeclaim spec labels that defined in the overlay requirements",
    [
      pool("default", { labels: { team: "red" } }),
      pool("other", { weight: 5 }),
      wantsSlots,
      overlay("overlay-a", [is("team", "In", "red")], slots(3)),
    ],
  ),
  titled("should not apply capacity adjustments for invalid overlay", [
    pool("default"),
    wantsSlots,
    overlay("overlay-a", [is(archKey, "In", "arm 64")], slots(3)),
  ]),
  titled("should not apply capacity adjustments for instances types that do not overlap", [
    pool("default"),
    wantsSlots,
    overlay("overlay-a", ofTypes("nothing"), slots(3)),
  ]),
  titled("should apply capacity adjustments for instances types", [
    pool("default"),
    wantsSlots,
    overlay("overlay-a", ofTypes("c1.4xlarge"), slots(3)),
  ]),
  titled("should apply capacity adjustments to a type of which one offering matches", [
    pool("default", { requirements: inZone(2) }),
    wantsSlots,
    overlay("overlay-a", [...ofTypes("c1.4xlarge"), ...inZone(1)], slots(3)),
  ]),
  titled("should update capacity for instance types from multiple overlays", [
    pool("default"),
    pods(3, "pod", { requests: { "example.com/slots": "2" } }),
    overlay("overlay-a", ofTypes("a1.large"), slots(2)),
    overlay("overlay-b", ofTypes("m1.xlarge"), slots(4)),
  ]),
  titled("should update capacity for one instance types from multiple overlays", [
    pool("default"),
    pod("pod", { requests: { "example.com/slots": "1", "example.com/fuse": "1" } }),
    overlay("overlay-a", ofTypes("a1.large", "a1.xlarge"), slots(2)),
    overlay("overlay-b", ofTypes("a1.large"), { capacity: { "example.com/fuse": "1" } }),
  ]),
  titled(
    "should update price offerings instance types from multiple overlays with different weights",
    [
      pool("default"),
      pods(6, "pod", { requests: { "example.com/slots": "1" } }),
      overlay("overlay-a", arm, { ...slots(2), weight: 10 }),
      overlay("overlay-b", [is(typeKey, "Exists")], { ...slots(1), weight: 1 }),
    ],
  ),
  titled("should apply higher weight overlay when multiple overlays match the same instance type", [
    pool("default"),
    pods(6, "pod", { requests: { "example.com/slots": "1" } }),
    overlay("overlay-a", ofTypes("a1.large"), { ...slots(6), weight: 1 }),
    overlay("overlay-b", ofTypes("a1.large"), { ...slots(3), weight: 2 }),
  ]),
  titled("should that there is not a partial application for instance types", [
    pool("default"),
    wantsSlots,
    overlay("overlay-b", ofTypes("a1.large"), slots(3)),
    overlay("overlay-a", ofTypes("a1.large", "c1.medium"), slots(2)),
  ]),
  titled("should that there is not a partial application for nodepools", [
    pool("default"),
    pool("other"),
    wantsSlots,
    overlay("overlay-b", [is("karpenter.sh/nodepool", "In", "default")], slots(3)),
    overlay("overlay-a", [is(typeKey, "Exists")], slots(2)),
  ]),
  titled(
    "should apply pricing and capacity adjustment from two overlays on the same instance type",
    [
      pool("default"),
      wantsSlots,
      overlay("overlay-a", ofTypes("c1.4xlarge", "m1.large"), slots(3)),
      overlay("overlay-b", ofTypes("c1.4xlarge"), { price: "0.001" }),
    ],
  ),
];

const typesTitles: readonly TitledCase[] = [
  titled(
    "should have an empty instance types set when cloudprovider does not return instance types",
    [pool("default"), pod("pod"), overlay("overlay-a", arm, { price: "1" })],
    { instanceTypeSet: "none" },
  ),
  titled("should have an empty instance types set when cloudprovider return an error", [
    pool("default"),
    nodeClass("other"),
    pod("pod"),
    overlay("overlay-a", arm, { price: "1" }),
  ]),
  titled(
    "should not return instance type requirements with nodepool, nodeclass, and custom nodepool labels",
    [
      pool("default", { labels: { team: "red" } }),
      pod("pod"),
      overlay("overlay-a", [is("team", "In", "red")], { price: "1" }),
    ],
  ),
  titled("should evaluate healthy NodePools when one NodePool fails GetInstanceTypes", [
    pool("broken", { templateSpec: nodeClassOf("gone"), weight: 9 }),
    pool("healthy"),
    nodeClass("default"),
    pod("pod"),
    overlay("overlay-a", [...arm, is("karpenter.sh/nodepool", "In", "healthy")], {
      price: "0.001",
    }),
  ]),
  titled("should update the store even when one NodePool fails", [
    pool("broken", { templateSpec: nodeClassOf("gone") }),
    pool("healthy"),
    nodeClass("default"),
    wantsSlots,
    overlay("overlay-a", arm, slots(1)),
  ]),
  titled(
    "should correctly apply overlays to reserved offerings",
    [
      pool("default"),
      pods(2, "pod", { requests: { cpu: "3" } }),
      overlay("overlay-a", [...ofCapacityType("reserved"), ...ofTypes("m1.xlarge")], {
        price: "9",
      }),
    ],
    { instanceTypeSet: "reserved" },
  ),
  titledCase("should leave prices alone without the feature gate", [
    ...waiting,
    overlay("overlay-a", arm, { price: "1000" }),
  ]),
];

function nodeClassOf(name: string): Manifest {
  return { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name } };
}

export const nodeOverlayTitles: readonly TitledCase[] = [
  ...priceTitles,
  ...capacityTitles,
  ...typesTitles,
];
