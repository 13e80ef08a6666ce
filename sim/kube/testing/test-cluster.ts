import type {
  Deployment,
  Node,
  Pod,
  PodSpec,
  PodTemplate,
  Taint,
} from "../../../core/apis/index.ts";
import { parseTime, simTime } from "../../../core/units/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import { Engine } from "../../engine/index.ts";
import type { LedgerEntry } from "../../ledger/index.ts";
import { KubeCluster } from "../kube-cluster.ts";
import type { KubeEvent } from "../kube-event.ts";
import { draftMeta } from "../object-drafts.ts";
import type { KubeSettingsOverrides } from "../settings.ts";

/** When the clusters of tests begin. */
export const testStart: SimTime = parseTime("2026-03-01T00:00:00Z");

const gibibyte = 2 ** 30;
const fixed = (value: number) => ({ kind: "constant", value }) as const;

/** Latencies without chance: 2 s to start, 5 s to stop, no image pull, nodes Ready after 6 s. */
export const fixedLatencies = {
  podStart: fixed(2),
  imagePull: fixed(0),
  podReady: fixed(0),
  appShutdown: fixed(5),
  nodeReady: fixed(6),
  cloudInitialization: fixed(1),
} as const;

/** A cluster on an engine of its own, with what went into its ledger. */
export class TestCluster {
  readonly engine: Engine<KubeEvent>;
  readonly kube: KubeCluster;
  readonly entries: LedgerEntry[] = [];

  constructor(options: { readonly seed?: number; readonly settings?: KubeSettingsOverrides } = {}) {
    this.engine = new Engine<KubeEvent>({ start: testStart });
    this.kube = new KubeCluster({
      timeline: this.engine,
      seed: options.seed ?? 1,
      ledger: { record: (entry) => this.entries.push(entry) },
      settings: { latencySeconds: fixedLatencies, ...options.settings },
    });
  }

  /** Lets that many seconds pass. */
  run(seconds: number): void {
    const until = simTime(this.engine.now + seconds * 1000);
    this.engine.run({ until }, (event) => this.kube.handle(event));
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (this.engine.now - testStart) / 1000;
  }

  /** The entries of one kind, each with the seconds at which it was made. */
  facts(kind: LedgerEntry["kind"]): readonly string[] {
    return this.entries
      .filter((entry) => entry.kind === kind)
      .map((entry) => {
        const { at, kind: _, podUid: __, ...rest } = entry as LedgerEntry & { podUid?: string };
        return `${(at - testStart) / 1000} ${Object.values(rest).join(" ")}`;
      });
  }

  addNode(name: string, options: NodeOptions = {}): void {
    this.kube.applyManifests([node(name, options)]);
  }
}

/** What a test's node differs in from the others: 4 cores, 16 GiB, 110 pods. */
export interface NodeOptions {
  readonly zone?: string;
  readonly cpuMillicores?: number;
  readonly memoryGibibytes?: number;
  readonly pods?: number;
  readonly taints?: readonly Taint[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** A node in zone a unless told otherwise. */
export function node(name: string, options: NodeOptions = {}): Node {
  const { zone = "a", cpuMillicores = 4000, memoryGibibytes = 16, pods = 110 } = options;
  const allocatable = { cpu: cpuMillicores, memory: memoryGibibytes * gibibyte, pods };
  return {
    kind: "Node",
    metadata: draftMeta({
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "topology.kubernetes.io/zone": zone,
        ...options.labels,
      },
    }),
    spec: { providerId: `aws:///${name}`, taints: options.taints ?? [], unschedulable: false },
    status: { capacity: allocatable, allocatable, conditions: [] },
  };
}

/** A specification with one container; 1 core and 1 GiB unless told otherwise. */
export function podSpec(
  overrides: Partial<PodSpec> & {
    readonly cpuMillicores?: number;
    readonly memoryGibibytes?: number;
  } = {},
): PodSpec {
  const { cpuMillicores = 1000, memoryGibibytes = 1, ...rest } = overrides;
  const requests = { cpu: cpuMillicores, memory: memoryGibibytes * gibibyte };
  return {
    nodeSelector: {},
    tolerations: [],
    topologySpreadConstraints: [],
    containers: [
      {
        name: "app",
        image: "app:1",
        resources: { requests, limits: {} },
        ports: [],
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
    ...rest,
  };
}

/** A pod without an owner. */
export function pod(
  name: string,
  spec: PodSpec = podSpec(),
  labels: Readonly<Record<string, string>> = {},
): Pod {
  return {
    kind: "Pod",
    metadata: draftMeta({ name, namespace: "default", labels }),
    spec,
    status: { phase: "Pending", conditions: [] },
  };
}

/** A template whose pods carry the label `app`. */
export function template(app: string, spec: PodSpec = podSpec()): PodTemplate {
  return { labels: { app }, annotations: {}, spec };
}

/** A Deployment with the default strategy. */
export function deployment(
  name: string,
  replicas: number,
  overrides: Partial<Deployment["spec"]> = {},
): Deployment {
  return {
    kind: "Deployment",
    metadata: draftMeta({ name, namespace: "default" }),
    spec: {
      replicas,
      selector: { matchLabels: { app: name }, matchExpressions: [] },
      template: template(name),
      strategy: { kind: "RollingUpdate", maxSurge: "25%", maxUnavailable: "25%" },
      minReadySeconds: 0,
      ...overrides,
    },
  };
}
