import type { NodePool } from "../../core/apis/index.ts";
import type { VirtualPods } from "../../core/capacitybuffer/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import {
  defaultDisruptionOptions,
  type DisruptionOptions,
  type DisruptionView,
  liveView,
} from "../../core/disruption/index.ts";
import {
  type ClusterEvent,
  ClusterState,
  CostTracker,
  replayCluster,
} from "../../core/state/index.ts";
import {
  before,
  invariant,
  parseTime,
  seconds,
  type SimTime,
  sortedEntries,
} from "../../core/units/index.ts";
import { reconcileBuffers } from "../buffers.ts";
import { CaseCluster } from "../case-cluster.ts";
import { clusterObjects } from "../decide.ts";
import type { CaseChange, CaseFacts, DisruptionCase, ObjectName } from "./cases.ts";

/** The core's form of sets of instance types, by name. */
export type InstanceTypeSets = ReadonlyMap<string, readonly InstanceType[]>;

/** A cluster that remembers when it was told of an event. */
class TimedCluster extends CaseCluster {
  readonly timedEvents: { readonly at: SimTime; readonly event: ClusterEvent }[] = [];
  readonly #time: () => SimTime;

  constructor(now: () => SimTime, objects: ConstructorParameters<typeof CaseCluster>[1]) {
    super(now, objects);
    this.#time = now;
  }

  override recordEvent(event: ClusterEvent): void {
    this.timedEvents.push({ at: this.#time(), event });
  }
}

/** The cluster of a case with what Karpenter holds in memory about it. */
export class CaseWorld {
  now: SimTime;
  readonly cluster: TimedCluster;
  readonly state: ClusterState;
  readonly costs: CostTracker;
  readonly options: DisruptionOptions;
  /** Of CapacityBuffers as they are at the start, with their feature gate. */
  readonly virtualPods?: VirtualPods;
  readonly cloudProvider = {
    getInstanceTypes: (nodePool: NodePool): readonly InstanceType[] => this.#offered(nodePool),
  };
  readonly #testCase: DisruptionCase;
  readonly #sets: InstanceTypeSets;
  #queued: ReadonlySet<string> = new Set();
  /** Once set, all NodePools are offered it. */
  #newSet: string | undefined;

  constructor(testCase: DisruptionCase, sets: InstanceTypeSets, skipIdlePolls = true) {
    this.now = parseTime(testCase.now);
    this.#testCase = testCase;
    this.#sets = sets;
    const { featureGates = {}, ...policies } = testCase.options;
    this.options = {
      ...defaultDisruptionOptions,
      ...policies,
      reservedCapacity: featureGates.ReservedCapacity ?? true,
      spotToSpotConsolidation: featureGates.SpotToSpotConsolidation ?? false,
      skipIdlePolls,
    };
    const { cloudProvider } = this;
    const cluster = new TimedCluster(() => this.now, clusterObjects(testCase.objects));
    this.cluster = cluster;
    this.state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    this.costs = new CostTracker({ cluster, cloudProvider });
    const observers = [this.state, this.costs];
    for (const each of observers) {
      replayCluster(cluster, (event, at) => each.observe(event, at), this.now);
      cluster.subscribe((event, at) => each.observe(event, at));
    }
    if (featureGates.CapacityBuffer === true) {
      this.virtualPods = reconcileBuffers(cluster, this.now).virtualPods;
    }
    this.#remember(testCase.facts ?? {});
  }

  view(): DisruptionView {
    return liveView(this, this.#queued, this.now);
  }

  #offered({ metadata }: NodePool): readonly InstanceType[] {
    const { instanceTypeSet, instanceTypeSetByNodePool = {} } = this.#testCase;
    const ownSet = instanceTypeSetByNodePool[metadata.name] ?? instanceTypeSet;
    const name = this.#newSet ?? ownSet;
    const types = this.#sets.get(name);
    invariant(types !== undefined, "every set of instance types exists", { name });
    return types;
  }

  #remember({ markedForDeletion, nominatedSecondsAgo, bufferPods, queued }: CaseFacts): void {
    const { state } = this;
    const providerId = (name: string): string => {
      // A Node without its instance type's label isn't known yet, its NodeClaim is.
      const stateNode =
        state.byNodeName(name) ??
        state.byNodeClaimName(name) ??
        state.stateNodes().find((it) => it.nodeClaim?.status.nodeName === name);
      invariant(stateNode !== undefined, "facts are about nodes of the case", { name });
      return stateNode.providerId;
    };
    state.markForDeletion((markedForDeletion ?? []).map(providerId));
    for (const [name, secondsAgo] of sortedEntries(nominatedSecondsAgo ?? {})) {
      state.nominate(providerId(name), before(this.now, seconds(secondsAgo)));
    }
    if (bufferPods !== undefined) {
      const counts = sortedEntries(bufferPods).map(
        ([name, count]) => [providerId(name), count] as const,
      );
      state.bufferPods.replace(new Map(counts));
    }
    if (queued !== undefined) this.#queued = new Set(queued.map(providerId));
  }

  /** Makes a change of the script happen. */
  apply({ put = [], delete: deletions = [], facts = {}, instanceTypeSet }: CaseChange): void {
    for (const name of deletions) this.#delete(name);
    for (const object of clusterObjects({ kind: "List", items: put })) this.cluster.put(object);
    this.#newSet = instanceTypeSet ?? this.#newSet;
    this.#remember(facts);
  }

  #delete({ kind, namespace, name }: ObjectName): void {
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    if (kind === "NodeClaim") this.cluster.deleteNodeClaim(name);
    else if (kind === "Node") this.cluster.deleteNode(name);
    else this.cluster.remove(kind, key);
  }
}
