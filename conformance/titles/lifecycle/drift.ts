// Upstream's nodeclaim/disruption/drift_test.go.
import type { Manifest } from "../../cases.ts";
import type { LifecycleStep } from "../../lifecycle/cases.ts";
import {
  cloud,
  instanceType,
  instanceTypes,
  look,
  nodeClass,
  pool,
  story,
  template,
  time,
  type TitledStory,
  untouched,
} from "./build.ts";
import { machine } from "./build-machines.ts";

const hash = "karpenter.sh/nodepool-hash";
const version = "karpenter.sh/nodepool-hash-version";
const typeKey = "node.kubernetes.io/instance-type";

type Pool = Parameters<typeof pool>[0];

/** The machine has this hash, or that of the NodePool as it is. */
function world(
  poolDetails: Pool = {},
  details: Parameters<typeof machine>[1] = {},
): readonly Manifest[] {
  const annotations = details.annotations ?? untouched;
  return [pool(poolDetails), nodeClass(), ...machine("a", { ...details, annotations })];
}

function poolSpec(atSeconds: number, spec: Manifest): LifecycleStep {
  return { atSeconds, change: [{ kind: "NodePool", name: "default", spec }] };
}

function drifting(reason: string) {
  return { answers: { ...cloud, drift: { "*": { reason } } } };
}

function requirement(key: string, operator: string, ...values: readonly string[]): Manifest {
  return { key, operator, ...(values.length > 0 ? { values } : {}) };
}

const requirements: readonly (readonly [string, readonly Manifest[]])[] = [
  ["none", []],
  ["In with the label", [requirement("karpenter.sh/capacity-type", "In", "on-demand", "spot")]],
  ["In without the label", [requirement("karpenter.sh/capacity-type", "In", "spot")]],
  ["a label that is missing", [requirement("kubernetes.io/os", "In", "linux")]],
  ["Exists with the label", [requirement("topology.kubernetes.io/zone", "Exists")]],
  ["Exists without the label", [requirement("kubernetes.io/arch", "Exists")]],
  ["DoesNotExist with the label", [requirement("topology.kubernetes.io/zone", "DoesNotExist")]],
  ["DoesNotExist without the label", [requirement("kubernetes.io/arch", "DoesNotExist")]],
  ["NotIn with the value", [requirement("topology.kubernetes.io/zone", "NotIn", "test-zone-1")]],
  ["NotIn with another value", [requirement("topology.kubernetes.io/zone", "NotIn", "x")]],
  ["NotIn without the label", [requirement("kubernetes.io/arch", "NotIn", "arm64")]],
  ["Gt below", [requirement("karpenter.k8s.aws/instance-cpu", "Gt", "3")]],
  ["Gt at", [requirement("karpenter.k8s.aws/instance-cpu", "Gt", "4")]],
  ["Gte at", [requirement("karpenter.k8s.aws/instance-cpu", "Gte", "4")]],
  ["Lt at", [requirement("karpenter.k8s.aws/instance-cpu", "Lt", "4")]],
  ["Lte at", [requirement("karpenter.k8s.aws/instance-cpu", "Lte", "4")]],
  ["Lt above", [requirement("karpenter.k8s.aws/instance-cpu", "Lt", "5")]],
  ["Gt without the label", [requirement("karpenter.k8s.aws/instance-memory", "Gt", "1")]],
  [
    "several on one key",
    [
      requirement("karpenter.k8s.aws/instance-cpu", "Gt", "1"),
      requirement("karpenter.k8s.aws/instance-cpu", "Lt", "4"),
    ],
  ],
];

const statics: readonly (readonly [string, Manifest])[] = [
  ["Annotations", { metadata: { annotations: { note: "new" } } }],
  ["Labels", { metadata: { labels: { team: "blue" } } }],
  ["Taints", { spec: { taints: [{ key: "dedicated", effect: "NoSchedule" }] } }],
  ["StartupTaints", { spec: { startupTaints: [{ key: "booting", effect: "NoSchedule" }] } }],
  [
    "NodeClassRef Name",
    { spec: { nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "other" } } },
  ],
  ["ExpireAfter", { spec: { expireAfter: "100m" } }],
  ["TerminationGracePeriod", { spec: { terminationGracePeriod: "100m" } }],
];

function changedTemplate({ metadata, spec }: Manifest): Manifest {
  const before = template();
  return {
    metadata: { ...(before["metadata"] as object), ...(metadata as object) },
    spec: { ...(before["spec"] as object), ...(spec as object) },
  };
}

const old = { createdAt: time(-7200) };
const reserved = {
  labels: {
    "karpenter.sh/capacity-type": "reserved",
    "karpenter.k8s.aws/capacity-reservation-id": "cr-1",
    [typeKey]: "m1.large",
  },
  ...old,
};
const [large] = instanceTypes;

function offering(capacityType: "on-demand" | "spot" | "reserved") {
  const other =
    capacityType === "reserved" ? { reservationId: "cr-2", reservationCapacity: 1 } : {};
  const it = instanceType("m1.large", "4", 0.1);
  const requirementsOf = { ...it.requirements, "karpenter.sh/capacity-type": [capacityType] };
  const offered = { zone: "test-zone-1", capacityType, price: 0.1, available: true, ...other };
  return { instanceTypes: [{ ...it, requirements: requirementsOf, offerings: [offered] }] };
}

export const driftStories: readonly TitledStory[] = [
  story("should detect drift", world(), look(0.5, 400.5), drifting("CloudProviderDrifted")),
  story("should not detect drift if the provider finds none", world(), look(0.5, 400.5)),
  story(
    "should detect static drift before cloud provider drift",
    world({}, { annotations: { [hash]: "123456789", [version]: "v3" } }),
    look(0.5),
    drifting("CloudProviderDrifted"),
  ),
  story(
    "should detect node requirement drift before cloud provider drift",
    world({
      template: { requirements: [requirement("karpenter.sh/capacity-type", "In", "spot")] },
    }),
    look(0.5),
    drifting("CloudProviderDrifted"),
  ),
  story("should look at the provider's answer again every five minutes", world(), [
    { atSeconds: 10.5, answers: { ...cloud, drift: { "*": { reason: "AMIDrift" } } } },
    ...look(299.5, 300.5),
    { atSeconds: 310.5, answers: { ...cloud, drift: { "*": { reason: "SubnetDrift" } } } },
    ...look(599.5, 600.5),
    { atSeconds: 610.5, answers: cloud },
    ...look(899.5, 900.5),
  ]),
  story("should look at the provider's answer again when the NodePool changes", world(), [
    { atSeconds: 10.5, answers: { ...cloud, drift: { "*": { reason: "AMIDrift" } } } },
    poolSpec(20.5, { weight: 5 }),
    ...look(30.5),
  ]),
  story("should look at the provider's answer again when the NodeClass changes", world(), [
    { atSeconds: 10.5, answers: { ...cloud, drift: { "*": { reason: "AMIDrift" } } } },
    { atSeconds: 20.5, change: [{ kind: "EC2NodeClass", name: "default", labels: { a: "b" } }] },
    ...look(30.5),
  ]),
  story(
    "should leave the condition as it is when the provider fails, and ask again",
    world(),
    [
      { atSeconds: 310.5, answers: { ...cloud, drift: { "*": { error: "throttled" } } } },
      ...look(620.5),
      { atSeconds: 640.5, answers: cloud },
      ...look(700.5, 800.5),
    ],
    drifting("AMIDrift"),
  ),
  story(
    "should leave the condition as it is when the provider doesn't find the instance",
    world(),
    [
      { atSeconds: 10.5, answers: { ...cloud, drift: { "*": { isNotFound: true } } } },
      ...look(320.5),
      { atSeconds: 340.5, answers: cloud },
      ...look(400.5, 1000.5),
    ],
    drifting("AMIDrift"),
  ),
  story(
    "should detect stale instance type drift if the instance type label doesn't exist",
    world({}, { ...old, labels: { [typeKey]: "" } }),
    look(0.5),
  ),
  story(
    "should detect stale instance type drift if the instance type doesn't exist",
    world({}, { ...old, labels: { [typeKey]: "m9.large" } }),
    look(0.5),
  ),
  story(
    "should detect stale instance type drift if the instance type offerings doesn't exist",
    world({}, old),
    look(0.5),
    { instanceTypes: [{ ...(large ?? instanceType("m1.large", "4", 0.1)), offerings: [] }] },
  ),
  story(
    "should detect stale instance type drift if the instance type offerings aren't compatible with the nodeclaim",
    world({}, { ...old, labels: { "topology.kubernetes.io/zone": "test-zone-3" } }),
    look(0.5),
  ),
  story(
    "should not detect stale instance type drift of an offering that is unavailable",
    world({}, old),
    look(0.5),
    {
      instanceTypes: instanceTypes.map((it) => ({
        ...it,
        offerings: it.offerings.map((each) => ({ ...each, available: false })),
      })),
    },
  ),
  story(
    "should not look for the instance type within an hour of creation",
    world({}, { createdAt: time(-3500), labels: { [typeKey]: "m9.large" } }),
    look(0.5, 99.5, 290.5, 301.5),
  ),
  story("should look for the instance type every half hour", world({}, old), [
    { atSeconds: 100.5, answers: { ...cloud, hasNoInstanceTypes: true } },
    ...look(1790.5, 1802.5),
    { atSeconds: 1810.5, answers: cloud },
    ...look(1900.5, 2500.5),
  ]),
  story(
    "should leave the condition as it is when the instance types cannot be read",
    world({}, { ...old, labels: { [typeKey]: "m9.large" } }),
    [
      { atSeconds: 100.5, answers: { ...cloud, hasNoInstanceTypes: true } },
      ...look(310.5),
      { atSeconds: 320.5, answers: cloud },
      ...look(400.5),
    ],
  ),
  ...(["Unknown", "False"] as const).map((status) =>
    story(
      `should remove the status condition from the nodeClaim when the nodeClaim launch condition is ${status.toLowerCase()}`,
      world(),
      [
        {
          atSeconds: 10.5,
          change: [
            {
              kind: "NodeClaim",
              name: "a",
              status: {
                conditions: [
                  {
                    type: "Launched",
                    status,
                    reason: "Test",
                    message: "",
                    lastTransitionTime: time(10),
                    observedGeneration: 1,
                  },
                ],
              },
            },
          ],
        },
        ...look(12.5),
      ],
      drifting("AMIDrift"),
    ),
  ),
  story(
    "should remove the status condition from the nodeClaim if the nodeClaim is no longer drifted",
    world({}, { annotations: { [hash]: "123456789", [version]: "v3" } }),
    [
      {
        atSeconds: 10.5,
        change: [{ kind: "NodeClaim", name: "a", annotations: { [hash]: "17369979337536258260" } }],
      },
      ...look(12.5),
    ],
  ),
  story(
    "should not detect drift if the nodePool does not exist",
    [nodeClass(), ...machine("a")],
    look(0.5, 400.5),
    drifting("AMIDrift"),
  ),
  story("should not detect drift of a NodeClaim that is being deleted", world(), [
    {
      atSeconds: 10.5,
      answers: { ...cloud, drift: { "*": { reason: "AMIDrift" } }, terminationSeconds: 400 },
      delete: [{ kind: "NodeClaim", name: "a" }],
    },
    ...look(350.5),
  ]),
  ...requirements.map(([what, list]) =>
    story(
      `should detect drift on changes of requirements, expanded or not: ${what}`,
      world({}, { labels: { "karpenter.k8s.aws/instance-cpu": "4" } }),
      [
        poolSpec(10.5, { template: template({ template: { requirements: list } }) }),
        ...look(11.5),
        poolSpec(20.5, { template: template() }),
        ...look(21.5),
      ],
    ),
  ),
  ...statics.map(([field, change]) =>
    story(`should detect drift on changes to the static fields: ${field}`, world(), [
      poolSpec(10.5, { template: changedTemplate(change) }),
      ...look(11.5),
      poolSpec(20.5, { template: template() }),
      ...look(21.5),
    ]),
  ),
  story("should not detect drift on changes of other fields of the NodePool", world(), [
    poolSpec(10.5, {
      weight: 7,
      limits: { cpu: "100" },
      disruption: { consolidateAfter: "1h", budgets: [{ nodes: "3" }] },
    }),
    ...look(11.5),
  ]),
  story(
    "should not return drifted if the hash annotation is not present on the NodeClaim",
    world({}, { annotations: { [version]: "v3" } }),
    [
      poolSpec(10.5, { template: changedTemplate({ metadata: { labels: { a: "b" } } }) }),
      ...look(11.5),
    ],
  ),
  story(
    "should not return drifted if the NodeClaim's karpenter.sh/nodepool-hash-version annotation is not present or does not match the NodePool's",
    world(
      { metadata: { annotations: untouched } },
      { annotations: { [hash]: "1", [version]: "v2" } },
    ),
    look(0.5, 10.5),
  ),
  story(
    "shouldn't drift reserved nodeclaims if a matching instance type exists with reserved and/or on-demand offerings: reserved",
    world({}, reserved),
    look(0.5),
    offering("reserved"),
  ),
  story(
    "shouldn't drift reserved nodeclaims if a matching instance type exists with reserved and/or on-demand offerings: on-demand",
    world({}, reserved),
    look(0.5),
    offering("on-demand"),
  ),
  story(
    "should drift reserved nodeclaims if the only offering is spot",
    world({}, reserved),
    look(0.5),
    offering("spot"),
  ),
];
