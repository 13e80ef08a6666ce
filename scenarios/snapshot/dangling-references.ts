import {
  controllerOf,
  labelNodePool,
  type Node,
  type NodeClaim,
  objectKey,
  type PersistentVolumeClaim,
  type Pod,
} from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { isActive, isOwnedByDaemonSet } from "../../core/state/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import type { LeftOutObject, Origin } from "../manifests/index.ts";

/** One reference, and what the decision makes of it where it leads nowhere. */
interface Reference {
  readonly object: ClusterObject;
  readonly path: string;
  readonly targetKind: ClusterObject["kind"];
  readonly targetName: string;
  readonly consequence: string;
}

/** References of the same kind of object, by the same path, to the same object. */
interface Group {
  readonly first: Reference;
  count: number;
}

/** How many different objects that are not there are told of, for each kind and path. */
const targetsMax = 3;

/**
 * References between the objects of a snapshot that lead to objects which are not in it, in the order
 * of the objects. Many that lead to the same one are told once, as are all that lead to a kind of
 * which there is none, and those beyond the third object. What a NodePool refers to is checked where
 * manifests are loaded, and volumes of pending pods where they are validated.
 */
export function findDanglingReferences(
  objects: readonly ClusterObject[],
  origins: ReadonlyMap<string, Origin>,
  leftOut: readonly LeftOutObject[],
): readonly Diagnostic[] {
  const names = new Set(objects.map((object) => `${object.kind} ${objectKey(object)}`));
  for (const object of objects) {
    if (object.kind === "NodeClaim") names.add(`NodeClaim of ${object.status.providerId ?? ""}`);
  }
  const kinds = new Set<string>([...objects, ...leftOut].map(({ kind }) => kind));
  const unreadable = new Set(leftOut.map(({ kind, name }) => `${kind} ${name}`));
  const dangling = objects.flatMap(referencesOf).filter((it) => !names.has(targetOf(it)));
  return byTargetKind(dangling).flatMap((groups) => {
    const [group] = groups;
    if (group === undefined) return [];
    const { targetKind } = group.first;
    if (!kinds.has(targetKind)) {
      const all = { first: group.first, count: sum(groups) };
      return [toDiagnostic(all, `there is no ${targetKind} in the snapshot`, origins)];
    }
    const told = groups.slice(0, targetsMax).map((each) => {
      const target = targetOf(each.first);
      const what = unreadable.has(target) ? "could not be read" : "is not in the snapshot";
      return toDiagnostic(each, `${target} ${what}`, origins);
    });
    const rest = groups.slice(targetsMax);
    const [next] = rest;
    if (next === undefined) return told;
    const others = `${rest.length} more ${targetKind}${rest.length === 1 ? " is" : "s are"}`;
    const all = { first: next.first, count: sum(rest) };
    return [...told, toDiagnostic(all, `${others} not in the snapshot`, origins)];
  });
}

function referencesOf(object: ClusterObject): readonly Reference[] {
  switch (object.kind) {
    case "Pod":
      return referencesOfPod(object);
    case "NodeClaim":
      return referencesOfNodeClaim(object);
    case "Node":
      return referencesOfNode(object);
    case "PersistentVolumeClaim":
      return referencesOfClaim(object);
    default:
      return [];
  }
}

function targetOf({ targetKind, targetName }: Reference): string {
  return `${targetKind} ${targetName}`;
}

function referencesOfPod(pod: Pod): readonly Reference[] {
  const { nodeName, volumes } = pod.spec;
  const { namespace } = pod.metadata;
  const isRunning = nodeName !== undefined && nodeName !== "" && isActive(pod);
  const owner = controllerOf(pod);
  return [
    ...(isRunning
      ? [
          {
            object: pod,
            path: "spec.nodeName",
            targetKind: "Node",
            targetName: nodeName,
            consequence: "the pod takes no room, and counts in no spread or affinity",
          } as const,
        ]
      : []),
    ...(owner !== undefined && isOwnedByDaemonSet(pod)
      ? [
          {
            object: pod,
            path: "metadata.ownerReferences",
            targetKind: "DaemonSet",
            targetName: `${namespace}/${owner.name}`,
            consequence: "new nodes are planned without room for its pods",
          } as const,
        ]
      : []),
    ...(isRunning ? volumes : []).flatMap(({ persistentVolumeClaimName: name }, index) =>
      name === undefined
        ? []
        : [
            {
              object: pod,
              path: `spec.volumes[${index}].persistentVolumeClaim`,
              targetKind: "PersistentVolumeClaim",
              targetName: `${namespace}/${name}`,
              consequence: "the pod counts as one without the volume, which may go to any zone",
            } as const,
          ],
    ),
  ];
}

function referencesOfNodeClaim(nodeClaim: NodeClaim): readonly Reference[] {
  const nodePool = nodeClaim.metadata.labels[labelNodePool];
  const { nodeName } = nodeClaim.status;
  const found: Reference[] = [
    {
      object: nodeClaim,
      path: `metadata.labels[${labelNodePool}]`,
      targetKind: "NodePool",
      targetName: nodePool ?? "(no such label)",
      consequence: "its capacity counts against no limits",
    },
  ];
  if (nodeName !== undefined && nodeName !== "") {
    found.push({
      object: nodeClaim,
      path: "status.nodeName",
      targetKind: "Node",
      targetName: nodeName,
      consequence: "it counts as a machine whose node has not joined yet",
    });
  }
  return found;
}

/** A node of a NodePool has a NodeClaim with the same machine. */
function referencesOfNode(node: Node): readonly Reference[] {
  if (node.metadata.labels[labelNodePool] === undefined) return [];
  return [
    {
      object: node,
      path: "spec.providerID",
      targetKind: "NodeClaim",
      targetName: `of ${node.spec.providerId}`,
      consequence: "the node counts as one that Karpenter does not manage",
    },
  ];
}

function referencesOfClaim(claim: PersistentVolumeClaim): readonly Reference[] {
  const { volumeName } = claim.spec;
  if (volumeName === undefined || volumeName === "") return [];
  return [
    {
      object: claim,
      path: "spec.volumeName",
      targetKind: "PersistentVolume",
      targetName: volumeName,
      consequence: "its zone is not known, and pods with it may go to any",
    },
  ];
}

/** Groups of the same kind, path and kind of target together, in the order of the first. */
function byTargetKind(all: readonly Reference[]): readonly (readonly Group[])[] {
  const kinds = new Map<string, Map<string, Group>>();
  for (const each of all) {
    const path = each.path.replaceAll(/\[\d+\]/g, "[*]");
    const key = `${each.object.kind} ${path} ${each.targetKind}`;
    const groups = kinds.get(key) ?? new Map<string, Group>();
    kinds.set(key, groups);
    const group = groups.get(each.targetName);
    if (group === undefined) groups.set(each.targetName, { first: each, count: 1 });
    else group.count += 1;
  }
  return [...kinds.values()].map((groups) => [...groups.values()]);
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

function toDiagnostic(
  { first, count }: Group,
  what: string,
  origins: ReadonlyMap<string, Origin>,
): Diagnostic {
  const { object, path, consequence } = first;
  const name = `${object.kind} ${objectKey(object)}`;
  const more = count > 1 ? ` (and ${count - 1} more)` : "";
  return {
    ...(origins.get(name) ?? { file: "snapshot" }),
    path,
    code: "plan/dangling-reference",
    found: targetOf(first),
    allowed: "the name of an object of the snapshot",
    message: `${name}${more}: ${path}: ${what}; ${consequence}`,
  };
}
