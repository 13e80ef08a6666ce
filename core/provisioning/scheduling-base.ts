/**
 * What several scheduling runs over one cluster at one instant share: templates, what is left of the
 * nodes, topology counts, and which nodes are out of the question for which pods. A run that is
 * without some of the nodes, as consolidation asks for, works on the difference.
 *
 * Sharing changes no answer: a run comes out as if it had been handed the remaining nodes alone.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/helpers.go SimulateScheduling
 */
import type { Pod } from "../apis/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import { RunBase, type VolumeAlternatives } from "./run-base.ts";
import { Scheduler } from "./scheduler.ts";
import type { SchedulingInput } from "./scheduling-input.ts";
import type { SchedulingResults } from "./scheduling-results.ts";
import { TopologyBase } from "./topology-base.ts";
import { topologyOver } from "./topology.ts";
import { createVolumeTopology } from "./volume-topology.ts";

/** What a run decided, or why it had to be given up. */
export type SolveOutcome =
  | { readonly ok: true; readonly results: SchedulingResults }
  | { readonly ok: false; readonly error: string };

/** See the head of this file. */
export class SchedulingBase {
  readonly input: SchedulingInput;
  readonly #base: RunBase;
  #topology: TopologyBase | undefined;

  /** Pods of the input are those of every run; its nodes are all that a run may have. */
  constructor(input: SchedulingInput) {
    this.input = input;
    this.#base = new RunBase(input);
  }

  /**
   * Decides where the pods go, without some of the nodes of the input. The pods are those of the
   * input and others of its cluster, in the order in which they would be handed in.
   *
   * Pods whose volumes cannot be looked up are placed all the same, without regard to them and,
   * until their first failure, to their own spread and affinity; upstream only logs the lookup.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go NewScheduler
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go Solve
   */
  solve(podsToSchedule: readonly Pod[], withoutNodes: readonly StateNode[] = []): SolveOutcome {
    const { pods, alternatives } = this.#lookUpVolumes(podsToSchedule);
    const topology = topologyOver(this.#topologyBase(), pods, withoutNodes);
    if (!topology.ok) {
      return {
        ok: false,
        error: `creating scheduler, tracking topology counts, ${topology.error}`,
      };
    }
    const run = { podsToSchedule, withoutNodes, alternatives, topology: topology.topology };
    return { ok: true, results: new Scheduler(this.#base, run).solve() };
  }

  #topologyBase(): TopologyBase {
    if (this.#topology === undefined) {
      const { options, podsToSchedule, ...input } = this.input;
      const { preferencePolicy } = options;
      const { pods } = this.#lookUpVolumes(podsToSchedule);
      this.#topology = new TopologyBase({ ...input, preferencePolicy, pods });
    }
    return this.#topology;
  }

  #lookUpVolumes(podsToSchedule: readonly Pod[]): {
    readonly pods: readonly Pod[];
    readonly alternatives: VolumeAlternatives;
  } {
    const volumeTopology = createVolumeTopology(this.input.cluster);
    const alternatives = new Map<string, readonly Requirements[]>();
    const pods = podsToSchedule.filter((pod) => {
      if (pod.spec.volumes.length === 0) return true;
      const found = volumeTopology.requirements(pod);
      if (found.ok && found.alternatives.length > 0) {
        alternatives.set(pod.metadata.uid, found.alternatives);
      }
      return found.ok;
    });
    return { pods, alternatives };
  }
}
