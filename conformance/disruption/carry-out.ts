/**
 * Machines of a run that carries decisions out, as simple as can be: the cheapest offering is launched,
 * everything is initialized together, and the pods of a machine that goes are bound to the first node
 * by name with room for them. What `../upstream/carryout.go` does is the same.
 */
import {
  labelCapacityType,
  labelHostname,
  labelNodeInitialized,
  labelNodePool,
  labelNodeRegistered,
  labelZone,
  type Node,
  type NodeClaim,
  type Pod,
} from "../../core/apis/index.ts";
import {
  availableOfferings,
  compatibleOfferings,
  type InstanceType,
  type Offering,
} from "../../core/cloudprovider/index.ts";
import {
  allowUndefinedWellKnownLabels,
  Requirements,
  requestsForPods,
} from "../../core/scheduling/index.ts";
import { isActive, isReschedulable, setCondition, type StateNode } from "../../core/state/index.ts";
import {
  after,
  compareStrings,
  fits,
  invariant,
  seconds,
  type SimTime,
} from "../../core/units/index.ts";
import type { CaseWorld } from "./case-world.ts";
import type { CaseCarryOut } from "./cases.ts";

interface Progress {
  createdAt?: SimTime;
  launchedAt?: SimTime;
  deletedAt?: SimTime;
  isInitialized?: boolean;
}

interface Choice {
  readonly instanceType: InstanceType;
  readonly offering: Offering;
}

const finalizers = ["karpenter.sh/termination"];
const labelReservation = "karpenter.k8s.aws/capacity-reservation-id";

export class Machines {
  readonly #world: CaseWorld;
  readonly #times: CaseCarryOut | undefined;
  readonly #progressByName = new Map<string, Progress>();

  constructor(world: CaseWorld, times: CaseCarryOut | undefined) {
    this.#world = world;
    this.#times = times;
    world.cluster.subscribe(({ type, object }, now) => {
      if (object.kind !== "NodeClaim") return;
      const { name, deletionTimestamp } = object.metadata;
      if (type === "deleted") this.#progressByName.delete(name);
      else if (type === "added") this.#progress(name).createdAt = now;
      else if (deletionTimestamp !== undefined) this.#progress(name).deletedAt ??= now;
    });
  }

  #progress(name: string): Progress {
    const known = this.#progressByName.get(name) ?? {};
    this.#progressByName.set(name, known);
    return known;
  }

  /** When something becomes of a machine; `undefined` when nothing does. */
  nextAt(): SimTime | undefined {
    const due = [...this.#progressByName.values()].flatMap((it) => this.#dueAt(it) ?? []);
    return due.length === 0 ? undefined : (Math.min(...due) as SimTime);
  }

  #dueAt(progress: Progress): SimTime | undefined {
    if (this.#times === undefined) return undefined;
    const { launchSeconds, initializeSeconds, terminateSeconds } = this.#times;
    const { createdAt, launchedAt, deletedAt, isInitialized = false } = progress;
    if (deletedAt !== undefined) return after(deletedAt, seconds(terminateSeconds));
    if (createdAt === undefined || isInitialized) return undefined;
    if (launchedAt === undefined) return after(createdAt, seconds(launchSeconds));
    return after(launchedAt, seconds(initializeSeconds));
  }

  /** Does what is due, machine by machine in order of their names. */
  step(now: SimTime): void {
    const due = [...this.#progressByName].filter(([, it]) => {
      const at = this.#dueAt(it);
      return at !== undefined && at <= now;
    });
    for (const [name, progress] of due.sort(([a], [b]) => compareStrings(a, b))) {
      const nodeClaim = this.#world.cluster.nodeClaim(name);
      invariant(nodeClaim !== undefined, "machines in progress exist", { name });
      if (progress.deletedAt !== undefined) this.#terminate(nodeClaim);
      else if (progress.launchedAt === undefined) this.#launch(nodeClaim, progress, now);
      else this.#initialize(nodeClaim, progress, now);
    }
  }

  /** Without an offering, the NodeClaim goes. */
  #launch(nodeClaim: NodeClaim, progress: Progress, now: SimTime): void {
    const { cluster } = this.#world;
    const { name } = nodeClaim.metadata;
    const [chosen] = this.#choices(nodeClaim).sort(compareChoices);
    if (chosen === undefined) {
      cluster.deleteNodeClaim(name);
      return;
    }
    progress.launchedAt = now;
    const labels = { ...labelsOf(chosen), ...nodeClaim.metadata.labels };
    const { capacity, allocatable } = chosen.instanceType;
    const launched = {
      ...nodeClaim,
      metadata: { ...nodeClaim.metadata, labels, finalizers },
      status: { ...nodeClaim.status, providerId: `fake:///${name}`, capacity, allocatable },
    };
    cluster.put(setCondition(launched, { type: "Launched", status: "True" }, now));
  }

  #choices({ metadata, spec }: NodeClaim): Choice[] {
    const requirements = Requirements.fromNodeSelectorRequirements(spec.requirements);
    const nodePool = this.#world.cluster.nodePool(metadata.labels[labelNodePool] ?? "");
    invariant(nodePool !== undefined, "a NodeClaim's NodePool exists");
    return this.#world.cloudProvider.getInstanceTypes(nodePool).flatMap((instanceType) => {
      const { requirements: own, allocatable, offerings } = instanceType;
      const isCompatible = requirements.isCompatible(own, allowUndefinedWellKnownLabels);
      if (!isCompatible || !fits(spec.requests, allocatable)) return [];
      const open = compatibleOfferings(availableOfferings(offerings), requirements);
      return open.map((offering) => ({ instanceType, offering }));
    });
  }

  #initialize(nodeClaim: NodeClaim, progress: Progress, now: SimTime): void {
    progress.isInitialized = true;
    const { metadata, spec, status } = nodeClaim;
    const { name } = metadata;
    const types = ["Registered", "Initialized", "Consolidatable"];
    const named = { ...nodeClaim, status: { ...status, nodeName: name } };
    const { cluster } = this.#world;
    cluster.put(types.reduce((it, type) => setCondition(it, { type, status: "True" }, now), named));
    const labels = {
      [labelHostname]: name,
      [labelNodeRegistered]: "true",
      [labelNodeInitialized]: "true",
      ...metadata.labels,
    };
    const ready = { type: "Ready", status: "True", reason: "", message: "" } as const;
    const node: Node = {
      kind: "Node",
      metadata: {
        ...metadata,
        uid: `node-${name}`,
        labels,
        annotations: {},
        ownerReferences: [],
        creationTimestamp: now,
        finalizers,
      },
      spec: { providerId: status.providerId ?? "", taints: spec.taints, unschedulable: false },
      status: {
        capacity: status.capacity,
        allocatable: status.allocatable,
        conditions: [{ ...ready, lastTransitionTime: now }],
      },
    };
    cluster.put(node);
  }

  #terminate({ metadata, status }: NodeClaim): void {
    const { cluster } = this.#world;
    const { nodeName } = status;
    const pods = nodeName === undefined ? [] : cluster.podsOnNode(nodeName);
    if (nodeName !== undefined) cluster.remove("Node", nodeName);
    cluster.remove("NodeClaim", metadata.name);
    for (const { metadata: of } of pods) cluster.remove("Pod", `${of.namespace}/${of.name}`);
    for (const pod of pods.filter((it) => isActive(it) && isReschedulable(it))) {
      cluster.put(this.#moved(pod));
    }
  }

  /** The pod as its controller makes it anew, bound if there is room. */
  #moved(pod: Pod): Pod {
    const { now, state } = this.#world;
    const { name, namespace, uid, labels, annotations, ownerReferences } = pod.metadata;
    const { nodeName: _, ...spec } = pod.spec;
    const metadata = {
      ...{ name, namespace, labels, annotations, ownerReferences },
      uid: `${uid}-moved`,
      creationTimestamp: now,
      generation: 0,
      finalizers: [],
    };
    const requests = requestsForPods([pod]);
    const node = state.stateNodes().find((it) => isOpen(it) && fits(requests, it.available))?.node;
    if (node === undefined) {
      const scheduled = {
        ...({ type: "PodScheduled", status: "False", reason: "Unschedulable" } as const),
        message: "",
        lastTransitionTime: now,
      };
      return { kind: "Pod", metadata, spec, status: { phase: "Pending", conditions: [scheduled] } };
    }
    const bound = { ...spec, nodeName: node.metadata.name };
    const status = { phase: "Running", conditions: [], startTime: now } as const;
    return { kind: "Pod", metadata, spec: bound, status };
  }
}

function compareChoices(a: Choice, b: Choice): number {
  return (
    a.offering.priceUsdPerHour - b.offering.priceUsdPerHour ||
    compareStrings(a.instanceType.name, b.instanceType.name) ||
    compareStrings(a.offering.zone, b.offering.zone) ||
    compareStrings(a.offering.capacityType, b.offering.capacityType)
  );
}

function labelsOf({ instanceType, offering }: Choice): Readonly<Record<string, string>> {
  const single = instanceType.requirements.list.flatMap((it) =>
    it.operator === "In" && it.sortedValues.length === 1
      ? [[it.key, it.sortedValues[0] ?? ""] as const]
      : [],
  );
  const { zone, capacityType, reservationId } = offering;
  return {
    ...Object.fromEntries(single),
    [labelZone]: zone,
    [labelCapacityType]: capacityType,
    ...(reservationId === undefined ? {} : { [labelReservation]: reservationId }),
  };
}

/** To any pod; tolerations are not looked at. */
function isOpen({ node, isInitialized, isMarkedForDeletion }: StateNode): boolean {
  if (node === undefined || !isInitialized || isMarkedForDeletion) return false;
  const isReady = node.status.conditions.some(
    ({ type, status }) => type === "Ready" && status === "True",
  );
  return isReady && node.spec.taints.every(({ effect }) => effect === "PreferNoSchedule");
}
