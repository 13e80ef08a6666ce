import type { Pod } from "../apis/index.ts";

/** Marks a pod that stands for room a CapacityBuffer keeps; `true` does. */
export const annotationFakePod = "karpenter.sh/capacity-buffer-fake-pod";
/** Name of the CapacityBuffer that a virtual pod belongs to. */
export const annotationBufferName = "karpenter.sh/capacity-buffer-name";
/** Namespace of the CapacityBuffer that a virtual pod belongs to. */
export const annotationBufferNamespace = "karpenter.sh/capacity-buffer-namespace";

/**
 * Whether the pod stands for room that a CapacityBuffer keeps. Its annotation alone tells, as
 * upstream; so a real pod that carries it counts as virtual.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/buffers.go IsVirtualPod
 */
export function isVirtualPod({ metadata }: Pick<Pod, "metadata">): boolean {
  return metadata.annotations[annotationFakePod] === "true";
}

/** The pods that are not virtual: the very same array where none is. */
export function realPods(pods: readonly Pod[]): readonly Pod[] {
  return pods.some(isVirtualPod) ? pods.filter((pod) => !isVirtualPod(pod)) : pods;
}

/**
 * `namespace/name` of the CapacityBuffer that a virtual pod belongs to; `undefined` for other pods.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/buffers.go bufferKeyOf
 */
export function bufferKeyOf(pod: Pick<Pod, "metadata">): string | undefined {
  if (!isVirtualPod(pod)) return undefined;
  const { annotations } = pod.metadata;
  const namespace = annotations[annotationBufferNamespace] ?? "";
  const name = annotations[annotationBufferName] ?? "";
  return namespace === "" || name === "" ? undefined : `${namespace}/${name}`;
}
