// Short ways to write the objects and steps of lifecycle cases.
import type { CaseInstanceType, Manifest } from "../../cases.ts";
import type {
  Answers,
  CaseRepairPolicy,
  CreateAnswer,
  LifecycleCase,
  LifecycleStep,
} from "../../lifecycle/cases.ts";

/** When every case begins. */
export const beginning = "2026-03-01T00:00:00Z";
/** A day before, when whatever is there already came to be. */
export const longAgo = "2026-02-28T00:00:00Z";

/** A story in the making; its title is the one of upstream's own test of the same decision. */
export interface TitledStory {
  readonly title: string;
  readonly objects: readonly Manifest[];
  readonly steps: readonly LifecycleStep[];
  readonly answers?: Answers;
  readonly featureGates?: LifecycleCase["featureGates"];
  readonly isConsistencyChecked?: boolean;
  readonly hasDuplicates?: boolean;
  readonly repairPolicies?: readonly CaseRepairPolicy[];
  readonly lostInstances?: readonly string[];
  readonly instanceTypes?: readonly CaseInstanceType[];
}

export function story(
  title: string,
  objects: readonly (Manifest | readonly Manifest[])[],
  steps: readonly LifecycleStep[],
  rest: Omit<TitledStory, "title" | "objects" | "steps"> = {},
): TitledStory {
  return { title, objects: objects.flat() as readonly Manifest[], steps, ...rest };
}

/** Looks at these seconds, without doing anything. */
export function look(...seconds: readonly number[]): readonly LifecycleStep[] {
  return seconds.map((atSeconds) => ({ atSeconds }));
}

/** The time so many seconds after the beginning, as Kubernetes writes it. */
export function time(seconds: number): string {
  return new Date(Date.parse(beginning) + seconds * 1000).toISOString().replace(".000", "");
}

export const launched: CreateAnswer = {
  kind: "launched",
  instanceType: "m1.large",
  zone: "test-zone-1",
  capacityType: "on-demand",
};

/** Launches succeed at once, instances take three seconds to go. */
export const cloud: Answers = { create: { "*": launched }, terminationSeconds: 3 };

/** The type of all nodes, on demand and spot in two zones; and a larger one. */
export const instanceTypes: readonly CaseInstanceType[] = [
  instanceType("m1.large", "4", 0.1),
  instanceType("m1.xlarge", "8", 0.2),
];

export function instanceType(name: string, cpu: string, price: number): CaseInstanceType {
  const zones = ["test-zone-1", "test-zone-2"];
  return {
    name,
    requirements: {
      "node.kubernetes.io/instance-type": [name],
      "kubernetes.io/arch": ["amd64"],
      "kubernetes.io/os": ["linux"],
      "topology.kubernetes.io/zone": zones,
      "karpenter.sh/capacity-type": ["on-demand", "spot"],
    },
    offerings: zones.flatMap((zone) => [
      { zone, capacityType: "on-demand", price, available: true } as const,
      { zone, capacityType: "spot", price: price / 2, available: true } as const,
    ]),
    capacity: { cpu, memory: "16Gi", pods: "20" },
    kubeReserved: { cpu: "100m" },
  };
}

const nodeClassRef = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };

/** The NodeClass; ready unless its condition says otherwise. */
export function nodeClass(
  ready: { readonly status: string; readonly reason?: string; readonly message?: string } = {
    status: "True",
  },
  metadata: Manifest = {},
): Manifest {
  const { status, reason = "Ready", message = "" } = ready;
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default", uid: "uid-class", generation: 1, ...metadata },
    spec: {
      amiFamily: "AL2023",
      role: "role",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { name: "subnet" } }],
      securityGroupSelectorTerms: [{ tags: { name: "group" } }],
    },
    status: {
      conditions: [{ type: "Ready", status, reason, message, lastTransitionTime: longAgo }],
    },
  };
}

/** The hash annotations of a NodePool as `pool()` makes it, and of NodeClaims made from it. */
export const untouched: Readonly<Record<string, string>> = {
  "karpenter.sh/nodepool-hash": "17369979337536258260",
  "karpenter.sh/nodepool-hash-version": "v3",
};

interface PoolDetails {
  readonly name?: string;
  readonly metadata?: Manifest;
  /** Of the template. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly template?: Manifest;
  readonly disruption?: Manifest;
  readonly spec?: Manifest;
  readonly status?: Manifest;
}

/** What a NodePool's template is unless a case changes it. */
export function template(details: Pick<PoolDetails, "labels" | "template"> = {}): Manifest {
  return {
    metadata: { labels: details.labels ?? {} },
    spec: { nodeClassRef, requirements: [], expireAfter: "Never", ...details.template },
  };
}

/** A NodePool; nodes never expire and are consolidatable after 30 s. */
export function pool(details: PoolDetails = {}): Manifest {
  const { name = "default" } = details;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}`, generation: 1, ...details.metadata },
    spec: {
      template: template(details),
      disruption: { consolidateAfter: "30s", ...details.disruption },
      ...details.spec,
    },
    ...(details.status === undefined ? {} : { status: details.status }),
  };
}

/** What both halves of a machine have from their first day. */
export function labelsOf(poolName: string): Readonly<Record<string, string>> {
  return { "karpenter.k8s.aws/ec2nodeclass": "default", "karpenter.sh/nodepool": poolName };
}

interface ClaimDetails {
  readonly pool?: string;
  readonly createdAt?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly metadata?: Manifest;
  readonly spec?: Manifest;
  readonly status?: Manifest;
}

/** A NodeClaim of the NodePool that nobody has looked at yet. */
export function claim(name: string, details: ClaimDetails = {}): Manifest {
  const { pool: poolName = "default", createdAt = beginning } = details;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodeClaim",
    metadata: {
      name,
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: createdAt,
      labels: { ...labelsOf(poolName), ...details.labels },
      annotations: details.annotations ?? {},
      ownerReferences: [
        {
          apiVersion: "karpenter.sh/v1",
          kind: "NodePool",
          name: poolName,
          uid: `uid-${poolName}`,
          blockOwnerDeletion: true,
        },
      ],
      ...details.metadata,
    },
    spec: { nodeClassRef, requirements: [], expireAfter: "Never", ...details.spec },
    ...(details.status === undefined ? {} : { status: details.status }),
  };
}
