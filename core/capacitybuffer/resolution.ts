import type { CapacityBuffer, PodTemplate, ScalableRef } from "../apis/index.ts";
import { type Cluster, type ScalableKind, scalableKinds } from "../state/index.ts";

/** What a buffer is resolved from. */
export type BufferReads = Pick<Cluster, "podTemplate" | "scalable">;

/** What a buffer refers to, or why it cannot be told. */
export type BufferResolution =
  | {
      readonly kind: "pod-template";
      readonly template: PodTemplate;
      readonly name: string;
      readonly generation: number;
    }
  | { readonly kind: "scalable"; readonly template: PodTemplate; readonly replicas: number }
  /** It isn't there, and may come. */
  | { readonly kind: "not-found"; readonly message: string }
  /** It refers to nothing. */
  | { readonly kind: "no-reference"; readonly message: string }
  /** It refers to something that cannot be a buffer's shape; tried again all the same. */
  | { readonly kind: "failed"; readonly message: string };

/**
 * What the buffer refers to, by its spec: a status may still tell of a reference it had before.
 *
 * @see karpenter v1.14.1 pkg/utils/apps/resolve.go ResolveCapacityBuffer
 */
export function resolveCapacityBuffer(
  { metadata, spec }: CapacityBuffer,
  reads: BufferReads,
): BufferResolution {
  const { podTemplateRef, scalableRef } = spec;
  const { namespace } = metadata;
  if (podTemplateRef !== undefined) {
    const { name } = podTemplateRef;
    const found = reads.podTemplate(`${namespace}/${name}`);
    if (found === undefined) return notFound("PodTemplate", name);
    const { template } = found;
    return { kind: "pod-template", template, name, generation: found.metadata.generation };
  }
  if (scalableRef !== undefined) return resolveScalableRef(scalableRef, namespace, reads);
  return { kind: "no-reference", message: "Neither podTemplateRef nor scalableRef is set" };
}

/** @see karpenter v1.14.1 pkg/utils/apps/resolve.go ResolveScalableRef */
function resolveScalableRef(
  { apiGroup, kind, name }: ScalableRef,
  namespace: string,
  reads: BufferReads,
): BufferResolution {
  if (apiGroup !== "" && apiGroup !== "apps") {
    return { kind: "failed", message: `unsupported scalableRef API group "${apiGroup}"` };
  }
  if (!isScalable(kind)) return { kind: "failed", message: `unsupported kind "${kind}"` };
  const found = reads.scalable(kind, `${namespace}/${name}`);
  if (found === undefined) return notFound(`${kind}.apps`, name);
  const { template, replicas } = found.spec;
  return { kind: "scalable", template, replicas };
}

function isScalable(kind: string): kind is ScalableKind {
  return (scalableKinds as readonly string[]).includes(kind);
}

/** In the words of a cached client. @see sigs.k8s.io/controller-runtime pkg/cache/internal/cache_reader.go Get */
function notFound(type: string, name: string): BufferResolution {
  return { kind: "not-found", message: `${type} "${name}" not found` };
}
