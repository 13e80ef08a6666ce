// Upstream's nodepool/{hash,readiness,validation,registrationhealth} suites.
import type { Manifest } from "../../cases.ts";
import type { LifecycleStep } from "../../lifecycle/cases.ts";
import { claim, look, nodeClass, pool, story, template, time, type TitledStory } from "./build.ts";
import { machine, node } from "./build-machines.ts";

const hash = "karpenter.sh/nodepool-hash";
const version = "karpenter.sh/nodepool-hash-version";

function poolSpec(atSeconds: number, spec: Manifest): LifecycleStep {
  return { atSeconds, change: [{ kind: "NodePool", name: "default", spec }] };
}

function classStatus(atSeconds: number, status: string, reason = "Ready"): LifecycleStep {
  const condition = { type: "Ready", status, reason, message: `because ${reason}` };
  const conditions = [{ ...condition, lastTransitionTime: time(atSeconds - 0.5) }];
  return { atSeconds, change: [{ kind: "EC2NodeClass", name: "default", status: { conditions } }] };
}

function versioned(own: string, ofClaim: string, conditions: readonly Manifest[] = []) {
  const before = conditions.length > 0 ? "another" : "123";
  return [
    pool({ metadata: { annotations: { [hash]: before, [version]: own } } }),
    nodeClass(),
    ...machine("a", {
      annotations: { [hash]: "123", [version]: ofClaim },
      conditions,
    }),
  ];
}

const drifted = {
  type: "Drifted",
  status: "True",
  reason: "NodePoolDrifted",
  message: "NodePoolDrifted",
  lastTransitionTime: time(-60),
  observedGeneration: 1,
};

function requirement(key: string, operator: string, ...values: readonly string[]): Manifest {
  return { key, operator, ...(values.length > 0 ? { values } : {}) };
}

/** What our reader refuses as bad input, such as only invalid capacity types, isn't among them. */
const doubtful: readonly (readonly [string, Parameters<typeof pool>[0]])[] = [
  ["a restricted label", { labels: { "kubernetes.io/custom": "x" } }],
  [
    "valid and invalid capacity types",
    {
      template: {
        requirements: [requirement("karpenter.sh/capacity-type", "In", "xspot", "spot")],
      },
    },
  ],
  [
    "a label of Karpenter's own domain",
    {
      labels: {
        "node.kubernetes.io/instance-type": "m1.large",
        "karpenter.sh/capacity-type": "spot",
      },
    },
  ],
];

export const nodePoolStories: readonly TitledStory[] = [
  story(
    "should update the drift hash when NodePool static field is updated",
    [pool(), nodeClass()],
    [
      ...look(0.5),
      poolSpec(1.5, { template: template({ labels: { team: "a" } }) }),
      ...look(2.5),
      poolSpec(3.5, {
        template: template({
          labels: { team: "a" },
          template: {
            taints: [{ key: "dedicated", value: "gpu", effect: "NoSchedule" }],
            terminationGracePeriod: "48h",
            expireAfter: "720h",
          },
        }),
      }),
      ...look(4.5),
      poolSpec(5.5, {
        template: template({
          template: {
            taints: [],
            startupTaints: [{ key: "b", effect: "NoExecute" }],
            terminationGracePeriod: "0s",
          },
        }),
      }),
      ...look(6.5),
    ],
  ),
  story(
    "should not update the drift hash when NodePool behavior field is updated",
    [pool(), nodeClass()],
    [
      ...look(0.5),
      poolSpec(1.5, {
        limits: { cpu: "16" },
        weight: 80,
        disruption: { consolidateAfter: "1h", consolidationPolicy: "WhenEmpty", budgets: [] },
      }),
      ...look(2.5),
      poolSpec(3.5, {
        template: template({
          template: { requirements: [requirement("karpenter.sh/capacity-type", "Exists")] },
        }),
      }),
      ...look(4.5),
    ],
  ),
  story(
    "should update nodepool hash version when the nodepool hash version is out of sync with the controller hash version",
    versioned("v2", "v2"),
    look(0.5),
  ),
  story(
    "should update nodepool hash versions on all nodeclaims when the hash versions don't match the controller hash version",
    [...versioned("v1", "v2"), ...machine("b", { annotations: { [hash]: "7" } })],
    look(0.5),
  ),
  story(
    "should not update nodepool hash on all nodeclaims when the hash versions match the controller hash version",
    versioned("v3", "v2"),
    look(0.5),
  ),
  story(
    "should not update nodepool hash on the nodeclaim if it's drifted",
    versioned("v2", "v2", [drifted]),
    look(0.5),
  ),
  story(
    "should have status condition on nodePool as not ready when nodeClass does not exist",
    [pool()],
    [...look(0.5), { atSeconds: 1.5, apply: [nodeClass()] }, ...look(2.5)],
  ),
  story(
    "should have status condition on nodePool as not ready if nodeClass is not ready",
    [pool(), nodeClass({ status: "False", reason: "NoSubnets", message: "none found" })],
    [
      ...look(0.5),
      classStatus(1.5, "True"),
      ...look(2.5),
      classStatus(3.5, "Unknown", "Asking"),
      ...look(4.5),
      classStatus(5.5, "False", "Gone"),
      ...look(6.5),
    ],
  ),
  story(
    "should have status condition on nodePool as ready if nodeClass is ready",
    [pool(), nodeClass()],
    look(0.5),
  ),
  story(
    "should have status condition on nodePool as not ready if nodeClass is terminating",
    [pool(), nodeClass({ status: "True" }, { finalizers: ["example.com/finalizer"] })],
    [
      ...look(0.5),
      { atSeconds: 1.5, delete: [{ kind: "EC2NodeClass", name: "default" }] },
      ...look(2.5),
      { atSeconds: 3.5, remove: [{ kind: "EC2NodeClass", name: "default" }] },
      ...look(4.5),
    ],
  ),
  ...doubtful.map(([what, details]) =>
    story(
      `should validate the NodePool: ${what}`,
      [pool(details), nodeClass()],
      [...look(0.5), poolSpec(1.5, { template: template() }), ...look(2.5)],
    ),
  ),
  story(
    "should set NodeRegistrationHealthy status condition on nodePool as Unknown if the nodeClass observed generation doesn't match",
    [pool(), nodeClass(), claim("a")],
    [
      { atSeconds: 2.5, apply: [node("node-a", { of: "a" })] },
      ...look(4.5),
      { atSeconds: 10.5, apply: [nodeClass({ status: "True" }, { generation: 2 })] },
      ...look(11.5),
    ],
  ),
  story(
    "should set NodeRegistrationHealthy status condition on nodePool as Unknown if the nodePool is updated",
    [pool(), nodeClass(), claim("a")],
    [
      { atSeconds: 2.5, apply: [node("node-a", { of: "a" })] },
      ...look(4.5),
      poolSpec(10.5, { weight: 3 }),
      ...look(11.5),
    ],
  ),
  story(
    "should not set NodeRegistrationHealthy status condition on nodePool as Unknown if it is already set to true",
    [
      pool({
        status: {
          conditions: [
            {
              type: "NodeRegistrationHealthy",
              status: "True",
              reason: "NodeRegistrationHealthy",
              message: "",
              lastTransitionTime: time(-60),
              observedGeneration: 1,
            },
          ],
          nodeClassObservedGeneration: 1,
        },
      }),
      nodeClass(),
    ],
    look(0.5, 10.5),
  ),
  story("should not set NodeRegistrationHealthy without a nodeClass", [pool()], look(0.5)),
];
