import type { LabelGroup } from "./label-group.ts";
import type { NodeInfo } from "./node-info.ts";
import { podInfo } from "./pod-info.ts";
import { SpreadCounts, type SpreadQuestion } from "./spread-counts.ts";
import { selectorOf } from "./spread-selector.ts";

/** More than that many constraints are forgotten together, and counted anew when asked for. */
const countsMax = 256;

/** The counts of all hard constraints that have been asked for. */
export class AllSpreadCounts {
  readonly #countsByQuestion = new Map<string, SpreadCounts>();
  /** Those that a group of pods concerns, by the group's key. */
  #countsByGroup = new Map<string, readonly SpreadCounts[]>();

  /** The counts of one constraint; `nodes` and `groups` are all that there are. */
  of(
    question: SpreadQuestion,
    nodes: () => readonly NodeInfo[],
    groups: () => Iterable<LabelGroup>,
  ): SpreadCounts {
    const text = textOf(question);
    let counts = this.#countsByQuestion.get(text);
    if (counts === undefined) {
      if (this.#countsByQuestion.size >= countsMax) this.#countsByQuestion.clear();
      counts = new SpreadCounts(question, nodes(), groups());
      this.#countsByQuestion.set(text, counts);
      this.#countsByGroup = new Map();
    }
    return counts;
  }

  /** Pods of a group that are not terminating have come to the node, or gone. */
  changePods(groupKey: string, group: LabelGroup, nodeName: string, by: number): void {
    if (this.#countsByQuestion.size === 0) return;
    let concerned = this.#countsByGroup.get(groupKey);
    if (concerned === undefined) {
      concerned = [...this.#countsByQuestion.values()].filter((counts) => counts.selects(group));
      this.#countsByGroup.set(groupKey, concerned);
    }
    for (const counts of concerned) counts.changePods(nodeName, by);
  }

  setNode(node: NodeInfo): void {
    for (const counts of this.#countsByQuestion.values()) counts.setNode(node);
  }

  removeNode(name: string): void {
    for (const counts of this.#countsByQuestion.values()) counts.removeNode(name);
  }

  /** A group of pods is gone; another may get its key. */
  forgetGroup(groupKey: string): void {
    this.#countsByGroup.delete(groupKey);
  }
}

/** Equal for constraints that count alike. */
function textOf({ pod, constraint, keys }: SpreadQuestion): string {
  const { topologyKey, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
  const selector = JSON.stringify(selectorOf(pod, constraint));
  const policies = `${nodeAffinityPolicy} ${nodeTaintsPolicy}`;
  const where = `${pod.metadata.namespace} ${topologyKey} ${keys.join(" ")}`;
  return `${where} ${policies} ${selector} ${podInfo(pod).spec.placement}`;
}
