/** How two decisions on one case differ. */
import type { Consequences, DecidedNodeClaim, Decision } from "./cases.ts";
import type { TextComparison } from "./compared-texts.ts";

/** Lines that say what differs, upstream's side first; none when the decisions are the same. */
export function differences(
  upstream: Decision,
  ours: Decision,
  texts: TextComparison,
): readonly string[] {
  if (upstream.error !== undefined || ours.error !== undefined) {
    return differs("error", upstream.error, ours.error);
  }
  const claims = Math.max(upstream.newNodeClaims.length, ours.newNodeClaims.length);
  return [
    ...Array.from({ length: claims }, (_, index) =>
      claimDifferences(`NodeClaim ${index + 1}`, [
        upstream.newNodeClaims[index],
        ours.newNodeClaims[index],
      ]),
    ).flat(),
    ...differs("existing nodes", upstream.existingNodes, ours.existingNodes),
    ...errorDifferences(upstream.podErrors, ours.podErrors, texts),
    ...consequenceDifferences(upstream.consequences, ours.consequences),
    ...differencesWithin("buffers", upstream.buffers ?? [], ours.buffers ?? []),
    ...differencesWithin("buffer pods", upstream.bufferPods ?? {}, ours.bufferPods ?? {}),
  ];
}

type Pair = readonly [upstream: DecidedNodeClaim | undefined, ours: DecidedNodeClaim | undefined];

function claimDifferences(what: string, [upstream, ours]: Pair): readonly string[] {
  if (upstream === undefined || ours === undefined) return differs(what, upstream, ours);
  return [
    ...differs(`${what}: NodePool`, upstream.nodePool, ours.nodePool),
    ...differs(`${what}: pods`, upstream.pods, ours.pods),
    ...differs(`${what}: instance types`, upstream.instanceTypes, ours.instanceTypes),
    ...differs(`${what}: requirements`, upstream.requirements, ours.requirements),
    ...differs(`${what}: requests`, sorted(upstream.requests), sorted(ours.requests)),
  ];
}

type Followed = Consequences | undefined;

function consequenceDifferences(upstream: Followed, ours: Followed): readonly string[] {
  return differencesWithin("consequences", withSortedKeys(upstream), withSortedKeys(ours));
}

/** As deep down as the two are alike, so that a difference shows as small as it is. */
function differencesWithin(path: string, upstream: unknown, ours: unknown): readonly string[] {
  if (!isContainer(upstream) || !isContainer(ours)) return differs(path, upstream, ours);
  const names = [...new Set([...Object.keys(upstream), ...Object.keys(ours)])];
  return names.flatMap((name) => differencesWithin(`${path}.${name}`, upstream[name], ours[name]));
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Maps come in any order, and resources that are not asked for may be written as 0 or not at all. */
function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (!isContainer(value)) return value;
  const entries = Object.entries(value)
    .filter(([, each]) => each !== 0 && !isEmpty(each))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, withSortedKeys(each)]));
}

function isEmpty(value: unknown): boolean {
  return isContainer(value) && Object.keys(value).length === 0;
}

type Texts = Readonly<Record<string, string>>;

/** How texts about pods differ, by the pod's key. */
export function errorDifferences(
  upstream: Texts,
  ours: Texts,
  texts: TextComparison,
): readonly string[] {
  const pods = [...new Set([...Object.keys(upstream), ...Object.keys(ours)])].sort();
  return pods.flatMap((pod) => {
    const [left, right] = [upstream[pod], ours[pod]];
    const isSame = left !== undefined && right !== undefined && texts.isSame(left, right, pod);
    return isSame ? [] : [`error of ${pod}: upstream ${String(left)}, ours ${String(right)}`];
  });
}

function sorted(record: Readonly<Record<string, number>>): unknown {
  return Object.entries(record)
    .filter(([, amount]) => amount !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function differs(what: string, upstream: unknown, ours: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(upstream), JSON.stringify(ours)];
  return left === right ? [] : [`${what}: upstream ${left}, ours ${right}`];
}
