// Evaluates NodeOverlays, for the feature gate NodeOverlay: overlays, NodePools and NodeClasses are
// looked at together whenever the spec of one of them changes, and every six hours.
import type { NodeOverlay } from "../apis/index.ts";
import {
  type CloudProvider,
  evaluateNodeOverlays,
  type NodeOverlayEvaluation,
  type NodeOverlayStore,
  type NodeOverlayVerdict,
  type OverlayTarget,
} from "../cloudprovider/index.ts";
import {
  type Cluster,
  type ClusterState,
  conditionStatus,
  KeyedController,
  type Outcome,
  setCondition,
  type WatchEvent,
} from "../state/index.ts";
import { after, hours, minutes, milliseconds, type SimTime } from "../units/index.ts";

const backoff = { base: milliseconds(100), max: minutes(1) };
const recheck = hours(6);
const conditionType = "ValidationSucceeded";
/** One pass compares every overlay with every other, so there is one key for all. */
const keys: readonly string[] = ["nodeoverlays"];
const noKeys: readonly string[] = [];

/** What the controller works with. */
export interface NodeOverlayInput {
  readonly cluster: Pick<Cluster, "nodeOverlays" | "nodePools" | "recordEvent"> &
    Required<Pick<Cluster, "updateNodeOverlayStatus">>;
  /** The cloud before overlays. */
  readonly cloudProvider: Pick<CloudProvider, "getInstanceTypes" | "nodeClassReadiness">;
  readonly state: Pick<ClusterState, "markUnconsolidated">;
  readonly store: NodeOverlayStore;
}

interface Evaluated {
  readonly overlays: readonly NodeOverlay[];
  readonly targets: readonly OverlayTarget[];
  readonly evaluation: NodeOverlayEvaluation;
}

/**
 * Keeps the store of overlaid prices and capacities and condition ValidationSucceeded of each
 * NodeOverlay. A NodePool whose NodeClass is gone counts as not evaluated and doesn't hold up the
 * others; evaluation is tried again with back-off.
 *
 * Differs: an overlay that is turned down also leaves a Warning event, where upstream has the
 * condition alone.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeoverlay/controller.go Controller
 */
export class NodeOverlayController extends KeyedController {
  readonly #input: NodeOverlayInput;
  #last: Evaluated | undefined;

  constructor(input: NodeOverlayInput) {
    super({
      name: "nodeoverlay",
      backoff,
      keysOf: (event) => (isNewSpec(event) ? keys : noKeys),
      reconcileKey: (_key, now) => this.#evaluate(now),
    });
    this.#input = input;
  }

  #evaluate(now: SimTime): Outcome {
    const { cluster, state, store } = this.#input;
    const overlays = cluster.nodeOverlays();
    const targets = cluster.nodePools().map((nodePool): OverlayTarget => {
      const { kind } = this.#input.cloudProvider.nodeClassReadiness(nodePool);
      const isResolved = kind !== "not-found" && kind !== "terminating";
      const instanceTypes = isResolved
        ? this.#input.cloudProvider.getInstanceTypes(nodePool)
        : undefined;
      return { nodePool, instanceTypes };
    });
    const evaluation = this.#evaluationOf(overlays, targets);
    for (const verdict of evaluation.verdicts) this.#writeVerdict(overlays, verdict, now);
    store.replace(evaluation.updates);
    state.markUnconsolidated(now);
    const isFailed = targets.some(({ instanceTypes }) => instanceTypes === undefined);
    return isFailed ? { isFailed } : { requeueAt: after(now, recheck) };
  }

  /** The same evaluation as before for the same inputs, so that overlaid types stay the same. */
  #evaluationOf(
    overlays: readonly NodeOverlay[],
    targets: readonly OverlayTarget[],
  ): NodeOverlayEvaluation {
    const last = this.#last;
    if (last !== undefined && areSame(last, overlays, targets)) return last.evaluation;
    const evaluation = evaluateNodeOverlays(overlays, targets);
    this.#last = { overlays, targets, evaluation };
    return evaluation;
  }

  #writeVerdict(overlays: readonly NodeOverlay[], verdict: NodeOverlayVerdict, now: SimTime): void {
    const overlay = overlays.find(({ metadata }) => metadata.name === verdict.name);
    if (overlay === undefined) return;
    const { name, ...change } = verdict;
    const written = setCondition(overlay, { type: conditionType, ...change }, now);
    if (written === overlay) return;
    this.#input.cluster.updateNodeOverlayStatus(written);
    if (verdict.status === "True" || conditionStatus(overlay, conditionType) === "False") return;
    const { reason, message } = verdict;
    const object = { objectKind: "NodeOverlay", objectKey: name } as const;
    this.#input.cluster.recordEvent({ type: "Warning", reason, message, ...object });
  }
}

/** Creations, deletions and changes of the spec, of what evaluation looks at. */
function isNewSpec({ type, object, before }: WatchEvent): boolean {
  const { kind, metadata } = object;
  if (kind !== "NodeOverlay" && kind !== "NodePool" && kind !== "EC2NodeClass") return false;
  return type !== "modified" || before?.metadata.generation !== metadata.generation;
}

function areSame(
  last: Evaluated,
  overlays: readonly NodeOverlay[],
  targets: readonly OverlayTarget[],
): boolean {
  return (
    last.overlays.length === overlays.length &&
    last.targets.length === targets.length &&
    overlays.every((overlay, index) => {
      const known = last.overlays[index];
      return known?.spec === overlay.spec && known.metadata.name === overlay.metadata.name;
    }) &&
    targets.every(({ nodePool, instanceTypes }, index) => {
      const known = last.targets[index];
      return (
        known?.instanceTypes === instanceTypes &&
        known?.nodePool.spec === nodePool.spec &&
        known.nodePool.metadata.name === nodePool.metadata.name
      );
    })
  );
}
