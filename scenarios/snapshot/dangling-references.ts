import {
  controllerOf,
  labelNodePool,
  type NodeClaim,
  objectKey,
  type Pod,
} from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { isActive, isOwnedByDaemonSet } from "../../core/state/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import type { Origin } from "../manifests/index.ts";

/** One reference that leads nowhere, and what the decision makes of it. */
interface Dangling {
  readonly object: ClusterObject;
  readonly path: string;
  readonly target: string;
  readonly consequence: string;
}

/**
 * References between the objects of a snapshot that lead to objects which are not in it, in the order
 * of the objects; many that lead to the same one are told once. What a NodePool refers to is checked
 * where manifests are loaded, and volumes where pods are validated.
 */
export function findDanglingReferences(
  objects: readonly ClusterObject[],
  origins: ReadonlyMap<string, Origin>,
): readonly Diagnostic[] {
  const names = new Set(objects.map((object) => `${object.kind} ${objectKey(object)}`));
  const providerIds = new Set(
    objects.flatMap((object) =>
      object.kind === "NodeClaim" ? [object.status.providerId ?? ""] : [],
    ),
  );
  const all = objects.flatMap((object): readonly Dangling[] => {
    switch (object.kind) {
      case "Pod":
        return referencesOfPod(object);
      case "NodeClaim":
        return referencesOfNodeClaim(object);
      case "Node": {
        const { labels } = object.metadata;
        if (labels[labelNodePool] === undefined || providerIds.has(object.spec.providerId)) {
          return [];
        }
        const path = "spec.providerID";
        const target = `NodeClaim of ${object.spec.providerId}`;
        const consequence = "the node counts as one that Karpenter does not manage";
        return [{ object, path, target, consequence }];
      }
      default:
        return [];
    }
  });
  return grouped(all.filter(({ target }) => !names.has(target))).map(([first, count]) =>
    toDiagnostic(first, count, origins),
  );
}

function referencesOfPod(pod: Pod): readonly Dangling[] {
  const { nodeName } = pod.spec;
  const found: Dangling[] = [];
  if (nodeName !== undefined && nodeName !== "" && isActive(pod)) {
    const consequence = "the pod takes no room, and counts in no spread or affinity";
    found.push({ object: pod, path: "spec.nodeName", target: `Node ${nodeName}`, consequence });
  }
  const owner = controllerOf(pod);
  if (owner !== undefined && isOwnedByDaemonSet(pod)) {
    found.push({
      object: pod,
      path: "metadata.ownerReferences",
      target: `DaemonSet ${pod.metadata.namespace}/${owner.name}`,
      consequence: "new nodes are planned without room for its pods",
    });
  }
  return found;
}

function referencesOfNodeClaim(nodeClaim: NodeClaim): readonly Dangling[] {
  const nodePool = nodeClaim.metadata.labels[labelNodePool];
  const { nodeName } = nodeClaim.status;
  const found: Dangling[] = [
    {
      object: nodeClaim,
      path: `metadata.labels[${labelNodePool}]`,
      target: `NodePool ${nodePool ?? "(no such label)"}`,
      consequence: "its capacity counts against no limits",
    },
  ];
  if (nodeName !== undefined && nodeName !== "") {
    found.push({
      object: nodeClaim,
      path: "status.nodeName",
      target: `Node ${nodeName}`,
      consequence: "it counts as a machine whose node has not joined yet",
    });
  }
  return found;
}

/** The first of each kind, path and target, and how many there are. */
function grouped(all: readonly Dangling[]): readonly (readonly [Dangling, number])[] {
  const groups = new Map<string, [Dangling, number]>();
  for (const each of all) {
    const key = `${each.object.kind} ${each.path} ${each.target}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each, 1]);
    else group[1] += 1;
  }
  return [...groups.values()];
}

function toDiagnostic(
  { object, path, target, consequence }: Dangling,
  count: number,
  origins: ReadonlyMap<string, Origin>,
): Diagnostic {
  const name = `${object.kind} ${objectKey(object)}`;
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  return {
    ...(origins.get(name) ?? { file: "snapshot" }),
    path,
    code: "plan/dangling-reference",
    found: target,
    allowed: "the name of an object of the snapshot",
    message: `${name}${more}: ${path}: ${target} is not in the snapshot; ${consequence}`,
  };
}
