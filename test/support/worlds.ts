import { parseObject } from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { after, hours, invariant, parseTime } from "../../core/units/index.ts";
import type { DurationMs } from "../../core/units/index.ts";
import { defaultAwsSettings, undescribedAccount } from "../../sim/aws/index.ts";
import {
  type CapacityModel,
  defaultBillingSettings,
  defaultCapacityModel,
  defaultEc2Latency,
  ModelledOutlook,
  ModelledSpotMarket,
} from "../../sim/ec2/index.ts";
import { defaultKubeSettings } from "../../sim/kube/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import { defaultKarpenterOptions, type WorldPlan } from "../../sim/world-plan.ts";
import { runWorld, type RunResult } from "../../sim/world.ts";
import { loadCatalogue } from "../../traces/index.ts";

const region = "us-east-1";
export const worldStart = parseTime("2026-03-02T00:00:00Z");

type Manifest = Readonly<Record<string, unknown>>;

/** Manifests, given as plain objects, as the loader would hand them on. */
export function objectsOf(manifests: readonly Manifest[]): readonly ClusterObject[] {
  return manifests.map((manifest) => {
    const { object, issues } = parseObject(manifest);
    invariant(object !== undefined, "a test manifest is valid", { issues: JSON.stringify(issues) });
    return object as ClusterObject;
  });
}

const ec2NodeClass: Manifest = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    role: "nodes",
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    subnetSelectorTerms: [{ tags: { cluster: "test" } }],
    securityGroupSelectorTerms: [{ tags: { cluster: "test" } }],
  },
};

/** A NodePool over c, m and r types; `disruption` and `capacityTypes` are what tests vary. */
export function nodePoolManifest(options: {
  readonly capacityTypes?: readonly string[];
  readonly disruption?: Manifest;
  readonly expireAfter?: string;
}): Manifest {
  const requirements = [
    ["karpenter.sh/capacity-type", options.capacityTypes ?? ["spot", "on-demand"]],
    ["kubernetes.io/arch", ["amd64"]],
    ["karpenter.k8s.aws/instance-category", ["c", "m", "r"]],
    ["karpenter.k8s.aws/instance-generation", ["5", "6"]],
  ].map(([key, values]) => ({ key, operator: "In", values }));
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: "default" },
    spec: {
      template: {
        spec: {
          expireAfter: options.expireAfter ?? "720h",
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements,
        },
      },
      disruption: options.disruption ?? { consolidateAfter: "1m" },
    },
  };
}

/** A Deployment of pods with 500m and 1Gi each, spread over zones. */
export function deploymentManifest(name: string, replicas: number): Manifest {
  const matchLabels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels },
      template: {
        metadata: { labels: matchLabels },
        spec: {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels },
            },
          ],
          containers: [
            { name: "main", image: "app", resources: { requests: { cpu: "500m", memory: "1Gi" } } },
          ],
        },
      },
    },
  };
}

/** A PodDisruptionBudget over a Deployment of `deploymentManifest`. */
export function budgetManifest(name: string, maxUnavailable: string | number): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default" },
    spec: { maxUnavailable, selector: { matchLabels: { app: name } } },
  };
}

/** A plan over the given manifests and a modelled market; a day unless told otherwise. */
export function worldPlan(options: {
  readonly manifests: readonly Manifest[];
  readonly seed?: number;
  readonly lasts?: DurationMs;
  readonly overrides?: Partial<WorldPlan>;
  /** Multiplies the interruption rates. */
  readonly interruptionScale?: number;
  readonly capacity?: Partial<CapacityModel>;
}): WorldPlan {
  const catalogue = loadCatalogue();
  const seed = options.seed ?? 1;
  const savings = (type: string) => catalogue.spotAdvisorSavingsPercent(region, type);
  const shares = [0.025, 0.075, 0.125, 0.175, 0.3];
  const facts = {
    onDemandUsdPerHour: (type: string) => catalogue.findOnDemandPrice(region, type)?.usdPerHour,
    spotSavings: (type: string) => {
      const percent = savings(type);
      return percent === undefined ? undefined : percent / 100;
    },
  };
  return {
    scenarioName: "test",
    policyName: "test",
    seed,
    start: worldStart,
    end: after(worldStart, options.lasts ?? hours(24)),
    region,
    zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
    catalogue,
    objects: objectsOf([ec2NodeClass, ...options.manifests]),
    namespaceLabels: {},
    replicaPlans: [],
    podArrivals: [],
    market: new ModelledSpotMarket({ seed, start: worldStart, facts }),
    outlook: new ModelledOutlook({
      seed,
      start: worldStart,
      model: {
        ...defaultCapacityModel,
        ...options.capacity,
        interruptionScale: options.interruptionScale ?? 1,
      },
      facts: (type) => ({
        vcpus: catalogue.instanceType(type).vcpus,
        monthlyInterruptionShare: shares[catalogue.spotAdvisorBucket(region, type) ?? 4] ?? 0.3,
        isScarce: false,
      }),
    }),
    hostFailuresPer100kHours: 0,
    ec2Latency: defaultEc2Latency,
    billing: defaultBillingSettings,
    aws: defaultAwsSettings,
    changes: [],
    faults: [],
    account: [{ since: worldStart, account: undescribedAccount }],
    kube: defaultKubeSettings,
    karpenter: defaultKarpenterOptions,
    experiments: {},
    skipsIdlePolls: true,
    replayCommand: `dryfit run test --seed ${seed}`,
    ...options.overrides,
  };
}

/** Runs a plan and keeps its whole journal. */
export function runWithJournal(plan: WorldPlan): RunResult & { readonly journal: LedgerEntry[] } {
  const journal: LedgerEntry[] = [];
  const result = runWorld(plan, { record: (entry) => journal.push(entry) });
  return { ...result, journal };
}
