import type { Disruption, NodeClaimTemplate, NodePool, ObjectMeta } from "../../core/apis/index.ts";
import { hours, parseResourceList, seconds, simTime } from "../../core/units/index.ts";
import { deepFreeze } from "./freeze.ts";
import { objectMeta, type Quantities } from "./pods.ts";

/** What a test may say about a NodePool. */
export interface NodePoolOverrides {
  readonly name?: string;
  readonly metadata?: Partial<ObjectMeta>;
  readonly weight?: number;
  readonly replicas?: number;
  readonly limits?: Quantities;
  readonly disruption?: Partial<Disruption>;
  /** Labels of the nodes. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the NodeClaims. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly requirements?: NodeClaimTemplate["spec"]["requirements"];
  readonly taints?: NodeClaimTemplate["spec"]["taints"];
  readonly template?: Partial<NodeClaimTemplate["spec"]>;
  readonly conditions?: NodePool["status"]["conditions"];
}

/** A ready NodePool named `default` without requirements or limits. */
export function nodePool(overrides: NodePoolOverrides = {}): NodePool {
  const { name = "default", weight, replicas } = overrides;
  return deepFreeze<NodePool>({
    kind: "NodePool",
    metadata: objectMeta({ name, namespace: "", ...overrides.metadata }),
    spec: {
      template: {
        labels: overrides.labels ?? {},
        annotations: overrides.annotations ?? {},
        spec: {
          taints: overrides.taints ?? [],
          startupTaints: [],
          requirements: overrides.requirements ?? [],
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          expireAfter: hours(720),
          ...overrides.template,
        },
      },
      disruption: {
        consolidateAfter: seconds(0),
        consolidationPolicy: "WhenEmptyOrUnderutilized",
        budgets: [{ nodes: "100%" }],
        ...overrides.disruption,
      },
      limits: parseResourceList(overrides.limits ?? {}),
      ...(weight === undefined ? {} : { weight }),
      ...(replicas === undefined ? {} : { replicas }),
    },
    status: { conditions: overrides.conditions ?? [ready] },
  });
}

const ready: NodePool["status"]["conditions"][number] = {
  type: "Ready",
  status: "True",
  reason: "Ready",
  message: "",
  lastTransitionTime: simTime(0),
  observedGeneration: 1,
};
