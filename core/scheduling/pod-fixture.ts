import type { Container, ContainerPort, Pod, PodSpec } from "../apis/index.ts";
import { type ResourceList, simTime } from "../units/index.ts";

/** A container that asks for these resources and is limited to them. */
export function container(requests: ResourceList, overrides: Partial<Container> = {}): Container {
  return {
    name: "main",
    image: "image",
    resources: { requests, limits: requests },
    ports: [],
    readinessInitialDelaySeconds: 0,
    ...overrides,
  };
}

/** An init container that keeps running beside the pod's containers. */
export function sidecar(requests: ResourceList): Container {
  return container(requests, { restartPolicy: "Always" });
}

/** A pending pod of namespace default without containers and wishes. */
export function pod(name: string, spec: Partial<PodSpec> = {}): Pod {
  return {
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: name,
      labels: {},
      annotations: {},
      creationTimestamp: simTime(0),
      finalizers: [],
      ownerReferences: [],
      generation: 1,
    },
    spec: {
      nodeSelector: {},
      tolerations: [],
      topologySpreadConstraints: [],
      containers: [],
      initContainers: [],
      overhead: {},
      volumes: [],
      hasResourceClaims: false,
      priority: 0,
      preemptionPolicy: "PreemptLowerPriority",
      schedulerName: "default-scheduler",
      schedulingGates: [],
      terminationGracePeriodSeconds: 30,
      restartPolicy: "Always",
      hostNetwork: false,
      ...spec,
    },
    status: { phase: "Pending", conditions: [] },
  };
}

/** A pod with one container that holds these ports. */
export function podWithPorts(name: string, ...ports: readonly ContainerPort[]): Pod {
  return pod(name, { containers: [container({}, { ports })] });
}
