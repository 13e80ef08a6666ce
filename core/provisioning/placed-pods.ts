// The pods of a node as topology counts them.
import type { Pod } from "../apis/index.ts";
import { selectionShape } from "../scheduling/index.ts";
import { isScheduled, isTerminal, isTerminating } from "../state/index.ts";

/** Pods of one node that every selector treats alike. */
export interface AlikePods {
  readonly shape: string;
  readonly pods: readonly Pod[];
}

/**
 * Whether a pod counts where it sits.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go IgnoredForTopology
 */
export function countsWhereItSits(pod: Pod): boolean {
  return isScheduled(pod) && !isTerminal(pod) && !isTerminating(pod);
}

const alikeByList = new WeakMap<readonly Pod[], readonly AlikePods[]>();

/** Pods of a node that count there, by what selectors see of them; computed once per list. */
export function alikePods(pods: readonly Pod[]): readonly AlikePods[] {
  let alike = alikeByList.get(pods);
  if (alike === undefined) {
    const byShape = new Map<string, Pod[]>();
    for (const pod of pods) {
      if (!countsWhereItSits(pod)) continue;
      const shape = selectionShape(pod);
      const known = byShape.get(shape);
      if (known === undefined) byShape.set(shape, [pod]);
      else known.push(pod);
    }
    alike = [...byShape].map(([shape, group]) => ({ shape, pods: group }));
    alikeByList.set(pods, alike);
  }
  return alike;
}

const noPods: readonly Pod[] = [];
const repellentByList = new WeakMap<readonly Pod[], readonly Pod[]>();

/**
 * Pods of a node that keep others away, computed once per list. A finished one doesn't, though a
 * StatefulSet's may still be on the node.
 */
export function repellentPods(pods: readonly Pod[]): readonly Pod[] {
  let repellent = repellentByList.get(pods);
  if (repellent === undefined) {
    const found = pods.filter(
      (pod) => (pod.spec.affinity?.requiredPodAntiAffinity.length ?? 0) > 0 && !isTerminal(pod),
    );
    repellent = found.length === 0 ? noPods : found;
    repellentByList.set(pods, repellent);
  }
  return repellent;
}
