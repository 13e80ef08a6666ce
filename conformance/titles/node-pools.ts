import type { Manifest } from "../cases.ts";
import {
  archKey,
  capacityTypeKey,
  expression as is,
  hostnameKey,
  near,
  pod,
  pods,
  pool,
  preferring,
  requiring,
  should,
  spread,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";

const base = pool("default");
const web = { app: "web" };
const ignoring = { preferencePolicy: "Ignore" } as const;
const bestEffort = { minValuesPolicy: "BestEffort" } as const;
const unknown = is(zoneKey, "In", "unknown");
const soft = { key: "soft", value: "yes", effect: "PreferNoSchedule" };

const choiceTitles: readonly TitledCase[] = [
  titled("should schedule to an explicitly selected NodePool", [
    base,
    pool("chosen"),
    pod("pod", { spec: { nodeSelector: { "karpenter.sh/nodepool": "chosen" } } }),
  ]),
  titled("should schedule to a NodePool by labels", [
    base,
    pool("labelled", { labels: { team: "red" } }),
    pod("pod", { spec: { nodeSelector: { team: "red" } } }),
  ]),
  titled("should not match NodePool with PreferNoSchedule taint when other NodePool match", [
    pool("soft", { taints: [soft], weight: 10 }),
    pool("plain"),
    pod("pod"),
  ]),
  titled("should schedule to the nodepool with the highest priority always", [
    base,
    pool("heavy", { weight: 20 }),
    pool("heaviest", { weight: 100 }),
    pods(3, "pod", { requests: { cpu: "10" } }),
  ]),
  titled(
    "should schedule to explicitly selected nodepool even if other nodePools are higher priority",
    [
      pool("chosen"),
      pool("heavy", { weight: 20 }),
      pool("heaviest", { weight: 100 }),
      pod("pod", { spec: { nodeSelector: { "karpenter.sh/nodepool": "chosen" } } }),
    ],
  ),
];

const preferenceTitles: readonly TitledCase[] = [
  titled("should relax all node affinity terms", [
    base,
    pod("pod", { spec: { affinity: preferring([unknown, is(typeKey, "In", "none")]) } }),
  ]),
  titled("should tolerate PreferNoSchedule taint only after trying to relax Affinity terms", [
    pool("default", { taints: [soft] }),
    pod("pod", { spec: { affinity: preferring([unknown]) } }),
  ]),
  titled("should ignore node preferredDuringSchedulingIgnoredDuringExecution affinity", [
    base,
    pod("pod", {
      spec: {
        affinity: preferring([is(capacityTypeKey, "In", "none")], [is(archKey, "In", "arm64")]),
      },
    }),
  ]),
  titled(
    "should ignore node affinity preferences",
    [base, pods(3, "pod", { spec: { affinity: preferring([is(typeKey, "In", "m1.large")]) } })],
    ignoring,
  ),
  titled(
    "should ignore topologySpreadConstraint preferences",
    [
      base,
      pods(3, "pod", {
        labels: web,
        spec: {
          topologySpreadConstraints: [spread(hostnameKey, { whenUnsatisfiable: "ScheduleAnyway" })],
        },
      }),
    ],
    ignoring,
  ),
  titled(
    "should ignore pod anti-affinity preferences",
    [
      base,
      pods(3, "pod", {
        labels: web,
        spec: { affinity: should("podAntiAffinity", near("web", hostnameKey)) },
      }),
    ],
    ignoring,
  ),
  titled(
    "should ignore pod affinity preferences",
    [
      base,
      pod("target", { labels: web, requests: { cpu: "10" }, spec: selecting("test-zone-2") }),
      pods(3, "pod", {
        requests: { cpu: "9" },
        spec: { affinity: should("podAffinity", near("web", zoneKey)) },
      }),
    ],
    ignoring,
  ),
];

function selecting(zone: string): Manifest {
  return { nodeSelector: { [zoneKey]: zone } };
}

const types = (minValues: number, ...names: string[]) => ({
  ...is(typeKey, "In", ...names),
  minValues,
});
const zones = (minValues: number) => ({
  ...is(zoneKey, "In", "test-zone-1", "test-zone-2", "test-zone-3", "elsewhere"),
  minValues,
});
const small = pods(2, "pod", { requests: { cpu: "900m" } });
const ofTypes = pool("default", { requirements: [types(3, "m1.large", "c1.large", "none")] });
const ofZones = pool("default", { requirements: [zones(4)] });

/** The scheduler is told the number of values; which there are only the pods' own narrow down. */
const policyTitles: readonly TitledCase[] = [
  titled("should not schedule when minValues requirement is not met", [ofTypes, small]),
  titled(
    "should schedule even when minValues requirement is not met",
    [ofTypes, small],
    bestEffort,
  ),
  titled(
    "should relax minValues before falling back to other nodepools",
    [
      pool("heavy", { weight: 10, requirements: [types(3, "m1.large", "c1.large", "none")] }),
      pool("light"),
      small,
    ],
    bestEffort,
  ),
  titled(
    "should choose nodepool with higher weight when relaxing minValues",
    [
      pool("heavy", { weight: 10, requirements: [types(3, "m1.large", "none", "none-either")] }),
      pool("light", { weight: 5, requirements: [types(2, "m1.large", "c1.large")] }),
      small,
    ],
    bestEffort,
  ),
  titled("should not relax minValues of a NodePool while another one keeps to its own", [
    pool("heavy", { weight: 10, requirements: [types(3, "m1.large", "c1.large", "none")] }),
    pool("light", { requirements: [types(2, "m1.large", "c1.large")] }),
    small,
  ]),
  titled("should not schedule when zone minValues requirement is not met", [ofZones, small]),
  titled(
    "should schedule even when zone minValues requirement is not met",
    [ofZones, small],
    bestEffort,
  ),
  titled(
    "should schedule when minValues requirement is not met",
    [
      pool("default", { requirements: [types(3, "m1.large", "c1.large", "none"), zones(4)] }),
      small,
      pod("zonal", { spec: { affinity: requiring([is(zoneKey, "In", "test-zone-2")]) } }),
    ],
    bestEffort,
  ),
];

export const nodePoolTitles: readonly TitledCase[] = [
  ...choiceTitles,
  ...preferenceTitles,
  ...policyTitles,
];
