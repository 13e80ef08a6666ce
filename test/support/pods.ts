import type {
  Affinity,
  Container,
  DaemonSet,
  ObjectMeta,
  Pod,
  PodAffinityTerm,
  PodSpec,
  PodStatus,
  TopologySpreadConstraint,
} from "../../core/apis/index.ts";
import { parseResourceList, simTime } from "../../core/units/index.ts";
import { deepFreeze } from "./freeze.ts";

/** Quantities as manifests have them: `{ cpu: "500m", memory: "1Gi" }`. */
export type Quantities = Readonly<Record<string, string | number>>;

/** What a test may say about a pod; everything else is a sane default. */
export interface PodOverrides {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly metadata?: Partial<ObjectMeta>;
  /** Of the only container. */
  readonly requests?: Quantities;
  readonly limits?: Quantities;
  readonly ports?: Container["ports"];
  readonly spec?: Partial<PodSpec>;
  readonly affinity?: Partial<Affinity>;
  readonly status?: Partial<PodStatus>;
  /** Bound to this node, running. */
  readonly nodeName?: string;
}

/** Metadata with the given name, which is its uid too, in the default namespace. */
export function objectMeta(overrides: Partial<ObjectMeta> & { readonly name: string }): ObjectMeta {
  return {
    namespace: "default",
    uid: overrides.name,
    labels: {},
    annotations: {},
    creationTimestamp: simTime(0),
    finalizers: [],
    ownerReferences: [],
    generation: 1,
    ...overrides,
  };
}

const noAffinity: Affinity = {
  preferredNodeTerms: [],
  requiredPodAffinity: [],
  preferredPodAffinity: [],
  requiredPodAntiAffinity: [],
  preferredPodAntiAffinity: [],
};

/** A pod's specification as the API server would have defaulted it. */
export function podSpec(overrides: PodOverrides = {}): PodSpec {
  const { affinity, nodeName } = overrides;
  return {
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(affinity === undefined ? {} : { affinity: { ...noAffinity, ...affinity } }),
    nodeSelector: {},
    tolerations: [],
    topologySpreadConstraints: [],
    containers: [
      {
        name: "main",
        image: "image",
        resources: {
          requests: parseResourceList(overrides.requests ?? {}),
          limits: parseResourceList(overrides.limits ?? {}),
        },
        ports: overrides.ports ?? [],
        readinessInitialDelaySeconds: 0,
      },
    ],
    initContainers: [],
    overhead: {},
    volumes: [],
    hasResourceClaims: false,
    priority: 0,
    preemptionPolicy: "PreemptLowerPriority",
    schedulerName: "default-scheduler",
    schedulingGates: [],
    terminationGracePeriodSeconds: 30,
    restartPolicy: "Always",
    hostNetwork: false,
    ...overrides.spec,
  };
}

/** A pod that kube-scheduler has found no node for; bound and running with a `nodeName`. */
export function pod(overrides: PodOverrides = {}): Pod {
  const {
    name = "pod",
    namespace = "default",
    labels = {},
    annotations = {},
    nodeName,
  } = overrides;
  const uid = overrides.uid ?? name;
  const meta = { name, namespace, uid, labels, annotations, ...overrides.metadata };
  return deepFreeze<Pod>({
    kind: "Pod",
    metadata: objectMeta(meta),
    spec: podSpec(overrides),
    status: {
      phase: nodeName === undefined ? "Pending" : "Running",
      conditions: nodeName === undefined ? [unschedulable] : [],
      ...overrides.status,
    },
  });
}

const unschedulable: PodStatus["conditions"][number] = {
  type: "PodScheduled",
  status: "False",
  reason: "Unschedulable",
  message: "0/0 nodes are available",
  lastTransitionTime: simTime(0),
};

/** `count` pods named `<name>-1` and so on, otherwise alike. */
export function pods(count: number, overrides: PodOverrides = {}): readonly Pod[] {
  const { name = "pod" } = overrides;
  return Array.from({ length: count }, (_, index) =>
    pod({ ...overrides, name: `${name}-${index + 1}` }),
  );
}

/** A DaemonSet whose template is the pod described. */
export function daemonSet(overrides: PodOverrides = {}): DaemonSet {
  const { name = "daemon", namespace = "default", labels = { app: name } } = overrides;
  return deepFreeze<DaemonSet>({
    kind: "DaemonSet",
    metadata: objectMeta({ name, namespace }),
    spec: {
      selector: { matchLabels: labels, matchExpressions: [] },
      template: { labels, annotations: overrides.annotations ?? {}, spec: podSpec(overrides) },
    },
  });
}

/** A spread over a label for pods with the given labels, maxSkew 1, hard unless overridden. */
export function topologySpread(
  topologyKey: string,
  matchLabels: Readonly<Record<string, string>>,
  overrides: Partial<TopologySpreadConstraint> = {},
): TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels, matchExpressions: [] },
    nodeAffinityPolicy: "Honor",
    nodeTaintsPolicy: "Ignore",
    matchLabelKeys: [],
    ...overrides,
  };
}

/** An affinity or anti-affinity term about pods with the given labels in the pod's namespace. */
export function podAffinityTerm(
  topologyKey: string,
  matchLabels: Readonly<Record<string, string>>,
  overrides: Partial<PodAffinityTerm> = {},
): PodAffinityTerm {
  return {
    labelSelector: { matchLabels, matchExpressions: [] },
    namespaces: [],
    topologyKey,
    matchLabelKeys: [],
    mismatchLabelKeys: [],
    ...overrides,
  };
}
