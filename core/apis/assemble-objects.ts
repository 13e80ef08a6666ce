// Older forms of Karpenter's kinds cannot be converted one by one: kubelet settings move from a
// NodePool into its EC2NodeClass, the lifetime of a NodeClaim stands in its NodePool, and a missing
// reference means the only class there is. This is done here, once all objects have been read.
import type { Ec2NodeClass } from "./ec2-node-class.ts";
import type { FieldIssue, ParseResult, PendingConversion } from "./field-issue.ts";
import { frozenCopy } from "./frozen-copy.ts";
import { labelNodePool } from "./labels.ts";
import type { ManifestObject } from "./manifest-object.ts";
import type { NodePool } from "./node-pool.ts";
import { type Place, type Reading, complain, converted, placeAt, rootPlace } from "./place.ts";

/** An issue of assembling, and the result whose object it is about. */
export interface AssemblyIssue {
  readonly result: ParseResult;
  readonly issue: FieldIssue;
}

/** All objects of a set of manifests in their final form. */
export interface Assembly {
  /** In the order of the results, companions after the object that brought them. */
  readonly objects: readonly ManifestObject[];
  readonly issues: readonly AssemblyIssue[];
}

interface Entry {
  readonly result: ParseResult;
  object: ManifestObject;
  readonly pending: PendingConversion;
}

/**
 * Completes what older forms left open between objects, and puts all objects in one list.
 *
 * Two NodePools with different kubelet settings cannot share a node class: that is an error, as v1
 * has no form for it.
 */
export function assembleObjects(results: readonly ParseResult[]): Assembly {
  const issues: AssemblyIssue[] = [];
  const entries: Entry[] = results.flatMap((result) =>
    [result.object, ...result.companions]
      .filter((object) => object !== undefined)
      .map((object, index) => ({
        result,
        object,
        pending: index === 0 ? (result.pending ?? {}) : {},
      })),
  );
  const tell = (entry: Entry, say: (place: Place) => void): void => {
    const reading: Reading = { issues: [], unknownFields: "error" };
    say(placeAt(rootPlace(reading), ...entry.result.segments));
    for (const issue of reading.issues) issues.push({ result: entry.result, issue });
  };
  resolveReferences(entries, tell);
  moveKubelets(entries, tell);
  takeLifetimes(entries);
  return { objects: entries.map((entry) => entry.object), issues };
}

type Tell = (entry: Entry, say: (place: Place) => void) => void;

function resolveReferences(entries: readonly Entry[], tell: Tell): void {
  const classes = entries.map((entry) => entry.object).filter(isNodeClass);
  for (const entry of entries) {
    const { object, pending } = entry;
    if (pending.needsNodeClass !== true) continue;
    const [only, ...others] = classes;
    if (only === undefined || others.length > 0) {
      tell(entry, (place) => {
        complain(placeAt(place, "spec"), {
          code: "apis/missing-reference",
          value: classes.map((one) => one.metadata.name),
          allowed: "a reference to a node class, or exactly one node class in the manifests",
          sentence: `the reference to a node class is missing: Required value, and the manifests hold ${classes.length} of them`,
        });
      });
      continue;
    }
    entry.object = frozenCopy(withReference(object, only.metadata.name));
  }
}

function withReference(object: ManifestObject, name: string): ManifestObject {
  if (object.kind === "NodeClaim") {
    const nodeClassRef = { ...object.spec.nodeClassRef, name };
    return { ...object, spec: { ...object.spec, nodeClassRef } };
  }
  if (object.kind !== "NodePool") return object;
  const { template } = object.spec;
  const nodeClassRef = { ...template.spec.nodeClassRef, name };
  const spec = { ...template.spec, nodeClassRef };
  return { ...object, spec: { ...object.spec, template: { ...template, spec } } };
}

function moveKubelets(entries: readonly Entry[], tell: Tell): void {
  const sources = new Map<Entry, { readonly pool: string; readonly text: string }>();
  for (const entry of entries) {
    const { object, pending } = entry;
    if (object.kind !== "NodePool" || pending.kubelet === undefined) continue;
    const { name } = object.spec.template.spec.nodeClassRef;
    const target = entries.find(
      (one) => isNodeClass(one.object) && one.object.metadata.name === name,
    );
    if (target === undefined || !isNodeClass(target.object)) {
      tell(entry, (place) => {
        warnOfLostKubelet(place, name, pending);
      });
      continue;
    }
    const text = JSON.stringify(pending.kubelet);
    const before = sources.get(target);
    const written = target.object.spec.raw["kubelet"];
    const isTaken = before === undefined ? written !== undefined : before.text !== text;
    if (isTaken) {
      tell(entry, (place) => {
        refuseKubelet(place, name, before?.pool, pending);
      });
      continue;
    }
    sources.set(target, { pool: object.metadata.name, text });
    target.object = frozenCopy(withKubelet(target.object, pending));
    tell(entry, (place) => {
      const meaning = "v1 keeps kubelet settings in the node class";
      converted(place, pending.kubeletRaw, `EC2NodeClass ${name} spec.kubelet`, meaning);
    });
  }
  refuseUnsharedKubelets(entries, sources, tell);
}

/** A class that takes over one pool's settings must not impose them on a pool without any. */
function refuseUnsharedKubelets(
  entries: readonly Entry[],
  sources: ReadonlyMap<Entry, { readonly pool: string }>,
  tell: Tell,
): void {
  for (const [target, { pool }] of sources) {
    for (const entry of entries) {
      if (entry.object.kind !== "NodePool" || entry.pending.kubelet !== undefined) continue;
      const { name } = entry.object.spec.template.spec.nodeClassRef;
      if (name !== target.object.metadata.name) continue;
      tell(entry, (place) => {
        refuseKubelet(place, name, pool, entry.pending);
      });
    }
  }
}

function withKubelet(nodeClass: Ec2NodeClass, pending: PendingConversion): Ec2NodeClass {
  const { kubelet, kubeletRaw } = pending;
  if (kubelet === undefined) return nodeClass;
  const raw = { ...nodeClass.spec.raw, kubelet: kubeletRaw ?? {} };
  return { ...nodeClass, spec: { ...nodeClass.spec, kubelet, raw } };
}

function warnOfLostKubelet(place: Place, name: string, pending: PendingConversion): void {
  complain(place, {
    code: "apis/not-convertible",
    severity: "unsupported",
    value: pending.kubeletRaw,
    allowed: "spec.kubelet of the EC2NodeClass",
    hint: `add EC2NodeClass ${name} to the manifests`,
    sentence: `v1 keeps kubelet settings in the node class, and EC2NodeClass ${name} is not among the manifests`,
  });
}

function refuseKubelet(
  place: Place,
  name: string,
  pool: string | undefined,
  pending: PendingConversion,
): void {
  const other =
    pool === undefined ? "the class has settings of its own" : `NodePool ${pool} has others`;
  complain(place, {
    code: "apis/not-convertible",
    value: pending.kubeletRaw,
    allowed: "the same kubelet settings in every NodePool of one EC2NodeClass",
    hint: "give this NodePool an EC2NodeClass of its own",
    sentence: `v1 keeps kubelet settings in EC2NodeClass ${name}, and ${other}`,
  });
}

/** @see karpenter v1.0.0 pkg/apis/v1/nodeclaim_conversion.go NodeClaim.ConvertFrom */
function takeLifetimes(entries: readonly Entry[]): void {
  const pools = new Map<string, NodePool>();
  for (const { object } of entries) {
    if (object.kind === "NodePool") pools.set(object.metadata.name, object);
  }
  for (const entry of entries) {
    const { object, pending } = entry;
    if (object.kind !== "NodeClaim" || pending.takesExpireAfter !== true) continue;
    const pool = pools.get(object.metadata.labels[labelNodePool] ?? "");
    if (pool === undefined) continue;
    const { expireAfter } = pool.spec.template.spec;
    entry.object = frozenCopy({ ...object, spec: { ...object.spec, expireAfter } });
  }
}

function isNodeClass(object: ManifestObject): object is Ec2NodeClass {
  return object.kind === "EC2NodeClass";
}
