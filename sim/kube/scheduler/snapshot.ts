import { labelRegion, labelZone } from "../../../core/apis/index.ts";
import type { Node, Pod } from "../../../core/apis/index.ts";
import { isPodTerminal } from "../pod-conditions.ts";
import { AllSpreadCounts } from "./all-spread-counts.ts";
import { LabelGroups } from "./label-groups.ts";
import { NodeInfo } from "./node-info.ts";
import { podInfo } from "./pod-info.ts";
import type { PodInfo } from "./pod-info.ts";
import type { SpreadCounts, SpreadQuestion } from "./spread-counts.ts";

/**
 * The cluster as kube-scheduler sees it: nodes with the pods that take room on them, kept up to date
 * change by change. Terminating pods take room until they are gone.
 *
 * @see kubernetes pkg/scheduler/backend/cache/cache.go
 */
export class SchedulerSnapshot {
  readonly #nodesByName = new Map<string, NodeInfo>();
  /** Pods bound to nodes that are not known, until the node appears. */
  readonly #strandedByUid = new Map<string, PodInfo>();
  readonly #podsWithAffinity = new Map<string, PodInfo>();
  readonly #podsByPriority = new Map<number, number>();
  readonly #spreads = new AllSpreadCounts();
  readonly labelGroups: LabelGroups = new LabelGroups(this.#spreads);
  #nodeOrder: readonly NodeInfo[] | undefined;

  get nodeCount(): number {
    return this.#nodesByName.size;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodesByName.get(name);
  }

  /**
   * All nodes, taken from the zones in turn; zones and the nodes of one zone in the order in which
   * they appeared.
   *
   * @see kubernetes pkg/scheduler/backend/cache/node_tree.go list
   */
  nodes(): readonly NodeInfo[] {
    this.#nodeOrder ??= interleaveZones([...this.#nodesByName.values()]);
    return this.#nodeOrder;
  }

  /** How the pods that a hard constraint selects are spread. */
  spreadCounts(question: SpreadQuestion): SpreadCounts {
    const groups = () => this.labelGroups.groups();
    return this.#spreads.of(question, () => this.nodes(), groups);
  }

  /** Bound pods with any affinity or anti-affinity to pods, in the order in which they came. */
  podsWithAffinity(): Iterable<PodInfo> {
    return this.#podsWithAffinity.values();
  }

  /** Whether some bound pod has a lower priority. */
  hasPodsBelow(priority: number): boolean {
    for (const other of this.#podsByPriority.keys()) {
      if (other < priority) return true;
    }
    return false;
  }

  setNode(node: Node): NodeInfo {
    const known = this.#nodesByName.get(node.metadata.name);
    if (known !== undefined) {
      const isMoved = zoneKey(known.node) !== zoneKey(node);
      known.setNode(node);
      this.#spreads.setNode(known);
      if (isMoved) this.#nodeOrder = undefined;
      return known;
    }
    const info = new NodeInfo(node);
    this.#nodesByName.set(node.metadata.name, info);
    this.#spreads.setNode(info);
    this.#nodeOrder = undefined;
    for (const [uid, stranded] of this.#strandedByUid) {
      if (stranded.pod.spec.nodeName !== node.metadata.name) continue;
      this.#strandedByUid.delete(uid);
      this.#add(stranded, info);
    }
    return info;
  }

  removeNode(name: string): void {
    const info = this.#nodesByName.get(name);
    if (info === undefined) return;
    for (const pod of [...info.pods()]) {
      this.#remove(pod, info);
      this.#strandedByUid.set(pod.pod.metadata.uid, pod);
    }
    this.#spreads.removeNode(name);
    this.#nodesByName.delete(name);
    this.#nodeOrder = undefined;
  }

  /** Takes over the state of a bound pod: new, changed, or finished. */
  setPod(pod: Pod): void {
    this.removePod(pod);
    const { nodeName } = pod.spec;
    if (nodeName === undefined || isPodTerminal(pod)) return;
    const node = this.#nodesByName.get(nodeName);
    if (node === undefined) this.#strandedByUid.set(pod.metadata.uid, podInfo(pod));
    else this.#add(podInfo(pod), node);
  }

  removePod(pod: Pod): void {
    const { uid } = pod.metadata;
    this.#strandedByUid.delete(uid);
    const { nodeName } = pod.spec;
    const node = nodeName === undefined ? undefined : this.#nodesByName.get(nodeName);
    const known = node?.podOf(uid);
    if (node !== undefined && known !== undefined) this.#remove(known, node);
  }

  #add(info: PodInfo, node: NodeInfo): void {
    const { pod } = info;
    node.addPod(info);
    this.labelGroups.add(pod, node.name);
    if (info.spec.hasPodAffinity) this.#podsWithAffinity.set(pod.metadata.uid, info);
    const { priority } = pod.spec;
    this.#podsByPriority.set(priority, (this.#podsByPriority.get(priority) ?? 0) + 1);
  }

  #remove(info: PodInfo, node: NodeInfo): void {
    const { pod } = info;
    node.removePod(pod.metadata.uid);
    this.labelGroups.remove(pod, node.name);
    this.#podsWithAffinity.delete(pod.metadata.uid);
    const count = (this.#podsByPriority.get(pod.spec.priority) ?? 0) - 1;
    if (count > 0) this.#podsByPriority.set(pod.spec.priority, count);
    else this.#podsByPriority.delete(pod.spec.priority);
  }
}

function zoneKey(node: Node): string {
  const { labels } = node.metadata;
  return `${labels[labelRegion] ?? ""} ${labels[labelZone] ?? ""}`;
}

function interleaveZones(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const nodesByZone = new Map<string, NodeInfo[]>();
  for (const info of nodes) {
    const zone = zoneKey(info.node);
    const members = nodesByZone.get(zone);
    if (members === undefined) nodesByZone.set(zone, [info]);
    else members.push(info);
  }
  const zones = [...nodesByZone.values()];
  const ordered: NodeInfo[] = [];
  for (let round = 0; ordered.length < nodes.length; round++) {
    for (const members of zones) {
      const info = members[round];
      if (info !== undefined) ordered.push(info);
    }
  }
  return ordered;
}
