import type { Pod } from "../../../core/apis/index.ts";
import { compareStrings } from "../../../core/units/index.ts";
import type { AllSpreadCounts } from "./all-spread-counts.ts";
import type { LabelGroup } from "./label-group.ts";

/**
 * Counts bound pods by labels, so that a selector is matched once per workload, not once per pod.
 */
export class LabelGroups {
  readonly #groupsByKey = new Map<string, LabelGroup>();
  readonly #keyByLabels = new WeakMap<
    object,
    { readonly namespace: string; readonly key: string }
  >();
  readonly #spreads: AllSpreadCounts;

  /** Tells the counts of spread constraints of every change. */
  constructor(spreads: AllSpreadCounts) {
    this.#spreads = spreads;
  }

  /** All groups, in the order in which they came up. */
  groups(): Iterable<LabelGroup> {
    return this.#groupsByKey.values();
  }

  add(pod: Pod, nodeName: string): void {
    this.#change(pod, nodeName, 1);
  }

  remove(pod: Pod, nodeName: string): void {
    this.#change(pod, nodeName, -1);
  }

  /** A text that is the same for pods with the same labels and namespace. */
  keyOf(pod: Pod): string {
    const { labels, namespace } = pod.metadata;
    const known = this.#keyByLabels.get(labels);
    if (known?.namespace === namespace) return known.key;
    const entries = Object.entries(labels).sort(([a], [b]) => compareStrings(a, b));
    const key = `${namespace} ${JSON.stringify(entries)}`;
    this.#keyByLabels.set(labels, { namespace, key });
    return key;
  }

  #change(pod: Pod, nodeName: string, sign: 1 | -1): void {
    const key = this.keyOf(pod);
    let group = this.#groupsByKey.get(key);
    if (group === undefined) {
      const { namespace, labels } = pod.metadata;
      group = { namespace, labels, podsByNode: new Map(), stayingPodsByNode: new Map() };
      this.#groupsByKey.set(key, group);
    }
    increase(group.podsByNode, nodeName, sign);
    if (pod.metadata.deletionTimestamp === undefined) {
      increase(group.stayingPodsByNode, nodeName, sign);
      this.#spreads.changePods(key, group, nodeName, sign);
    }
    if (group.podsByNode.size > 0) return;
    this.#groupsByKey.delete(key);
    this.#spreads.forgetGroup(key);
  }
}

function increase(counts: Map<string, number>, name: string, by: number): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
