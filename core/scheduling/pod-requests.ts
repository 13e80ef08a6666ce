// What a pod takes of a node. Sidecars (restartable init containers) run beside everything that
// starts after them, so they count in full, and an ordinary init container peaks on top of those
// that started before it. Results are remembered by the identity of the specification, which
// survives changes of a pod's status, unless its containers come to hold something else.
import type { Container, Pod, PodSpec, ResourceRequirements } from "../apis/index.ts";
import {
  addResources,
  emptyResources,
  maxResources,
  mergeResources,
  type ResourceList,
} from "../units/index.ts";
import { heldPodSpec } from "./held-pod-spec.ts";

/** The name under which the number of pods is a resource. */
const podsResource = "pods";

const requestsBySpec = new WeakMap<PodSpec, ResourceList>();
const requestsWithCountBySpec = new WeakMap<PodSpec, ResourceList>();

/**
 * The effective requests of one pod, without the count of `pods`.
 *
 * Pod-level requests replace the sum over containers for cpu, memory and huge pages; other
 * resources that they name are ignored. Overhead comes on top. A container that is being resized
 * counts by what its node holds for it; pod-level resources count as specified.
 *
 * @see k8s.io/component-helpers v0.35 resource/helpers.go PodRequests
 */
export function podRequests(pod: Pod): ResourceList {
  return podSpecRequests(heldPodSpec(pod));
}

/** `podRequests` of a specification that is no pod yet. */
export function podSpecRequests(spec: PodSpec): ResourceList {
  let requests = requestsBySpec.get(spec);
  if (requests === undefined) {
    requests = addResources(
      effective(spec, (it) => it.requests),
      spec.overhead,
    );
    requestsBySpec.set(spec, requests);
  }
  return requests;
}

/**
 * The sum of the pods' effective requests, with `pods` set to their number (0 for none).
 *
 * @see karpenter v1.14.1 pkg/utils/resources/resources.go RequestsForPods
 */
export function requestsForPods(pods: readonly Pod[]): ResourceList {
  const only = pods.length === 1 ? pods[0] : undefined;
  if (only === undefined) {
    return { ...mergeResources(...pods.map(podRequests)), [podsResource]: pods.length };
  }
  const spec = heldPodSpec(only);
  let requests = requestsWithCountBySpec.get(spec);
  if (requests === undefined) {
    requests = { ...podSpecRequests(spec), [podsResource]: 1 };
    requestsWithCountBySpec.set(spec, requests);
  }
  return requests;
}

/**
 * The effective limits of one pod, without the count of `pods`. Overhead counts only for resources
 * that have a limit other than zero. Limits are as specified, also while the pod is being resized.
 *
 * @see k8s.io/component-helpers v0.35 resource/helpers.go PodLimits
 */
export function podLimits(pod: Pod): ResourceList {
  const limits = effective(pod.spec, (it) => it.limits);
  const overhead: Record<string, number> = {};
  for (const name in pod.spec.overhead) {
    if ((limits[name] ?? 0) !== 0) overhead[name] = pod.spec.overhead[name] ?? 0;
  }
  return addResources(limits, overhead);
}

/**
 * The sum of the pods' effective limits, with `pods` set to their number.
 *
 * @see karpenter v1.14.1 pkg/utils/resources/resources.go LimitsForPods
 */
export function limitsForPods(pods: readonly Pod[]): ResourceList {
  return { ...mergeResources(...pods.map(podLimits)), [podsResource]: pods.length };
}

type Side = (resources: ResourceRequirements) => ResourceList;

function effective(spec: PodSpec, side: Side): ResourceList {
  const total = aggregateContainers(spec.containers, spec.initContainers, side);
  if (spec.resources === undefined) return total;
  const atPodLevel = side(spec.resources);
  const replaced: Record<string, number> = { ...total };
  for (const name in atPodLevel) {
    if (isPodLevelResource(name)) replaced[name] = atPodLevel[name] ?? 0;
  }
  return replaced;
}

/** @see k8s.io/component-helpers v0.35 resource/helpers.go IsSupportedPodLevelResource */
function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

/** @see k8s.io/component-helpers v0.35 resource/helpers.go AggregateContainerRequests */
function aggregateContainers(
  containers: readonly Container[],
  initContainers: readonly Container[],
  side: Side,
): ResourceList {
  let total = mergeResources(...containers.map((container) => side(container.resources)));
  let sidecars = emptyResources;
  let initPeak = emptyResources;
  for (const container of initContainers) {
    const own = side(container.resources);
    const peak = addResources(own, sidecars);
    if (container.restartPolicy === "Always") {
      total = addResources(total, own);
      sidecars = peak;
    }
    initPeak = maxResources(initPeak, peak);
  }
  return maxResources(total, initPeak);
}
