const normalRate = 0.1;
const reducedRate = 0.01;
const unhealthyShare = 0.55;
const largeZone = 50;

/**
 * How many nodes of a zone get their NoExecute taint per second, given which of its nodes are Ready.
 *
 * A zone that is mostly lost (at least 3 nodes and 55 %) is slowed down if it is large and left
 * alone if it is small; a zone that is lost entirely is drained at the normal rate. The caller sees
 * to the case in which all zones are lost.
 *
 * @see kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go ComputeZoneState
 */
export function zoneTaintRate(readiness: readonly boolean[]): number {
  const lost = readiness.filter((isReady) => !isReady).length;
  const isFullyLost = lost === readiness.length;
  const isMostlyLost = lost > 2 && lost / readiness.length >= unhealthyShare;
  if (isFullyLost || !isMostlyLost) return normalRate;
  return readiness.length > largeZone ? reducedRate : 0;
}
