import { annotationPodDeletionCost } from "../../../core/apis/index.ts";
import type { Pod } from "../../../core/apis/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import { compareStrings } from "../../../core/units/index.ts";
import { isPodReady, readySince } from "../pod-conditions.ts";

/** Phases in the order in which their pods go. */
const phaseRanks: Readonly<Record<Pod["status"]["phase"], number>> = {
  "": 0,
  Pending: 0,
  Unknown: 1,
  Running: 2,
  Succeeded: 3,
  Failed: 3,
};

/**
 * The pods in the order in which a ReplicaSet that shrinks deletes them, first to go first.
 *
 * `familyPodsByNode` counts, per node, the active pods of all ReplicaSets of the same owner. Ties
 * end in the uid. Times count in whole seconds, as the API stores them. Containers never restart
 * here, so upstream's rule on restart counts has nothing to tell apart.
 *
 * @see kubernetes pkg/controller/controller_utils.go ActivePodsWithRanks
 */
export function scaleDownOrder(
  pods: readonly Pod[],
  familyPodsByNode: ReadonlyMap<string, number>,
  now: SimTime,
): readonly Pod[] {
  return [...pods].sort((a, b) => {
    const first =
      Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
      phaseRanks[a.status.phase] - phaseRanks[b.status.phase] ||
      Number(isPodReady(a)) - Number(isPodReady(b)) ||
      deletionCost(a) - deletionCost(b) ||
      familySize(b, familyPodsByNode) - familySize(a, familyPodsByNode);
    return first || byAge(a, b, now) || compareStrings(a.metadata.uid, b.metadata.uid);
  });
}

function byAge(a: Pod, b: Pod, now: SimTime): number {
  const readyA = wholeSeconds(readySince(a));
  const readyB = wholeSeconds(readySince(b));
  if (readyA !== undefined && readyB !== undefined && readyA !== readyB) {
    const byBucket = ageBucket(readyA, now) - ageBucket(readyB, now);
    return byBucket || compareStrings(a.metadata.uid, b.metadata.uid);
  }
  const createdA = wholeSeconds(a.metadata.creationTimestamp) ?? 0;
  const createdB = wholeSeconds(b.metadata.creationTimestamp) ?? 0;
  return createdA === createdB ? 0 : ageBucket(createdA, now) - ageBucket(createdB, now);
}

/** The integer part of log2 of the age in nanoseconds; -1 for no age at all. */
function ageBucket(second: number, now: SimTime): number {
  const nanoseconds = (now - second * 1000) * 1_000_000;
  return nanoseconds > 0 ? Math.trunc(Math.log2(nanoseconds)) : -1;
}

function wholeSeconds(time: SimTime | undefined): number | undefined {
  return time === undefined ? undefined : Math.floor(time / 1000);
}

/** The pod's deletion cost; 0 unless the annotation is a whole number of 32 bits. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations[annotationPodDeletionCost];
  if (text === undefined || !/^-?(0|[1-9][0-9]*)$/.test(text)) return 0;
  const cost = Number(text);
  return Math.abs(cost) <= 2_147_483_647 ? cost : 0;
}

function familySize(pod: Pod, familyPodsByNode: ReadonlyMap<string, number>): number {
  const { nodeName } = pod.spec;
  return nodeName === undefined ? 0 : (familyPodsByNode.get(nodeName) ?? 0);
}
