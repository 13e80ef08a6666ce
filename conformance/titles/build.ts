// Short ways to write the manifests of hand-made cases.
import type { ConformanceCase, Manifest } from "../cases.ts";
import type { TitleInstanceTypeSet } from "./instance-types.ts";

/** A case in the making; its title is the one of upstream's own test of the same decision. */
export interface TitledCase {
  readonly title: string;
  readonly objects: readonly Manifest[];
  readonly minValuesPolicy?: "BestEffort";
  readonly preferencePolicy?: "Ignore";
  readonly featureGates?: ConformanceCase["options"]["featureGates"];
  readonly instanceTypeSet?: TitleInstanceTypeSet;
}

export const zoneKey = "topology.kubernetes.io/zone";
export const hostnameKey = "kubernetes.io/hostname";
export const capacityTypeKey = "karpenter.sh/capacity-type";
export const archKey = "kubernetes.io/arch";
export const osKey = "kubernetes.io/os";
export const typeKey = "node.kubernetes.io/instance-type";
export const cpuKey = "karpenter.k8s.aws/instance-cpu";

const longAgo = "2026-02-28T00:00:00Z";

export function titled(
  title: string,
  objects: readonly (Manifest | readonly Manifest[])[],
  rest: Omit<TitledCase, "title" | "objects"> = {},
): TitledCase {
  return { title, objects: objects.flat() as readonly Manifest[], ...rest };
}

/** A requirement or match expression. */
export function expression(key: string, operator: string, ...values: string[]): Manifest {
  return { key, operator, ...(values.length > 0 ? { values } : {}) };
}

interface PoolDetails {
  readonly requirements?: readonly Manifest[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Manifest[];
  readonly startupTaints?: readonly Manifest[];
  readonly weight?: number;
  readonly limits?: Readonly<Record<string, string>>;
  readonly isReady?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Makes it static. */
  readonly replicas?: number;
  /** Anything else of `spec.template.spec`, such as the EC2NodeClass. */
  readonly templateSpec?: Manifest;
  readonly metadata?: Manifest;
}

/** A NodePool that is ready, and launches what the requirements allow. */
export function pool(name: string, details: PoolDetails = {}): Manifest {
  const { requirements = [], labels = {}, taints, startupTaints, weight, limits } = details;
  const { annotations = {}, replicas } = details;
  const status = details.isReady === false ? "False" : "True";
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}`, generation: 1, ...details.metadata },
    spec: {
      ...(weight === undefined ? {} : { weight }),
      ...(replicas === undefined ? {} : { replicas }),
      ...(limits === undefined ? {} : { limits }),
      template: {
        metadata: { labels, annotations },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements,
          ...(taints === undefined ? {} : { taints }),
          ...(startupTaints === undefined ? {} : { startupTaints }),
          // The API server's default, which upstream's own types do not have.
          expireAfter: "720h",
          ...details.templateSpec,
        },
      },
    },
    status: {
      conditions: ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
        type,
        status: type === "ValidationSucceeded" ? "True" : status,
        reason: type,
        message: "",
        lastTransitionTime: longAgo,
        observedGeneration: 1,
      })),
    },
  };
}

/** The least that an EC2NodeClass has. */
export function nodeClass(name: string): Manifest {
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name },
    spec: {
      role: "nodes",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { discovery: "example" } }],
      securityGroupSelectorTerms: [{ tags: { discovery: "example" } }],
    },
  };
}

interface PodDetails {
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
  readonly ports?: readonly Manifest[];
  /** Bound to this node and running. */
  readonly on?: string;
  readonly phase?: string;
  readonly metadata?: Manifest;
  readonly spec?: Manifest;
}

/** A pod of one container that waits, or runs on a node. */
export function pod(name: string, details: PodDetails = {}): Manifest {
  const { labels = {}, namespace = "default", requests = { cpu: "100m" }, on, limits } = details;
  const waiting = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      labels,
      creationTimestamp: longAgo,
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "rs", uid: "rs" }],
      ...details.metadata,
    },
    spec: {
      containers: [
        {
          name: "main",
          image: "example/app",
          resources: { requests, ...(limits === undefined ? {} : { limits }) },
          ...(details.ports === undefined ? {} : { ports: details.ports }),
        },
      ],
      ...details.spec,
      ...(on === undefined ? {} : { nodeName: on }),
    },
    status:
      on === undefined
        ? { phase: "Pending", conditions: waiting }
        : { phase: details.phase ?? "Running", conditions: [] },
  };
}

/** `name-0`, `name-1` and so on. */
export function pods(count: number, name: string, details: PodDetails = {}): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => pod(`${name}-${index}`, details));
}

/** A pod specification's node affinity: the terms are alternatives. */
export function requiring(...terms: (readonly Manifest[])[]): Manifest {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: nodeSelector(terms) } };
}

function nodeSelector(terms: readonly (readonly Manifest[])[]): Manifest {
  return { nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })) };
}

/** Preferences from weightiest to lightest, with required terms if there are any. */
export function preferring(
  preferences: readonly Manifest[],
  ...required: (readonly Manifest[])[]
): Manifest {
  return {
    nodeAffinity: {
      ...(required.length === 0
        ? {}
        : { requiredDuringSchedulingIgnoredDuringExecution: nodeSelector(required) }),
      preferredDuringSchedulingIgnoredDuringExecution: preferences.map((it, index) => ({
        weight: 100 - index,
        preference: { matchExpressions: [it] },
      })),
    },
  };
}

/** A hard spread over the key of pods labelled app=web. */
export function spread(topologyKey: string, rest: Manifest = {}): Manifest {
  return {
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: { app: "web" } },
    ...rest,
  };
}

/** A required term about pods with the label app. */
export function near(app: string, topologyKey: string, rest: Manifest = {}): Manifest {
  return { topologyKey, labelSelector: { matchLabels: { app } }, ...rest };
}

/** Pod affinity or anti-affinity with one required term. */
export function must(kind: "podAffinity" | "podAntiAffinity", term: Manifest): Manifest {
  return { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}

/** The same as a preference. */
export function should(kind: "podAffinity" | "podAntiAffinity", term: Manifest): Manifest {
  const preferred = [{ weight: 50, podAffinityTerm: term }];
  return { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
}
