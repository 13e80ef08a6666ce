import type { Manifest } from "../cases.ts";
import {
  archKey,
  expression as is,
  hostnameKey,
  must,
  near,
  pod,
  pods,
  pool,
  requiring,
  should,
  titled,
  type TitledCase,
  zoneKey,
} from "./build.ts";
import { node } from "./build-nodes.ts";

const base = pool("default");
const target = { labels: { app: "db" } };
const zone = (number: number) => ({ nodeSelector: { [zoneKey]: `test-zone-${number}` } });
const withAffinity = (affinity: Manifest, rest: Manifest = {}) => ({ spec: { affinity, ...rest } });

/** Pods that want to be where pods of their own kind are. */
function own(count: number, key: string, rest: Manifest = {}): readonly Manifest[] {
  return pods(count, "db", {
    ...target,
    ...withAffinity(must("podAffinity", near("db", key)), rest),
  });
}

const away = (key: string) => must("podAntiAffinity", near("db", key));
const ratherAway = (key: string) => should("podAntiAffinity", near("db", key));

/** One pod for each zone. */
const everywhere = (
  details: { readonly labels?: Readonly<Record<string, string>> },
  affinity?: Manifest,
) =>
  [1, 2, 3].map((number) =>
    pod(`zone-${number}`, {
      ...details,
      requests: { cpu: "2" },
      spec: { ...zone(number), ...(affinity === undefined ? {} : { affinity }) },
    }),
  );

const affineTitles: readonly TitledCase[] = [
  titled("should schedule a pod with empty pod affinity and anti-affinity", [
    base,
    pod("pod", withAffinity({ podAffinity: {}, podAntiAffinity: {} })),
  ]),
  titled("should respect pod affinity (hostname)", [
    base,
    pods(10, "other", { requests: { cpu: "3" } }),
    pod("db", target),
    pod("web", withAffinity(must("podAffinity", near("db", hostnameKey)))),
  ]),
  titled("should respect pod affinity (arch)", [
    base,
    pod("db", {
      ...target,
      requests: { cpu: "2" },
      spec: { nodeSelector: { [archKey]: "arm64" } },
    }),
    pod("web", {
      requests: { cpu: "1" },
      ...withAffinity(must("podAffinity", near("db", archKey))),
    }),
  ]),
  titled("should respect self pod affinity (hostname)", [base, own(3, hostnameKey)]),
  titled("should respect self pod affinity for first empty topology domain only (hostname)", [
    base,
    pods(12, "db", {
      ...target,
      requests: { cpu: "4" },
      ...withAffinity(must("podAffinity", near("db", hostnameKey))),
    }),
  ]),
  titled(
    "should respect self pod affinity for first empty topology domain only (hostname/constrained zones)",
    [base, own(2, hostnameKey, zone(1)), node("n"), pod("there", { ...target, on: "n" })],
  ),
  titled("should respect self pod affinity (zone)", [base, own(3, zoneKey)]),
  titled("should respect self pod affinity (zone w/ constraint)", [base, own(3, zoneKey, zone(3))]),
  titled(
    "should allow two nodes to be created when two pods with matching affinities have incompatible selectors",
    [
      base,
      ["amd64", "arm64"].map((arch) =>
        pod(arch, {
          ...target,
          ...withAffinity(must("podAffinity", near("db", hostnameKey)), {
            nodeSelector: { [archKey]: arch },
          }),
        }),
      ),
    ],
  ),
  titled("should allow violation of preferred pod affinity", [
    base,
    pod("web", withAffinity(should("podAffinity", near("db", hostnameKey)))),
  ]),
  titled(
    "should allow violation of a pod affinity preference with a conflicting required constraint",
    [
      base,
      pod("db", target),
      pods(3, "web", {
        labels: { app: "web" },
        spec: {
          affinity: should("podAffinity", near("db", hostnameKey)),
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: hostnameKey,
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels: { app: "web" } },
            },
          ],
        },
      }),
    ],
  ),
  titled("should not schedule pods with affinity to a non-existent pod", [
    base,
    pods(3, "web", withAffinity(must("podAffinity", near("db", zoneKey)))),
  ]),
  titled("should support pod affinity with zone topology (unconstrained target)", [
    base,
    pod("db", target),
    pods(5, "web", withAffinity(must("podAffinity", near("db", zoneKey)))),
  ]),
  titled("should support pod affinity with zone topology (constrained target)", [
    base,
    pod("db", { ...target, spec: { affinity: requiring([is(zoneKey, "In", "test-zone-1")]) } }),
    pods(5, "web", withAffinity(must("podAffinity", near("db", zoneKey)))),
  ]),
  titled("should handle multiple dependent affinities", [
    base,
    pod("db", target),
    pod("web", {
      labels: { app: "web" },
      ...withAffinity(must("podAffinity", near("db", hostnameKey))),
    }),
    pod("cache", {
      labels: { app: "cache" },
      ...withAffinity(must("podAffinity", near("web", hostnameKey))),
    }),
    pod("ui", withAffinity(must("podAffinity", near("cache", hostnameKey)))),
  ]),
  titled("should fail to schedule pods with unsatisfiable dependencies", [
    base,
    pod("db", target),
    pod("web", {
      labels: { app: "web" },
      ...withAffinity(must("podAffinity", near("db", hostnameKey))),
    }),
    pod("cache", withAffinity(must("podAffinity", near("nobody", hostnameKey)))),
  ]),
  ...(
    [
      ["no matching pods", {}],
      ["matching pods namespace list", { namespaces: ["other"] }],
      ["empty namespace selector", { namespaceSelector: {} }],
      ["matching namespace selector", { namespaceSelector: { matchLabels: { name: "other" } } }],
    ] as const
  ).map(([name, rest]) =>
    titled(`should filter pod affinity topologies by namespace, ${name}`, [
      base,
      pod("db", { ...target, namespace: "other" }),
      pods(3, "web", withAffinity(must("podAffinity", near("db", hostnameKey, rest)))),
    ]),
  ),
];

const antiTitles: readonly TitledCase[] = [
  titled("should allow violation of preferred pod anti-affinity", [
    base,
    everywhere(target),
    pods(4, "web", withAffinity(ratherAway(zoneKey))),
  ]),
  titled("should separate nodes using simple pod anti-affinity on hostname", [
    base,
    pods(2, "db", { ...target, ...withAffinity(away(hostnameKey)) }),
  ]),
  titled("should not violate pod anti-affinity on zone", [
    base,
    everywhere(target),
    pod("web", withAffinity(away(zoneKey))),
  ]),
  titled("should not violate pod anti-affinity on zone (other schedules first)", [
    base,
    pod("db", { ...target, requests: { cpu: "2" } }),
    pod("web", withAffinity(away(zoneKey))),
  ]),
  titled("should not violate pod anti-affinity (arch)", [
    base,
    pod("db", {
      ...target,
      requests: { cpu: "2" },
      spec: { nodeSelector: { [archKey]: "arm64" } },
    }),
    pod("web", withAffinity(away(archKey))),
  ]),
  titled("should violate preferred pod anti-affinity on zone (inverse)", [
    base,
    everywhere({}, ratherAway(zoneKey)),
    pod("db", target),
  ]),
  titled("should not violate pod anti-affinity on zone (inverse)", [
    base,
    everywhere({}, away(zoneKey)),
    pod("db", target),
  ]),
  titled("should not violate pod anti-affinity on zone (Schrödinger)", [
    base,
    pod("anywhere", { requests: { cpu: "2" }, ...withAffinity(away(zoneKey)) }),
    pod("db", target),
  ]),
  ...(
    [
      ["not violate", away],
      ["violate preferred", ratherAway],
    ] as const
  ).map(([verb, kind]) =>
    titled(`should ${verb} pod anti-affinity on zone (inverse w/existing nodes)`, [
      base,
      [1, 2, 3].flatMap((number) => [
        ...node(`n-${number}`, { zone: `test-zone-${number}` }),
        pod(`there-${number}`, { on: `n-${number}`, ...withAffinity(kind(zoneKey)) }),
      ]),
      pod("db", target),
    ]),
  ),
  titled("should support pod anti-affinity with a zone topology", [
    base,
    pods(3, "db", { ...target, ...withAffinity(away(zoneKey)) }),
  ]),
];

export const affinityTitles: readonly TitledCase[] = [...affineTitles, ...antiTitles];
