// Short ways to write the manifests of hand-made disruption cases. Everything that the API server
// would fill in is written out, since upstream's program reads manifests as they are.
import type { Manifest } from "../../cases.ts";
import type {
  CaseCarryOut,
  CaseChange,
  CaseFacts,
  DisruptionCase,
} from "../../disruption/cases.ts";
import { archKey, capacityTypeKey, hostnameKey, osKey, pod, typeKey, zoneKey } from "../build.ts";

/** A case in the making; its title is the one of upstream's own test of the same decision. */
export interface DisruptionTitle {
  readonly title: string;
  readonly objects: readonly Manifest[];
  readonly facts?: CaseFacts;
  readonly seconds?: number;
  readonly script?: readonly CaseChange[];
  readonly options?: Partial<DisruptionCase["options"]>;
  readonly instanceTypeSet?: string;
  readonly instanceTypeSetByNodePool?: Readonly<Record<string, string>>;
  readonly carryOut?: CaseCarryOut;
}

/** The start of every case. */
export const start = "2026-03-01T00:00:00Z";
/** A day before. */
export const longAgo = "2026-02-28T00:00:00Z";
export const doNotDisrupt = "karpenter.sh/do-not-disrupt";

export function titled(
  title: string,
  objects: readonly (Manifest | readonly Manifest[])[],
  rest: Omit<DisruptionTitle, "title" | "objects"> = {},
): DisruptionTitle {
  return { title, objects: objects.flat() as readonly Manifest[], ...rest };
}

function condition(type: string, status: string, at: string): Manifest {
  return { type, status, reason: type, message: "", lastTransitionTime: at };
}

interface PoolDetails {
  readonly policy?: "WhenEmpty" | "WhenEmptyOrUnderutilized" | "Balanced";
  /** Default `0s`. */
  readonly consolidateAfter?: string;
  /** Default: everything may be disrupted at once. */
  readonly budgets?: readonly Manifest[];
  /** Makes it a static one. */
  readonly replicas?: number;
  readonly requirements?: readonly Manifest[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Manifest[];
  readonly limits?: Readonly<Record<string, string>>;
  readonly weight?: number;
  readonly isReady?: boolean;
  readonly terminationGracePeriod?: string;
}

/** A NodePool that is ready. */
export function pool(name: string, details: PoolDetails = {}): Manifest {
  const { policy = "WhenEmptyOrUnderutilized", consolidateAfter = "0s", replicas } = details;
  const { budgets = [{ nodes: "100%" }], limits, weight, requirements = [] } = details;
  const { labels = {}, taints, terminationGracePeriod } = details;
  const status = details.isReady === false ? "False" : "True";
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}`, generation: 1, creationTimestamp: longAgo },
    spec: {
      disruption: { consolidationPolicy: policy, consolidateAfter, budgets },
      ...(replicas === undefined ? {} : { replicas }),
      ...(limits === undefined ? {} : { limits }),
      ...(weight === undefined ? {} : { weight }),
      template: {
        metadata: { labels },
        spec: {
          expireAfter: "Never",
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements,
          ...(taints === undefined ? {} : { taints }),
          ...(terminationGracePeriod === undefined ? {} : { terminationGracePeriod }),
        },
      },
    },
    status: {
      conditions: ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
        ...condition(type, type === "ValidationSucceeded" ? "True" : status, longAgo),
        observedGeneration: 1,
      })),
    },
  };
}

/** A condition of a NodeClaim: its status, or since when it is True. */
type ConditionDetails = "True" | "False" | "Unknown" | { readonly since: string };

interface MachineDetails {
  /** NodePool; default `default`. */
  readonly pool?: string;
  /** Instance type; default `m1.xlarge`. */
  readonly type?: string;
  readonly zone?: string;
  readonly capacityType?: string;
  /** Beside Launched, Registered, Initialized and Consolidatable, which are True. */
  readonly conditions?: Readonly<Record<string, ConditionDetails | undefined>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels that the machine lacks. */
  readonly without?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Manifest[];
  /** Of the NodeClaim's specification. */
  readonly spec?: Manifest;
  readonly isReady?: boolean;
  readonly isInitialized?: boolean;
  readonly isDeleting?: boolean;
  readonly lastPodEventTime?: string;
  /** Only one half of it is there. */
  readonly only?: "Node" | "NodeClaim";
  /** What can be allocated, if not what the type offers. */
  readonly cpu?: string;
}

const sizes: Readonly<Record<string, number>> = {
  medium: 1,
  large: 2,
  xlarge: 4,
  "2xlarge": 8,
  "4xlarge": 16,
};

/** NodeClaim `claim-NAME` and Node `NAME`: initialized and consolidatable unless said otherwise. */
export function machine(name: string, details: MachineDetails = {}): readonly Manifest[] {
  const { only } = details;
  return [
    ...(only === "Node" ? [] : [nodeClaim(name, details)]),
    ...(only === "NodeClaim" ? [] : [nodeOf(name, details)]),
  ];
}

/** Several of them, `NAME-0` and so on. */
export function machines(
  count: number,
  name: string,
  details: MachineDetails = {},
): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => machine(`${name}-${index}`, details)).flat();
}

const finalizers = ["karpenter.sh/termination"];

/** The NodeClaim alone, for changes of a script. */
export function nodeClaim(name: string, details: MachineDetails = {}): Manifest {
  const { isInitialized = true, isDeleting = false, annotations = {}, only } = details;
  const conditions: Readonly<Record<string, ConditionDetails | undefined>> = {
    Launched: "True",
    Registered: only === "NodeClaim" ? "Unknown" : "True",
    Initialized: isInitialized && only !== "NodeClaim" ? "True" : "Unknown",
    Consolidatable: "True",
    ...details.conditions,
  };
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name: `claim-${name}`,
      uid: `uid-claim-${name}`,
      labels: labelsOf(name, details, false),
      annotations,
      creationTimestamp: longAgo,
      finalizers,
      ...(isDeleting ? { deletionTimestamp: longAgo } : {}),
    },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      requirements: [],
      expireAfter: "Never",
      ...details.spec,
    },
    status: {
      providerID: `aws:///zone/${name}`,
      ...(only === "NodeClaim" ? {} : { nodeName: name }),
      ...resourcesOf(details),
      ...(details.lastPodEventTime === undefined
        ? {}
        : { lastPodEventTime: details.lastPodEventTime }),
      conditions: Object.entries(conditions).flatMap(([type, it]) => {
        if (it === undefined) return [];
        return typeof it === "string"
          ? [condition(type, it, longAgo)]
          : [condition(type, "True", it.since)];
      }),
    },
  };
}

/** The Node alone. */
export function nodeOf(name: string, details: MachineDetails = {}): Manifest {
  const { annotations = {}, taints = [], isReady = true } = details;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      uid: `uid-${name}`,
      labels: labelsOf(name, details, true),
      annotations,
      creationTimestamp: longAgo,
      finalizers,
    },
    spec: { providerID: `aws:///zone/${name}`, ...(taints.length > 0 ? { taints } : {}) },
    status: {
      ...resourcesOf(details),
      conditions: [
        { type: "Ready", status: isReady ? "True" : "False", lastTransitionTime: longAgo },
      ],
    },
  };
}

function labelsOf(
  name: string,
  details: MachineDetails,
  isNode: boolean,
): Readonly<Record<string, string>> {
  const { type = "m1.xlarge", zone = "test-zone-1", capacityType = "on-demand" } = details;
  const { isInitialized = true, without = [], labels } = details;
  const all: Readonly<Record<string, string>> = {
    "karpenter.sh/nodepool": details.pool ?? "default",
    [typeKey]: type,
    [zoneKey]: zone,
    [capacityTypeKey]: capacityType,
    [archKey]: "amd64",
    [osKey]: "linux",
    ...(isNode
      ? {
          [hostnameKey]: name,
          "karpenter.sh/registered": "true",
          ...(isInitialized ? { "karpenter.sh/initialized": "true" } : {}),
        }
      : {}),
    ...labels,
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => !without.includes(key)));
}

function resourcesOf({ type = "m1.xlarge", cpu }: MachineDetails): Manifest {
  const [family = "", size = ""] = type.split(".");
  const cores = sizes[size] ?? 4;
  const capacity = {
    cpu: String(cores),
    memory: `${cores * (family === "c1" ? 2 : 4)}Gi`,
    pods: String(10 * cores),
  };
  return { capacity, allocatable: { ...capacity, cpu: cpu ?? `${1000 * cores - 100}m` } };
}

interface BudgetDetails {
  readonly spec?: Manifest;
  readonly allowed?: number;
  readonly namespace?: string;
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** A PodDisruptionBudget that allows nothing unless told otherwise. */
export function pdb(name: string, details: BudgetDetails = {}): Manifest {
  const { spec = { maxUnavailable: 0 }, allowed = 0, namespace = "default" } = details;
  const { matchLabels = { app: "web" } } = details;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace, uid: `uid-${namespace}-${name}` },
    spec: { selector: { matchLabels }, ...spec },
    status: {
      disruptionsAllowed: allowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      observedGeneration: 1,
    },
  };
}

/** A running pod of a Deployment labelled `app: web`, with more metadata where wanted. */
export function webPod(
  name: string,
  on: string,
  details: Omit<Parameters<typeof pod>[1], "on"> = {},
): Manifest {
  return pod(name, { labels: { app: "web" }, on, ...details });
}

/** Metadata with an owner of this kind. */
export function ownedBy(kind: string, apiVersion = "apps/v1"): Manifest {
  const owner = { apiVersion, kind, name: "owner", uid: `uid-${kind}`, controller: true };
  return { ownerReferences: [owner] };
}

/** Metadata of a pod that is being deleted. */
export const terminating: Manifest = {
  deletionTimestamp: longAgo,
  deletionGracePeriodSeconds: 30,
  finalizers: ["example.com/slow"],
};
