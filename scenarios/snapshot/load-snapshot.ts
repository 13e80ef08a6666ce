// From what `kubectl get -o yaml` prints to the objects of a cluster. An object that cannot be read is
// left out with a warning, since most of a cluster still says something; what no decision can do
// without fails the whole.
import {
  type Ec2NodeClass,
  type ManifestObject,
  type NodePool,
  objectKey,
} from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { type Diagnostic, fail, ok, type Result, type SimTime } from "../../core/units/index.ts";
import {
  type LeftOutObject,
  loadManifests,
  type ManifestFile,
  type Origin,
} from "../manifests/index.ts";
import { findDanglingReferences } from "./dangling-references.ts";
import { partialSnapshot } from "./partial-snapshot.ts";

/** A cluster at one instant. */
export interface Snapshot {
  readonly objects: readonly ClusterObject[];
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** By `Kind namespace/name`. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The newest time that an object names; undefined where none does. */
  readonly newestTime: SimTime | undefined;
  /** Kinds that a decision may rest on and of which there is no object, in a fixed order. */
  readonly absentKinds: readonly string[];
  /** How many objects could not be read. */
  readonly leftOutCount: number;
}

/** Without which nothing is launched. */
const launchKinds: ReadonlySet<string> = new Set(["NodePool", "EC2NodeClass"]);
/** Enough to see what kind of file it is. */
const reasonsMax = 5;

/** Kinds that a decision may rest on. */
export const kindsOfDecisions = [
  "Node",
  "NodeClaim",
  "Pod",
  "DaemonSet",
  "PodDisruptionBudget",
  "PersistentVolumeClaim",
  "PersistentVolume",
  "StorageClass",
  "CSINode",
  "Namespace",
] as const;

/**
 * Reads a snapshot: one or several Lists, YAML or JSON.
 *
 * Fails for text that is no YAML, and where no decision is possible: without a NodePool, and when
 * no NodePool has its EC2NodeClass. Warnings: objects left out, what is not modelled, references
 * to objects that are not there.
 */
export function loadSnapshot(files: readonly ManifestFile[]): Result<Snapshot> {
  const loaded = loadManifests(files, { invalidObjects: "leave-out", purpose: "decision" });
  if (!loaded.ok) return loaded;
  const { objects, origins, leftOut } = loaded.value;
  const impossible = whyImpossible(objects, leftOut, files);
  if (impossible !== undefined) {
    // What is no object at all is why there is no NodePool, too.
    const reasons =
      objects.length === 0
        ? loaded.warnings
        : leftOut.filter(({ kind }) => launchKinds.has(kind)).flatMap(({ errors }) => errors);
    return fail([impossible, ...reasons.slice(0, reasonsMax)]);
  }
  const namespaceLabels = new Map<string, Readonly<Record<string, string>>>();
  const clusterObjects: ClusterObject[] = [];
  for (const object of objects) {
    if (object.kind === "Namespace") {
      namespaceLabels.set(object.metadata.name, object.metadata.labels);
    } else {
      clusterObjects.push(withUid(object));
    }
  }
  const present = new Set<string>(objects.map(({ kind }) => kind));
  const snapshot: Snapshot = {
    objects: clusterObjects,
    namespaceLabels,
    origins,
    newestTime: newestTime(objects),
    leftOutCount: leftOut.length,
    absentKinds: kindsOfDecisions.filter((kind) => !present.has(kind)),
  };
  return ok(snapshot, [
    ...loaded.warnings,
    ...partialSnapshot(clusterObjects, files.map(({ name }) => name).join(", ")),
    ...findDanglingReferences(clusterObjects, origins, leftOut),
  ]);
}

/** Decisions know objects by their uid, which manifests written by hand do not have. */
function withUid<T extends ClusterObject>(object: T): T {
  const { metadata, kind } = object;
  if (metadata.uid !== "") return object;
  return { ...object, metadata: { ...metadata, uid: `${kind} ${objectKey(object)}` } };
}

function whyImpossible(
  objects: readonly ManifestObject[],
  leftOut: readonly LeftOutObject[],
  files: readonly ManifestFile[],
): Diagnostic | undefined {
  const file = files.map(({ name }) => name).join(", ");
  const nodePools = objects.filter((object): object is NodePool => object.kind === "NodePool");
  const unreadable = leftOut.filter(({ kind }) => kind === "NodePool");
  if (nodePools.length === 0 && unreadable.length > 0) {
    return {
      file,
      code: "plan/no-node-pool",
      found: `NodePool ${unreadable.map(({ name }) => name).join(", ")}`,
      allowed: "at least one NodePool that can be read",
      message:
        "no NodePool of the snapshot can be read, and without one Karpenter launches nothing",
    };
  }
  if (nodePools.length === 0) {
    const kinds = [...new Set(objects.map(({ kind }) => kind))].sort();
    return {
      file,
      code: "plan/no-node-pool",
      found: kinds.length === 0 ? "no objects" : kinds.join(", "),
      allowed: "at least one NodePool",
      hint: "add nodepools.karpenter.sh and ec2nodeclasses.karpenter.k8s.aws to kubectl get",
      message: "the snapshot has no NodePool, and without one Karpenter launches nothing",
    };
  }
  const classes = new Set(
    objects
      .filter((object): object is Ec2NodeClass => object.kind === "EC2NodeClass")
      .map(({ metadata }) => metadata.name),
  );
  const references = nodePools.map(({ spec }) => spec.template.spec.nodeClassRef);
  const wanted = references.filter(({ kind }) => kind === "EC2NodeClass").map(({ name }) => name);
  if (wanted.some((name) => classes.has(name))) return undefined;
  if (wanted.length === 0) {
    const others = references.map(({ group, kind, name }) => `${kind} ${name} of ${group}`);
    return {
      file,
      code: "plan/no-node-class",
      found: [...new Set(others)].join(", "),
      allowed: "an EC2NodeClass of karpenter.k8s.aws",
      message:
        "no NodePool of the snapshot has an EC2NodeClass; other node classes, such as those of EKS Auto Mode, are not supported",
    };
  }
  return {
    file,
    code: "plan/no-node-class",
    found: classes.size === 0 ? "no EC2NodeClass" : `EC2NodeClass ${[...classes].join(", ")}`,
    allowed: `EC2NodeClass ${[...new Set(wanted)].join(" or ")}`,
    hint: "add ec2nodeclasses.karpenter.k8s.aws to kubectl get",
    message: "no NodePool of the snapshot has its EC2NodeClass there, so no instance type is known",
  };
}

/** The newest time that an object names: of creation, or of a condition; undefined for none. */
export function newestTime(objects: readonly ManifestObject[]): SimTime | undefined {
  let newest: SimTime | undefined;
  for (const object of objects) {
    const conditions =
      "status" in object && "conditions" in object.status ? object.status.conditions : [];
    const times = [
      object.metadata.creationTimestamp,
      ...conditions.map(({ lastTransitionTime }) => lastTransitionTime),
    ];
    for (const time of times) {
      if (time > 0 && (newest === undefined || time > newest)) newest = time;
    }
  }
  return newest;
}
