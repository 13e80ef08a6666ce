// A cluster in which disruption runs alone, for tests: time stands still until it is told to go on.
import {
  type Condition,
  labelCapacityType,
  labelHostname,
  labelInstanceType,
  labelNodeInitialized,
  labelNodePool,
  labelNodeRegistered,
  labelZone,
  type Node,
  type NodeClaim,
  type NodeClaimSpec,
  type Pod,
} from "../../core/apis/index.ts";
import { VirtualPodCache } from "../../core/capacitybuffer/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import {
  type ConsideredMove,
  decideMethod,
  decisionOf,
  defaultDisruptionOptions,
  DisruptionController,
  type DisruptionMethod,
  disruptionMethods,
  type DisruptionOptions,
  type DisruptionRecorder,
  type DisruptionView,
  ListedView,
  liveView,
  type MethodDecision,
  type MethodName,
  type RecordedMove,
  type RecordedRefusal,
} from "../../core/disruption/index.ts";
import { ClusterState, CostTracker } from "../../core/state/index.ts";
import {
  after,
  type DurationMs,
  formatTime,
  Never,
  parseTime,
  seconds,
  type SimTime,
} from "../../core/units/index.ts";
import { FakeCloudProvider } from "./fake-cloud-provider.ts";
import { FakeCluster } from "./fake-cluster.ts";
import { objectMeta, pod } from "./pods.ts";

/** When every test begins. */
export const start: SimTime = parseTime("2026-03-01T00:00:00Z");

/** What a test may say about a node of the cluster. */
export interface DisruptionNodeOverrides {
  readonly name: string;
  readonly nodePool?: string;
  readonly type?: string;
  readonly capacityType?: string;
  readonly zone?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels that the node lacks. */
  readonly without?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Conditions of the NodeClaim beside Launched and Registered; default: both True. */
  readonly conditions?: readonly ("Initialized" | "Consolidatable" | "Drifted")[];
  readonly claimSpec?: Partial<NodeClaimSpec>;
  readonly isReady?: boolean;
  readonly driftedAt?: SimTime;
}

function condition(type: string, at: SimTime): Condition {
  return { type, status: "True", reason: type, message: "", lastTransitionTime: at };
}

/** A world with its facts, one line each: `00:00:15 started …`. */
export class DisruptionWorld {
  now: SimTime = start;
  readonly cluster: FakeCluster = new FakeCluster(() => this.now);
  readonly cloudProvider: FakeCloudProvider = new FakeCloudProvider();
  readonly state: ClusterState;
  /** Empty until a test fills it. */
  readonly virtualPods: VirtualPodCache = new VirtualPodCache(this.cluster);
  readonly costs: CostTracker;
  readonly controller: DisruptionController;
  readonly options: DisruptionOptions;
  readonly facts: string[] = [];
  readonly refusals: RecordedRefusal[] = [];
  readonly considered: RecordedMove[] = [];
  passes = 0;

  constructor(options: Partial<DisruptionOptions> = {}) {
    const { cluster, cloudProvider } = this;
    this.options = { ...defaultDisruptionOptions, ...options };
    this.state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    this.costs = new CostTracker({ cluster, cloudProvider });
    this.controller = new DisruptionController({
      cluster,
      cloudProvider: { getInstanceTypes: () => this.cloudProvider.getInstanceTypes() },
      state: this.state,
      costs: this.costs,
      options: this.options,
      virtualPods: this.virtualPods,
      recorder: this.#recorder(),
    });
    cluster.subscribe((event, now) => {
      this.state.observe(event, now);
      this.costs.observe(event, now);
      this.controller.observe(event, now);
    });
  }

  #recorder(): DisruptionRecorder {
    const tell = (text: string, now: SimTime): void => {
      this.facts.push(`${formatTime(now).slice(11, -1)} ${text}`);
    };
    return {
      replacementCreated: ({ commandId, nodeClaim }, now) =>
        tell(`created ${nodeClaim.metadata.name} for ${commandId}`, now),
      commandStarted: ({ message }, now) => tell(`started ${message}`, now),
      commandEnded: ({ id, outcome, message }, now) => tell(`${outcome} ${id}: ${message}`, now),
      commandRejected: ({ method, move, failure, message }, now) => {
        this.considered.push({ ...move, method, isRepeat: false });
        tell(`rejected ${method} ${failure}: ${message}`, now);
      },
      refused: (refusal, now) => {
        this.refusals.push(refusal);
        tell(`refused ${refusal.nodeName} ${refusal.code}`, now);
      },
      refusalEnded: ({ nodeName, code }, now) => tell(`no longer refused ${nodeName} ${code}`, now),
      considered: (move, now) => {
        this.considered.push(move);
        tell(describeMove(move), now);
      },
      passFailed: (error, now) => tell(`failed ${error}`, now),
    };
  }

  /** Facts about commands only. */
  get story(): readonly string[] {
    return this.facts.filter((it) => !/ (no longer )?(refused|considered|created) /.test(it));
  }

  /** Adds a node; Consolidatable and initialized unless told otherwise. */
  node(overrides: DisruptionNodeOverrides): void {
    const type = this.#type(overrides.type);
    const { name, conditions = ["Initialized", "Consolidatable"] } = overrides;
    const labels = labelsOf(overrides, conditions);
    const providerId = `fake:///${name}`;
    const at = this.now;
    const driftedAt = overrides.driftedAt ?? at;
    const claim: NodeClaim = {
      kind: "NodeClaim",
      metadata: objectMeta({ name: `${name}-claim`, namespace: "", labels, creationTimestamp: at }),
      spec: {
        taints: [],
        startupTaints: [],
        requirements: [],
        requests: {},
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
        expireAfter: Never,
        ...overrides.claimSpec,
      },
      status: {
        nodeName: name,
        providerId,
        capacity: type?.capacity ?? {},
        allocatable: type?.allocatable ?? {},
        conditions: ["Launched", "Registered", ...conditions].map((it) =>
          condition(it, it === "Drifted" ? driftedAt : at),
        ),
      },
    };
    const { annotations = {}, isReady = true } = overrides;
    const metadata = objectMeta({ name, namespace: "", labels, annotations });
    const node: Node = {
      kind: "Node",
      metadata: { ...metadata, creationTimestamp: at, finalizers: ["karpenter.sh/termination"] },
      spec: { providerId, taints: [], unschedulable: false },
      status: {
        capacity: type?.capacity ?? {},
        allocatable: type?.allocatable ?? {},
        conditions: isReady ? [condition("Ready", at)] : [],
      },
    };
    this.cluster.put({
      ...claim,
      metadata: { ...claim.metadata, finalizers: node.metadata.finalizers },
    });
    this.cluster.put(node);
  }

  #type(name: string | undefined): InstanceType | undefined {
    const { instanceTypes } = this.cloudProvider;
    return name === undefined ? instanceTypes[0] : instanceTypes.find((it) => it.name === name);
  }

  /** Adds a running pod asking for so much CPU. */
  pod(
    name: string,
    nodeName: string,
    cpu: string,
    more: Partial<Parameters<typeof pod>[0]> = {},
  ): Pod {
    const running = pod({ name, nodeName, requests: { cpu }, ...more });
    this.cluster.put(running);
    return running;
  }

  /**
   * Nodes and their pods as a table: `node | pool | type | capacity type | pod:cpu pod:cpu`. Columns
   * are separated by `|`; the last may be empty.
   */
  table(text: string): void {
    for (const line of text.trim().split("\n")) {
      const [name = "", nodePool = "", type = "", capacityType = "", pods = ""] = line
        .split("|")
        .map((cell) => cell.trim());
      this.node({ name, nodePool, type, capacityType });
      for (const entry of pods.split(" ").filter((it) => it !== "")) {
        const [podName = "", cpu = ""] = entry.split(":");
        this.pod(podName, name, cpu);
      }
    }
  }

  view(options: Partial<DisruptionOptions> = {}): DisruptionView {
    return liveView({ ...this, options: { ...this.options, ...options } }, new Set(), this.now);
  }

  /** What a method decides on the present cluster, without anything being done about it. */
  decide(
    name: MethodName,
    {
      unseen = [],
      ...options
    }: Pick<DisruptionOptions, "decisionLatency"> & { readonly unseen?: readonly string[] } = {},
  ): MethodDecision {
    const method = methodOf(name);
    const listed = new ListedView(this.view(options), this.now);
    const listing = listed.listing(method.disruptionClass);
    const { candidates, refusals } = listed.candidatesOf(method);
    const decision = decideMethod(method, listed, candidates, unseen);
    const all = [...listing.refusals, ...refusals, ...decision.refusals];
    return { ...decision, refusals: all };
  }

  /** Lets the controller do what is due, then passes from one due time to the next. */
  advance(duration: DurationMs): void {
    const until = after(this.now, duration);
    for (;;) {
      const dueAt = this.controller.nextDueAt();
      if (dueAt === undefined || dueAt > until) break;
      if (dueAt > this.now) this.now = dueAt;
      this.passes++;
      this.controller.reconcile(this.now);
    }
    this.now = until;
  }
}

/** `considered a b: replace 0.08 -> 0.02, approved` or `…, refused disruption/pdb-blocks`. */
export function describeMove(move: ConsideredMove): string {
  const { candidates, decision, usdPerHourBefore, usdPerHourAfter, verdict, refusal } = move;
  const price = (usd: number | undefined): string => (usd === undefined ? "?" : String(usd));
  const prices = `${price(usdPerHourBefore)} -> ${price(usdPerHourAfter)}`;
  const why = refusal === undefined ? "" : ` ${refusal.code}`;
  return `considered ${candidates.join(" ")}: ${decision} ${prices}, ${verdict}${why}`;
}

export function methodOf(name: MethodName): DisruptionMethod {
  const method = disruptionMethods.find((it) => it.name === name);
  if (method === undefined) throw new Error(`no method ${name}`);
  return method;
}

/** One line per command: `replace a b -> default on small large`. */
export function describeCommands({ commands }: MethodDecision): readonly string[] {
  return commands.map((command) => {
    const names = command.candidates.map(({ name }) => name).join(" ");
    const replacements = command.replacements.map((it) =>
      it.kind === "static"
        ? ` -> static ${it.nodePool.metadata.name}`
        : ` -> ${it.nodeClaim.nodePoolName} on ${it.nodeClaim.instanceTypeOptions.map((each) => each.name).join(" ")}`,
    );
    return `${decisionOf(command)} ${names}${replacements.join("")}`;
  });
}

/** Codes of the refusals of a node, in order. */
export function codesOf({ refusals }: MethodDecision, nodeName: string): readonly string[] {
  return refusals.filter((it) => it.nodeName === nodeName).map(({ code }) => code);
}

function labelsOf(
  overrides: DisruptionNodeOverrides,
  conditions: readonly string[],
): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {
    [labelHostname]: overrides.name,
    [labelZone]: overrides.zone ?? "test-zone-1",
    [labelNodePool]: overrides.nodePool ?? "default",
    [labelNodeRegistered]: "true",
    ...(conditions.includes("Initialized") ? { [labelNodeInitialized]: "true" } : {}),
    [labelInstanceType]: overrides.type ?? "default-instance-type",
    [labelCapacityType]: overrides.capacityType ?? "on-demand",
    ...overrides.labels,
  };
  for (const key of overrides.without ?? []) delete labels[key];
  return labels;
}
