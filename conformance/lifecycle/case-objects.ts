import {
  assembleObjects,
  hasErrors,
  type ManifestObject,
  parseObjects,
} from "../../core/apis/index.ts";
import type { ClusterObject } from "../../core/state/index.ts";
import { invariant } from "../../core/units/index.ts";
import type { Manifest } from "../cases.ts";
import type { ObjectChange, ObjectReference } from "./cases.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The manifests of a case as they stand in its text: those of the cluster and later changes. */
export class CaseObjects {
  readonly #manifests = new Map<string, Manifest>();

  /** Notes the manifests and reads them. What ours refuses is a defect of the case. */
  apply(manifests: readonly Manifest[]): readonly ClusterObject[] {
    for (const manifest of manifests) this.#manifests.set(keyOf(manifest), manifest);
    return read(manifests);
  }

  manifest(reference: ObjectReference): Manifest | undefined {
    return this.#manifests.get(referenceKey(reference));
  }

  delete(reference: ObjectReference): void {
    this.#manifests.delete(referenceKey(reference));
  }

  /** The object as the cluster has it, with the change made. */
  change(present: ClusterObject, change: ObjectChange): ClusterObject {
    const before = this.manifest(change);
    const manifest: Manifest = {
      ...(before ?? shellOf(present)),
      spec: { ...(before?.["spec"] as Fields | undefined), ...change.spec },
      status: { ...(before?.["status"] as Fields | undefined), ...change.status },
    };
    if (before !== undefined) this.#manifests.set(referenceKey(change), manifest);
    const [changed] = read([manifest]);
    invariant(changed !== undefined, "a changed object is an object", { name: change.name });
    const { metadata } = present;
    const spec = withFields(present, changed, "spec", change.spec);
    const isOtherSpec =
      change.kind === "NodePool" &&
      JSON.stringify(before?.["spec"]) !== JSON.stringify(manifest["spec"]);
    return {
      ...present,
      metadata: {
        ...metadata,
        labels: edited(metadata.labels, change.labels),
        annotations: edited(metadata.annotations, change.annotations),
        generation: metadata.generation + (isOtherSpec ? 1 : 0),
      },
      ...(spec === undefined ? {} : { spec }),
      ...statusOf(present, changed, change),
    } as ClusterObject;
  }
}

function statusOf(present: ClusterObject, changed: ClusterObject, change: ObjectChange): object {
  const status = withFields(present, changed, "status", change.status);
  return status === undefined ? {} : { status };
}

/** Fields are read as the whole is, and keep their names but for the case of `ID`. */
function withFields(
  present: ClusterObject,
  changed: ClusterObject,
  part: "spec" | "status",
  fields: Manifest | undefined,
): Fields | undefined {
  const [before, after] = [present, changed].map(
    (object) => (object as unknown as Readonly<Record<string, Fields | undefined>>)[part],
  );
  if (before === undefined || after === undefined) return undefined;
  const names = Object.keys(fields ?? {}).map((name) => name.replace("ID", "Id"));
  return { ...before, ...Object.fromEntries(names.map((name) => [name, after[name]])) };
}

function edited(
  values: Readonly<Record<string, string>>,
  edits: Readonly<Record<string, string | null>> = {},
): Readonly<Record<string, string>> {
  const result: Record<string, string> = { ...values };
  for (const [key, value] of Object.entries(edits)) {
    if (value === null) delete result[key];
    else result[key] = value;
  }
  return result;
}

function read(items: readonly Manifest[]): readonly ClusterObject[] {
  const results = parseObjects({ kind: "List", items });
  for (const { issues } of results) {
    const facts = { issues: JSON.stringify(issues) };
    invariant(!hasErrors(issues), "the manifests of a case are valid", facts);
  }
  return (assembleObjects(results).objects as readonly ManifestObject[]).filter(
    (object): object is ClusterObject & ManifestObject => object.kind !== "Namespace",
  );
}

/** Enough of an object that only the cluster knows for its changed fields to be read. */
function shellOf({ kind, metadata }: ClusterObject): Manifest {
  const apiVersions: Readonly<Record<string, string>> = {
    NodeClaim: "karpenter.sh/v1",
    Node: "v1",
  };
  const { name, namespace } = metadata;
  return { apiVersion: apiVersions[kind], kind, metadata: { name, namespace } };
}

function keyOf(manifest: Manifest): string {
  const { name, namespace } = manifest["metadata"] as { name: string; namespace?: string };
  return referenceKey({
    kind: manifest["kind"] as ObjectReference["kind"],
    name,
    ...(namespace === undefined ? {} : { namespace }),
  });
}

function referenceKey({ kind, name, namespace = "" }: ObjectReference): string {
  return `${kind} ${namespace}/${name}`;
}

/** The key under which the cluster has the object. */
export function clusterKey({ name, namespace }: ObjectReference): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
