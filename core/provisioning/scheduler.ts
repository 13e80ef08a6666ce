// Packs pods onto existing nodes and new NodeClaims, pod by pod: the first existing node that takes
// it, else the first NodeClaim that this run has opened, else a new one from the first NodePool that
// can. Nothing of the input changes; what the run adds to nodes is kept beside them.
import type { Pod } from "../apis/index.ts";
import { noVolumes, podVolumes, type Requirements, type Volumes } from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import { goSort, invariant } from "../units/index.ts";
import { type Bits, isEmptyBits } from "./bitset.ts";
import type { CompiledTemplate } from "./compiled-templates.ts";
import { ExistingNode } from "./existing-node.ts";
import { finalizeNodeClaim } from "./finalize.ts";
import { areAllWithinLimits, nodesResource, type RemainingLimits } from "./limits.ts";
import { OpenNodeClaim, type ProbeContext } from "./open-node-claim.ts";
import { PodQueue } from "./pod-queue.ts";
import { relax } from "./preferences.ts";
import { Refusals } from "./refusals.ts";
import { requirementsText } from "./requirement-text.ts";
import { Reservations } from "./reservations.ts";
import type { RunBase, VolumeAlternatives } from "./run-base.ts";

import { type SchedulingPod, schedulingPod } from "./scheduling-pod.ts";
import type {
  PodSchedulingError,
  SchedulingExistingNode,
  SchedulingResults,
} from "./scheduling-results.ts";
import type { TopologyTracker } from "./topology-tracker.ts";

type Attempt = PodSchedulingError | undefined;

const noAlternatives: readonly Requirements[] = [];

/** What is particular to one run over a base. */
export interface SchedulingRun {
  readonly podsToSchedule: readonly Pod[];
  readonly withoutNodes: readonly StateNode[];
  readonly alternatives: VolumeAlternatives;
  readonly topology: TopologyTracker;
}

/**
 * One run of the scheduler. Use `solve` or `SchedulingBase`; this is their engine.
 *
 * Differs: upstream probes candidates in parallel and takes the lowest index that accepts, which is
 * what probing one after the other gives.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go Scheduler
 */
export class Scheduler {
  readonly #base: RunBase;
  readonly #run: SchedulingRun;
  readonly #topology: TopologyTracker;
  /** Numbers of the base's nodes that the run is without. */
  readonly #withoutNodes: ReadonlySet<number>;
  /** Nodes that have got pods, by their numbers in the base. */
  readonly #touchedNodes = new Map<number, ExistingNode>();
  /** In upstream's order, which the next sort starts from. */
  readonly #newNodeClaims: OpenNodeClaim[] = [];
  readonly #limits: RemainingLimits;
  readonly #context: ProbeContext;
  readonly #relaxedTemplates = new Map<CompiledTemplate, boolean>();
  readonly #nodeRefusals = new Refusals();
  readonly #claimRefusals = new Refusals();
  /** By topology alone, whatever the pod's size. */
  readonly #topologyRefusals = new Refusals();
  #isSorted = true;
  #serial = 0;

  constructor(base: RunBase, run: SchedulingRun) {
    const { options, instanceTypesByNodePool } = base.input;
    invariant(options.ignoreDraRequests, "dynamic resource allocation is not supported");
    const { topology, withoutNodes } = run;
    this.#base = base;
    this.#run = run;
    this.#topology = topology;
    this.#withoutNodes = base.numbersOf(withoutNodes);
    this.#limits = base.limitsWithout(withoutNodes);
    this.#context = {
      topology,
      reservations: new Reservations(instanceTypesByNodePool.values()),
      reservedOfferingMode: options.reservedOfferingMode,
      reservedCapacity: options.reservedCapacity,
    };
  }

  /** Places the pods as far as possible. To be called once. */
  solve(): SchedulingResults {
    const { podsToSchedule } = this.#run;
    const { options } = this.#base.input;
    const podErrors = new Map<Pod, PodSchedulingError>();
    const queue = new PodQueue(podsToSchedule.map((pod) => this.#prepare(pod, pod)));
    let attempts = 0;
    let isTruncatedByLimit = false;
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (attempts++ === options.attemptsMax) {
        isTruncatedByLimit = true;
        break;
      }
      const error = this.#trySchedule(next);
      podErrors.delete(next.original);
      if (error === undefined) continue;
      podErrors.set(next.original, error);
      this.#topology.update(next.original);
      queue.push(next);
    }
    return {
      newNodeClaims: this.#newNodeClaims.map((open) =>
        finalizeNodeClaim(open, this.#relaxedTemplates.get(open.compiled) === true),
      ),
      existingNodes: this.#usedNodes(),
      podErrors,
      nodePoolsWithoutInstanceTypes: this.#base.compiled.nodePoolsWithoutInstanceTypes,
      isTruncatedByLimit,
    };
  }

  #usedNodes(): readonly SchedulingExistingNode[] {
    return [...this.#touchedNodes]
      .sort(([a], [b]) => a - b)
      .map(([, { stateNode, pods }]) => ({ stateNode, pods: [...pods] }));
  }

  #prepare(original: Pod, pod: Pod): SchedulingPod {
    const alternatives = this.#run.alternatives.get(original.metadata.uid) ?? noAlternatives;
    return schedulingPod(original, pod, alternatives, this.#base.input.options.preferencePolicy);
  }

  /**
   * Tries the pod, dropping one soft constraint after the other until it fits.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go trySchedule
   */
  #trySchedule(queued: SchedulingPod): Attempt {
    const { toleratePreferNoSchedule } = this.#base;
    const options = { toleratePreferNoSchedule };
    let candidate = queued;
    for (;;) {
      const error = this.#add(candidate);
      // Waiting for a reservation beats giving up a preference: a later run may have both.
      if (error === undefined || error.kind !== "unschedulable") return error;
      const relaxation = relax(candidate.pod, options);
      if (relaxation === undefined) return error;
      this.#topology.update(relaxation.pod);
      candidate = this.#prepare(queued.original, relaxation.pod);
    }
  }

  #add(candidate: SchedulingPod): Attempt {
    if (candidate.pod.spec.hasResourceClaims) return dynamicResourcesError;
    const isTopologyFree = !this.#topology.isAffectedBy(candidate.pod);
    if (this.#addToExistingNode(candidate)) return undefined;
    this.#sortNewNodeClaims();
    if (this.#addToOpenNodeClaim(candidate, isTopologyFree)) return undefined;
    return this.#base.compiled.templates.length === 0
      ? noTemplatesError
      : this.#addToNewNodeClaim(candidate);
  }

  #addToExistingNode(candidate: SchedulingPod): boolean {
    const volumes = this.#volumesOf(candidate.pod);
    if (volumes === undefined) return false;
    const { nodes, fresh } = this.#base;
    const shape = volumes.size === 0 ? candidate.shape : undefined;
    const isExempt = this.#isExemptFromConsolidateAfter(candidate.pod);
    const refusals = this.#nodeRefusals.of(shape, nodes.length);
    const known = shape === undefined ? undefined : this.#base.candidates.of(candidate, shape);
    for (let place = 0; ; place++) {
      const number = known === undefined ? place : known.at(place);
      const untouched = number === undefined ? undefined : nodes[number];
      if (number === undefined || untouched === undefined) break;
      if (this.#withoutNodes.has(number)) continue;
      if (!isExempt && fresh.has(number)) continue;
      const touched = this.#touchedNodes.get(number);
      const node = touched ?? new ExistingNode(untouched);
      if (touched !== undefined || known === undefined) {
        if (refusals?.isKnown(number, node.version) === true) continue;
        const refusal = node.refuses(candidate, volumes);
        refusals?.remember(number, node.version, refusal);
        if (refusal !== "none") continue;
      }
      const requirements = node.canAdd(candidate, this.#topology);
      if (requirements === undefined) continue;
      node.add(candidate, requirements, volumes, this.#topology);
      this.#touchedNodes.set(number, node);
      return true;
    }
    return false;
  }

  /** `undefined` when they cannot be told: the pod then goes to no existing node. */
  #volumesOf(pod: Pod): Volumes | undefined {
    if (pod.spec.volumes.length === 0) return noVolumes;
    const result = podVolumes(pod, this.#base.input.cluster);
    return result.kind === "volumes" ? result.volumes : undefined;
  }

  /** Pods that need a place anyway may go where consolidation must not move others. */
  #isExemptFromConsolidateAfter({ spec, status }: Pod): boolean {
    return status.phase === "Pending" || this.#base.deletingNodeNames.has(spec.nodeName ?? "");
  }

  /** Fewest pods first, by Go's unstable sort; sorting what is sorted changes nothing. */
  #sortNewNodeClaims(): void {
    if (this.#isSorted) return;
    goSort(this.#newNodeClaims, (a, b) => a.pods.length < b.pods.length);
    this.#isSorted = true;
  }

  #addToOpenNodeClaim(candidate: SchedulingPod, isTopologyFree: boolean): boolean {
    const { shape, volumeAlternatives } = candidate;
    const refusals = this.#claimRefusals.of(shape, this.#newNodeClaims.length);
    const hasVolumes = volumeAlternatives.length > 0;
    const isDecidedByShape = isTopologyFree && !hasVolumes;
    const topologyShape = isTopologyFree || hasVolumes ? undefined : this.#topologyShape(candidate);
    const topologyRefusals = this.#topologyRefusals.of(topologyShape, this.#newNodeClaims.length);
    for (const open of this.#newNodeClaims) {
      const { slot, version } = open;
      if (topologyRefusals?.isKnown(slot, version) === true) continue;
      if (refusals?.isKnown(slot, version) === true) continue;
      const refusal = open.refuses(candidate);
      if (refusal !== "none") {
        refusals?.remember(slot, version, refusal);
        continue;
      }
      const outcome = open.probe(candidate, this.#context, false);
      if (outcome.ok) {
        open.add(candidate, outcome, this.#context);
        this.#isSorted = false;
        return true;
      }
      if (outcome.isLasting) topologyRefusals?.remember(slot, version, "for-good");
      // Reservations come and go without the NodeClaim changing, so their refusals don't last.
      if (isDecidedByShape && !outcome.isReservedOfferingError) {
        refusals?.remember(slot, version, "for-now");
      }
    }
    return false;
  }

  /** Equal for pods that topology treats alike on any candidate. */
  #topologyShape({ pod, requirements, strictRequirements }: SchedulingPod): string {
    const shape = this.#topology.shapeOf(pod);
    const asked = requirementsText(requirements);
    return requirements === strictRequirements
      ? `${shape}\n${asked}`
      : `${shape}\n${asked}\n\n${requirementsText(strictRequirements)}`;
  }

  /**
   * Opens a NodeClaim from the first template that can hold the pod.
   *
   * A NodePool with reservations that are only just taken keeps lower ones from being tried.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go addToNewNodeClaim
   */
  #addToNewNodeClaim(candidate: SchedulingPod): Attempt {
    const relaxMinValues = this.#base.input.options.minValuesPolicy === "BestEffort";
    const messages: NodePoolMessage[] = [];
    for (const compiled of this.#base.compiled.templates) {
      const affordable = this.#affordableTypes(compiled);
      if (!affordable.ok) {
        messages.push({
          nodePoolName: compiled.nodePoolName,
          message: () => affordable.message,
        });
        continue;
      }
      const open = new OpenNodeClaim(++this.#serial, compiled, affordable.instanceTypes);
      const outcome = open.probe(candidate, this.#context, relaxMinValues);
      if (outcome.ok) {
        this.#relaxedTemplates.set(compiled, outcome.isMinValuesRelaxed);
        open.add(candidate, outcome, this.#context);
        open.slot = this.#newNodeClaims.push(open) - 1;
        this.#isSorted = false;
        const { nodePoolName, catalogue } = compiled;
        this.#limits.subtractMax(nodePoolName, catalogue.pick(open.instanceTypes));
        return undefined;
      }
      messages.push({ nodePoolName: compiled.nodePoolName, message: outcome.message });
      if (outcome.isReservedOfferingError) return lazyError("reserved-offering", messages);
    }
    return lazyError("unschedulable", messages);
  }

  /** The types that the NodePool's limits still allow, or why there are none. */
  #affordableTypes({
    nodePoolName,
    catalogue,
  }: CompiledTemplate):
    | { readonly ok: true; readonly instanceTypes: Bits }
    | { readonly ok: false; readonly message: string } {
    const remaining = this.#limits.of(nodePoolName);
    if (Object.keys(remaining).length === 0) return { ok: true, instanceTypes: catalogue.all };
    const facts = `(NodePool=${nodePoolName})`;
    if (remaining[nodesResource] === 0) {
      return { ok: false, message: `node limits have been exhausted for nodepool ${facts}` };
    }
    if (areAllWithinLimits(catalogue.largestCapacity(), remaining)) {
      return { ok: true, instanceTypes: catalogue.all };
    }
    const instanceTypes = catalogue.withinLimits(remaining);
    return isEmptyBits(instanceTypes)
      ? { ok: false, message: `all available instance types exceed limits for nodepool ${facts}` }
      : { ok: true, instanceTypes };
  }
}

const dynamicResourcesError: PodSchedulingError = Object.freeze({
  kind: "dynamic-resources",
  message:
    "pod has Dynamic Resource Allocation requirements that are not yet supported by Karpenter",
});

const noTemplatesError: PodSchedulingError = Object.freeze({
  kind: "unschedulable",
  message: "nodepool requirements filtered out all available instance types",
});

interface NodePoolMessage {
  readonly nodePoolName: string;
  readonly message: () => string;
}

/** An error whose text is put together when it is read. */
function lazyError(
  kind: PodSchedulingError["kind"],
  messages: readonly NodePoolMessage[],
): PodSchedulingError {
  let text: string | undefined;
  return {
    kind,
    get message(): string {
      text ??= messages.map(({ message }) => message()).join("; ");
      return text;
    },
    get byNodePool(): PodSchedulingError["byNodePool"] & object {
      return messages.map(({ nodePoolName, message }) => ({ nodePoolName, message: message() }));
    },
  };
}
