// Pods whose containers hold something else than they ask for, because they are resized in place.
import type { Manifest } from "../cases.ts";
import { pod, pool, titled, type TitledCase } from "./build.ts";
import { daemonSet, node } from "./build-nodes.ts";

const base = pool("default");

interface Holding {
  readonly asked?: Manifest;
  /** Requests in force; absent: the kubelet doesn't tell. */
  readonly inForce?: Manifest;
  readonly allocated?: Manifest;
  /** Why the resize waits. */
  readonly pending?: "Infeasible" | "Deferred";
  readonly on?: string;
  readonly metadata?: Manifest;
  readonly spec?: Manifest;
  readonly as?: "init container" | "sidecar";
}

/** A pod of one container, or one of whose init containers the kubelet tells. */
export function resized(name: string, holding: Holding): Manifest {
  const { asked = {}, inForce, allocated, pending, on, metadata = {}, spec = {}, as } = holding;
  const init = { name: "init", image: "example/app", resources: { requests: asked } };
  const restart = as === "sidecar" ? { restartPolicy: "Always" } : {};
  const it = pod(name, {
    requests: as === undefined ? (asked as Readonly<Record<string, string>>) : { cpu: "100m" },
    ...(on === undefined ? {} : { on }),
    metadata,
    spec: { ...spec, ...(as === undefined ? {} : { initContainers: [{ ...init, ...restart }] }) },
  });
  const status = it["status"] as { readonly conditions: readonly Manifest[] };
  const told = {
    name: as === undefined ? "main" : "init",
    ready: true,
    restartCount: 0,
    image: "example/app",
    imageID: "",
    ...(allocated === undefined ? {} : { allocatedResources: allocated }),
    ...(inForce === undefined ? {} : { resources: { requests: inForce } }),
  };
  const waits = { type: "PodResizePending", status: "True", reason: pending };
  return {
    ...it,
    status: {
      ...status,
      conditions: [...status.conditions, ...(pending === undefined ? [] : [waits])],
      [as === undefined ? "containerStatuses" : "initContainerStatuses"]: [told],
    },
  };
}

const small = { cpu: "500m", memory: "512Mi" };
const large = { cpu: "3", memory: "6Gi" };

/** What is left for one more pod on a node of 4 cores where one is resized. */
function beside(title: string, holding: Holding): TitledCase {
  return titled(title, [
    base,
    node("n"),
    resized("resized", { ...holding, on: "n" }),
    pod("other", { requests: { cpu: "2" } }),
  ]);
}

export const resizedPodTitles: readonly TitledCase[] = [
  titled("should use allocatedResources when higher than spec requests (resize-down in progress)", [
    base,
    resized("pod", {
      asked: { cpu: "2", memory: "512Mi" },
      allocated: { cpu: "6", memory: "2Gi" },
      inForce: { cpu: "2", memory: "512Mi" },
    }),
  ]),
  titled("should use spec requests when higher than allocatedResources (resize-up in progress)", [
    base,
    resized("pod", {
      asked: { cpu: "8", memory: "4Gi" },
      allocated: { cpu: "2", memory: "1Gi" },
      inForce: { cpu: "8", memory: "4Gi" },
    }),
  ]),
  titled("should use spec requests when allocatedResources is not set (no resize)", [
    base,
    pod("pod", { requests: { cpu: "4", memory: "2Gi" } }),
  ]),
  beside("a resized pod takes of its node what is in force", { asked: small, inForce: large }),
  beside("a resized pod takes of its node what is allocated", {
    asked: small,
    inForce: small,
    allocated: large,
  }),
  beside("what is allocated counts for nothing while nobody tells what is in force", {
    asked: small,
    allocated: large,
  }),
  beside("an infeasible resize leaves a pod what it has", {
    asked: large,
    inForce: small,
    allocated: small,
    pending: "Infeasible",
  }),
  beside("a deferred resize counts as if it were granted", {
    asked: large,
    inForce: small,
    allocated: small,
    pending: "Deferred",
  }),
  beside("an infeasible resize counts for nothing where nothing is in force", {
    asked: large,
    inForce: {},
    pending: "Infeasible",
  }),
  beside("a resized sidecar counts by what it holds", {
    as: "sidecar",
    asked: small,
    inForce: large,
  }),
  beside("an init container that ends counts as specified, whatever it holds", {
    as: "init container",
    asked: small,
    inForce: large,
  }),
  beside("pod level resources count as specified, whatever containers hold", {
    asked: small,
    inForce: large,
    spec: { resources: { requests: { cpu: "1" } } },
  }),
  titled("a DaemonSet's newest pod stands for the next with what it holds", [
    base,
    daemonSet("daemon", "500m"),
    node("n", { cpu: "8" }),
    resized("daemon-pod", {
      asked: { cpu: "500m" },
      inForce: { cpu: "3" },
      on: "n",
      metadata: {
        labels: { daemon: "daemon" },
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "DaemonSet",
            name: "daemon",
            uid: "uid-daemon",
            controller: true,
          },
        ],
      },
    }),
    pod("big", { requests: { cpu: "6" } }),
  ]),
];
