import { objectKey } from "../../../core/apis/index.ts";
import type { Container, Pod, PodAffinityTerm, PodSpec } from "../../../core/apis/index.ts";
import { heldPodSpec, podSpecRequests } from "../../../core/scheduling/index.ts";

/** What scoring assumes of a container that asks for nothing: 100 milli-CPU, 200 MiB. */
const defaultCpuMillicores = 100;
const defaultMemoryBytes = 200 * 1024 * 1024;

/** A port of a host that a pod occupies; an empty `hostIp` stands for all addresses. */
export interface HostPort {
  readonly hostIp: string;
  readonly protocol: string;
  readonly port: number;
}

/** What scheduling reads of a specification, prepared once. */
export interface SpecInfo {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  /** Requests of other resources that are not zero. */
  readonly others: readonly (readonly [name: string, amount: number])[];
  readonly hasRequests: boolean;
  /** cpu and memory as scoring sees them. */
  readonly scoredCpuMillicores: number;
  readonly scoredMemoryBytes: number;
  readonly hostPorts: readonly HostPort[];
  readonly requiredAffinity: readonly PodAffinityTerm[];
  readonly requiredAntiAffinity: readonly PodAffinityTerm[];
  readonly hasPodAffinity: boolean;
  /** The only nodes on which the pod can be, by name; undefined: any. */
  readonly nodeNames: readonly string[] | undefined;
  /** Equal texts mean that all filters treat the pods alike, labels and namespace apart. */
  readonly shape: string;
  /** Equal texts mean that the filters on node properties treat the pods alike. */
  readonly placement: string;
}

/** A pod with its prepared specification. */
export interface PodInfo {
  readonly pod: Pod;
  readonly key: string;
  readonly spec: SpecInfo;
}

const infoBySpec = new WeakMap<PodSpec, SpecInfo>();

/** The pod with what scheduling reads of it; specifications are remembered by identity. */
export function podInfo(pod: Pod): PodInfo {
  const held = heldPodSpec(pod);
  let spec = infoBySpec.get(held);
  if (spec === undefined) {
    spec = specInfo(held);
    infoBySpec.set(held, spec);
  }
  return { pod, key: objectKey(pod), spec };
}

function specInfo(spec: PodSpec): SpecInfo {
  const { cpu = 0, memory = 0, ...rest } = podSpecRequests(spec);
  const others = Object.entries(rest).filter(([, amount]) => amount > 0);
  const scored = podSpecRequests({
    ...spec,
    containers: spec.containers.map(withDefaultRequests),
    initContainers: spec.initContainers.map(withDefaultRequests),
  });
  const { affinity } = spec;
  const podTerms = [
    affinity?.requiredPodAffinity ?? [],
    affinity?.requiredPodAntiAffinity ?? [],
    affinity?.preferredPodAffinity ?? [],
    affinity?.preferredPodAntiAffinity ?? [],
  ];
  const { nodeName: _, ...unbound } = spec;
  return {
    cpuMillicores: cpu,
    memoryBytes: memory,
    others,
    hasRequests: cpu > 0 || memory > 0 || others.length > 0,
    scoredCpuMillicores: scored["cpu"] ?? 0,
    scoredMemoryBytes: scored["memory"] ?? 0,
    hostPorts: hostPortsOf(spec),
    requiredAffinity: affinity?.requiredPodAffinity ?? [],
    requiredAntiAffinity: affinity?.requiredPodAntiAffinity ?? [],
    hasPodAffinity: podTerms.some((terms) => terms.length > 0),
    nodeNames: namedNodes(spec),
    shape: JSON.stringify(unbound),
    placement: JSON.stringify([spec.nodeSelector, affinity?.requiredNodeTerms, spec.tolerations]),
  };
}

/** @see kubernetes pkg/scheduler/util/pod_resources.go GetNonzeroRequestForResource */
function withDefaultRequests(container: Container): Container {
  const { requests } = container.resources;
  if ("cpu" in requests && "memory" in requests) return container;
  const filled = { cpu: defaultCpuMillicores, memory: defaultMemoryBytes, ...requests };
  return { ...container, resources: { ...container.resources, requests: filled } };
}

function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = spec.initContainers.filter((it) => it.restartPolicy === "Always");
  for (const container of [...sidecars, ...spec.containers]) {
    for (const { hostPort, hostIP, protocol } of container.ports) {
      if (hostPort === undefined || hostPort === 0) continue;
      const hostIp = hostIP === undefined || hostIP === "0.0.0.0" ? "" : hostIP;
      ports.push({ hostIp, protocol: protocol ?? "TCP", port: hostPort });
    }
  }
  return ports;
}

/** @see kubernetes pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go PreFilter */
function namedNodes(spec: PodSpec): readonly string[] | undefined {
  const terms = spec.affinity?.requiredNodeTerms;
  if (terms === undefined) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    const field = term.matchFields.find((it) => it.key === "metadata.name" && it.operator === "In");
    if (field === undefined) return undefined;
    for (const name of field.values) names.add(name);
  }
  return [...names];
}
