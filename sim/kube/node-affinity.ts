import type { Node, PodSpec } from "../../core/apis/index.ts";
import { nodeSelectorTermsMatch } from "../../core/scheduling/index.ts";

/**
 * Whether the node has what the pod's nodeSelector and required node affinity ask for.
 *
 * @see k8s.io/component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go GetRequiredNodeAffinity
 */
export function matchesNodeAffinity(spec: PodSpec, node: Node): boolean {
  const { labels, name } = node.metadata;
  for (const key in spec.nodeSelector) {
    if (!Object.hasOwn(labels, key) || labels[key] !== spec.nodeSelector[key]) return false;
  }
  const terms = spec.affinity?.requiredNodeTerms;
  return terms === undefined || nodeSelectorTermsMatch(terms, labels, name);
}
