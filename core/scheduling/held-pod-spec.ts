// What a container holds may differ from what its specification asks for while the pod is resized in
// place. Whoever counts requests reads the specification as the node holds it. It is the very same
// object for a pod whose statuses add nothing, so that what is remembered by specification stays
// shared; and it is remembered by its list of statuses, which other changes of a status leave alone.
import type { Container, ContainerStatus, Pod, PodSpec } from "../apis/index.ts";
import { maxResources, type ResourceList } from "../units/index.ts";

type HeldSpecs = WeakMap<readonly ContainerStatus[], WeakMap<PodSpec, PodSpec>>;

const heldSpecs: HeldSpecs = new WeakMap();
const heldSpecsOfInfeasible: HeldSpecs = new WeakMap();

/**
 * The pod's specification with what its node sets aside for each container and sidecar as requests:
 * of every resource the most that is asked for, allocated and in force. A resize that the node can
 * never grant does not count, and then what is asked for counts for nothing. Ordinary init
 * containers, pod-level resources and limits are as specified.
 *
 * The same object for the same specification, statuses and feasibility; the specification itself
 * where it holds no more and no less.
 *
 * @see k8s.io/component-helpers v0.35 resource/helpers.go determineEffectiveRequests
 */
export function heldPodSpec(pod: Pod): PodSpec {
  const { spec } = pod;
  const { containerStatuses } = pod.status;
  if (containerStatuses === undefined) return spec;
  const isInfeasible = isResizeInfeasible(pod);
  const bySpecs = isInfeasible ? heldSpecsOfInfeasible : heldSpecs;
  let bySpec = bySpecs.get(containerStatuses);
  if (bySpec === undefined) {
    bySpec = new WeakMap();
    bySpecs.set(containerStatuses, bySpec);
  }
  let held = bySpec.get(spec);
  if (held === undefined) {
    held = withHeldRequests(spec, containerStatuses, isInfeasible);
    bySpec.set(spec, held);
  }
  return held;
}

/**
 * Whether the node can never grant the resize; the first such condition tells, whatever its status.
 *
 * @see k8s.io/component-helpers v0.35 resource/helpers.go IsPodResizeInfeasible
 */
function isResizeInfeasible({ status }: Pod): boolean {
  return status.conditions.find(({ type }) => type === "PodResizePending")?.reason === "Infeasible";
}

function withHeldRequests(
  spec: PodSpec,
  containerStatuses: readonly ContainerStatus[],
  isInfeasible: boolean,
): PodSpec {
  const statusByName = new Map(containerStatuses.map((it) => [it.name, it]));
  const held = (container: Container): Container => {
    const status = statusByName.get(container.name);
    if (status === undefined) return container;
    const { requests: asked } = container.resources;
    const known = [status.resources.requests, status.allocatedResources];
    const requests = isInfeasible ? maxResources(...known) : maxResources(asked, ...known);
    if (isSame(requests, asked)) return container;
    return { ...container, resources: { ...container.resources, requests } };
  };
  const containers = spec.containers.map(held);
  const initContainers = spec.initContainers.map((container) =>
    container.restartPolicy === "Always" ? held(container) : container,
  );
  const isAsSpecified =
    containers.every((it, index) => it === spec.containers[index]) &&
    initContainers.every((it, index) => it === spec.initContainers[index]);
  return isAsSpecified ? spec : Object.freeze({ ...spec, containers, initContainers });
}

function isSame(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
