/** Times a search of multi-node and single-node consolidation over a whole cluster that is at rest. */
import {
  decideMethod,
  defaultDisruptionOptions,
  disruptionMethods,
  ListedView,
  liveView,
} from "../../core/disruption/index.ts";
import { invariant, usdPerHour } from "../../core/units/index.ts";
import { type ScanCluster, type ScanWorld, scanTime, stateOf } from "./scan-cluster.ts";

/** One method's search. */
export interface MethodTiming {
  readonly seconds: number;
  /** Sets of nodes that were looked at, each by a run of the scheduler. */
  readonly simulations: number;
}

/** A scan of all nodes by both methods, nothing remembered from earlier ones. */
export interface ScanTiming {
  /** Reading the cluster and listing candidates, which both methods share. */
  readonly listingSeconds: number;
  readonly multiNode: MethodTiming;
  readonly singleNode: MethodTiming;
  readonly candidates: number;
  readonly heapMebibytes: number;
}

/** Scans the cluster once. */
export function timeScan(world: ScanWorld, { manifests }: ScanCluster): ScanTiming {
  const { cluster, state } = stateOf(manifests);
  const start = performance.now();
  const view = liveView(
    {
      cluster,
      cloudProvider: { getInstanceTypes: () => world.instanceTypes },
      state,
      costs: { nodePoolCost: () => usdPerHour(0) },
      options: { ...defaultDisruptionOptions, spotToSpotConsolidation: true },
    },
    new Set(),
    scanTime,
  );
  const listed = new ListedView(view, scanTime);
  const listing = listed.listing("graceful");
  const listingSeconds = (performance.now() - start) / 1000;
  const search = (name: string): MethodTiming => {
    const method = disruptionMethods.find((it) => it.name === name);
    invariant(method !== undefined, "the method exists", { name });
    const started = performance.now();
    const { candidates } = listed.candidatesOf(method);
    const decision = decideMethod(method, listed, candidates, []);
    const seconds = (performance.now() - started) / 1000;
    // Otherwise the search would have ended early.
    invariant(decision.commands.length === 0, "the benchmark's cluster is at rest", { name });
    return { seconds, simulations: decision.considered.length };
  };
  const multiNode = search("multi-node-consolidation");
  const singleNode = search("single-node-consolidation");
  const heapMebibytes = process.memoryUsage().heapUsed / 2 ** 20;
  const candidates = listing.candidates.length;
  invariant(singleNode.simulations === candidates, "every node was simulated");
  return { listingSeconds, multiNode, singleNode, candidates, heapMebibytes };
}
