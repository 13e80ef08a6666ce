// Pods come in groups, as Deployments make them: one specification, some replicas.
import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { between, chance, perhaps, some } from "./dice.ts";
import type { generateProtection } from "./generate-budgets.ts";
import { generateContainers } from "./generate-containers.ts";
import { zones } from "./generate-instance-types.ts";
import { generateTolerations } from "./generate-taints.ts";

/** What a case is about; each adds its kind of constraint to some of the pod groups. */
export const podFeatures = [
  "zone-spread",
  "hostname-spread",
  "capacity-type-spread",
  "custom-spread",
  "pod-affinity",
  "pod-anti-affinity",
  "preferences",
  "selectors",
  "host-ports",
  "containers",
  "tolerations",
  "systems",
  "slots",
  "namespaces",
] as const;
export type PodFeature = (typeof podFeatures)[number];

export const appNames = ["api", "web", "batch", "cache", "queue", "search"] as const;
const namespaces = ["default", "other", "third"] as const;
const zoneKey = "topology.kubernetes.io/zone";
const hostnameKey = "kubernetes.io/hostname";
const capacityTypeKey = "karpenter.sh/capacity-type";
/** Keys that instance types, NodePools or nobody at all define. */
const customKeys = ["kubernetes.io/arch", "team", "rack", "rack", "nowhere"] as const;
const topologyKeys = [zoneKey, hostnameKey, capacityTypeKey] as const;

/** A group of pods that differ in name only. */
export interface PodGroup {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Manifest;
}

/** A group with constraints of the features, each with some probability. */
export function generatePodGroup(
  random: RandomStream,
  index: number,
  features: ReadonlySet<PodFeature>,
): PodGroup {
  const app = random.pick(appNames);
  const labels = {
    app,
    ...perhaps(random, 0.5, () => ({ tier: random.pick(["front", "back"]) })),
  };
  const spreads = generateSpreads(random, app, features);
  const affinity = {
    ...generateNodeAffinity(random, features),
    ...(features.has("pod-affinity") ? podAffinity(random, app, features) : {}),
    ...(features.has("pod-anti-affinity") ? podAntiAffinity(random, app, features) : {}),
  };
  return {
    name: `${app}-${index}`,
    namespace: chance(random, features.has("namespaces") ? 0.4 : 0.85)
      ? namespaces[0]
      : random.pick(features.has("namespaces") ? namespaces : namespaces.slice(1, 2)),
    labels,
    spec: {
      containers: [container(random, features)],
      tolerations: features.has("tolerations")
        ? generateTolerations(random)
        : someTolerations(random),
      ...(features.has("containers") ? generateContainers(random) : {}),
      ...perhaps(random, 0.2, () => ({ priority: random.pick([-10, 100, 2_000_001_000]) })),
      ...(spreads.length > 0 ? { topologySpreadConstraints: spreads } : {}),
      ...(Object.keys(affinity).length > 0 ? { affinity } : {}),
      ...nodeSelectors(random, features),
    },
  };
}

function nodeSelectors(
  random: RandomStream,
  features: ReadonlySet<PodFeature>,
): { readonly nodeSelector?: Manifest } {
  const nodeSelector = {
    ...(features.has("selectors") && chance(random, 0.5) ? selectOne(random) : {}),
    ...(features.has("systems") && chance(random, 0.7) ? selectSystem(random) : {}),
  };
  return Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {};
}

function selectSystem(random: RandomStream): Manifest {
  return {
    ...perhaps(random, 0.7, () => ({ "kubernetes.io/os": random.pick(["linux", "windows"]) })),
    ...perhaps(random, 0.5, () => ({ "kubernetes.io/arch": random.pick(["amd64", "arm64"]) })),
    ...perhaps(random, 0.1, () => ({ "node.kubernetes.io/windows-build": "10.0.20348" })),
  };
}

function container(random: RandomStream, features: ReadonlySet<PodFeature>): Manifest {
  const cpu = random.pick(["100m", "250m", "500m", "1", "1500m", "2", "3700m", "7"]);
  const memory = random.pick(["64Mi", "256Mi", "512Mi", "1Gi", "1500Mi", "4Gi", "13Gi"]);
  return {
    name: "main",
    image: "example/app",
    resources: { requests: { cpu, memory, ...(features.has("slots") ? extended(random) : {}) } },
    ...(features.has("host-ports") && chance(random, 0.4)
      ? { ports: [{ containerPort: 80, hostPort: random.pick([8080, 9090]), protocol: "TCP" }] }
      : {}),
  };
}

function extended(random: RandomStream): Manifest {
  return {
    ...perhaps(random, 0.5, () => ({ "example.com/slots": random.pick(["0", "1", "2"]) })),
    ...perhaps(random, 0.1, () => ({ "nvidia.com/gpu": "1" })),
  };
}

function someTolerations(random: RandomStream): readonly Manifest[] {
  if (chance(random, 0.6)) return [];
  return [
    random.pick([
      { key: "dedicated", operator: "Equal", value: "team", effect: "NoSchedule" },
      { key: "dedicated", operator: "Exists" },
      { operator: "Exists" },
    ]),
  ];
}

function selectOne(random: RandomStream): Manifest {
  return random.pick<() => Manifest>([
    () => ({ [zoneKey]: random.pick(zones) }),
    () => ({ [capacityTypeKey]: random.pick(["spot", "on-demand"]) }),
    () => ({ "kubernetes.io/arch": random.pick(["amd64", "arm64"]) }),
    () => ({ "karpenter.k8s.aws/instance-category": random.pick(["c", "m", "r"]) }),
    () => ({ team: random.pick(["red", "blue"]) }),
    () => ({ "karpenter.sh/nodepool": random.pick(["pool-a", "pool-b"]) }),
  ])();
}

function nodeExpression(random: RandomStream): Manifest {
  return random.pick<() => Manifest>([
    () => ({ key: zoneKey, operator: "In", values: some(random, zones) }),
    () => ({ key: zoneKey, operator: "NotIn", values: [random.pick(zones)] }),
    () => ({ key: "karpenter.k8s.aws/instance-cpu", operator: "Gt", values: ["3"] }),
    () => ({ key: "karpenter.k8s.aws/instance-cpu", operator: "Lt", values: ["17"] }),
    () => ({ key: capacityTypeKey, operator: "In", values: ["on-demand"] }),
    () => ({ key: "team", operator: random.pick(["Exists", "DoesNotExist"]) }),
  ])();
}

function generateNodeAffinity(
  random: RandomStream,
  features: ReadonlySet<PodFeature>,
): { readonly nodeAffinity?: Manifest } {
  const terms = () => ({ matchExpressions: [nodeExpression(random)] });
  const required = features.has("selectors") && chance(random, 0.3);
  const preferred = features.has("preferences") && chance(random, 0.5);
  if (!required && !preferred) return {};
  return {
    nodeAffinity: {
      ...(required
        ? {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: Array.from({ length: between(random, 1, 2) }, terms),
            },
          }
        : {}),
      ...(preferred
        ? {
            preferredDuringSchedulingIgnoredDuringExecution: Array.from(
              { length: between(random, 1, 3) },
              (_, index) => ({ weight: 10 * (index + 1), preference: terms() }),
            ),
          }
        : {}),
    },
  };
}

function selectorFor(random: RandomStream, app: string): Manifest {
  const name = chance(random, 0.8) ? app : random.pick(appNames);
  return chance(random, 0.85)
    ? { matchLabels: { app: name } }
    : { matchExpressions: [{ key: "app", operator: "In", values: [name, "none"] }] };
}

function generateSpreads(
  random: RandomStream,
  app: string,
  features: ReadonlySet<PodFeature>,
): readonly Manifest[] {
  const keys = [
    ...(features.has("zone-spread") && chance(random, 0.8) ? [zoneKey] : []),
    ...(features.has("hostname-spread") && chance(random, 0.8) ? [hostnameKey] : []),
    ...(features.has("capacity-type-spread") && chance(random, 0.8) ? [capacityTypeKey] : []),
    ...(features.has("custom-spread") && chance(random, 0.6) ? [random.pick(customKeys)] : []),
  ];
  return keys.map((topologyKey) => spread(random, topologyKey, app, features));
}

function spread(
  random: RandomStream,
  topologyKey: string,
  app: string,
  features: ReadonlySet<PodFeature>,
): Manifest {
  const isHard = !features.has("preferences") || chance(random, 0.4);
  const isCustom = features.has("custom-spread");
  const selector = isCustom && chance(random, 0.2) ? random.pick(["every", "none"]) : "app";
  const policies = isCustom ? 0.4 : 0.15;
  return {
    topologyKey,
    maxSkew: random.pick([1, 1, 1, 2, 3]),
    whenUnsatisfiable: isHard ? "DoNotSchedule" : "ScheduleAnyway",
    ...(selector === "app" ? { labelSelector: selectorFor(random, app) } : {}),
    ...(selector === "every" ? { labelSelector: {} } : {}),
    ...(isHard ? perhaps(random, 0.15, () => ({ minDomains: between(random, 2, 5) })) : {}),
    ...perhaps(random, policies, () => ({ nodeAffinityPolicy: random.pick(["Honor", "Ignore"]) })),
    ...perhaps(random, policies, () => ({ nodeTaintsPolicy: random.pick(["Honor", "Ignore"]) })),
    // The API server refuses matchLabelKeys without a selector.
    ...(selector === "none" ? {} : perhaps(random, 0.15, () => ({ matchLabelKeys: ["tier"] }))),
  };
}

function affinityTerm(
  random: RandomStream,
  app: string,
  features: ReadonlySet<PodFeature>,
): Manifest {
  const often = features.has("namespaces") ? 0.4 : 0.1;
  return {
    topologyKey: random.pick(topologyKeys),
    labelSelector: selectorFor(random, app),
    ...perhaps(random, often, () => ({ namespaces: some(random, namespaces) })),
    ...perhaps(random, often, () => ({
      namespaceSelector: random.pick([
        {},
        { matchLabels: { kind: "second" } },
        { matchExpressions: [{ key: "kind", operator: "NotIn", values: ["second"] }] },
        { matchLabels: { kind: "unheard-of" } },
      ]),
    })),
  };
}

function affinityTerms(
  random: RandomStream,
  app: string,
  features: ReadonlySet<PodFeature>,
): Manifest {
  return features.has("preferences") && chance(random, 0.6)
    ? {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: between(random, 1, 100), podAffinityTerm: affinityTerm(random, app, features) },
        ],
      }
    : { requiredDuringSchedulingIgnoredDuringExecution: [affinityTerm(random, app, features)] };
}

function podAffinity(
  random: RandomStream,
  app: string,
  features: ReadonlySet<PodFeature>,
): { readonly podAffinity?: Manifest } {
  return chance(random, 0.6) ? { podAffinity: affinityTerms(random, app, features) } : {};
}

function podAntiAffinity(
  random: RandomStream,
  app: string,
  features: ReadonlySet<PodFeature>,
): { readonly podAntiAffinity?: Manifest } {
  return chance(random, 0.6) ? { podAntiAffinity: affinityTerms(random, app, features) } : {};
}

/** An API server keeps what is being deleted only while a finalizer stands. */
const terminating = {
  deletionTimestamp: "2026-02-28T23:59:00Z",
  deletionGracePeriodSeconds: 30,
  finalizers: ["example.com/slow"],
};

/** A pod of the group; bound and running when a node is named, else refused by kube-scheduler. */
export function podManifest(
  group: PodGroup,
  serial: number,
  details: {
    readonly nodeName?: string;
    readonly spec?: Manifest;
    readonly isTerminating?: boolean;
    readonly protection?: ReturnType<typeof generateProtection>;
  } = {},
): Manifest {
  const name = podName(group, serial);
  const { nodeName, protection } = details;
  const { annotations, ownerKind = "ReplicaSet", phase = "Running" } = protection ?? {};
  const ready = { type: "Ready", status: protection?.isReady === false ? "False" : "True" };
  const waiting = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: group.namespace,
      uid: `uid-${group.namespace}-${name}`,
      labels: group.labels,
      creationTimestamp: "2026-02-28T00:00:00Z",
      ...(details.isTerminating === true ? terminating : {}),
      ownerReferences: [
        { apiVersion: "apps/v1", kind: ownerKind, name: group.name, uid: `rs-${group.name}` },
      ],
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: { ...group.spec, ...details.spec, ...(nodeName === undefined ? {} : { nodeName }) },
    status:
      nodeName === undefined
        ? { phase: "Pending", conditions: waiting }
        : {
            phase,
            conditions: protection === undefined ? [] : [ready],
            ...(protection === undefined ? {} : { startTime: "2026-02-28T00:00:00Z" }),
          },
  };
}

/** What {@link podManifest} calls the pod. */
export function podName(group: PodGroup, serial: number): string {
  return `${group.name}-${String(serial).padStart(3, "0")}`;
}
