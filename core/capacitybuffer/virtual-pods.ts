import {
  type CapacityBuffer,
  type Pod,
  type PodSpec,
  type PodTemplate,
  templatePodSpec,
} from "../apis/index.ts";
import type { SimTime } from "../units/index.ts";
import {
  annotationBufferName,
  annotationBufferNamespace,
  annotationFakePod,
} from "./virtual-pod.ts";

/** Below every priority that a pod may have. The scheduler's queue doesn't look at it. */
const virtualPodPriority = -(2 ** 31);

/**
 * The pods that stand for a buffer's room: as many as its status says, alike but for name and uid,
 * which are the same every time. None of them ever exists in the cluster.
 *
 * @see karpenter v1.14.1 pkg/state/virtualpods/utilities.go BuildVirtualPods
 */
export function buildVirtualPods(
  buffer: CapacityBuffer,
  template: PodTemplate,
  now: SimTime,
): readonly Pod[] {
  const { name, namespace, uid } = buffer.metadata;
  const length = Math.max(buffer.status.replicas ?? 0, 0);
  const spec = virtualPodSpec(template.spec);
  const annotations = Object.freeze({
    [annotationFakePod]: "true",
    [annotationBufferName]: name,
    [annotationBufferNamespace]: namespace,
  });
  const status: Pod["status"] = Object.freeze({
    phase: "",
    conditions: Object.freeze([
      {
        type: "PodScheduled",
        status: "False",
        reason: "Unschedulable",
        message: "",
        lastTransitionTime: now,
      } as const,
    ]),
  });
  return Array.from({ length }, (_, index) =>
    Object.freeze({
      kind: "Pod",
      metadata: Object.freeze({
        name: `capacity-buffer-${name}-${index + 1}`,
        namespace,
        uid: `${uid}-${index + 1}`,
        labels: template.labels,
        annotations,
        creationTimestamp: now,
        finalizers: [],
        ownerReferences: [],
        generation: 0,
      }),
      spec,
      status,
    } as const),
  );
}

const virtualSpecs = new WeakMap<PodSpec, PodSpec>();

/** The template's specification, sanitized and with the priority of virtual pods. */
function virtualPodSpec(spec: PodSpec): PodSpec {
  let virtual = virtualSpecs.get(spec);
  if (virtual === undefined) {
    virtual = Object.freeze({ ...sanitizeVirtualPodSpec(spec), priority: virtualPodPriority });
    virtualSpecs.set(spec, virtual);
  }
  return virtual;
}

/**
 * The specification without a node, and without volumes that a claim belongs to: no claim will ever
 * exist for a virtual pod, and looking it up would fail.
 *
 * @see karpenter v1.14.1 pkg/state/virtualpods/utilities.go sanitizeVirtualPodSpec
 */
export function sanitizeVirtualPodSpec(spec: PodSpec): PodSpec {
  const { nodeName: _, ...rest } = templatePodSpec(spec);
  const volumes = rest.volumes.filter(
    ({ persistentVolumeClaimName, ephemeral }) =>
      persistentVolumeClaimName === undefined && ephemeral === undefined,
  );
  return { ...rest, volumes };
}
