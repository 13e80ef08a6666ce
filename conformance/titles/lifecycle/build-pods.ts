// Short ways to write pods and their budgets.
import type { Manifest } from "../../cases.ts";
import { longAgo } from "./build.ts";

interface PodDetails {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: "DaemonSet" | "ReplicaSet" | "StatefulSet" | "Node" | "none";
  readonly cpu?: string;
  readonly metadata?: Manifest;
  readonly spec?: Manifest;
  readonly status?: Manifest;
}

/** A pod on the node, running since long ago. Without a node it waits. */
export function pod(name: string, on: string | undefined, details: PodDetails = {}): Manifest {
  const { owner = "ReplicaSet", cpu = "100m" } = details;
  const apiVersion = owner === "Node" ? "v1" : "apps/v1";
  const owners = [{ apiVersion, kind: owner, name: "owner", uid: `uid-${owner}` }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${name}`,
      creationTimestamp: longAgo,
      labels: details.labels ?? {},
      annotations: details.annotations ?? {},
      ...(owner === "none" ? {} : { ownerReferences: owners }),
      ...details.metadata,
    },
    spec: {
      terminationGracePeriodSeconds: 30,
      containers: [{ name: "main", image: "example/app", resources: { requests: { cpu } } }],
      ...details.spec,
      ...(on === undefined ? {} : { nodeName: on }),
    },
    status: {
      phase: on === undefined ? "Pending" : "Running",
      conditions: [],
      startTime: longAgo,
      ...details.status,
    },
  };
}

/** A PodDisruptionBudget of pods with the label `app`. */
export function budget(name: string, app: string, disruptionsAllowed: number): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default", uid: `uid-${name}` },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app } } },
    status: {
      disruptionsAllowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
    },
  };
}

/** The annotation that tells the pods of a case how long they take to stop. */
export function stopsAfter(duration: string): Readonly<Record<string, string>> {
  return { "dryfit.dev/stops-after": duration };
}
