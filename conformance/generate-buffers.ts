// Random cases with capacity buffers: those of every topic, with buffers added that imitate their pods.
import { type RandomStream, stream } from "../sim/engine/index.ts";
import type { ConformanceCase, Manifest } from "./cases.ts";
import { between, chance, perhaps } from "./dice.ts";

/** The cases, each with one to five buffers; the same ones for the same seed. */
export function addBuffers(
  seed: number,
  cases: readonly ConformanceCase[],
): readonly ConformanceCase[] {
  return cases.map((base) => {
    const name = `buffers-${base.name}`;
    return withBuffers(base, name, stream(seed, "conformance-case", name));
  });
}

function withBuffers(base: ConformanceCase, name: string, random: RandomStream): ConformanceCase {
  const pods = base.objects.items.flatMap((item) => (isPod(item) ? [item] : []));
  // Without some of the real pods buffers find room, too.
  const kept = random.next();
  const items = base.objects.items
    .filter((item) => !isPod(item) || item.spec["nodeName"] !== undefined || chance(random, kept))
    .map((item) => (isPod(item) ? { ...item, spec: admitted(item.spec) } : item));
  const buffers = Array.from({ length: between(random, 1, 5) }, (_, index) =>
    generateBuffer(random, index, random.pick(pods)),
  );
  const featureGates = { ...base.options.featureGates, CapacityBuffer: true };
  return {
    ...base,
    name,
    topic: "capacity-buffers",
    options: { ...base.options, featureGates },
    objects: { kind: "List", items: [...items, ...buffers.flat()] },
  };
}

interface PodManifest extends Manifest {
  readonly metadata: {
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: Manifest;
}

/**
 * What admission adds to pods and not to templates: upstream tells rules of spreading apart by the
 * tolerations of the pods that have them.
 */
function admitted(spec: Manifest): Manifest {
  const { tolerations = [] } = spec as { readonly tolerations?: readonly Manifest[] };
  const added = ["not-ready", "unreachable"].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  return { ...spec, tolerations: [...tolerations, ...added] };
}

function isPod(item: Manifest): item is PodManifest {
  return item["kind"] === "Pod";
}

const kinds = ["PodTemplate", "Deployment", "StatefulSet", "ReplicaSet"] as const;

/** A buffer, and what it refers to unless that is missing; pods look like the one given. */
function generateBuffer(
  random: RandomStream,
  index: number,
  { metadata, spec }: PodManifest,
): readonly Manifest[] {
  const { namespace } = metadata;
  const name = `buffer-${index}`;
  const target = `shape-${index}`;
  const kind = random.pick(kinds);
  const template = {
    metadata: { labels: { ...metadata.labels, shape: target } },
    spec: templateSpec(random, spec),
  };
  const limits = perhaps(random, 0.4, () => ({
    limits: {
      cpu: random.pick(["1", "2500m", "10", "30"]),
      ...perhaps(random, 0.5, () => ({ memory: random.pick(["2Gi", "9500Mi", "64Gi"]) })),
    },
  }));
  const replicas = { replicas: random.pick([0, 1, 2, 3, 5, 8, 13, 40]) };
  const isSized =
    kind === "PodTemplate" ? !("limits" in limits) || chance(random, 0.5) : chance(random, 0.6);
  const bufferSpec = {
    ...(kind === "PodTemplate"
      ? { podTemplateRef: { name: target } }
      : { scalableRef: { apiGroup: random.pick(["apps", "apps", ""]), kind, name: target } }),
    ...(isSized ? replicas : {}),
    ...(kind === "PodTemplate"
      ? {}
      : perhaps(random, 0.6, () => ({ percentage: between(random, 0, 150) }))),
    ...limits,
  };
  const buffer = {
    apiVersion: "autoscaling.x-k8s.io/v1beta1",
    kind: "CapacityBuffer",
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      generation: between(random, 1, 3),
    },
    spec: { provisioningStrategy: "buffer.x-k8s.io/active-capacity", ...bufferSpec },
  };
  if (chance(random, 0.06)) return [buffer];
  return [buffer, shapeManifest(random, kind, { name: target, namespace }, template)];
}

/** The pod's specification as a template may have it, with what a virtual pod has to do without. */
function templateSpec(random: RandomStream, spec: Manifest): Manifest {
  const { nodeName: _, volumes, ...rest } = spec;
  const [container] = rest["containers"] as readonly [Manifest & { readonly resources: Manifest }];
  const { requests } = container.resources as { readonly requests: Manifest };
  const resources = chance(random, 0.15) ? { limits: requests } : container.resources;
  const claim = { name: "extra", persistentVolumeClaim: { claimName: "nobody-made-it" } };
  const all = [
    ...((volumes as readonly Manifest[] | undefined) ?? []),
    ...(chance(random, 0.2) ? [claim] : []),
  ];
  return {
    ...rest,
    containers: [{ ...container, resources }],
    ...(all.length === 0 ? {} : { volumes: all }),
    ...perhaps(random, 0.1, () => ({ hostNetwork: true })),
  };
}

function shapeManifest(
  random: RandomStream,
  kind: (typeof kinds)[number],
  { name, namespace }: { readonly name: string; readonly namespace: string },
  template: Manifest,
): Manifest {
  const metadata = {
    name,
    namespace,
    uid: `uid-${namespace}-${name}`,
    generation: between(random, 1, 9),
  };
  if (kind === "PodTemplate") return { apiVersion: "v1", kind, metadata, template };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata,
    spec: {
      ...perhaps(random, 0.9, () => ({ replicas: random.pick([0, 1, 4, 10, 30]) })),
      selector: { matchLabels: { shape: name } },
      template,
      ...(kind === "StatefulSet" ? { serviceName: name } : {}),
    },
  };
}
