// Random cases with pods that are resized in place: those of every topic, with statuses added in which
// containers hold more, less or something else than they ask for.
import { type RandomStream, stream } from "../sim/engine/index.ts";
import type { ConformanceCase, Manifest } from "./cases.ts";
import { chance, perhaps } from "./dice.ts";

/** The cases, with statuses for about half of the pods; the same ones for the same seed. */
export function addResizes(
  seed: number,
  cases: readonly ConformanceCase[],
): readonly ConformanceCase[] {
  return cases.map((base) => {
    const name = `resizes-${base.name}`;
    const random = stream(seed, "conformance-case", name);
    const items = base.objects.items.map((it) => (isPod(it) ? maybeResized(random, it) : it));
    return { ...base, name, topic: "resizes", objects: { kind: "List", items } };
  });
}

interface PodManifest extends Manifest {
  readonly spec: {
    readonly containers: readonly ContainerManifest[];
    readonly initContainers?: readonly ContainerManifest[];
  };
  readonly status: Manifest & { readonly conditions?: readonly Manifest[] };
}

interface ContainerManifest extends Manifest {
  readonly name: string;
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
}

function isPod(item: Manifest): item is PodManifest {
  return item["kind"] === "Pod";
}

function maybeResized(random: RandomStream, pod: PodManifest): Manifest {
  if (chance(random, 0.5)) return pod;
  const { conditions = [] } = pod.status;
  const pending = perhaps(random, 0.5, () => ({
    type: "PodResizePending",
    status: "True",
    reason: random.pick(["Infeasible", "Infeasible", "Deferred"]),
  }));
  const statuses = (containers: readonly ContainerManifest[] = []) =>
    containers.filter(() => chance(random, 0.8)).map((it) => containerStatus(random, it));
  return {
    ...pod,
    status: {
      ...pod.status,
      conditions: "type" in pending ? [...conditions, pending] : conditions,
      containerStatuses: statuses(pod.spec.containers),
      initContainerStatuses: statuses(pod.spec.initContainers),
    },
  };
}

function containerStatus(random: RandomStream, container: ContainerManifest): Manifest {
  const asked = container.resources?.requests ?? {};
  // The kubelet of an older release tells only what is allocated.
  const inForce = perhaps(random, 0.8, () => ({
    resources: perhaps(random, 0.9, () => ({ requests: amounts(random, asked) })),
  }));
  const allocated = perhaps(random, 0.7, () => ({ allocatedResources: amounts(random, asked) }));
  const { name } = container;
  return { name, ready: true, restartCount: 0, image: "", imageID: "", ...inForce, ...allocated };
}

function amounts(
  random: RandomStream,
  asked: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (chance(random, 0.4)) return asked;
  return {
    ...perhaps(random, 0.5, () => asked),
    ...perhaps(random, 0.8, () => ({ cpu: random.pick(["50m", "300m", "1", "2100m", "5"]) })),
    ...perhaps(random, 0.6, () => ({ memory: random.pick(["32Mi", "700Mi", "2Gi", "6Gi"]) })),
  };
}
