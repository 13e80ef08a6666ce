import { type Namespace, objectKey } from "../core/apis/index.ts";
import type { ClusterObject } from "../core/state/index.ts";
import { compareStrings, type SimTime } from "../core/units/index.ts";
import { FakeCluster } from "../test/support/fake-cluster.ts";

/** The cluster of a case: its objects, and its namespaces with their labels. */
export class CaseCluster extends FakeCluster {
  readonly #labelsByNamespace: ReadonlyMap<string, Readonly<Record<string, string>>>;

  constructor(now: () => SimTime, objects: readonly (ClusterObject | Namespace)[]) {
    super(now);
    const labels = new Map<string, Readonly<Record<string, string>>>();
    for (const object of objects) {
      if (object.kind === "Namespace") labels.set(objectKey(object), object.metadata.labels);
      else this.put(object);
    }
    this.#labelsByNamespace = labels;
  }

  override namespaces(): readonly string[] {
    return [...this.#labelsByNamespace.keys()].sort(compareStrings);
  }

  override namespaceLabels(name: string): Readonly<Record<string, string>> {
    return this.#labelsByNamespace.get(name) ?? {};
  }
}
