import type { Pod } from "../apis/index.ts";
import { sortedEntries } from "../units/index.ts";

const shapes = new WeakMap<Pod["metadata"], string>();

/** Equal for pods that every label selector treats alike: namespace and labels as a text. */
export function selectionShape({ metadata }: Pick<Pod, "metadata">): string {
  let shape = shapes.get(metadata);
  if (shape === undefined) {
    shape = JSON.stringify([metadata.namespace, sortedEntries(metadata.labels)]);
    shapes.set(metadata, shape);
  }
  return shape;
}
