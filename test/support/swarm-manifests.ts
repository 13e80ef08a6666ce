import type { SwarmDice } from "./swarm-dice.ts";

/** An object as a manifest has it. */
export type Manifest = Readonly<Record<string, unknown>>;

const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";
const optional = (key: string, value: unknown): Manifest =>
  value === undefined ? {} : { [key]: value };

/** A budget over any mix of reasons: a count or a share, all the time or in a window. */
function disruptionBudget(dice: SwarmDice, name: string): Manifest {
  const windows = [
    { schedule: "0 * * * *", duration: "20m" },
    { schedule: "30 1 * * *", duration: "2h" },
    { schedule: "*/30 2-5 * * 1", duration: "10m" },
  ];
  const reasons = [["Underutilized"], ["Empty"], ["Underutilized", "Empty"], ["Drifted"]];
  return {
    nodes: dice.pick(`${name} nodes`, ["0", "1", "2", "5", "10%", "34%", "50%", "100%"]),
    ...(dice.chance(`${name} has a window`, 0.4) ? dice.pick(`${name} window`, windows) : {}),
    ...(dice.chance(`${name} has reasons`, 0.4)
      ? { reasons: dice.pick(`${name} reasons`, reasons) }
      : {}),
  };
}

/** A NodePool; what policies are about is drawn. */
export function swarmNodePool(dice: SwarmDice, name: string): Manifest {
  const budgets = Array.from({ length: dice.whole(`${name} budgets`, 0, 3) }, (_, index) =>
    disruptionBudget(dice, `${name} budget ${index}`),
  );
  const policies = [
    "WhenEmpty",
    "WhenEmptyOrUnderutilized",
    "WhenEmptyOrUnderutilized",
    "Balanced",
  ];
  const capacityTypes = [["spot"], ["on-demand"], ["spot", "on-demand"], ["spot", "on-demand"]];
  const requirements = [
    ["karpenter.sh/capacity-type", dice.pick(`${name} capacity types`, capacityTypes)],
    ["kubernetes.io/arch", ["amd64"]],
    ["karpenter.k8s.aws/instance-category", ["c", "m", "r"]],
    ["karpenter.k8s.aws/instance-generation", ["5", "6"]],
    [
      "karpenter.k8s.aws/instance-size",
      dice.pick(`${name} sizes`, [
        ["large", "xlarge"],
        ["large", "xlarge", "2xlarge", "4xlarge"],
      ]),
    ],
    ...(dice.chance(`${name} is of one family`, 0.3)
      ? [["karpenter.k8s.aws/instance-family", [dice.pick(`${name} family`, ["c5", "m5", "r6i"])]]]
      : []),
  ].map(([key, values]) => ({ key, operator: "In", values }));
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name },
    spec: {
      ...optional("weight", dice.pick(`${name} weight`, [undefined, undefined, 10, 50])),
      ...optional("limits", dice.pick(`${name} limits`, [undefined, undefined, { cpu: "24" }])),
      disruption: {
        consolidationPolicy: dice.pick(`${name} policy`, policies),
        consolidateAfter: dice.pick(`${name} after`, ["0s", "0s", "30s", "2m", "10m", "Never"]),
        ...(budgets.length === 0 ? {} : { budgets }),
      },
      template: {
        ...(dice.chance(`${name} is not to be disrupted`, 0.08)
          ? { metadata: { annotations: { "karpenter.sh/do-not-disrupt": "true" } } }
          : {}),
        spec: {
          expireAfter: dice.pick(`${name} expiry`, ["2h", "3h", "720h", "Never"]),
          ...optional(
            "terminationGracePeriod",
            dice.pick(`${name} grace`, [undefined, undefined, "2m", "20m"]),
          ),
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements,
        },
      },
    },
  };
}

function topologySpread(dice: SwarmDice, name: string): readonly Manifest[] {
  if (!dice.chance(`${name} is spread`, 0.5)) return [];
  return [
    {
      maxSkew: dice.whole(`${name} skew`, 1, 2),
      topologyKey: dice.pick(`${name} spread over`, [zone, zone, hostname]),
      whenUnsatisfiable: dice.pick(`${name} spread how`, ["DoNotSchedule", "ScheduleAnyway"]),
      labelSelector: { matchLabels: { app: name } },
    },
  ];
}

function affinity(dice: SwarmDice, name: string): Manifest {
  const term = (app: string, topologyKey: string): Manifest => ({
    topologyKey,
    labelSelector: { matchLabels: { app } },
  });
  const choices: readonly Manifest[] = [
    { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(name, hostname)] } },
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 50, podAffinityTerm: term(name, zone) },
        ],
      },
    },
    { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(name, zone)] } },
  ];
  return dice.chance(`${name} has an affinity`, 0.35)
    ? { affinity: dice.pick(`${name} affinity`, choices) }
    : {};
}

/** A pod template with its metadata; labels `app: NAME`. */
export function swarmPodTemplate(dice: SwarmDice, name: string): Manifest {
  const requests = {
    cpu: dice.pick(`${name} cpu`, ["250m", "500m", "1", "1500m", "3"]),
    memory: dice.pick(`${name} memory`, ["256Mi", "1Gi", "3Gi", "6Gi"]),
  };
  return {
    metadata: {
      labels: { app: name },
      ...(dice.chance(`${name} is protected`, 0.2)
        ? {
            annotations: {
              "karpenter.sh/do-not-disrupt": dice.pick(`${name} protection`, ["true", "15m"]),
            },
          }
        : {}),
    },
    spec: {
      ...(dice.chance(`${name} is urgent`, 0.2) ? { priorityClassName: "urgent" } : {}),
      ...affinity(dice, name),
      terminationGracePeriodSeconds: dice.pick(`${name} grace`, [5, 30, 120]),
      topologySpreadConstraints: topologySpread(dice, name),
      containers: [{ name: "main", image: name, resources: { requests } }],
    },
  };
}

/** A Deployment, or now and then a StatefulSet, with its PodDisruptionBudgets. */
export function swarmWorkload(dice: SwarmDice, name: string): readonly Manifest[] {
  const metadata = { name, namespace: "default" };
  const matchLabels = { app: name };
  const workload = {
    apiVersion: "apps/v1",
    kind: dice.chance(`${name} is stateful`, 0.2) ? "StatefulSet" : "Deployment",
    metadata,
    spec: {
      replicas: dice.whole(`${name} replicas`, 1, 10),
      selector: { matchLabels },
      template: swarmPodTemplate(dice, name),
    },
  };
  const bounds = [
    { maxUnavailable: 1 },
    { maxUnavailable: "25%" },
    { minAvailable: "60%" },
    { minAvailable: 2 },
    { maxUnavailable: 0 },
  ];
  const budget = (suffix: string): Manifest => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { ...metadata, name: `${name}${suffix}` },
    spec: {
      ...dice.pick(`${name}${suffix} bound`, bounds),
      ...(dice.chance(`${name} lets the unhealthy go`, 0.3)
        ? { unhealthyPodEvictionPolicy: "AlwaysAllow" }
        : {}),
      selector: { matchLabels },
    },
  });
  const budgets = dice.chance(`${name} has a budget`, 0.6) ? [budget("")] : [];
  const second = budgets.length > 0 && dice.chance(`${name} has two budgets`, 0.1);
  return [workload, ...budgets, ...(second ? [budget("-again")] : [])];
}

/** A small pod on every node. */
export const swarmDaemonSet: Manifest = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "log-collector", namespace: "kube-system" },
  spec: {
    selector: { matchLabels: { app: "log-collector" } },
    template: {
      metadata: { labels: { app: "log-collector" } },
      spec: {
        tolerations: [{ operator: "Exists" }],
        containers: [
          {
            name: "main",
            image: "log-collector",
            resources: { requests: { cpu: "100m", memory: "128Mi" } },
          },
        ],
      },
    },
  },
};

/** What `priorityClassName: urgent` means. */
export const urgentPriority: Manifest = {
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name: "urgent" },
  value: 100000,
};
