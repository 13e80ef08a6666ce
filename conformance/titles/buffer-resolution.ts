import type { TitledCase } from "./build.ts";
import {
  buffer,
  ofTemplate,
  ofWorkload,
  podTemplate,
  shape,
  three,
  titled,
  workload,
} from "./build-buffers.ts";

const core = { requests: { cpu: "1" } };
const ready = {
  type: "ReadyForProvisioning",
  status: "True",
  reason: "Resolved",
  message: "Pod template resolved successfully",
  lastTransitionTime: "2026-02-28T00:00:00Z",
  observedGeneration: 1,
};

export const resolutionTitles: readonly TitledCase[] = [
  titled("should resolve a PodTemplate and set ReadyForProvisioning=True", [
    podTemplate("shape", core, 7),
    buffer("b", ofTemplate(5)),
  ]),
  titled("should set ReadyForProvisioning=False when PodTemplate is not found", [three]),
  titled("should not take a PodTemplate of another namespace", [
    podTemplate("shape", { ...core, namespace: "other" }),
    three,
  ]),
  titled("should resolve a Deployment and calculate percentage-based replicas", [
    workload(10),
    buffer("b", ofWorkload({ percentage: 20 })),
  ]),
  titled("should set ReadyForProvisioning=False when scalable ref is not found", [
    buffer("b", ofWorkload({ replicas: 3 })),
    buffer("c", ofWorkload({ replicas: 3 }, "StatefulSet")),
    buffer("d", ofWorkload({ replicas: 3 }, "ReplicaSet")),
  ]),
  titled("should resolve a StatefulSet", [
    workload(5, { kind: "StatefulSet" }),
    buffer("b", ofWorkload({ percentage: 20 }, "StatefulSet")),
  ]),
  titled("should resolve a ReplicaSet", [
    workload(7, { kind: "ReplicaSet" }),
    buffer("b", ofWorkload({ percentage: 30 }, "ReplicaSet")),
  ]),
  titled("should return error for unsupported kind", [
    buffer("b", { scalableRef: { apiGroup: "apps", kind: "Job", name: "app" }, percentage: 20 }),
    buffer("c", { scalableRef: { kind: "ReplicationController", name: "rc" }, replicas: 1 }),
  ]),
  titled("should return error for unsupported API group", [
    workload(1),
    buffer("b", { scalableRef: { apiGroup: "batch", kind: "Deployment", name: "app" } }),
  ]),
  titled("should take an API group left out for apps", [
    workload(4),
    buffer("b", { scalableRef: { kind: "Deployment", name: "app" }, replicas: 2 }),
  ]),
  titled("should default to 1 replica when workload has nil Spec.Replicas", [
    workload(undefined),
    buffer("b", ofWorkload({ percentage: 50 })),
  ]),
  titled("should not touch the cache when a buffer has neither ref set", [
    buffer("b", { replicas: 1 }),
  ]),
  titled("should act on every provisioning strategy alike", [
    shape,
    buffer("b", ofTemplate(1, { provisioningStrategy: "example.com/other" })),
  ]),
  titled("should observe the generation of the buffer", [
    shape,
    buffer("b", ofTemplate(1), { generation: 4 }),
  ]),
  titled("should keep the former size of a buffer whose template is gone", [
    buffer("b", ofTemplate(3), {
      status: { replicas: 2, podTemplateRef: { name: "shape" }, conditions: [ready] },
    }),
  ]),
  titled("should forget the template of a buffer that refers to a workload now", [
    workload(2),
    buffer("b", ofWorkload({ replicas: 1 }), {
      status: {
        replicas: 2,
        podTemplateRef: { name: "shape" },
        podTemplateGeneration: 2,
        conditions: [ready],
      },
    }),
  ]),
  titled("should leave a condition alone that it doesn't know", [
    shape,
    buffer("b", ofTemplate(1), {
      status: { conditions: [{ ...ready, type: "LimitedByQuotas", status: "False" }] },
    }),
  ]),
];

export const sizeTitles: readonly TitledCase[] = [
  titled("should resolve buffer replicas from replicas, percentage, and limits", [
    shape,
    workload(10, core),
    buffer("a-replicas", ofTemplate(5)),
    buffer("b-capped", ofTemplate(5, { limits: { cpu: "3" } })),
    buffer("c-uncapped", ofTemplate(3, { limits: { cpu: "10" } })),
    buffer("d-limits", { podTemplateRef: { name: "shape" }, limits: { cpu: "5" } }),
    buffer("e-percentage", ofWorkload({ percentage: 20 })),
    buffer("f-larger-replicas", ofWorkload({ replicas: 5, percentage: 20 })),
    buffer("g-larger-percentage", ofWorkload({ replicas: 5, percentage: 80 })),
    buffer("h-both-capped", ofWorkload({ replicas: 5, percentage: 80, limits: { cpu: "4" } })),
    buffer("i-workload-limits", ofWorkload({ limits: { cpu: "2" } })),
    buffer("j-nothing", ofWorkload({})),
    buffer("k-zero", ofTemplate(0)),
    buffer("l-zero-percent", ofWorkload({ percentage: 0, limits: { cpu: "2" } })),
    buffer("m-percentage-of-template", ofTemplate(1, { percentage: 500 })),
  ]),
  titled("should round percentages up, to at least one pod of a workload that has any", [
    workload(3),
    buffer("a", ofWorkload({ percentage: 10 })),
    buffer("b", ofWorkload({ percentage: 34 })),
    buffer("c", ofWorkload({ percentage: 100 })),
    buffer("d", ofWorkload({ percentage: 250 })),
  ]),
  titled("should return 0 when scalable has 0 replicas", [
    workload(0),
    buffer("a", ofWorkload({ percentage: 50 })),
    buffer("b", ofWorkload({ percentage: 50, limits: { cpu: "250m" } })),
  ]),
  titled("should take the minimum across multiple resources", [
    podTemplate("shape", { requests: { cpu: "300m", memory: "1Gi" } }),
    buffer("a", { podTemplateRef: { name: "shape" }, limits: { cpu: "1", memory: "10Gi" } }),
    buffer("b", { podTemplateRef: { name: "shape" }, limits: { cpu: "4", memory: "2500Mi" } }),
    buffer("c", { podTemplateRef: { name: "shape" }, limits: { cpu: "200m" } }),
    buffer("d", { podTemplateRef: { name: "shape" }, limits: { "nvidia.com/gpu": "4" } }),
    buffer("e", { podTemplateRef: { name: "shape" }, limits: {} }),
  ]),
  titled("should count sidecars, init containers and overhead as a pod's requests", [
    podTemplate("shape", {
      requests: { cpu: "500m" },
      spec: {
        overhead: { cpu: "100m" },
        initContainers: [
          {
            name: "sidecar",
            image: "example/app",
            restartPolicy: "Always",
            resources: { requests: { cpu: "200m" } },
          },
          { name: "init", image: "example/app", resources: { requests: { cpu: "900m" } } },
        ],
      },
    }),
    buffer("b", { podTemplateRef: { name: "shape" }, limits: { cpu: "5" } }),
  ]),
  titled("should return false when pod has no resource requests", [
    podTemplate("shape", { requests: {} }),
    buffer("a", { podTemplateRef: { name: "shape" }, limits: { cpu: "5" } }),
    buffer("b", ofTemplate(2, { limits: { cpu: "5" } })),
  ]),
  titled("should take limits of a template for no requests, which only pods do", [
    podTemplate("shape", { requests: {}, limits: { cpu: "2", memory: "1Gi" } }),
    buffer("a", ofTemplate(3)),
    buffer("b", { podTemplateRef: { name: "shape" }, limits: { cpu: "5" } }),
  ]),
  titled("should fill a request that a template leaves to its limit with nothing", [
    podTemplate("shape", { requests: { cpu: "1" }, limits: { cpu: "2", memory: "8Gi" } }),
    buffer("a", ofTemplate(2)),
  ]),
];
