// What surprises in upstream's topology and is so all the same.
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
  spread,
  type TitledCase,
  titled,
  zoneKey,
} from "./build.ts";
import { node, unownedNode } from "./build-nodes.ts";

const base = pool("default");
const web = { app: "web" };
const taint = { key: "team", value: "red", effect: "NoSchedule" };

export const topologyQuirkTitles: readonly TitledCase[] = [
  titled("spreads that differ only in the values of their node selectors are one", [
    pool("default", { requirements: [is("team", "In", "red", "blue")] }),
    node("a", { labels: { team: "red" } }),
    node("b", { labels: { team: "blue" }, zone: "test-zone-2" }),
    pod("on-a", { labels: web, on: "a" }),
    pod("on-b", { labels: web, on: "b" }),
    ["blue", "red"].map((team) =>
      pod(team, {
        labels: web,
        requests: { cpu: "5" },
        spec: {
          nodeSelector: { team },
          topologySpreadConstraints: [spread(zoneKey)],
        },
      }),
    ),
  ]),
  titled("a pod on a node that may yet become one of the wanted family does not count", [
    base,
    pod("first", {
      labels: web,
      requests: { cpu: "2" },
      spec: { nodeSelector: { [zoneKey]: "test-zone-1" } },
    }),
    pods(3, "pod", {
      labels: web,
      spec: {
        nodeSelector: { "karpenter.k8s.aws/instance-family": "c1" },
        topologySpreadConstraints: [spread(zoneKey)],
      },
    }),
  ]),
  titled("minDomains do not tell spreads apart", [
    base,
    pods(3, "few", {
      labels: web,
      requests: { cpu: "2" },
      spec: { topologySpreadConstraints: [spread(zoneKey)] },
    }),
    pods(3, "many", {
      labels: web,
      spec: { topologySpreadConstraints: [spread(zoneKey, { minDomains: 7 })] },
    }),
  ]),
  titled("values that a NodePool excludes are domains", [
    pool("default", { requirements: [is("rack", "NotIn", "1", "2")] }),
    pods(3, "pod", { labels: web, spec: { topologySpreadConstraints: [spread("rack")] } }),
  ]),
  titled("affinity counts only the domains of NodePools whose taints the pod tolerates", [
    pool("tainted", { requirements: [is("rack", "In", "1")], taints: [taint], weight: 10 }),
    pool("plain", { requirements: [is("rack", "In", "2")] }),
    pods(2, "pod", { labels: web, spec: { affinity: must("podAffinity", near("web", "rack")) } }),
  ]),
  titled("two rules on one label may choose different domains, and a pod that could run waits", [
    base,
    node("a", { zone: "test-zone-3" }),
    pod("there", { labels: web, on: "a" }),
    pod("db", { labels: { app: "db" }, on: "a" }),
    pod("pod", {
      labels: web,
      spec: {
        topologySpreadConstraints: [spread(zoneKey)],
        affinity: must("podAffinity", near("db", zoneKey)),
      },
    }),
  ]),
  titled("a spread that appears only as preferences fall away does not count this round", [
    base,
    pods(2, "first", {
      labels: web,
      requests: { cpu: "2" },
      spec: { topologySpreadConstraints: [spread(zoneKey)] },
    }),
    pods(2, "second", {
      labels: web,
      spec: {
        affinity: requiring(
          [is(zoneKey, "In", "nowhere")],
          [is(zoneKey, "Exists"), is(archKey, "Exists")],
        ),
        topologySpreadConstraints: [spread(zoneKey)],
      },
    }),
  ]),
  titled("pods without a selector count every pod of the namespace and choose none", [
    base,
    node("a"),
    node("b", { zone: "test-zone-2" }),
    pods(3, "there", { on: "a" }),
    pods(4, "pod", {
      requests: { cpu: "2" },
      spec: {
        topologySpreadConstraints: [
          { topologyKey: zoneKey, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
        ],
      },
    }),
  ]),
  titled("a pod that others keep away from finds no place on a node outside of all known domains", [
    base,
    unownedNode("far", { zone: "elsewhere" }),
    node("a"),
    pod("there", {
      on: "a",
      spec: { affinity: must("podAntiAffinity", near("web", zoneKey)) },
    }),
    pod("pod", { labels: web, spec: { nodeSelector: { [zoneKey]: "elsewhere" } } }),
  ]),
  titled("a pod that others keep away from finds no place on a node without the label", [
    base,
    unownedNode("bare", { labels: { [zoneKey]: "" } }),
    node("a"),
    pod("there", {
      on: "a",
      spec: { affinity: must("podAntiAffinity", near("web", "rack")) },
    }),
    pod("pod", { labels: web }),
  ]),
  titled("anti-affinity closes every zone that a node may still come up in", [
    base,
    pod("first", {
      labels: web,
      requests: { cpu: "2" },
      spec: { affinity: must("podAntiAffinity", near("web", zoneKey)) },
    }),
    pods(2, "pod", {
      labels: web,
      spec: { affinity: must("podAntiAffinity", near("web", zoneKey)) },
    }),
  ]),
  titled("a pod placed while several zones are open is never counted in one", [
    base,
    pod("first", { labels: web, requests: { cpu: "2" } }),
    pods(3, "pod", { labels: web, spec: { topologySpreadConstraints: [spread(zoneKey)] } }),
  ]),
  titled("terminating pods keep others away, but are not counted", [
    base,
    node("a", { zone: "test-zone-2" }),
    pod("there", {
      on: "a",
      labels: web,
      metadata: { deletionTimestamp: "2026-02-28T23:00:00Z", finalizers: ["example.com/slow"] },
      spec: { affinity: must("podAntiAffinity", near("web", hostnameKey)) },
    }),
    pod("pod", { labels: web, spec: { affinity: must("podAffinity", near("web", zoneKey)) } }),
  ]),
];
