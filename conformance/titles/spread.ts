import type { Manifest } from "../cases.ts";
import {
  archKey,
  capacityTypeKey,
  expression as is,
  hostnameKey,
  pod,
  pods,
  pool,
  preferring,
  requiring,
  spread,
  titled,
  type TitledCase,
  zoneKey,
} from "./build.ts";
import { node } from "./build-nodes.ts";

const base = pool("default");
const labels = { app: "web" };
const zone = (number: number) => `test-zone-${number}`;
const zonal = (...numbers: number[]) => is(zoneKey, "In", ...numbers.map(zone));

/** Pods app=web with these spreads. */
function spreading(count: number, constraints: readonly Manifest[], spec: Manifest = {}) {
  return pods(count, "web", { labels, spec: { topologySpreadConstraints: constraints, ...spec } });
}

const three = [node("a"), node("b", { zone: zone(2) }), node("c", { zone: zone(3) })].flat();
const running = (name: string, on: string) => pod(name, { labels, on });

const zonalTitles: readonly TitledCase[] = [
  titled("should ignore unknown topology keys", [
    base,
    spreading(2, [spread("unknown")]),
    pod("other"),
  ]),
  titled("should not spread an invalid label selector", [
    base,
    spreading(2, [spread(zoneKey, { labelSelector: { matchLabels: { app: "other" } } })]),
  ]),
  titled("should not spread when a nil label selector is defined", [
    base,
    spreading(2, [{ topologyKey: zoneKey, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" }]),
  ]),
  titled("should balance pods across zones (match labels)", [
    base,
    spreading(4, [spread(zoneKey)]),
  ]),
  titled("should balance pods across zones (match expressions)", [
    base,
    spreading(4, [
      spread(zoneKey, { labelSelector: { matchExpressions: [is("app", "In", "web")] } }),
    ]),
  ]),
  titled("should respect NodePool zonal constraints", [
    pool("default", { requirements: [zonal(1, 2, 3)] }),
    spreading(4, [spread(zoneKey)]),
  ]),
  titled("should respect NodePool zonal constraints (subset) with requirements", [
    pool("default", { requirements: [zonal(1, 2)] }),
    spreading(4, [spread(zoneKey)]),
  ]),
  titled("should respect NodePool zonal constraints (subset) with labels", [
    pool("default", { labels: { [zoneKey]: zone(1) } }),
    spreading(4, [spread(zoneKey)]),
  ]),
  titled("should respect NodePool zonal constraints (subset) with requirements and labels", [
    pool("default", { requirements: [zonal(1, 2)], labels: { [zoneKey]: zone(1) } }),
    spreading(4, [spread(zoneKey)]),
  ]),
  titled("should respect NodePool zonal constraints (subset) with labels across NodePools", [
    pool("a", { labels: { [zoneKey]: zone(1) } }),
    pool("b", { labels: { [zoneKey]: zone(2) } }),
    spreading(4, [spread(zoneKey)]),
  ]),
  titled("should respect NodePool zonal constraints (existing pod)", [
    pool("default", { requirements: [zonal(1, 2)] }),
    node("c", { zone: zone(3) }),
    running("there", "c"),
    spreading(6, [spread(zoneKey)], { affinity: requiring([is(capacityTypeKey, "In", "spot")]) }),
  ]),
  titled("should schedule to the non-minimum domain if its all that's available", [
    pool("default", { requirements: [zonal(3)] }),
    three,
    ["a", "a", "b", "b", "c"].map((on, index) => running(`there-${index}`, on)),
    spreading(5, [spread(zoneKey, { maxSkew: 5 })], { affinity: requiring([zonal(3)]) }),
  ]),
  titled("should only schedule to minimum domains if already violating max skew", [
    base,
    three,
    Array.from({ length: 6 }, (_, index) => running(`there-${index}`, index === 5 ? "b" : "a")),
    spreading(5, [spread(zoneKey)]),
  ]),
  titled("should not violate max-skew when unsat = do not schedule", [
    pool("default", { requirements: [zonal(2, 3)] }),
    node("a"),
    running("there", "a"),
    spreading(10, [spread(zoneKey)], { affinity: requiring([zonal(2)]) }),
  ]),
  titled("should not violate max-skew when unsat = do not schedule (discover domains)", [
    pool("default", { requirements: [zonal(2, 3)] }),
    three,
    running("there", "a"),
    spreading(10, [spread(zoneKey)]),
  ]),
  titled(
    "should only count running/scheduled pods with matching labels scheduled to nodes with a corresponding domain",
    [
      base,
      three,
      running("counts", "a"),
      pod("no-label", { on: "a" }),
      pod("elsewhere", { on: "b", labels, namespace: "other" }),
      pod("failed", { on: "b", labels, phase: "Failed" }),
      pod("done", { on: "c", labels, phase: "Succeeded" }),
      running("nowhere", "missing-node"),
      spreading(2, [spread(zoneKey)]),
    ],
  ),
  titled("should match all pods when labelSelector is not specified", [
    base,
    pod("web", {
      spec: {
        topologySpreadConstraints: [
          { topologyKey: zoneKey, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
        ],
      },
    }),
  ]),
  titled("should handle interdependent selectors", [
    base,
    pods(5, "pod", { spec: { topologySpreadConstraints: [spread(zoneKey)] } }),
  ]),
  ...(
    [
      ["should respect minDomains constraints", [1, 2], 3],
      [
        "satisfied minDomains constraints (equal) should allow expected pod scheduling",
        [1, 2, 3],
        3,
      ],
      [
        "satisfied minDomains constraints (greater than minimum) should allow expected pod scheduling",
        [1, 2, 3],
        2,
      ],
    ] as const
  ).map(([title, zones, minDomains]) =>
    titled(title, [
      pool("default", { requirements: [zonal(...zones)] }),
      spreading(11, [spread(zoneKey, { minDomains })]),
    ]),
  ),
];

const otherTitles: readonly TitledCase[] = [
  titled("should balance pods across nodes", [base, spreading(4, [spread(hostnameKey)])]),
  titled("should balance pods on the same hostname up to maxskew", [
    base,
    spreading(4, [spread(hostnameKey, { maxSkew: 4 })]),
  ]),
  titled("balance multiple deployments with hostname topology spread & varying arch", [
    base,
    ["amd64", "arm64"].flatMap((arch) =>
      pods(2, arch, {
        labels: { app: arch },
        spec: {
          nodeSelector: { [archKey]: arch },
          topologySpreadConstraints: [
            spread(hostnameKey, { labelSelector: { matchLabels: { app: arch } } }),
          ],
        },
      }),
    ),
  ]),
  titled("should balance pods across capacity types", [
    base,
    spreading(4, [spread(capacityTypeKey)]),
  ]),
  titled("should respect NodePool capacity type constraints", [
    pool("default", { requirements: [is(capacityTypeKey, "In", "spot")] }),
    spreading(4, [spread(capacityTypeKey)]),
  ]),
  titled("should not violate max-skew when unsat = do not schedule (capacity type)", [
    pool("default", { requirements: [is(capacityTypeKey, "In", "spot", "on-demand")] }),
    node("a"),
    running("there", "a"),
    spreading(5, [spread(capacityTypeKey)], {
      affinity: requiring([is(capacityTypeKey, "In", "spot")]),
    }),
  ]),
  titled("should balance pods across capacity-types (no constraints)", [
    base,
    node("a", { cpu: "1" }),
    running("there", "a"),
    spreading(4, [spread(capacityTypeKey)]),
  ]),
  titled("should violate max-skew when unsat = schedule anyway (capacity type)", [
    pool("default", { requirements: [is(capacityTypeKey, "In", "spot")] }),
    node("a"),
    running("there", "a"),
    spreading(5, [spread(capacityTypeKey, { whenUnsatisfiable: "ScheduleAnyway" })], {
      nodeSelector: { [capacityTypeKey]: "spot" },
    }),
  ]),
  titled("should balance pods across capacity-types (node required affinity constrained)", [
    base,
    three,
    running("there", "a"),
    spreading(3, [spread(capacityTypeKey)], {
      affinity: requiring([is(capacityTypeKey, "In", "spot", "on-demand")]),
    }),
  ]),
  titled("should balance pods across arch (no constraints)", [
    base,
    node("a"),
    running("there", "a"),
    spreading(4, [spread(archKey)]),
  ]),
  titled("should spread pods while respecting both constraints (hostname and zonal)", [
    base,
    spreading(10, [spread(zoneKey), spread(hostnameKey, { maxSkew: 3 })]),
  ]),
  titled("should balance pods across NodePool requirements", [
    pool("on-demand", {
      requirements: [is(capacityTypeKey, "In", "on-demand"), is("spread", "In", "1")],
    }),
    pool("spot", {
      requirements: [is(capacityTypeKey, "In", "spot"), is("spread", "In", "2", "3", "4", "5")],
    }),
    spreading(20, [spread("spread")]),
  ]),
  titled("should support matchLabelKeys", [
    base,
    ["1", "2"].flatMap((hash) =>
      pods(2, `web-${hash}`, {
        labels: { ...labels, hash },
        spec: { topologySpreadConstraints: [spread(hostnameKey, { matchLabelKeys: ["hash"] })] },
      }),
    ),
  ]),
  titled("should ignore unknown labels specified in matchLabelKeys", [
    base,
    spreading(4, [spread(hostnameKey, { matchLabelKeys: ["unknown"] })]),
  ]),
  titled("should spread pods while respecting all constraints", [
    base,
    spreading(15, [
      spread(capacityTypeKey),
      spread(zoneKey, { maxSkew: 2 }),
      spread(hostnameKey, { maxSkew: 3 }),
    ]),
  ]),
];

const taint = { key: "team", value: "red", effect: "NoSchedule" };

/** Two NodePools, each with a domain of its own; one is tainted. */
function taintedDomains(policy: string): readonly Manifest[] {
  return [
    pool("plain", { requirements: [is("fake-label", "In", "foo")] }),
    pool("tainted", { requirements: [is("fake-label", "In", "bar")], taints: [taint] }),
    ...spreading(5, [spread("fake-label", { nodeTaintsPolicy: policy })]),
  ];
}

/** Two NodePools that share a domain, and each of two groups of pods tolerates one of them. */
const sharedDomains: readonly Manifest[] = ["a", "b"].flatMap((name) => {
  const taintOf = { ...taint, value: name };
  return [
    pool(name, {
      requirements: [is("fake-label", "In", "shared", `only-${name}`)],
      taints: [taintOf],
    }),
    ...pods(4, name, {
      labels: { app: name },
      spec: {
        tolerations: [{ ...taintOf, operator: "Equal" }],
        topologySpreadConstraints: [
          spread("fake-label", {
            nodeTaintsPolicy: "Honor",
            labelSelector: { matchLabels: { app: name } },
          }),
        ],
      },
    }),
  ];
});

function affineDomains(policy: string): readonly Manifest[] {
  return [
    pool("default", {
      requirements: [is("fake-label", "In", "foo", "bar"), is("selected", "In", "yes", "no")],
    }),
    ...node("a", { labels: { "fake-label": "foo", selected: "no" }, cpu: "1" }),
    ...node("b", { labels: { "fake-label": "bar", selected: "yes" }, cpu: "1" }),
    running("there", "a"),
    ...spreading(5, [spread("fake-label", { nodeAffinityPolicy: policy })], {
      nodeSelector: { selected: "yes" },
    }),
  ];
}

const policyTitles: readonly TitledCase[] = [
  titled("should balance pods across a label (NodeTaintsPolicy=ignore)", [
    base,
    node("a", { labels: { "fake-label": "foo" } }),
    node("b", { labels: { "fake-label": "bar" }, taints: [taint] }),
    spreading(5, [spread("fake-label", { nodeTaintsPolicy: "Ignore" })]),
  ]),
  titled("should balance pods across a label (NodeTaintsPolicy=honor)", [
    base,
    node("a", { labels: { "fake-label": "foo" } }),
    node("b", { labels: { "fake-label": "bar" }, taints: [taint] }),
    spreading(5, [spread("fake-label", { nodeTaintsPolicy: "Honor" })]),
  ]),
  titled(
    "should balance pods across a label when discovered from the nodepool (NodeTaintsPolicy=ignore)",
    taintedDomains("Ignore"),
  ),
  titled(
    "should balance pods across a label when discovered from the nodepool (NodeTaintsPolicy=honor)",
    taintedDomains("Honor"),
  ),
  titled(
    "should balance pods across a label when mutually exclusive NodePools (by taints) share domains (NodeTaintsPolicy=honor)",
    sharedDomains,
  ),
  titled("should balance pods across a label (NodeAffinityPolicy=ignore)", affineDomains("Ignore")),
  titled("should balance pods across a label (NodeAffinityPolicy=honor)", affineDomains("Honor")),
  titled("should limit spread options by nodeSelector", [
    base,
    spreading(4, [spread(zoneKey)], { nodeSelector: { [zoneKey]: zone(1) } }),
    pods(6, "other", {
      labels,
      spec: { topologySpreadConstraints: [spread(zoneKey)], nodeSelector: { [zoneKey]: zone(2) } },
    }),
  ]),
  titled("should limit spread options by node requirements", [
    base,
    spreading(10, [spread(zoneKey)], {
      affinity: requiring([is(zoneKey, "In", zone(1), zone(2), "unknown")]),
    }),
  ]),
  titled("should limit spread options by required node affinity", [
    base,
    spreading(6, [spread(zoneKey)], { affinity: requiring([zonal(1, 2)]) }),
  ]),
  titled("should not limit spread options by preferred node affinity", [
    base,
    spreading(6, [spread(zoneKey)], { affinity: preferring([zonal(1, 2)]) }),
  ]),
  titled("should limit spread options by node affinity (capacity type)", [
    base,
    spreading(4, [spread(capacityTypeKey)], {
      affinity: requiring([is(capacityTypeKey, "In", "spot")]),
    }),
    pods(3, "free", { labels, spec: { topologySpreadConstraints: [spread(capacityTypeKey)] } }),
  ]),
];

export const spreadTitles: readonly TitledCase[] = [
  ...zonalTitles,
  ...otherTitles,
  ...policyTitles,
];
