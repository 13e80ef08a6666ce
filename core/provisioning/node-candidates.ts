import type { UntouchedNode } from "./existing-node.ts";
import type { SchedulingPod } from "./scheduling-pod.ts";

/**
 * Which of the nodes may take pods of a shape at all, as they are before any run. A run only takes
 * room away, so what a node refuses here it refuses in every run.
 */
export class NodeCandidates {
  readonly #nodes: readonly UntouchedNode[];
  readonly #byShape = new Map<string, ShapeCandidates>();

  constructor(nodes: readonly UntouchedNode[]) {
    this.#nodes = nodes;
  }

  /** The candidates for a pod that has a shape and no volumes. */
  of(candidate: SchedulingPod, shape: string): ShapeCandidates {
    let known = this.#byShape.get(shape);
    if (known === undefined) {
      known = new ShapeCandidates(this.#nodes, candidate);
      this.#byShape.set(shape, known);
    }
    return known;
  }
}

/** Numbers of the nodes that do not refuse a shape, ascending; found as far as they are asked for. */
export class ShapeCandidates {
  readonly #nodes: readonly UntouchedNode[];
  readonly #candidate: SchedulingPod;
  readonly #found: number[] = [];
  #looked = 0;

  constructor(nodes: readonly UntouchedNode[], candidate: SchedulingPod) {
    this.#nodes = nodes;
    this.#candidate = candidate;
  }

  /** The number of the candidate at a place of the list; `undefined` behind its end. */
  at(place: number): number | undefined {
    while (this.#found.length <= place && this.#looked < this.#nodes.length) {
      const node = this.#nodes[this.#looked];
      if (node?.refuses(this.#candidate) === false) this.#found.push(this.#looked);
      this.#looked += 1;
    }
    return this.#found[place];
  }
}
